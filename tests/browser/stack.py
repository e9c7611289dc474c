"""The service as processes: pages, worker and operators, on the tests' own PostgreSQL."""

import os
import sys
import time
from pathlib import Path

from project.supervise import Group
from tests.servers import free_port, listens, wait_for

ROOT = Path(__file__).resolve().parents[2]
LOGS = ("web", "worker", "reader")
WEB = ["--worker-class", "gthread", "--workers", "1", "--threads", "8", "--no-control-socket"]


class Stack:
    """Four processes that can be stopped and started again, each alone."""

    def __init__(self, database, folder):
        self.folder, self.children = folder, {}
        self.port, self.sandbox_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.sandbox_url = f"http://127.0.0.1:{self.sandbox_port}"
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
            "DATABASE_URL": database,
            "DEMO_DIR": str(folder),
            "SITE_URL": self.url,
            "PORT": str(self.port),
            "SANDBOX_PORT": str(self.sandbox_port),
            "HEARTBEAT_FILE": str(folder / "heartbeat"),
            "PYTHONPATH": str(ROOT),
        }

    def start_pages(self):
        bind = ["--bind", f"127.0.0.1:{self.port}"]
        self._start("web", ["-m", "gunicorn", "project.wsgi:application", *WEB, *bind])
        wait_for(lambda: listens(self.port), seconds=40, what="the pages' start")

    def start_sandbox(self):
        """Operators whose payers decide at once, and who remember through a restart."""
        keep = ["--state", str(self.folder / "sandbox.json"), "--delay", "0.5"]
        self._start("sandbox", ["-m", "project.sandbox", "--port", str(self.sandbox_port), *keep])
        wait_for(lambda: listens(self.sandbox_port), what="the sandbox's start")

    def start_worker(self):
        """Messages, payments, whatever waits. Ready once it has done its first task."""
        self._start_worker("worker", "heartbeat")

    def start_reader(self):
        """The worker that reads papers."""
        self._start_worker("reader", "heartbeat.reading", "--queue", "reading")

    def _start_worker(self, name, sign, *options):
        heartbeat = self.folder / sign
        heartbeat.touch()
        os.utime(heartbeat, (0, 0))
        command = [str(ROOT / "manage.py"), "worker", "--drain", "20", *options]
        self._start(name, command)
        wait_for(lambda: heartbeat.stat().st_mtime > 0, seconds=40, what=f"the {name}'s start")

    def stop(self, name):
        self.children.pop(name).stop(25)

    def ensure(self):
        """Start again whatever a test has stopped."""
        starts = {
            "web": self.start_pages,
            "sandbox": self.start_sandbox,
            "worker": self.start_worker,
            "reader": self.start_reader,
        }
        for name, start in starts.items():
            if name not in self.children or not self.children[name].is_whole():
                start()

    def end(self):
        for child in self.children.values():
            child.main.terminate()
        for child in self.children.values():
            child.stop(10)

    def mark_logs(self):
        """What has been logged so far is another test's affair."""
        self.may_fail, self.marks = False, {name: len(self._log(name)) for name in LOGS}

    def errors(self):
        """What pages and worker have logged as errors, unless the test asked for trouble."""
        said = {name: self._log(name)[mark:] for name, mark in self.marks.items()}
        found = [text[text.index(" ERROR ") - 30 :] for text in said.values() if " ERROR " in text]
        return "" if self.may_fail else "\n".join(found)[:6000]

    def _log(self, name):
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _start(self, name, arguments):
        with (self.folder / f"{name}.log").open("ab") as log:
            self.children[name] = Group(
                [sys.executable, *arguments], env=self.environment, output=log
            )


def wait_until_idle(rows, *, seconds=40):
    """Wait until no task is queued or under way: nothing writes while the tables are emptied."""
    ends = time.monotonic() + seconds
    while rows.exists():
        assert time.monotonic() < ends, f"still queued: {[row.task['func'] for row in rows]}"
        time.sleep(0.05)
