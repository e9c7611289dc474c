"""Reviewing cases: taking one from the queue, putting it back, and deciding it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from kyc import approval, duplicates, reasons
from kyc.cases import Case
from kyc.models import Decision, IdentityCase, User
from notify import messages
from project.audit import chain
from project.audit.completeness import expect
from project.lib.workflow import MoveRefused, for_each

LEASE = timedelta(minutes=20)
SHOWN = 20  # decisions an agent is shown of their own
ONCE_APPROVED = {Case.State.APPROVED, Case.State.EXPIRED, Case.State.SUSPENDED}
# Which states a case is in only after an act that the log must hold.
ACTS = {
    "case.submitted": set(Case.State) - {Case.State.DRAFT},
    "case.claimed": {Case.State.CLAIMED, Case.State.RETURNED, *Case.FINAL, *ONCE_APPROVED},
    "case.returned": {Case.State.RETURNED},
    "case.approved": ONCE_APPROVED,
    "case.rejected": {Case.State.REJECTED},
}


@transaction.atomic
def claim_next(model: type[Case], *, by) -> Case | None:
    """Give the agent the case they hold already, or the oldest waiting one, or None."""
    _hold(by)
    held = model.objects.held_by(by).first()
    if held:
        return held
    free = model.objects.waiting().reviewable_by(by).select_for_update(skip_locked=True)
    case = free.first()
    if case:
        take(case, by=by)
    return case


@transaction.atomic
def take(case: Case, *, by) -> None:
    """Put a waiting case into the agent's hands."""
    if case.move(Case.State.CLAIMED, by=by, agent=by, claimed_at=timezone.now()):
        chain.record("case.claimed", by=by, about=case)


def _hold(agent) -> None:
    """One agent takes one case at a time, in however many tabs."""
    User.objects.select_for_update().get(pk=agent.pk)


@transaction.atomic
def release(case: Case, *, by) -> None:
    """Put a case back in its queue, undecided."""
    _require_holder(case, by)
    if case.move(Case.State.WAITING, by=by, agent=None, claimed_at=None):
        chain.record("case.released", by=by, about=case)


def release_stale() -> None:
    """Put back the cases nobody decided within the lease: their agents went away."""
    before = timezone.now() - LEASE
    stale = [case for model in Case.__subclasses__() for case in model.objects.stale(before)]
    for_each(stale, _release_if_stale)


@transaction.atomic
def _release_if_stale(case: Case) -> None:
    case.lock()
    if case.state == Case.State.CLAIMED and case.claimed_at < timezone.now() - LEASE:
        case.move(Case.State.WAITING, by=None, note="left lying", agent=None, claimed_at=None)
        chain.record("case.released", by=None, about=case)


@transaction.atomic
def decide(
    case: Case, verdict: str, *, by, reason: str = "", code: str = "", items: Sequence[str] = ()
) -> None:
    """Approve, send back or reject a case the agent holds, and tell the citizen.

    `code` is a reason of kyc.reasons. Sent back for some `items` (sections, sides), those alone
    are open to the citizen again; for none, all of the case is.

    Approving gives the case its effect (`case.approve()`), in the same transaction. Raises
    MoveRefused when the case is not the agent's, a check is under way that
    must be seen first, a grave resemblance is unanswered, what it declares
    belongs to somebody else, or the reason does not go with the verdict.
    """
    _require_holder(case, by)
    if verdict == Case.State.APPROVED and isinstance(case, IdentityCase):
        approval.require_checks(case)
    if verdict == Case.State.APPROVED:
        if case.is_taken:
            raise MoveRefused(taken())
        duplicates.require_answers(case)
    _require_sense(case, verdict, reason, code, items)
    try:
        with transaction.atomic():
            moved = _record(case, verdict, by, reason, code, items)
    except IntegrityError as error:
        case.refresh_from_db()  # the row in hand had moved already
        raise MoveRefused(taken()) from error
    if moved:
        if isinstance(case, IdentityCase):
            approval.keep(case, approval.judge(case))
        messages.send(f"case_{verdict}", to=case.citizen, case=case)
        # The words are for the citizen and may name people: they stay in the case's history.
        said = chain.fingerprint(reason) if reason else ""
        asked: dict[str, Any] = {"words": said, "code": code, "items": sorted(items)}
        chain.record(f"case.{verdict}", by=by, about=case, **asked)


def taken() -> str:
    """What an agent is told of a case that declares what is somebody else's."""
    return _("Cette pièce est déjà au nom d'un autre compte : elle ne peut pas être approuvée.")


@dataclass(frozen=True)
class Decided:
    """One decision of an agent as it was taken, whatever has become of the case since."""

    case: Case
    state: str
    at: datetime
    said: str

    @property
    def has_changed(self) -> bool:
        """Whether the case is no longer what was decided."""
        return self.case.state != self.state

    def get_state_display(self) -> str:
        return str(Decision.Verdict(self.state).label)


def decided(cases: QuerySet, *, by) -> list[Decided]:
    """What the agent has decided of these cases, the latest first."""
    moves = cases.model.log.rel.related_model.objects.filter(by=by, case__in=cases)
    made = moves.filter(origin=Case.State.CLAIMED, state__in=Decision.Verdict.values)
    return [
        Decided(move.case, move.state, move.at, reasons.of_note(move.note))
        for move in made.select_related("case").order_by("-pk")[:SHOWN]
    ]


def _require_sense(case: Case, verdict: str, reason: str, code: str, items: Sequence[str]) -> None:
    """What is sent back is of this case, and can be mended by its citizen."""
    if code and code not in reasons.REASONS:
        raise MoveRefused(_("Ce motif n'existe pas."))
    if code == reasons.OTHER and not reason:
        raise MoveRefused(_("Dites au citoyen pourquoi."))
    if verdict == Case.State.RETURNED and code and reasons.REASONS[code].is_final:
        raise MoveRefused(_("Ce motif est définitif : le dossier se rejette."))
    if not set(items) <= {name for name, _title in case.items}:
        raise MoveRefused(_("Ce qui est à refaire n'est pas de ce dossier."))


@transaction.atomic
def approve_alone(case: IdentityCase) -> bool:
    """Approve a case that waits, where the settings and its score allow it, and tell the citizen.

    Returns False where people decide: they may have taken it up, its paper may be another's or
    have ended, or its citizen be suspended.
    """
    case.lock()
    judged = approval.sufficient(case) if case.state == Case.State.WAITING else None
    if judged is None:
        return False
    try:
        with transaction.atomic():
            effect = case.approve()
            case.move(Case.State.APPROVED, by=None, decided_at=timezone.now(), **effect)
    except (IntegrityError, MoveRefused):
        case.refresh_from_db()
        return False
    approval.keep(case, judged)
    messages.send("case_approved", to=case.citizen, case=case)
    lines = {line.name: line.points for line in judged.lines}
    chain.record("case.approved", by=None, about=case, score=judged.points, lines=lines)
    return True


def _record(case: Case, verdict: str, agent, reason: str, code: str, items: Sequence[str]) -> bool:
    effect = case.approve() if verdict == Case.State.APPROVED else {}
    if verdict == Case.State.RETURNED:
        effect = {"reopened": {item: {"code": code, "done": False} for item in items}}
    said = {"reason": reason, "reason_code": code}
    # The code, not its words: each reads them in their own language.
    note = "\n".join(filter(None, [code, reason]))
    return case.move(verdict, by=agent, note=note, decided_at=timezone.now(), **said, **effect)


def expect_acts(model: type[Case]) -> None:
    """Let the log's verifier ask for the acts that cases of this kind have been through."""
    expect("case.opened", model.objects.all, at="created_at")
    for action, states in ACTS.items():
        # What approved itself was never in anybody's hands.
        held = {"agent__isnull": False} if action == "case.claimed" else {}
        expect(action, partial(model.objects.filter, state__in=states, **held))


def _require_holder(case: Case, agent) -> None:
    case.lock()
    if not type(case).objects.held_by(agent).filter(pk=case.pk).exists():
        raise MoveRefused(
            _("Ce dossier n'est plus entre vos mains : il a été repris ou déjà décidé.")
        )
