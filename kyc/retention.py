"""How long each kind of data is kept and why, deleting it when its time has come, the proof of it.

Money, decisions, who looked at a paper and the audit are not here: they are kept by law.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from kyc import store
from kyc.cases import Case
from kyc.models import Assistance, Check, CheckCallback, Deletion, Document, ReadingItem
from notify.models import Message

DAY = timedelta(days=1)
ABANDONED = 180 * DAY  # after which a draft that was never sent is deleted
OVER = [*Case.FINAL, Case.State.EXPIRED]  # one that is suspended may yet be argued about
BATCH = 200  # rows a transaction
BUDGET = 40  # seconds of one run; a task has sixty


@dataclass(frozen=True)
class Rule:
    """One kind of data. `due` gives rows older than a moment; `erase` one of them its end.

    `erase` returns the files that are to go with it, once no row names them any more.
    """

    kind: str
    keep: timedelta
    why: str
    due: Callable[[datetime, int], list[Any]]
    erase: Callable[[Any], list[str]]


def _originals(before: datetime, limit: int) -> list[Document]:
    """Papers whose case was decided for good: what agents compared, our own picture, stays."""
    decided = Q()
    for model in Case.__subclasses__():
        case = f"{model._meta.model_name}s"
        decided |= Q(**{f"{case}__state__in": OVER, f"{case}__decided_at__lt": before})
    return list(Document.objects.filter(decided).exclude(original="").distinct()[:limit])


def _forget_original(document: Document) -> list[str]:
    Document.objects.filter(pk=document.pk).update(original="")
    return [document.original.name]


def _drafts(before: datetime, limit: int) -> list[Case]:
    """Cases nobody has touched since, and never sent. Held: their owner may come back just now."""
    found: list[Case] = []
    for model in Case.__subclasses__():
        drafts = model.objects.filter(state=Case.State.DRAFT, created_at__lt=before)
        photographed = model.objects.filter(documents__uploaded_at__gte=before)
        touched = Q(declared_at__gte=before) | Q(pk__in=photographed.values("pk"))
        rows = drafts.exclude(touched).select_for_update(of=("self",))
        found += rows.order_by("pk")[: limit - len(found)]
    return found


def _forget_draft(case: Case) -> list[str]:
    papers = list(case.documents.all())
    case.documents.clear()
    case.log.all().delete()
    case.delete()
    Document.objects.filter(pk__in=[paper.pk for paper in papers]).delete()
    return [file.name for paper in papers for file in (paper.picture, paper.original) if file]


def _visits(before: datetime, limit: int) -> list[Assistance]:
    """Visits to a counter that nobody agreed to: they hold a phone and lead nowhere."""
    rows = Assistance.objects.filter(begun_at=None, asked_at__lt=before)
    return list(rows.order_by("pk")[:limit])


def _evidence(before: datetime, limit: int) -> list[Check]:
    """What services said of somebody whose case was decided for good; how it counted stays."""
    rows = Check.objects.filter(case__state__in=OVER, case__decided_at__lt=before)
    return list(rows.filter(forgotten_at=None).order_by("pk")[:limit])


def _forget_evidence(check: Check) -> list[str]:
    check.callbacks.all().delete()
    Check.objects.filter(pk=check.pk).update(
        evidence={}, words="", given={}, service_reference="", forgotten_at=timezone.now()
    )
    return []


def _strays(before: datetime, limit: int) -> list[CheckCallback]:
    """Callbacks that are about nobody's check."""
    rows = CheckCallback.objects.filter(of=None, last_at__lt=before)
    return list(rows.order_by("pk")[:limit])


def _messages(before: datetime, limit: int) -> list[Message]:
    return list(Message.objects.filter(created_at__lt=before).order_by("pk")[:limit])


def _lines(before: datetime, limit: int) -> list[ReadingItem]:
    """What batches of readings gave: their figures stay in the log."""
    rows = ReadingItem.objects.filter(batch__ended_at__lt=before)
    return list(rows.order_by("pk")[:limit])


def _sessions(before: datetime, limit: int) -> list[Session]:
    return list(Session.objects.filter(expire_date__lt=before)[:limit])


def _delete(row: Any) -> list[str]:
    row.delete()
    return []


RULES = (
    Rule(
        "sealed originals",
        730 * DAY,
        "evidence while a decision may be contested; law 2014-038: no longer than the purpose",
        _originals,
        _forget_original,
    ),
    Rule(
        "evidence of checks",
        730 * DAY,
        "what services said, while a decision may be contested; law 2014-038",
        _evidence,
        _forget_evidence,
    ),
    Rule(
        "stray callbacks",
        90 * DAY,
        "to find out who sends them; law 2014-038",
        _strays,
        _delete,
    ),
    Rule(
        "abandoned drafts",
        ABANDONED,
        "never sent: nobody may need them but who typed them; law 2014-038",
        _drafts,
        _forget_draft,
    ),
    Rule(
        "messages",
        365 * DAY,
        "what was told to whom while a tax year may be argued about; law 2014-038",
        _messages,
        _delete,
    ),
    Rule(
        "visits nobody agreed to",
        1 * DAY,
        "a phone that was typed and led nowhere; the others stay with their dossier",
        _visits,
        _delete,
    ),
    Rule(
        "lines of readings",
        90 * DAY,
        "to find out why papers could not be read",
        _lines,
        _delete,
    ),
    Rule("ended sessions", 0 * DAY, "they open nothing any more", _sessions, _delete),
)


def enforce() -> dict[str, int]:
    """Delete what is due, in batches each with its proof; how many rows of each kind.

    Stops by itself before a task's time is over: the timetable calls again.
    """
    deadline, done = time.monotonic() + BUDGET, {rule.kind: 0 for rule in RULES}
    for rule in RULES:
        while time.monotonic() < deadline:
            count, files = _once(rule)
            store.drop(files)
            done[rule.kind] += count
            if count < BATCH:
                break
    return done


@transaction.atomic
def _once(rule: Rule) -> tuple[int, list[str]]:
    """One batch and the row that proves it, or neither; how many rows, and the files they named."""
    before = timezone.now() - rule.keep
    rows = rule.due(before, BATCH)
    if not rows:
        return 0, []
    digest = fingerprint([f"{row._meta.label_lower}:{row.pk}" for row in rows])
    files = [name for row in rows for name in rule.erase(row)]
    Deletion.objects.create(kind=rule.kind, count=len(rows), digest=digest, before=before)
    return len(rows), files


def fingerprint(ids: list[str]) -> str:
    """The hash by which a backup's rows can be shown to be those that were deleted."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()
