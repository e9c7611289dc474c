"""The demo as people start and stop it, in processes of its own, on SQLite."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest
from django.conf import settings

from project import supervise
from project.management.commands.demo import commands
from tests.servers import are_dead, free_port, wait_for


class Demo:
    """`manage.py demo` without a terminal, its output in a file."""

    def __init__(self, folder, **variables):
        self.port, self.log = free_port(), folder / "output"
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "DEMO_DIR": str(folder / "data"),
            "PORT": str(self.port),
            "SANDBOX_PORT": str(free_port()),
            **variables,
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(settings.ROOT / "manage.py"), "demo"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def output(self):
        return self.log.read_text()

    def wait_until_ready(self):
        wait_for(
            lambda: "\nready\n" in self.output() or self.process.poll() is not None,
            seconds=180,
            what="the demo's start",
        )
        assert self.process.poll() is None, self.output()

    def family(self):
        """Everybody below us, to the last generation."""
        found, ahead = [], [self.process.pid]
        while ahead:
            ahead = [child for pid in ahead for child in supervise.children(pid)]
            found += ahead
        return found

    def children(self):
        """The commands by name; each is preceded by its tether."""
        found = supervise.children(self.process.pid)[1::2]
        return dict(zip(commands(), found, strict=True))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for all: the first demo fills it, the others find their data there."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture
def demo(folder):
    demo = Demo(folder)
    demo.wait_until_ready()
    yield demo
    family = demo.family()
    demo.process.kill()
    demo.process.wait()
    wait_for(lambda: are_dead(family), what="the end of every process")


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_to_go_and_leaves_nobody_when_it_ends(demo, signum):
    with urllib.request.urlopen(f"http://127.0.0.1:{demo.port}/") as page:
        assert page.status == 200
    assert demo.output().splitlines()[-1] == "ready"
    assert f"http://127.0.0.1:{demo.port}/" in demo.output()
    seed = re.search(r"SEED (\w+)", demo.output())[1]
    command = [sys.executable, str(settings.ROOT / "manage.py"), "totp", seed]
    code = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert re.match(r"\d{6}\n", code)

    family = demo.family()
    assert len(family) > 10
    demo.process.send_signal(signum)
    assert demo.process.wait(timeout=15) == 0
    assert are_dead(family)


def test_the_second_run_finds_the_same_people(demo, folder):
    (before,) = set(re.findall(r"agent@.*SEED (\w+)", demo.output()))
    demo.process.terminate()
    demo.process.wait(timeout=15)
    again = Demo(folder)
    try:
        again.wait_until_ready()
        assert f"SEED {before}" in again.output()
    finally:
        again.process.terminate()
        again.process.wait(timeout=15)


@pytest.mark.parametrize("name", ["sandbox", "web", "worker", "reader"])
def test_it_ends_with_status_1_when_a_child_has_died(demo, name):
    family = demo.family()
    os.kill(demo.children()[name], signal.SIGKILL)
    assert demo.process.wait(timeout=20) == 1
    assert f"{name} has died" in demo.output()
    assert are_dead(family)


def test_nobody_survives_its_sudden_death(demo):
    family = demo.family()
    demo.process.kill()
    demo.process.wait()
    wait_for(lambda: are_dead(family), seconds=5, what="the end of every process")


@pytest.mark.parametrize("variable", ["PORT", "SANDBOX_PORT"])
def test_a_port_that_is_taken_is_named_with_the_way_out(tmp_path, variable):
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        port = taken.getsockname()[1]
        demo = Demo(tmp_path, **{variable: str(port)})
        assert demo.process.wait(timeout=30) == 1
        assert f"port {port} is taken" in demo.output()
        assert f"{variable}=" in demo.output()
        assert not (tmp_path / "data" / "hetra.sqlite3").exists()
