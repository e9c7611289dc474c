"""The worker when its processes die or hang: tasks run afterwards, and nobody is left over."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.core.management.base import CommandError
from django.db import OperationalError, transaction
from django_q.models import OrmQ, Task

from kyc import documents, filing
from kyc.models import Document
from project import supervise
from project.lib.queue import MAIN, READING, enqueue
from project.management.commands.worker import SHORT_LIVES, Watchdog
from tests.factories import IdentityCaseFactory
from tests.servers import are_dead, members, wait_for

LIMIT = 4  # seconds of silence; production's 90 would make a long test
RECOVERY = LIMIT + 8


class Worker:
    """`manage.py worker` in a process, and the processes below it."""

    def __init__(self, environment, log, *, queue=MAIN, limit=LIMIT):
        conf = settings.Q_CLUSTER | settings.Q_CLUSTER["ALT_CLUSTERS"].get(queue, {})
        self.size = conf["workers"] + 2
        command = [sys.executable, str(settings.ROOT / "manage.py"), "worker"]
        self.process = subprocess.Popen(
            [*command, "--queue", queue, "--limit", str(limit), "--drain", "6"],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )

    def cluster(self):
        """(group, main process, sentinel, its children), once all are there."""

        def whole():
            family = supervise.children(self.process.pid)
            below = supervise.children(family[1]) if len(family) == 2 else []
            # The workers, the monitor, the pusher: django-q starts them in this order.
            hands = supervise.children(below[0]) if below else []
            return (family[0], family[1], below[0], hands) if len(hands) == self.size else None

        return wait_for(whole, what="the cluster's start")


@contextlib.contextmanager
def at_work(child_environment, tmp_path, **options):
    """A worker, of which nobody is left afterwards."""
    environment = child_environment | {
        "DJANGO_SETTINGS_MODULE": "tests.project.worker_settings",
        "HEARTBEAT_FILE": str(tmp_path / "heartbeat"),
    }
    with (tmp_path / "worker.log").open("wb") as log:
        worker = Worker(environment, log, **options)
    try:
        group, *_ = worker.cluster()
        yield worker
    finally:
        worker.process.kill()
        worker.process.wait()
    wait_for(lambda: not members(group), what="the end of every process")


@pytest.fixture(params=[MAIN])
def worker(request, child_environment, tmp_path):
    with at_work(child_environment, tmp_path, queue=request.param) as worker:
        yield worker


@pytest.fixture
def reader(child_environment, tmp_path):
    """One that its watchdog leaves alone for longer than a paper may take, as in production."""
    with at_work(child_environment, tmp_path, queue=READING, limit=30) as reader:
        yield reader


@pytest.fixture
def diary(tmp_path):
    """Where tasks write, and what they wrote."""
    path = tmp_path / "diary"

    def lines():
        return path.read_text().split() if path.exists() else []

    lines.path = str(path)
    return lines


def give(name, *args, queue=MAIN):
    with transaction.atomic():
        enqueue(f"tests.project.work.{name}", *args, queue=queue)


def require_work_goes_on(diary, *, seconds=RECOVERY):
    """A task given now is run."""
    before = diary().count("done")
    give("mark", diary.path)
    wait_for(lambda: diary().count("done") > before, seconds=seconds, what="the next task")


def test_a_task_is_run_and_leaves_the_queue(worker, diary):
    require_work_goes_on(diary)
    wait_for(lambda: Task.objects.filter(func="tests.project.work.mark").exists())
    wait_for(lambda: not OrmQ.objects.exists(), what="the acknowledgement")


def test_beats_leave_no_trace(worker, diary):
    require_work_goes_on(diary)
    time.sleep(LIMIT / 4 + LIMIT / 9 + 1)
    assert not Task.objects.filter(func="project.heartbeat.beat").exists()


@pytest.mark.parametrize("worker", [READING], indirect=True)
def test_papers_are_read_apart_from_everything_else(worker, diary):
    give("mark", diary.path)
    give("dawdle", diary.path, 0, queue=READING)
    wait_for(lambda: Task.objects.filter(success=True), what="the reader's task")
    # Its own beats keep it alive, and the other queue's task waits for the other worker.
    group, *_ = worker.cluster()
    time.sleep(LIMIT + 1)
    assert members(group)
    assert "tests.project.work.mark" in [task.func() for task in OrmQ.objects.all()]
    assert diary().count("done") == 1


def test_a_task_whose_worker_is_killed_is_run_again(worker, diary):
    give("dawdle", diary.path, 1)
    victim = int(wait_for(diary, what="the task's start")[0])
    os.kill(victim, signal.SIGKILL)
    require_work_goes_on(diary)
    wait_for(lambda: diary().count("done") == 2, what="the second run")


def test_workers_killed_while_they_wait_for_work_are_replaced(worker, diary):
    """One of them holds the lock of the queue, for ever: no new worker gets past it."""
    group, _main, _sentinel, hands = worker.cluster()
    for hand in hands[:2]:
        os.kill(hand, signal.SIGKILL)
    require_work_goes_on(diary)
    assert not members(group)


def test_a_monitor_killed_while_it_waits_is_replaced(worker, diary):
    """It holds the lock of the results: without it every task would be run again for ever."""
    *_, hands = worker.cluster()
    require_work_goes_on(diary)
    wait_for(lambda: not OrmQ.objects.exists(), what="the acknowledgement")
    os.kill(hands[2], signal.SIGKILL)
    require_work_goes_on(diary)
    done = Task.objects.filter(func="tests.project.work.mark")
    wait_for(lambda: done.count() == 2, what="the result")
    wait_for(lambda: not OrmQ.objects.exists(), what="the acknowledgement")


def test_workers_that_are_stopped_are_killed_and_replaced(worker, diary):
    group, _main, _sentinel, hands = worker.cluster()
    for hand in hands[:2]:
        os.kill(hand, signal.SIGSTOP)
    require_work_goes_on(diary)
    assert not members(group)


def test_a_sentinel_that_hangs_is_replaced_though_workers_work(worker):
    group, _main, sentinel, _hands = worker.cluster()
    os.kill(sentinel, signal.SIGSTOP)
    wait_for(lambda: not members(group), seconds=RECOVERY, what="the end of the old cluster")


@pytest.mark.parametrize("who", [1, 2], ids=["main", "sentinel"])
def test_no_orphan_survives_the_process_that_led_it(worker, diary, who):
    family = worker.cluster()
    group, hands = family[0], family[3]
    os.kill(family[who], signal.SIGKILL)
    wait_for(lambda: not members(group), seconds=5, what="the end of the old cluster")
    assert are_dead(hands)
    require_work_goes_on(diary)


def test_nobody_survives_the_watchdog(worker):
    group, _main, _sentinel, hands = worker.cluster()
    worker.process.kill()
    worker.process.wait()
    wait_for(lambda: not members(group), seconds=3, what="the end of every process")
    assert are_dead(hands)


def test_asked_to_stop_it_lets_the_task_under_way_end(worker, diary):
    group, *_ = worker.cluster()
    give("dawdle", diary.path, 1)
    wait_for(diary, what="the task's start")
    worker.process.terminate()
    assert worker.process.wait(timeout=10) == 0
    assert diary().count("done") == 1
    assert not members(group)
    assert Task.objects.filter(func="tests.project.work.dawdle", success=True).count() == 1


def test_a_task_that_outlasts_the_stop_is_given_again(worker, diary, monkeypatch):
    group, _main, _sentinel, hands = worker.cluster()
    give("dawdle", diary.path, 2)
    wait_for(diary, what="the task's start")
    for hand in hands[:2]:
        os.kill(hand, signal.SIGSTOP)
    worker.process.terminate()
    assert worker.process.wait(timeout=12) == 0
    assert not members(group)
    assert OrmQ.objects.count() == 1


# --- Reading papers -----------------------------------------------------------------------------


def test_a_reader_loads_the_models_once_and_no_other_worker_does(reader, diary):
    for _ in range(4):
        give("read_nothing", diary.path, queue=READING)
    wait_for(lambda: len(diary()) == 4, what="the readings")
    # The two models, before the first paper; nothing anew for the later ones.
    assert {line.partition(":")[2] for line in diary()} == {"2+0"}
    assert len({line.partition(":")[0] for line in diary()}) <= reader.size - 2


def test_a_worker_of_everything_else_never_loads_them(worker, diary):
    give("tell_libraries", diary.path)
    assert wait_for(diary, what="the task") == ["none"]


@pytest.mark.parametrize("how", ["hang", "die"])
def test_a_paper_that_hangs_or_kills_its_reader_leaves_the_dossier_usable(reader, diary, how):
    case = IdentityCaseFactory()
    paper = case.documents.get(side="identity_front")
    Document.objects.filter(pk=paper.pk).update(state=Document.State.PENDING)
    give("read_badly", paper.pk, how, queue=READING)
    wait_for(lambda: Document.objects.get(pk=paper.pk).attempts, what="the first attempt")
    filing.declare(case, case.section("reponses"), {"surname": "TYPED"}, by=case.citizen)
    filing.submit(case, by=case.citizen)
    wait_for(lambda: Document.objects.get(pk=paper.pk).state == "unread", seconds=90)
    paper.refresh_from_db()
    case.refresh_from_db()
    assert (paper.attempts, case.state, case.surname) == (2, "waiting", "TYPED")
    assert documents.unread(case) == [paper]
    give("mark", diary.path, queue=READING)
    wait_for(diary, what="the next paper")


# --- The watchdog's own judgement ---------------------------------------------------------------


@pytest.fixture
def watchdog(tmp_path, monkeypatch):
    """A watchdog whose cluster is a process that only sleeps, and whose loop turns at once."""
    beats = []
    monkeypatch.setattr("project.heartbeat.provoke", lambda _queue: beats.append(time.monotonic()))
    monkeypatch.setattr("project.management.commands.worker.close_old_connections", lambda: None)

    class Sleeper(supervise.Group):
        def __init__(self, _command, *, env):
            super().__init__(["sleep", "60"], env=env)

    class Never:
        asked = False

        def wait(self, seconds):
            time.sleep(0.01)
            return self.asked

    monkeypatch.setattr(supervise, "Group", Sleeper)
    path = tmp_path / "heartbeat"
    path.touch()
    dog = Watchdog(path, MAIN, limit=1, drain=1, stop=Never())
    dog.beats = beats
    yield dog
    dog.cluster.kill()


def test_silence_is_answered_by_more_and_more_beats(watchdog, monkeypatch):
    monkeypatch.setattr(watchdog, "stillness", lambda: 0)
    begun = time.monotonic()
    assert "no task ended" in watchdog.watch()
    late = [beat for beat in watchdog.beats if beat - begun > 0.5]
    assert 1 < len(watchdog.beats) - len(late) < len(late)


def test_a_database_that_is_away_is_not_the_clusters_fault(watchdog, monkeypatch):
    def away(_queue):
        raise OperationalError("away")

    monkeypatch.setattr("project.heartbeat.provoke", away)
    monkeypatch.setattr(watchdog, "stillness", lambda: 0)
    end = time.monotonic() + 2
    monkeypatch.setattr(watchdog.stop, "wait", lambda _s: time.monotonic() > end)
    assert watchdog.watch() == ""


def test_a_cluster_that_never_lives_makes_the_watchdog_give_up(watchdog):
    for _ in range(SHORT_LIVES - 1):
        watchdog.restart("it died")
    with pytest.raises(CommandError, match="died 5 times"):
        watchdog.restart("it died")
