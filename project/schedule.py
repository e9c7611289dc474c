"""The whole timetable of periodic tasks, and its copy in the rows that django-q reads."""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django_q.models import Schedule

HOUR = 60
DAY = 24 * HOUR


@dataclass(frozen=True)
class Entry:
    """`task`, a dotted path, is run every so many minutes with `args`, up to 30 seconds late."""

    name: str
    task: str
    minutes: int
    args: tuple[str, ...] = ()


TIMETABLE = (
    Entry("open payments are asked after", "taxes.tasks.check_open", 1),
    Entry("messages that could not leave are sent again", "notify.tasks.resume", 1),
    Entry("dossiers left lying go back to the queue", "kyc.tasks.release_stale", 5),
    Entry("checks by outside services are followed up", "kyc.tasks.follow_up_checks", 1),
    Entry("a batch of readings goes on", "kyc.tasks.go_on_reading", 1),
    Entry("the log is anchored", "project.audit.tasks.anchor", settings.AUDIT_ANCHOR_MINUTES),
    Entry("the log is verified", "project.audit.tasks.verify", DAY),
    Entry("used codes and old tries are forgotten", "kyc.tasks.forget_codes", HOUR),
    Entry("parts of files never finished are forgotten", "kyc.tasks.forget_uploads", HOUR),
    Entry("papers that end are told and end", "kyc.tasks.end_papers", HOUR),
    Entry("unanswered invitations end", "kyc.tasks.end_stale_invitations", HOUR),
    Entry("old results of tasks are forgotten", "project.heartbeat.prune", DAY),
    Entry("lost second factors go once their delay is over", "kyc.tasks.finish_reproofings", 5),
    Entry("the store of scans is compared with its rows", "kyc.tasks.sweep_scans", DAY),
    Entry("what has been kept long enough is deleted", "kyc.tasks.enforce_retention", HOUR),
)


@transaction.atomic
def write() -> int:
    """Make the rows say what the table says, and nothing else. Returns how many there are.

    The hour of a task that is already there is kept: deploying often must not put it off for ever.
    """
    Schedule.objects.exclude(name__in=[entry.name for entry in TIMETABLE]).delete()
    for entry in TIMETABLE:
        Schedule.objects.update_or_create(
            name=entry.name,
            defaults={
                "func": entry.task,
                "args": repr(entry.args) if entry.args else None,
                "schedule_type": Schedule.MINUTES,
                "minutes": entry.minutes,
                "repeats": -1,
            },
        )
    return len(TIMETABLE)
