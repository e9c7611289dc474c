"""Leaving a service in peace that keeps failing, whichever process noticed.

Rows, where libraries for this count in each process or want a Redis we do not require: workers are
forked on several machines, and each would learn of an outage by its own waits of half a minute.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from kyc.models import Breaker

LIMIT = 5  # failures in a row
REST = timedelta(minutes=1)  # after them, doubled by each further one
LONGEST = timedelta(minutes=15)
PROBE = timedelta(minutes=1)  # for the one call that finds out whether it is over


def allows(checker: str) -> bool:
    """Whether the service may be called now. Once its rest is over, one caller is let through."""
    now = timezone.now()
    open_until = (
        Breaker.objects.filter(checker=checker).values_list("open_until", flat=True).first()
    )
    if open_until is None:
        return True
    if open_until > now:
        return False
    probing = Breaker.objects.filter(checker=checker, open_until=open_until)
    return probing.update(open_until=now + PROBE) == 1


@transaction.atomic
def failed(checker: str) -> None:
    """Count a call without an answer."""
    Breaker.objects.bulk_create([Breaker(checker=checker)], ignore_conflicts=True)
    row = Breaker.objects.select_for_update().get(checker=checker)
    row.failures += 1
    if row.failures >= LIMIT:
        rest = min(REST * 2 ** min(row.failures - LIMIT, 10), LONGEST)
        row.open_until = timezone.now() + rest
    row.save(update_fields=["failures", "open_until"])


def worked(checker: str) -> None:
    """The service answered, whatever it said."""
    Breaker.objects.filter(checker=checker, failures__gt=0).update(failures=0, open_until=None)
