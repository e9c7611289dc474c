"""Rows that must have an event: each app says which of its own, and the verifier asks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast

from project.audit.models import Event


@dataclass(frozen=True, slots=True)
class Expectation:
    """Every row of `rows()` has an `action` in the log. `at` names when the row was made."""

    action: str
    rows: Callable[[], QuerySet]
    at: str | None = None


EXPECTATIONS: list[Expectation] = []


def expect(action: str, rows: Callable[[], QuerySet], *, at: str | None = None) -> None:
    """Ask for an event about each of these rows. Apps call it once they are ready.

    Give `at` only where the row never changes afterwards: verifying a period then looks at the
    rows of that period alone.
    """
    EXPECTATIONS.append(Expectation(action, rows, at))


def due(expectation: Expectation, since: datetime | None) -> QuerySet:
    """The rows that must have an event."""
    rows = expectation.rows()
    if since and expectation.at:
        rows = rows.filter(**{f"{expectation.at}__gte": since})
    return rows


def silent(expectation: Expectation, since: datetime | None) -> QuerySet:
    """The rows that must have an event and have none."""
    rows = due(expectation, since)
    events = Event.objects.filter(
        object_type=rows.model._meta.label_lower,
        object_id=OuterRef("pk_in_words"),
        action=expectation.action,
    )
    return rows.annotate(pk_in_words=Cast("pk", CharField())).exclude(Exists(events))
