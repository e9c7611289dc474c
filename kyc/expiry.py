"""The end of papers: their holders are warned of it, then told that their dossier has ended.

What a person owes stays payable whatever becomes of their dossier: nothing in `taxes` asks for it.
"""

import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from kyc import papers
from kyc.cases import Case
from kyc.models import IdentityCase
from notify import messages
from project.audit import chain
from project.lib.workflow import for_each

# Days before the end, the earliest first. Each is told once.
WARNINGS = (papers.WARNING.days, 7)
DAYTIME = range(7, 19)  # hours in Madagascar in which people are written to
BATCH = 200  # rows read at once
BUDGET = 40  # seconds of one run; a task has sixty

State = Case.State


def run() -> dict[str, int]:
    """End the dossiers whose papers have ended and warn of those that will; how many of each.

    Stops by itself before a task's time is over: the timetable calls again. Nothing by night,
    since each row is a message to somebody; `User.is_identified` goes by the day, not by this.
    Raises ExceptionGroup of what went wrong, once all have had their turn.
    """
    now = timezone.localtime()
    if now.hour not in DAYTIME:
        return {}
    today, deadline = now.date(), time.monotonic() + BUDGET
    done = {"expired": 0, "warned": 0}
    work = [("expired", expire, IdentityCase.objects.ended(today))]
    work += [("warned", warn, due(today, days)) for days in WARNINGS]

    def act(job: tuple[str, Callable[[IdentityCase, date], bool], IdentityCase]) -> None:
        name, verb, case = job
        done[name] += verb(case, today)

    for_each(_in_time(work, deadline), act)
    return done


def due(today: date, days: int) -> Any:
    """Dossiers that end within so many days, whose holders were not told so yet.

    Whoever has sent another dossier knows; a mere draft of one may have been forgotten.
    """
    sent = [State.WAITING, State.CLAIMED, State.RETURNED]
    others = IdentityCase.objects.filter(citizen=OuterRef("citizen"), state__in=sent)
    near = IdentityCase.objects.filter(
        state=State.APPROVED, expires_on__gte=today, expires_on__lte=today + timedelta(days=days)
    )
    return near.filter(Q(warned=None) | Q(warned__gt=days)).exclude(Exists(others))


@transaction.atomic
def warn(case: IdentityCase, today: date) -> bool:
    """Tell somebody that their paper ends soon. False if that was done, or is no longer so."""
    case.lock()
    left = (case.expires_on - today).days if case.expires_on else -1
    days = min((days for days in WARNINGS if 0 <= left <= days), default=0)
    is_due = days and due(today, days).filter(pk=case.pk).exists()
    if not is_due or not case.citizen.is_active:
        return False
    case.warned = days
    case.save(update_fields=["warned"])
    messages.send("identity_ending", to=case.citizen, case=case)
    chain.record("case.warned", by=None, about=case, days=days)
    return True


@transaction.atomic
def expire(case: IdentityCase, today: date) -> bool:
    """End a dossier whose paper has ended, and tell its holder. False if that was done before."""
    case.lock()
    if case.state != State.APPROVED or not case.expires_on or case.expires_on >= today:
        return False
    case.move(State.EXPIRED, by=None)
    messages.send("identity_ended", to=case.citizen, case=case)
    chain.record("case.expired", by=None, about=case)
    return True


def _in_time(work: list[tuple[str, Any, Any]], deadline: float) -> Iterator[tuple[str, Any, Any]]:
    """What is to be done to which row, batch by batch, until the time is over."""
    for name, verb, rows in work:
        last = 0
        while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
            for case in batch:
                if time.monotonic() > deadline:
                    return
                yield name, verb, case
            last = batch[-1].pk
