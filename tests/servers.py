"""Throw-away servers for the tests: PostgreSQL and an S3 store. Each ends with the tests."""

import contextlib
import glob
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from project.supervise import Group

# Below the ports that the kernel gives to clients, which would collide with ours now and then.
PORTS = range(20_000, 32_000)

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def free_port():
    """A port nobody listens on, chosen at random so that two runs hardly ever meet."""
    for port in random.sample(PORTS, 200):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port")


def wait_for(sign, *, seconds=20, what="it"):
    """Wait until `sign()` is true, and return what it returned."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := sign():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {seconds} s")


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def processes():
    """(number, process group) of every process that runs; the dead that nobody reaped do not."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _parent, group = stat.read_text().rpartition(") ")[2].split()[:3]
            if state != "Z":
                yield int(stat.parent.name), int(group)


def members(group):
    """Who runs in a process group."""
    return [pid for pid, pgrp in processes() if pgrp == group]


def are_dead(pids):
    """Whether none of these processes runs."""
    return not {pid for pid, _ in processes()} & set(pids)


# --- PostgreSQL ---------------------------------------------------------------------------------

# Nothing here must survive a crash, so nothing waits for the disk.
POSTGRES_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "250",
    "shared_buffers": "128MB",
    "logging_collector": "off",
    "listen_addresses": "127.0.0.1",
}


@dataclass
class Postgres:
    port: int
    socket_folder: Path

    def url(self, name):
        """The address of one of its databases."""
        return f"postgres://hetra@127.0.0.1:{self.port}/{name}"


@contextlib.contextmanager
def postgres(**options):
    """A PostgreSQL cluster in a folder of its own, with its own options; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="hetra-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data, port = folder / "data", free_port()
        _initdb(data, folder)
        command = [
            *_as_postgres(),
            _binary("postgres"),
            "-D",
            str(data),
            *_options(folder, port, options),
        ]
        with (folder / "log").open("wb") as log:
            server = Group(command, output=log)
        try:
            wait_for(lambda: _is_ready(port), what="PostgreSQL's start")
            yield Postgres(port, folder)
        finally:
            # SIGINT: do not wait for clients, roll back and go.
            server.stop(10, signum=signal.SIGINT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initdb(data, folder):
    command = [*_as_postgres(), _binary("initdb"), "-D", str(data), "--username=hetra"]
    command += ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")


def _is_ready(port):
    """It listens a moment before it lets anybody in."""
    ask = [_binary("pg_isready"), "--quiet", "--host=127.0.0.1", f"--port={port}"]
    return subprocess.run(ask, check=False).returncode == 0


def _options(folder, port, changes):
    options = POSTGRES_OPTIONS | {"port": str(port), "unix_socket_directories": str(folder)}
    pairs = (options | changes).items()
    return [part for name, value in pairs for part in ("-c", f"{name}={value}")]


def _as_postgres():
    """PostgreSQL refuses to run as root. `setpriv` becomes the command: signals reach it."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


def _binary(name):
    """Debian keeps the server's programs off the PATH."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=_version)
    path = found[-1] if found else shutil.which(name)
    if not path:
        raise RuntimeError(f"{name} is missing: run `make setup-test`")
    return path


def _version(path):
    return int(Path(path).parts[4])


# --- S3 -----------------------------------------------------------------------------------------


@dataclass
class S3:
    """A store that checks signatures and expiry, and where its objects lie."""

    url: str
    access_key: str
    secret_key: str
    bucket: str
    folder: Path


@contextlib.contextmanager
def s3(folder):
    """`rclone serve s3` on a folder."""
    store = S3(f"http://127.0.0.1:{free_port()}", "tests", "tests-secret", "scans", folder)
    # Made before it starts: it remembers for minutes which buckets there are.
    for bucket in (store.bucket, "anchors"):
        (folder / bucket).mkdir(parents=True, exist_ok=True)
    port = int(store.url.rpartition(":")[2])
    command = [
        *[str(Path(sys.executable).with_name("rclone")), "serve", "s3", str(folder)],
        *["--addr", f"127.0.0.1:{port}", "--auth-key", f"{store.access_key},{store.secret_key}"],
    ]
    environment = os.environ | {"RCLONE_CONFIG": "/dev/null"}
    with (folder.parent / "rclone.log").open("wb") as log:
        server = Group(command, env=environment, output=log)
    try:
        wait_for(lambda: listens(port), what="the S3 server's start")
        yield store
    finally:
        server.stop(5)
