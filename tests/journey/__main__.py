"""`python -m tests.journey`: the eight steps on a fresh database, with the demo's processes."""

import os
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp(prefix="hetra-journey-"))

from tests.servers import free_port  # noqa: E402

# Settings are read once, at import: everything must be in the environment before.
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "project.settings.dev",
    "DEMO_DIR": str(FOLDER),
    "PORT": str(free_port()),
    "SANDBOX_PORT": str(free_port()),
}
for name in ("SITE_URL", "DATABASE_URL", "HEARTBEAT_FILE", "ALLOWED_HOSTS", "SECRET_KEY"):
    os.environ.pop(name, None)

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import CommandError, call_command  # noqa: E402

from project import demo as people  # noqa: E402
from project.management.commands import demo  # noqa: E402
from project.management.commands.demo import Command as Demo  # noqa: E402
from tests.journey.steps import STEPS, Journey  # noqa: E402

TAIL = 25  # lines of each log shown after a failure


class Command(Demo):
    """The demo with nobody in it but its staff, ended after the last step."""

    goodbye = "every process has ended"
    is_done = False

    def prepare(self):
        """An empty service, ready to open: the law, the timetable, an agent and an officer."""
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        call_command("load_tariff", stdout=self.stdout)
        call_command("timetable", verbosity=0, stdout=self.stdout)
        people.hire()

    def present(self):
        self.stdout.write(f"started in {time.monotonic() - BEGUN:.1f} s, data in {FOLDER}")

    def watch(self, children, stop):
        """Play the steps, one after the other. Raises CommandError at the first that fails."""
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, signal.default_int_handler)  # a step may wait for a minute
        journey = Journey(settings.SITE_URL)
        for number, step in enumerate(STEPS, start=1):
            begun = time.monotonic()
            try:
                step(journey)
                demo.require_alive(children)
            except Exception as failure:
                self.tell_why(number, step, failure)
                raise CommandError(f"step {number} failed") from failure
            note, journey.note = journey.note, ""
            seconds = time.monotonic() - begun
            self.stdout.write(f"{number}. {seconds:5.1f} s  {step.__doc__}")
            if note:
                self.stdout.write(f"            {note}")
        self.is_done = True

    def tell_why(self, number, step, failure):
        """The step, why it failed, where in our play, and the end of each log."""
        sys.stdout.flush()
        self.stderr.write(
            f"{number}. FAILED  {step.__doc__}\n   {type(failure).__name__}: {failure}"
        )
        where = traceback.extract_tb(failure.__traceback__)
        self.stderr.write("   " + " > ".join(f"{call.name}:{call.lineno}" for call in where[1:]))
        for log in sorted(FOLDER.glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()
            # A page that asks again and again says it once.
            once = dict.fromkeys(re.sub(r"^127.* \[.*?\] ", "", line) for line in lines)
            self.stderr.write("\n".join([f"--- {log.name}", *list(once)[-TAIL:]]))


def main():
    """0 once all steps are taken, 1 otherwise. Nothing is left behind either way."""
    command = Command(stdout=sys.stdout, stderr=sys.stderr)
    try:
        command.handle()
    except CommandError as failure:
        command.stderr.write(f"journey: {failure}")
    except KeyboardInterrupt:
        command.stderr.write("journey: stopped")
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    if command.is_done:
        sys.stdout.write(f"all {len(STEPS)} steps in {time.monotonic() - BEGUN:.1f} s\n")
    return 0 if command.is_done else 1


if __name__ == "__main__":
    BEGUN = time.monotonic()
    sys.exit(main())
