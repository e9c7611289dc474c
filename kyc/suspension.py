"""Suspending an approved dossier and resuming it: by supervisors, never both by the same one."""

import re
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from kyc import limits, papers, reasons
from kyc.cases import Case
from kyc.models import IdentityCase, User
from notify import messages
from project.audit import chain
from project.audit.completeness import expect
from project.lib.workflow import MoveRefused

State = Case.State
REFERENCE = re.compile(r"\AID-?0*([0-9]{1,9})\Z", re.ASCII | re.IGNORECASE)


def reach(supervisor: User) -> QuerySet[IdentityCase]:
    """The dossiers a supervisor may look up: those of their regions that were sent."""
    return IdentityCase.objects.within(supervisor).exclude(state=State.DRAFT)


def find(typed: str, *, by: User) -> IdentityCase | None:
    """The dossier of exactly this reference (`ID-000123`) or number of a paper, if within reach.

    Found or not, the look-up is written in the log, without what was typed. Raises MoveRefused
    for whoever looks up too many.
    """
    if limits.take("look_up", str(by.pk)):
        raise MoveRefused(_("Vous avez cherché trop de dossiers. Réessayez dans une heure."))
    kind, found = _look_up("".join(typed.split()), reach(by))
    chain.witness("identity.searched", by=by, about=found, by_what=kind, typed=_hidden(typed))
    return found


def _look_up(typed: str, rows: QuerySet[IdentityCase]) -> tuple[str, IdentityCase | None]:
    """What kind of thing was typed, and the dossier it names: the one that stands, or the last."""
    reference = REFERENCE.match(typed)
    if reference:
        return "reference", rows.filter(pk=reference[1]).first()
    standing = {State.APPROVED: 0, State.SUSPENDED: 0}
    found = [case for kind in papers.Kind.values for case in _numbered(kind, typed, rows)]
    order = lambda case: (standing.get(case.state, 1), -case.pk)  # noqa: E731
    return "number", min(found, key=order, default=None)


def _numbered(kind: str, typed: str, rows: QuerySet[IdentityCase]) -> list[IdentityCase]:
    try:
        number = papers.PAPERS[papers.Kind(kind)].parse(typed)
    except ValidationError:
        return []
    return list(rows.numbered(number, paper=kind))


def _hidden(typed: str) -> str:
    return chain.fingerprint("".join(typed.split()).upper())


def look(case: IdentityCase, *, by: User) -> None:
    """Write in the log that a supervisor looks at somebody's dossier, masked as it is.

    Raises MoveRefused for whoever looks at too many, as by counting through the addresses.
    """
    if limits.take("consult", str(by.pk)):
        raise MoveRefused(_("Vous avez regardé trop de dossiers. Réessayez dans une heure."))
    chain.witness("identity.consulted", by=by, about=case)


@transaction.atomic
def suspend(case: IdentityCase, *, code: str, reason: str = "", by: User) -> None:
    """Let an approved dossier prove nothing until it is resumed, and tell its citizen why.

    `code` is one of `reasons.SUSPENSIONS`, `reason` words for the citizen, which only some codes
    need. Raises MoveRefused beyond the supervisor's regions, without a reason, or for a dossier
    that is not approved.
    """
    _hold(case, by)
    if case.state != State.APPROVED:
        raise MoveRefused(_("Seul un dossier approuvé peut être suspendu."))
    if code not in reasons.SUSPENSIONS:
        raise MoveRefused(_("Ce motif n'existe pas."))
    if code in reasons.WORDLESS and not reason:
        raise MoveRefused(_("Dites à la personne pourquoi."))
    said = {"reason_code": code, "reason": reason, "resumed_by": None}
    # The code, not its words: each reads them in their own language.
    note = "\n".join(filter(None, [code, reason]))
    case.move(
        State.SUSPENDED, by=by, note=note, suspended_by=by, suspended_at=timezone.now(), **said
    )
    messages.send("identity_suspended", to=case.citizen, case=case)
    words = chain.fingerprint(reason) if reason else ""
    chain.record("case.suspended", by=by, about=case, code=code, words=words)


@transaction.atomic
def resume(case: IdentityCase, *, reason: str, by: User) -> None:
    """Let a suspended dossier prove again who somebody is, unless its paper has ended meanwhile.

    Another person resumes than suspended: nobody takes back alone what they did alone. Raises
    MoveRefused for the same person, or for a dossier that is not suspended.
    """
    _hold(case, by)
    if case.state != State.SUSPENDED:
        raise MoveRefused(_("Ce dossier n'est pas suspendu."))
    if case.suspended_by_id == by.pk:
        raise MoveRefused(_("Vous l'avez suspendu : une autre personne doit le rétablir."))
    has_ended = case.expires_on and case.expires_on < timezone.localdate()
    state = State.EXPIRED if has_ended else State.APPROVED
    case.move(state, by=by, note=reason, resumed_by=by, reason="", reason_code="")
    messages.send("identity_ended" if has_ended else "identity_resumed", to=case.citizen, case=case)
    words = chain.fingerprint(reason)
    chain.record("case.resumed", by=by, about=case, suspended_by=case.suspended_by_id, words=words)
    if has_ended:
        chain.record("case.expired", by=by, about=case)


def _hold(case: IdentityCase, supervisor: User) -> None:
    case.lock()
    is_theirs = reach(supervisor).filter(pk=case.pk).exclude(citizen=supervisor).exists()
    if supervisor.role != User.Role.SUPERVISOR or not is_theirs:
        raise MoveRefused(_("Ce dossier n'est pas de vos régions."))


def expect_acts() -> None:
    """Let the log's verifier ask for what made dossiers what they are."""
    rows = IdentityCase.objects.filter
    expect("case.suspended", partial(rows, suspended_at__isnull=False))
    expect("case.resumed", partial(rows, resumed_by__isnull=False))
    expect("case.expired", partial(rows, state=State.EXPIRED))
