"""The timetable: one table in the code, copied to the rows that the queue reads."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_q.models import OrmQ, Schedule, Task
from django_q.scheduler import scheduler

from project import heartbeat, schedule

pytestmark = pytest.mark.django_db


def test_writing_it_twice_changes_nothing():
    call_command("timetable", verbosity=0)
    before = list(Schedule.objects.order_by("pk").values())
    call_command("timetable", verbosity=0)
    assert list(Schedule.objects.order_by("pk").values()) == before
    assert len(before) == len(schedule.TIMETABLE)


def test_what_is_not_in_the_table_is_removed():
    Schedule.objects.create(name="a stranger", func="os.getpid")
    schedule.write()
    assert not Schedule.objects.filter(name="a stranger").exists()


def test_deploying_does_not_put_a_daily_task_off():
    schedule.write()
    tomorrow = timezone.now() + timedelta(hours=20)
    Schedule.objects.update(next_run=tomorrow)
    schedule.write()
    assert set(Schedule.objects.values_list("next_run", flat=True)) == {tomorrow}


@pytest.mark.django_db(transaction=True)
def test_every_entry_is_queued_when_its_time_has_come():
    schedule.write()
    scheduler()
    queued = {task.task["func"] for task in OrmQ.objects.all()}
    assert queued == {entry.task for entry in schedule.TIMETABLE}


def result(name, *, success, days):
    moment = timezone.now() - timedelta(days=days)
    Task.objects.create(
        id=name, name=name, func="f", started=moment, stopped=moment, success=success
    )


def test_old_results_are_forgotten_and_failures_later():
    result("fresh", success=True, days=6)
    result("stale", success=True, days=8)
    result("failure", success=False, days=80)
    result("old-failure", success=False, days=91)
    heartbeat.prune()
    assert set(Task.objects.values_list("pk", flat=True)) == {"fresh", "failure"}
