"""`manage.py worker`: the queue's cluster, and the watchdog that restarts it when it is silent."""

import logging
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections

from project import heartbeat, supervise
from project.lib import queue

log = logging.getLogger("hetra.worker")

STEP = 0.5  # seconds between two looks
SHORT_LIFE = 10  # seconds; a cluster that dies sooner has never worked
SHORT_LIVES = 5  # in a row, before giving up


class Command(BaseCommand):
    help = "Runs the background workers, and restarts all of them when they no longer answer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--queue",
            choices=[queue.MAIN, queue.READING],
            default=queue.MAIN,
            help="which queue to work on: reading papers takes long and has its own",
        )
        parser.add_argument(
            "--limit",
            type=float,
            default=settings.HEARTBEAT_LIMIT,
            help="seconds without a sign of life before everything is killed and restarted",
        )
        parser.add_argument(
            "--drain",
            type=float,
            default=settings.Q_CLUSTER["timeout"] + 10,
            help="seconds the tasks under way have to end when asked to stop",
        )

    def handle(self, *args: Any, limit: float, drain: float, **options: Any) -> None:
        stop = supervise.StopRequest()
        path, private = _heartbeat_file(options["queue"])
        try:
            Watchdog(path, options["queue"], limit=limit, drain=drain, stop=stop).run()
        finally:
            if private:
                path.unlink(missing_ok=True)


def _heartbeat_file(name: str) -> tuple[Path, bool]:
    """The file that the cluster touches: one a watchdog, or two would cover for each other."""
    if settings.HEARTBEAT_FILE:
        path = Path(settings.HEARTBEAT_FILE)
        if name != queue.MAIN:
            path = path.with_name(f"{path.name}.{name}")
        if not path.exists():
            path.touch()
        return path, False
    handle, name = tempfile.mkstemp(prefix="hetra-worker-")
    os.close(handle)
    return Path(name), True


class Watchdog:
    """Keeps one cluster alive: watches its sign of life, its main process and its sentinel."""

    def __init__(
        self,
        path: Path,
        queue_name: str,
        *,
        limit: float,
        drain: float,
        stop: supervise.StopRequest,
    ):
        self.queue_name = queue_name
        self.path, self.limit, self.drain, self.stop = path, limit, drain, stop
        self.short_lives = 0
        self.start()

    def run(self) -> None:
        """Until asked to stop. Raises CommandError when the cluster dies at each start."""
        while reason := self.watch():
            self.restart(reason)
        if not self.cluster.stop(self.drain):
            log.warning(
                "tasks still ran after %s s: killed, the queue gives them again", self.drain
            )

    def start(self) -> None:
        """Start a cluster, with its first beat waiting for it."""
        environment = os.environ | {"HEARTBEAT_FILE": str(self.path)}
        if self.queue_name != queue.MAIN:
            environment["Q_CLUSTER_NAME"] = self.queue_name  # how django-q names its other queues
        command = [sys.executable, str(settings.ROOT / "manage.py"), "qcluster"]
        self.cluster = supervise.Group(command, env=environment)
        self.born = self.heard = self.moved = time.monotonic()
        self.touched = self.path.stat().st_mtime_ns
        self.naps = 0
        self.provoke()

    def watch(self) -> str:
        """Return why the cluster must be restarted, or nothing once somebody asked us to stop."""
        while not self.stop.wait(STEP):
            if not self.cluster.is_whole():
                return "its main process died"
            if self.stillness() > self.limit:
                return f"its sentinel has not moved for {self.limit:g} s"
            silence = self.silence()
            if silence > self.limit:
                return f"no task ended for {silence:.0f} s"
            if silence > self.limit / 4 and time.monotonic() - self.provoked > self.pace(silence):
                self.provoke()
        return ""

    def silence(self) -> float:
        """Seconds since the last sign of life, by a clock that nobody sets."""
        touched = self.path.stat().st_mtime_ns
        if touched != self.touched:
            self.touched, self.heard = touched, time.monotonic()
        return time.monotonic() - self.heard

    def stillness(self) -> float:
        """Seconds since the sentinel last moved.

        It wakes twice a second. One that sleeps on, behind a lock whose holder was killed,
        replaces no worker and runs no timetable, while the workers that are left give signs.
        """
        sentinel = next(iter(supervise.children(self.cluster.main.pid)), None)
        naps = supervise.naps(sentinel) if sentinel else 0
        if naps != self.naps:
            self.naps, self.moved = naps, time.monotonic()
        return time.monotonic() - self.moved

    def pace(self, silence: float) -> float:
        """Seconds between two beats.

        Another machine's cluster may take our beats: the longer the silence the more of them,
        so that luck alone does not make a healthy idle cluster look dead.
        """
        return self.limit / 9 if silence < self.limit / 2 else self.limit / 90

    def provoke(self) -> None:
        """Queue a beat. Silence while the database itself is away is not the cluster's fault."""
        self.provoked = time.monotonic()
        close_old_connections()
        try:
            heartbeat.provoke(self.queue_name)
        except DatabaseError as error:
            log.warning("no beat could be queued: %s", error)
            self.heard = self.provoked

    def restart(self, reason: str) -> None:
        """End the whole cluster, and wait a little longer each time it never got to work."""
        log.error("the cluster is killed and restarted: %s", reason)
        self.cluster.kill()
        is_short = time.monotonic() - self.born < SHORT_LIFE
        self.short_lives = self.short_lives + 1 if is_short else 0
        if self.short_lives >= SHORT_LIVES:
            raise CommandError(f"the cluster died {SHORT_LIVES} times at its start")
        self.stop.wait(self.short_lives)
        self.start()
