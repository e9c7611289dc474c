"""What services send us about identities: kept as it came, believed as far as it is signed."""

import base64
import contextlib
import hashlib
import uuid
from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from kyc import checkers, checks
from kyc.checkers.base import Forged, Notice
from kyc.models import Check, CheckCallback
from project.audit import chain
from project.lib.queue import enqueue

LIMIT = 1024 * 1024  # bytes; Smile ID sends a picture along
# Of what nobody signed, rows say that it came, and there are never more of them than this.
STRANGERS = 1000
HOUR = timedelta(hours=1)


def receive(code: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Keep a callback, once however often it comes, and act on it. False where nobody signed it.

    The caller answers 2xx only after this has committed.
    """
    try:
        notice = checkers.get(code).read_callback(body, headers)
    except Forged:
        _forged(code, body)
        return False
    except ValueError:
        notice = (
            Notice()
        )  # signed, and about nothing of ours: services send what we did not ask for
    _genuine(code, body, notice)
    return True


@transaction.atomic
def _genuine(code: str, body: bytes, notice: Notice) -> None:
    check = _about(code, notice)
    held, is_new = CheckCallback.objects.get_or_create(
        checker=code,
        digest=hashlib.sha256(body).hexdigest(),
        is_genuine=True,
        defaults={"of": check, "body": base64.b64encode(body).decode()},
    )
    if not is_new:
        _count(held)
    elif check and notice.verdict:
        checks.settle(check, notice.verdict)
    elif check:
        enqueue("kyc.tasks.ask_after", check.pk)


@transaction.atomic
def _forged(code: str, body: bytes) -> None:
    """Keep that it came, not what it said; say so in the log once an hour."""
    rows = CheckCallback.objects.filter(checker=code, is_genuine=False)
    digest = hashlib.sha256(body).hexdigest()
    if held := rows.filter(digest=digest).first():
        _count(held)
        return
    if rows.count() >= STRANGERS:  # the newest stay: old noise hides no attack of today
        rows.filter(pk__in=rows.order_by("last_at", "pk").values("pk")[:1]).delete()
    lately = rows.filter(first_at__gt=timezone.now() - HOUR).exists()
    row, is_new = rows.get_or_create(checker=code, digest=digest, is_genuine=False)
    if is_new and not lately:
        chain.record("check.forged", by=None, about=row, checker=code)


def _about(code: str, notice: Notice) -> Check | None:
    """The check a callback names, by our reference or the service's own."""
    rows = Check.objects.filter(checker=code)
    if notice.reference:
        with contextlib.suppress(ValueError):
            return rows.filter(reference=uuid.UUID(notice.reference)).first()
    if notice.service_reference:
        return rows.filter(service_reference=notice.service_reference).order_by("-pk").first()
    return None


def _count(held: CheckCallback) -> None:
    rows = CheckCallback.objects.filter(pk=held.pk)
    rows.update(times=F("times") + 1, last_at=timezone.now())
