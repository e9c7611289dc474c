"""Checks of identities by outside services: asking, asking after, and keeping what they say.

Services advise and people decide: an outage is `unknown` and refuses nobody.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from kyc import breaker, checkers, documents, store
from kyc.cases import Case
from kyc.checkers.base import (
    Applicant,
    Finding,
    Inquiry,
    NoAnswer,
    NotKnown,
    NotSent,
    Picture,
    Verdict,
    plain,
)
from kyc.models import Check, IdentityCase
from kyc.papers import Side
from project.audit import chain
from project.lib import crypto
from project.lib.queue import enqueue
from project.lib.workflow import for_each

State = Check.State

# A question that nobody has answered for that long is left to people.
PATIENCE = timedelta(days=3)
# A process that died while asking leaves a question that may have been put.
ASKING_LIMIT = timedelta(minutes=3)
# A service is asked after a minute, then twice as late each time.
SOON, LATEST = timedelta(minutes=1), timedelta(hours=6)
BATCH = 200
LINES = 60  # of one service's evidence
ANSWERS = {
    Finding.CLEAR: State.CLEAR,
    Finding.ATTENTION: State.ATTENTION,
    Finding.REFUSED: State.REFUSED,
}
# The pictures services compare, by their names for them: a proof of address concerns none of them.
PICTURES = {
    Side.IDENTITY_FRONT: "front",
    Side.IDENTITY_BACK: "back",
    Side.SELFIE: "selfie",
}


@transaction.atomic
def begin(case: IdentityCase) -> None:
    """Ask every enabled service about a case as it stands; what was asked already is not again.

    Where the case has changed since, earlier questions are no longer asked after.
    """
    standing = Check.objects.of(case)
    case.checks.exclude(pk__in=standing.values("pk")).update(next_at=None)
    # It stands again as it once did: what nobody has answered meanwhile is asked after again.
    standing.filter(answered_at=None, next_at=None).update(next_at=timezone.now())
    asked, version = set(standing.values_list("checker", flat=True)), case.fingerprint()
    for code in checkers.enabled().keys() - asked:
        check, is_new = Check.objects.get_or_create(case=case, version=version, checker=code)
        if is_new:
            enqueue("kyc.tasks.ask_service", check.pk)
            chain.record("check.opened", by=None, about=check, checker=code)


def as_inquiry(check: Check, *, pictures: Iterable[Picture] = ()) -> Inquiry:
    """The question in the words we share with services. Asking after it takes no pictures."""
    case = check.case
    return Inquiry(
        reference=str(check.reference),
        applicant=Applicant(
            surname=case.surname,
            given_names=case.given_names,
            birth_date=case.birth_date,
            paper=case.paper,
            number=case.number or "",
            phone=case.citizen.phone or "",
            email=case.citizen.email,
            pictures=tuple(pictures),
        ),
        callback_url=settings.SITE_URL + reverse("kyc:check_callback", args=[check.checker]),
        given=check.given,
    )


def _pictures(case: IdentityCase) -> list[Picture]:
    """Those a service compares. Raises store.Away."""
    found = []
    for document in case.current_documents():
        if document.side in PICTURES:
            # What is gone is not sent: a service that needs it is not asked.
            with suppress(store.Lost):
                found.append(Picture(PICTURES[document.side], documents.content(document)))
    return found


def hashed_before() -> QuerySet[IdentityCase]:
    """Dossiers under way whose checks are told apart by a key that is not in use any more."""
    stale = Check.objects.filter(case=OuterRef("pk"))
    return IdentityCase.objects.live().filter(
        Exists(stale.exclude(version__startswith=crypto.in_use()))
    )


@transaction.atomic
def hash_anew(case: IdentityCase) -> None:
    """Have the checks of a dossier told apart by the key in use.

    Of one that was changed since, nobody knows the hash: it is only ever another.
    """
    case.lock()
    Check.objects.of(case).update(version=case.fingerprint())
    for check in case.checks.exclude(version__startswith=crypto.in_use()):
        version = crypto.blind(check.version, context="kyc.check.version")
        case.checks.filter(pk=check.pk).update(version=version)


@transaction.atomic
def claim_asking(check_id: int) -> Check | None:
    """Take the right to put a question, counting the attempt before it is made."""
    check = Check.objects.select_for_update().filter(pk=check_id, state=State.CREATED).first()
    if check is None or check.next_at is None or not _is_reachable(check):
        return None
    check.move(
        State.ASKING,
        by=None,
        attempts=check.attempts + 1,
        next_at=timezone.now() + ASKING_LIMIT,
    )
    return check


def ask(check: Check) -> None:
    """Put a question that has been claimed, and keep what comes of it."""
    try:
        inquiry = as_inquiry(check, pictures=_pictures(check.case))
    except store.Away:
        put_back(check, note="not asked: the store of scans does not answer")
        return
    checker = checkers.get(check.checker)
    missing = checker.needs - {picture.side for picture in inquiry.applicant.pictures}
    if missing:
        words = f"not asked: no picture of {', '.join(sorted(missing))}"
        settle(check, Verdict(Finding.UNKNOWN, words=words))
        return
    try:
        verdict = checker.ask(inquiry, keep=partial(keep, check))
    except NotSent as failure:
        breaker.failed(check.checker)
        put_back(check, note=str(failure))
    except NoAnswer as silence:
        breaker.failed(check.checker)
        hold(check, note=str(silence))
    else:
        breaker.worked(check.checker)
        settle(check, verdict)


@transaction.atomic
def claim_fetching(check_id: int) -> Check | None:
    """Take the right to ask after a question, counting the attempt before it is made."""
    check = Check.objects.select_for_update().filter(pk=check_id, state__in=Check.ASKABLE).first()
    if check is None or not _is_reachable(check):
        return None
    check.attempts += 1
    if check.next_at:
        check.next_at = _later(check)
    check.save(update_fields=["attempts", "next_at"])
    return check


def fetch(check: Check) -> None:
    """Ask what became of a question, and keep what comes of it."""
    try:
        verdict = checkers.get(check.checker).fetch(as_inquiry(check))
    except NotKnown as nothing:
        breaker.worked(check.checker)
        put_back(check, note=str(nothing))
    except NoAnswer as silence:
        breaker.failed(check.checker)
        hold(check, note=str(silence))
    else:
        breaker.worked(check.checker)
        settle(check, verdict)


@transaction.atomic
def keep(check: Check, names: dict[str, str]) -> None:
    """Keep the names a service gives to its own things, at once: the rest may yet fail."""
    check.lock()
    check.given = check.given | names
    check.save(update_fields=["given"])


@transaction.atomic
def put_back(check: Check, *, note: str) -> None:
    """The service certainly has no such question: it is to be put again. An answer stays."""
    check.lock()
    if check.next_at is None and not check.is_answered:
        _leave(check, note=note)
    elif not check.is_answered:
        check.move(State.CREATED, by=None, note=note, next_at=_later(check))


@transaction.atomic
def hold(check: Check, *, note: str) -> None:
    """What became of the question is not known. An answer stays what it is."""
    check.lock()
    if not check.is_answered:
        later = _later(check) if check.next_at else None
        check.move(State.UNKNOWN, by=None, note=note, next_at=later)


@transaction.atomic
def settle(check: Check, verdict: Verdict) -> None:
    """Keep what a service says. Hearing it twice changes nothing more.

    A trial system's answer is worth nothing outside the demo. An answer stays when the service
    can no longer say anything; it goes when the service takes the question up again.
    """
    check.lock()
    finding = verdict.finding
    if verdict.is_trial and not settings.DEMO:
        finding = Finding.UNKNOWN
    said = {"service_reference": verdict.reference} if verdict.reference else {}
    if finding is Finding.WAITING:
        check.move(State.WAITING, by=None, next_at=_later(check), **said)
    elif finding is not Finding.UNKNOWN:
        _answer(check, ANSWERS[finding], verdict, said)
    elif not check.is_answered:
        _leave(check, note=verdict.words, words=verdict.words, is_trial=verdict.is_trial, **said)


def _answer(check: Check, state: str, verdict: Verdict, said: dict[str, Any]) -> None:
    moved = check.move(
        state,
        by=None,
        words=verdict.words,
        evidence=dict(verdict.evidence),
        is_trial=verdict.is_trial,
        answered_at=timezone.now(),
        next_at=None,
        **said,
    )
    if moved:
        enqueue("kyc.tasks.consider", check.case_id)
        chain.record("check.answered", by=None, about=check, checker=check.checker, state=state)


def _leave(check: Check, *, note: str, **said: Any) -> None:
    """Nothing more is to be had of the service: people do without it."""
    changes = {"next_at": None} | said
    if not check.move(State.UNKNOWN, by=None, note=note, **changes):
        for field, value in changes.items():
            setattr(check, field, value)
        check.save(update_fields=list(changes))


def follow_up() -> None:
    """Look after every check that is due: services go silent, callbacks and processes get lost."""
    for_each(Check.objects.due(timezone.now())[:BATCH], _follow)


@transaction.atomic
def _follow(check: Check) -> None:
    check.lock()
    if check.next_at is None or check.next_at > timezone.now():
        return  # somebody else has
    if check.is_older_than(PATIENCE) or check.checker not in checkers.enabled():
        _leave(check, note="given up")
    elif check.state == State.ASKING:
        check.move(State.UNKNOWN, by=None, note="lost while asking", next_at=timezone.now())
    else:
        check.next_at = timezone.now() + 2 * SOON  # a task lost on the way is made again
        check.save(update_fields=["next_at"])
        if check.state == State.CREATED:
            enqueue("kyc.tasks.ask_service", check.pk)
        else:
            enqueue("kyc.tasks.ask_after", check.pk)


@dataclass(frozen=True, slots=True)
class Result:
    """A check as the staff see it: whom it was asked of, and its evidence line by line."""

    label: str
    check: Check
    lines: list[tuple[str, str]]

    @property
    def needs_eyes(self) -> bool:
        return self.check.state in (State.ATTENTION, State.REFUSED)


def results(case: Case) -> list[Result]:
    """The checks of a case as it stands, in the order of the settings; none of a vehicle's."""
    if not isinstance(case, IdentityCase):
        return []
    labels = {code: checker.label for code, checker in checkers.enabled().items()}
    order = [*labels]
    rows = sorted(
        Check.objects.of(case),
        key=lambda row: order.index(row.checker) if row.checker in order else len(order),
    )
    return [
        Result(labels.get(row.checker, row.checker), row, _lines(row.evidence)[:LINES])
        for row in rows
    ]


def _lines(evidence: Any, path: str = "") -> list[tuple[str, str]]:
    """Nested evidence as (path, value), leaving out what is empty."""
    if isinstance(evidence, dict):
        inner = [(f"{path} · {key}" if path else str(key), each) for key, each in evidence.items()]
    elif isinstance(evidence, list):
        inner = [(path, each) for each in evidence]
    else:
        return [] if evidence in (None, "") else [(path, plain(str(evidence)))]
    return [line for name, each in inner for line in _lines(each, name)]


def _is_reachable(check: Check) -> bool:
    """Whether the service is one of ours still, and not left in peace just now."""
    return check.checker in checkers.enabled() and breaker.allows(check.checker)


def _later(check: Check) -> datetime:
    return timezone.now() + min(SOON * 2 ** min(max(check.attempts - 1, 0), 12), LATEST)
