"""What a case has in common with other people's: looking for it, showing it, saying what it means.

Nothing here refuses, suspends or returns a case. A resemblance is a question to an agent; whoever
approves answers the grave ones first, whatever the answer.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Case as Ranked
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from kyc import comparison, documents, fingerprints, spelling, store
from kyc.cases import Case
from kyc.models import Document, IdentityCase, IdentityResemblance, PersonKey, PictureMark
from kyc.models.duplicates import Resemblance
from project.audit import chain
from project.audit.completeness import expect
from project.lib import crypto
from project.lib.queue import enqueue
from project.lib.workflow import MoveRefused

Kind, State = Resemblance.Kind, Resemblance.State

# The gravest first. A telephone is often a family's: it holds up nothing.
GRAVEST = [
    *(Kind.NUMBER, Kind.CHASSIS, Kind.PLATE),
    *(Kind.COPY, Kind.PICTURE, Kind.PERSON, Kind.PHONE),
]
GRAVITY = Ranked(*(When(kind=kind, then=Value(at)) for at, kind in enumerate(GRAVEST)))

MOST = 20  # cases a look-up gives: where a thing is everybody's, the first of them will do
HOLDERS = 50  # pictures that may have a mark; what more have is of the form, not of the paper
CANDIDATES = 12  # pictures that one is compared with
VOTES = 2  # marks in common from which it is worth comparing; one that n have counts for 1/n
NAMESAKES = 60  # people whose names are compared
# Two files of the same bytes have this mark in common, be there anything to be seen in them or not.
EXACT = 2**fingerprints.BITS


@dataclass(frozen=True)
class Watch:
    """What is looked at in a kind of case.

    `declared` gives, by kind, the cases that declare the same as one; `own` those about the same
    thing of the same person, which are no alarm; `rows` is where resemblances are kept.
    """

    rows: type[Resemblance]
    declared: Callable[[Any], dict[str, QuerySet]]
    own: Callable[[Any], QuerySet]


def _declared(case: IdentityCase) -> dict[str, QuerySet]:
    cases = IdentityCase.objects
    indexes = IdentityCase.indexes_of("number_index", case.number or "")
    phone = case.citizen.phone
    return {
        Kind.NUMBER: cases.filter(number_index__in=indexes) if case.number else cases.none(),
        Kind.PHONE: cases.filter(citizen__phone=phone) if phone else cases.none(),
    }


WATCHED: dict[type[Case], Watch] = {
    IdentityCase: Watch(
        IdentityResemblance,
        _declared,
        lambda case: IdentityCase.objects.filter(citizen=case.citizen),
    )
}


def watch(model: type[Case], what: Watch) -> None:
    """Look for resemblances in another kind of case. Apps call it once they are ready."""
    WATCHED[model] = what


def expect_acts(model: type[Case]) -> None:
    """Let the log's verifier ask for every judgement about cases of this kind."""
    for state in (State.SAME, State.UNRELATED):
        rows = WATCHED[model].rows.objects
        expect(f"resemblance.{state}", partial(rows.filter, state=state))


def look_for(case: Case) -> int:
    """Find what a case that was sent has in common with other people's; how many pairs are new.

    Its own marks are committed before any other's are read: of two cases sent at once, the later
    reader sees the earlier. Doing it again finds the same, once. Raises store.Away.
    """
    if case.state == Case.State.DRAFT:
        return 0
    probes = _mark(case)
    pairs = [*_alike(case), *_pictures(case, probes)]
    rows = WATCHED[type(case)].rows
    before = about(case).count()
    rows.objects.bulk_create(pairs, ignore_conflicts=True)
    _searched(case)
    return about(case).count() - before


@transaction.atomic
def _searched(case: Case) -> None:
    """It may now approve itself, unless it was sent anew meanwhile: then it is searched for again.

    Where its checks were answered before, nothing else would bring it up.
    """
    same = type(case).objects.filter(pk=case.pk, submitted_at=case.submitted_at)
    if same.update(searched_at=timezone.now()) and isinstance(case, IdentityCase):
        enqueue("kyc.tasks.consider", case.pk)


def is_doubted(case: Case) -> bool:
    """Whether another case has something in common with it that nobody has called unrelated."""
    return about(case).exclude(state=State.UNRELATED).exists()


def about(case: Case) -> QuerySet:
    """The resemblances of a case, those nobody has judged first, and of them the gravest."""
    rows = WATCHED[type(case)].rows.objects.filter(Q(case=case) | Q(other=case))
    rows = rows.select_related("case", "other", "judged_by", "paper", "other_paper")
    # In the order of the words: open, same, unrelated.
    return rows.order_by("state", GRAVITY, "-pk")


def unanswered(case: Case) -> int:
    """How many resemblances must be answered before the case is approved: the grave ones."""
    return about(case).filter(state=State.OPEN).exclude(kind=Kind.PHONE).count()


def require_answers(case: Case) -> None:
    """Raise MoveRefused while nobody has said what the grave resemblances of a case mean."""
    if unanswered(case):
        raise MoveRefused(
            _("Comparez d'abord les ressemblances graves avec d'autres dossiers, et répondez-y.")
        )


def shown(case: Case) -> list[Resemblance]:
    """The resemblances of a case as its page lists them, each with the other case (`seen_from`).

    Where it is pictures that are alike, with the one of this case (`seen_on`).
    """
    found = list(about(case)[:MOST])
    for pair in found:
        pair.seen_from = pair.beside(case)
        pair.seen_on = pair.paper if case.pk == pair.case_id else pair.other_paper
    return found


def pictures(pair: Resemblance, case: Case) -> list[dict]:
    """What to look at of both cases: the two that are alike, or the first picture of each."""
    other, found = pair.beside(case), []
    alike = {pair.case_id: pair.paper, pair.other_id: pair.other_paper}
    base = case.agent_url
    for each, url in ((case, base), (other, f"{base}ressemblances/{pair.pk}/")):
        paper = alike[each.pk] or next(iter(each.current_documents()), None)
        if paper:
            at = f"{url}photos/{paper.key}/"
            found.append({"reference": each.reference, "paper": paper, "url": at})
    return found


@transaction.atomic
def judge(pair: Resemblance, verdict: str, *, by, reason: str) -> None:
    """Say what a resemblance means: `same` or `unrelated`, once, and why.

    Raises MoveRefused where it is said already, or neither case is in the agent's hands.
    """
    pair.refresh_from_db(from_queryset=type(pair).objects.select_for_update(of=("self",)))
    held = type(pair.case).objects.held_by(by)
    if not held.filter(pk__in=[pair.case_id, pair.other_id]).exists():
        raise MoveRefused(_("Ce dossier n'est plus entre vos mains."))
    if not pair.is_open:
        raise MoveRefused(_("Un agent s'est déjà prononcé sur cette ressemblance."))
    pair.state, pair.judged_by, pair.judged_at = State(verdict), by, timezone.now()
    pair.reason = reason
    pair.save(update_fields=["state", "judged_by", "judged_at", "reason"])
    # The words may name people: they stay with the pair.
    words = chain.fingerprint(reason)
    chain.record(f"resemblance.{verdict}", by=by, about=pair, kind=pair.kind, words=words)


@transaction.atomic
def consult(pair: Resemblance, case: Case, *, by) -> list[dict]:
    """Both cases side by side, masked. Looking at somebody else's is recorded, with the reason."""
    other = pair.beside(case)
    chain.record("case.compared", by=by, about=other, reason="duplicate", pair=pair.pk)
    return [_line(case, other, name) for name in case.printed]


def _line(case: Case, other: Case, name: str) -> dict:
    write = comparison.masked if name in case.MASKED else comparison.in_words
    ours, theirs = getattr(case, name), getattr(other, name)
    return {
        "label": case._meta.get_field(name).verbose_name,
        "ours": write(case, name, ours),
        "theirs": write(other, name, theirs),
        "agrees": bool(ours) and comparison.same(ours, theirs),
    }


# --- Looking ------------------------------------------------------------------------------------


def _others(case: Case) -> Q:
    """Cases that were sent and are about something else."""
    own = WATCHED[type(case)].own(case).values("pk")
    return ~Q(state=Case.State.DRAFT) & ~Q(pk=case.pk) & ~Q(pk__in=own)


def _pair(case: Case, other: Case, kind: str, **pictures: Any) -> Resemblance:
    """The row of two cases, the later one first, and its picture with it."""
    if case.pk < other.pk:
        case, other = other, case
        if pictures:
            pictures["paper"], pictures["other_paper"] = pictures["other_paper"], pictures["paper"]
    return WATCHED[type(case)].rows(case=case, other=other, kind=kind, **pictures)


def _alike(case: Case) -> Iterator[Resemblance]:
    declared, others = WATCHED[type(case)].declared(case), _others(case)
    for kind, cases in declared.items():
        for other in cases.filter(others).order_by("pk")[:MOST]:
            yield _pair(case, other, kind)
    if isinstance(case, IdentityCase):
        for other in _namesakes(case):
            yield _pair(case, other, Kind.PERSON)


def _namesakes(case: IdentityCase) -> list[IdentityCase]:
    """Other people's dossiers that may be of the same person, whatever the spelling."""
    shared = [hashed for key in _person_keys(case) for hashed in crypto.blinds(key, context=PEOPLE)]
    ranked = PersonKey.objects.filter(key__in=shared).exclude(case=case).values("case")
    ranked = ranked.annotate(votes=Count("pk")).order_by("-votes", "case")[:NAMESAKES]
    near = IdentityCase.objects.filter(_others(case), pk__in=[row["case"] for row in ranked])
    name = _name(case)
    return [other for other in near if spelling.is_same_name(name, _name(other))][:MOST]


PEOPLE = "kyc_personkey.key"


def _name(case: IdentityCase) -> str:
    return f"{case.surname} {case.given_names}"


def _person_keys(case: IdentityCase) -> set[str]:
    if not case.birth_date:
        return set()
    return spelling.keys(_name(case), case.birth_date, about=case.birth_is_about)


def _pictures(case: Case, probes: dict[int, list[int]]) -> Iterator[Resemblance]:
    """Pictures of others that one of this case's was made of, or the reverse."""
    related = f"{case._meta.model_name}s"
    own = WATCHED[type(case)].own(case) | type(case).objects.filter(pk=case.pk)
    passed = set(Document.objects.filter(**{f"{related}__in": own}).values_list("pk", flat=True))
    for document in case.current_documents():
        ours = None
        for candidate in _candidates(probes.get(document.pk, []), passed):
            other = getattr(candidate, related).filter(_others(case)).order_by("pk").first()
            jpeg = _jpeg(candidate) if other else None
            if other is None or jpeg is None:
                continue
            ours = ours or fingerprints.look(_jpeg(document) or b"")
            kind, score = _compare(document, candidate, ours, jpeg)
            if kind:
                found = {"paper": document, "other_paper": candidate, "score": score}
                yield _pair(case, other, kind, **found)


def _candidates(probes: list[int], passed: set[int]) -> list[Document]:
    """The pictures that have most marks in common with what is searched for."""
    held: dict[int, list[int]] = defaultdict(list)
    for mark, document in PictureMark.objects.filter(mark__in=probes).values_list(
        "mark", "document"
    ):
        held[mark].append(document)
    votes: dict[int, float] = defaultdict(float)
    for mark, holders in held.items():
        for document in holders:
            votes[document] += VOTES if mark >= EXACT else 1 / len(holders)
    ranked = sorted(votes.keys() - passed, key=lambda document: (-votes[document], document))
    near = [document for document in ranked if votes[document] >= VOTES][:CANDIDATES]
    return list(Document.objects.filter(pk__in=near).order_by("pk"))


def _compare(document: Document, candidate: Document, ours: Any, jpeg: bytes) -> tuple[str, float]:
    if _digests(document) & _digests(candidate):
        return Kind.COPY, 1.0
    likeness = fingerprints.compare(ours, fingerprints.look(jpeg))
    return (Kind.PICTURE if likeness.is_copy else ""), likeness.score


# --- Marking ------------------------------------------------------------------------------------


def _mark(case: Case) -> dict[int, list[int]]:
    """Write down what the case can be found by; what is to be searched for, by picture."""
    if isinstance(case, IdentityCase):
        _mark_person(case)
    probes = {}
    for document in case.current_documents():
        jpeg = _jpeg(document)
        if jpeg is not None:
            marks, near = fingerprints.marks_and_probes(jpeg)
            exact = [EXACT + int(digest[:7], 16) for digest in sorted(_digests(document))]
            probes[document.pk] = [*near, *exact]
            _mark_picture(document, marks, exact)
    return probes


def _digests(document: Document) -> set[str]:
    return {document.sha256, document.original_sha256}


def _jpeg(document: Document) -> bytes | None:
    """Our own picture, or None where its file is gone: nothing else waits for it."""
    try:
        return documents.content(document)
    except store.Lost:
        return None


def _mark_picture(document: Document, marks: list[int], exact: list[int]) -> None:
    """Keep the marks few pictures have. What many have would find everybody, and tell nothing."""
    if document.marks.exists():
        return
    every = {*marks, *exact}
    full = PictureMark.objects.filter(mark__in=every).values("mark").annotate(held=Count("pk"))
    common = set(full.filter(held__gte=HOLDERS).values_list("mark", flat=True))
    rows = [PictureMark(document=document, mark=mark) for mark in every - common]
    PictureMark.objects.bulk_create(rows, ignore_conflicts=True)


def hashed_before() -> QuerySet[IdentityCase]:
    """Dossiers that are found by hashes of a key that is not in use any more."""
    stale = PersonKey.objects.filter(case=OuterRef("pk"))
    return IdentityCase.objects.filter(Exists(stale.exclude(key__startswith=crypto.in_use())))


@transaction.atomic
def hash_anew(case: IdentityCase) -> None:
    """Have a dossier found by hashes of the key in use."""
    case.lock()
    _mark_person(case)


@transaction.atomic
def _mark_person(case: IdentityCase) -> None:
    """What is said of somebody may have changed since the case was sent last."""
    case.person_keys.all().delete()
    hashed = {crypto.blind(key, context=PEOPLE) for key in _person_keys(case)}
    PersonKey.objects.bulk_create(
        [PersonKey(case=case, key=key) for key in hashed], ignore_conflicts=True
    )
