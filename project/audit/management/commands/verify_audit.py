"""`manage.py verify_audit [--since DATE]`: one line a fault, and status 1 if there is one."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from project.audit import verification


class Command(BaseCommand):
    help = "Verifies the log: links, gaps, hashes, heads, anchors, and rows without an event."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", help="a moment, like 2026-11-20 or 2026-11-20T08:00")

    def handle(self, *, since: str | None, **options: Any) -> None:
        start = moment(since) if since else None
        tally: Counter = Counter()
        found = 0
        for fault in verification.faults(start, tally=tally):
            found += 1
            self.stdout.write(fault)
        verification.note(start, tally, found)
        if found:
            raise CommandError(f"{found} faults", returncode=1)
        self.stdout.write(
            f"{tally['events']} events ({tally['young']} not anchored yet), "
            f"{tally['anchors']} anchors, {tally['rows']} rows: no fault"
        )


def moment(text: str) -> datetime:
    """A moment from what was typed, in local time unless it says otherwise. Raises CommandError."""
    try:
        found = parse_datetime(text)
        day = None if found else parse_date(text)
    except ValueError as error:
        raise CommandError(f"{text} is no date") from error
    if found is None and day is None:
        raise CommandError(f"{text} is no date")
    made = found or datetime(day.year, day.month, day.day)  # type: ignore[union-attr]  # noqa: DTZ001
    return timezone.make_aware(made) if timezone.is_naive(made) else made
