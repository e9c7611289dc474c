"""`manage.py demo`: the whole service on this machine, in the foreground, with invented people."""

import fcntl
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from project import supervise

PATIENCE = 60  # seconds for the first page
FAREWELL = 8  # seconds a child has to end
# A proxy that the environment may name has no business between us and ourselves.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
WEB = ["--worker-class", "gthread", "--workers", "1", "--threads", "8"]


class Command(BaseCommand):
    help = "Runs the demo: web pages, background worker, and the operators played by a sandbox."
    goodbye = "The demo has ended; its data stay for the next time."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("the demo runs on its own settings only, never on production's")
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
        stop = supervise.StopRequest()
        lock = only_one_here()
        for port, variable in ((settings.PORT, "PORT"), (settings.SANDBOX_PORT, "SANDBOX_PORT")):
            require_free(port, variable)
        self.prepare()
        children: dict[str, supervise.Group] = {}
        try:
            self.start(children)
            if self.wait_for_pages(children, stop):
                self.present()
                self.watch(children, stop)
        finally:
            end(children)
            lock.close()
        self.stdout.write(self.goodbye)

    def prepare(self) -> None:
        """Bring the database up to date and fill it; what is there already stays."""
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        call_command("load_tariff", stdout=self.stdout)
        call_command("timetable", verbosity=0, stdout=self.stdout)
        call_command("seed_demo", stdout=self.stdout)

    def start(self, children: dict[str, supervise.Group]) -> None:
        """Start the three processes, each with its own log file."""
        # As if the last task had been run in 1970: any later date is a task of this worker's.
        settings.HEARTBEAT_FILE.touch()
        os.utime(settings.HEARTBEAT_FILE, (0, 0))
        for name, command in commands().items():
            with log_path(name).open("ab") as log:
                children[name] = supervise.Group(command, env=environment(), output=log)

    def wait_for_pages(
        self, children: dict[str, supervise.Group], stop: supervise.StopRequest
    ) -> bool:
        """Wait until each process does its work. False if somebody asked us to stop meanwhile."""
        begun = time.monotonic()
        signs: list[Callable[[], bool]] = [
            lambda: answers(f"http://127.0.0.1:{settings.PORT}/"),
            lambda: listens(settings.SANDBOX_PORT),
            lambda: settings.HEARTBEAT_FILE.stat().st_mtime > 0,
        ]
        while signs:
            require_alive(children)
            if time.monotonic() - begun > PATIENCE:
                raise CommandError(f"no answer after {PATIENCE} s; see {settings.VAR}/*.log")
            signs = [sign for sign in signs if not sign()]
            if stop.wait(0.2):
                return False
        return True

    def present(self) -> None:
        """Say where to go; the logins have been printed by `seed_demo`."""
        self.stdout.write(f"\nPages             {settings.SITE_URL}/")
        self.stdout.write(f"Operators' side   {settings.SANDBOX_URL}/")
        self.stdout.write("Second factors    .venv/bin/python manage.py totp SEED")
        self.stdout.write(f"Logs and data     {os.path.relpath(settings.VAR)}/")
        self.stdout.write("Stop              Ctrl+C\n\nready")

    def watch(self, children: dict[str, supervise.Group], stop: supervise.StopRequest) -> None:
        """Stay until asked to stop. Raises CommandError when a process has died for good."""
        while not stop.wait(0.5):
            require_alive(children)


def commands() -> dict[str, list[str]]:
    """What the demo consists of."""
    manage = [sys.executable, str(settings.ROOT / "manage.py")]
    gunicorn = [sys.executable, "-m", "gunicorn", "project.wsgi:application", *WEB]
    return {
        "sandbox": [
            *[sys.executable, "-m", "project.sandbox", "--port", str(settings.SANDBOX_PORT)],
            *["--state", str(settings.VAR / "sandbox.json")],
        ],
        "web": [
            *gunicorn,
            *["--bind", f"127.0.0.1:{settings.PORT}", "--graceful-timeout", "5"],
            *["--no-control-socket", "--access-logfile", "-"],
        ],
        "worker": [*manage, "worker", "--drain", str(FAREWELL - 2)],
        "reader": [*manage, "worker", "--queue", "reading", "--drain", str(FAREWELL - 2)],
    }


def environment() -> dict[str, str]:
    """What the children inherit: our settings, our ports, and output that is not held back."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
        "PYTHONPATH": str(settings.ROOT),
        "PYTHONUNBUFFERED": "1",
        "PORT": str(settings.PORT),
        "SANDBOX_PORT": str(settings.SANDBOX_PORT),
    }


def log_path(name: str) -> Path:
    """Where a child's output goes."""
    return Path(settings.VAR / f"{name}.log")


def only_one_here() -> IO[str]:
    """Hold the demo's folder while it runs. Raises CommandError where another demo has it."""
    lock = (settings.VAR / ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise CommandError(
            "another demo runs on the same data; give this one its own folder and port: "
            f"DEMO_DIR=/tmp/other PORT={settings.PORT + 1000} make demo"
        ) from error
    return lock


def require_free(port: int, variable: str) -> None:
    """Raise CommandError, saying what to do, if somebody else listens on the port."""
    if not 0 < port < 65536:
        raise CommandError(f"{variable}={port} is no port: choose one below 64936")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"port {port} is taken, perhaps by another demo: {variable}={port + 1000} make demo"
            ) from error


def require_alive(children: dict[str, supervise.Group]) -> None:
    """Raise CommandError, with the end of its log, if a child has died."""
    for name, child in children.items():
        if not child.is_whole():
            tail = log_path(name).read_text(errors="replace").splitlines()[-15:]
            raise CommandError(
                "\n".join([f"{name} has died:", *tail, f"(all in {log_path(name)})"])
            )


def listens(port: int) -> bool:
    """Whether somebody accepts connections on the port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def answers(url: str) -> bool:
    """Whether the page is there."""
    try:
        with DIRECT.open(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def end(children: dict[str, supervise.Group]) -> None:
    """End all children, asking all before waiting for any."""
    for child in children.values():
        if child.is_whole():
            child.main.terminate()
    deadline = time.monotonic() + FAREWELL
    for child in children.values():
        try:
            child.main.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            continue
        finally:
            child.kill()
