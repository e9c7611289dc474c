"""Re-proofing: whoever lost their second factor proves who they are, to two of the staff.

The factor goes only after a delay in which its owner is told, and can stop it.
"""

from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kyc import browsers, codes, factors, limits, sessions
from kyc.cases import Case
from kyc.credentials import Code
from kyc.models import IdentityCase, Reproofing, User
from kyc.models.reproofing import SIGNER
from notify import messages
from notify.models import Message
from project.audit import chain
from project.audit.completeness import expect
from project.lib.workflow import MoveRefused, for_each

State, Proof = Reproofing.State, Reproofing.Proof
# What a person can be compared with decides what proves who they are: a dossier an agent has
# approved, else one they declared while they still had their factor, else their phone alone.
PROOFS = {
    "approved": [Proof.COUNTER, Proof.VIDEO],
    "declared": [Proof.DECLARED],
    "none": [Proof.PHONE],
}
ACTS = {
    "reproofing.proved": {State.PROVED, State.CONFIRMED, State.REMOVED},
    "reproofing.confirmed": {State.CONFIRMED, State.REMOVED},
    "reproofing.removed": {State.REMOVED},
    "reproofing.refused": {State.REFUSED},
    "reproofing.withdrawn": {State.WITHDRAWN},
    "reproofing.disputed": {State.DISPUTED},
    "reproofing.expired": {State.EXPIRED},
}


# --- What is known -------------------------------------------------------------------------------


def dossier_of(citizen: User) -> IdentityCase | None:
    """The identity dossier a person is compared with, if they have sent one that stands."""
    return IdentityCase.objects.comparable().filter(citizen=citizen).first()


def basis_of(citizen: User) -> str:
    """What there is to compare with: a key of `PROOFS`."""
    dossier = dossier_of(citizen)
    if dossier is None:
        return "none"
    return "approved" if dossier.state == Case.State.APPROVED else "declared"


def open_of(citizen: User) -> Reproofing | None:
    """The request a person has made and nobody has ended, or None."""
    return Reproofing.objects.open().filter(citizen=citizen).first()


def behind(token: str) -> Reproofing | None:
    """The request that a link of ours stops, while there is something to stop."""
    try:
        pk = SIGNER.unsign(token)
    except signing.BadSignature:
        return None
    return Reproofing.objects.open().select_related("citizen").filter(pk=pk).first()


# --- The citizen ---------------------------------------------------------------------------------


@transaction.atomic
def ask(*, by: User) -> Reproofing:
    """Ask to prove anew who one is. Asking twice is asking once. Its owner is told at once.

    Raises MoveRefused for the staff, without a factor to lose, or when asked too often.
    """
    if by.role != User.Role.CITIZEN or factors.device_of(by) is None:
        raise MoveRefused(_("Cette demande n'est pas possible pour ce compte."))
    already = open_of(by)
    if already:
        return already
    if limits.take("reproofing", str(by.pk)):
        raise MoveRefused(_("Vous avez fait trop de demandes. Réessayez dans quelques jours."))
    try:
        with transaction.atomic():
            proofing = Reproofing.objects.create(citizen=by)
    except IntegrityError:
        # Two clicks: the constraint kept one of them.
        return Reproofing.objects.open().get(citizen=by)
    messages.send("reproofing_asked", to=by, proofing=proofing)
    chain.record("reproofing.asked", by=by, about=proofing)
    return proofing


def withdraw(proofing: Reproofing, *, by: User) -> None:
    """The citizen changed their mind. Raises MoveRefused once it is over."""
    _end(proofing, State.WITHDRAWN, by=_owner(proofing, by))


@transaction.atomic
def dispute(proofing: Reproofing, *, by: User) -> None:
    """« Ce n'est pas moi »: stop it, and end every session: somebody else has the password.

    Raises MoveRefused once it is over.
    """
    sessions.end_all(by, by=by)
    _end(proofing, State.DISPUTED, by=_owner(proofing, by))


@transaction.atomic
def end_for(user: User, *, note: str) -> None:
    """End what is open: the factor was given after all, or the account is closed."""
    proofing = open_of(user)
    if proofing:
        _end_if_open(proofing, State.WITHDRAWN, by=user, note=note)


# --- The first person ----------------------------------------------------------------------------


@transaction.atomic
def take(proofing: Reproofing, *, by: User) -> None:
    """Put a request into an agent's hands. Raises MoveRefused if it is in another's."""
    proofing.lock()
    _refuse_oneself(proofing, by)
    if proofing.state != State.ASKED:
        raise MoveRefused(_("Cette demande n'attend plus : elle est prise ou terminée."))
    proofing.move(State.TAKEN, by=by, agent=by, taken_at=timezone.now())
    chain.record("reproofing.taken", by=by, about=proofing)


@transaction.atomic
def release(proofing: Reproofing, *, by: User) -> None:
    """Put a request back in the queue: its agent, or a supervisor when the agent is away."""
    proofing.lock()
    if proofing.state != State.TAKEN or (
        by.role != User.Role.SUPERVISOR and proofing.agent_id != by.pk
    ):
        raise MoveRefused(_("Cette demande n'est pas entre vos mains."))
    nothing = {"agent": None, "taken_at": None, "matched_at": None, "code_reference": ""}
    proofing.move(State.ASKED, by=by, **nothing)
    chain.record("reproofing.released", by=by, about=proofing)


@transaction.atomic
def send_code(proofing: Reproofing, *, by: User) -> None:
    """Send a code to the account's confirmed phone, which its owner reads to the agent.

    Raises MoveRefused where a dossier is to be compared instead, or after too many.
    """
    _require_holder(proofing, by)
    citizen = proofing.citizen
    if basis_of(citizen) != "none" or not citizen.phone_verified_at:
        raise MoveRefused(_("Aucun code ne peut être envoyé pour cette demande."))
    if limits.take("number_hour", f"reproofing|{citizen.phone}"):
        raise MoveRefused(_("Trop de codes envoyés : attendez une heure."))
    proofing.code_reference = codes.new_reference()
    proofing.save(update_fields=["code_reference"])
    digits = codes.issue(
        proofing.code_reference, Code.Purpose.REPROOFING, address=citizen.phone, user=citizen
    )
    messages.send_code(
        "reproofing_code", Message.Channel.SMS, to=citizen, address=citizen.phone, code=digits
    )
    chain.record("reproofing.code_sent", by=by, about=proofing)


def match(proofing: Reproofing, seen: dict[str, Any], *, by: User) -> None:
    """Compare what the agent copies from the card, or hears, with what only the owner can show.

    `number` and `birth_date` must be those of the dossier, whose scans the agent sees only
    afterwards; without a dossier `code` must be the one that was sent. Each try is counted
    before it is compared. Raises MoveRefused where it is not right, or tried too often.
    """
    with transaction.atomic():
        _require_holder(proofing, by)
    if limits.take("reproofing_proof", str(proofing.pk)):
        raise MoveRefused(_("Trop d'essais : refusez cette demande, ou attendez demain."))
    if not _is_matching(proofing, seen):
        chain.witness("reproofing.mismatch", by=by, about=proofing)
        raise MoveRefused(
            _("Ce que vous avez recopié ne correspond pas. Relisez la carte, ou refusez.")
        )
    with transaction.atomic():
        _require_holder(proofing, by)
        proofing.matched_at = timezone.now()
        proofing.save(update_fields=["matched_at"])
        chain.record("reproofing.matched", by=by, about=proofing)


def _is_matching(proofing: Reproofing, seen: dict[str, Any]) -> bool:
    dossier = dossier_of(proofing.citizen)
    if dossier is None:
        return codes.check(proofing.code_reference, seen.get("code", ""))
    return all(seen.get(name) == getattr(dossier, name) for name in ("number", "birth_date"))


@transaction.atomic
def prove(proofing: Reproofing, proof: str, *, words: str, by: User) -> None:
    """Note how the person proved who they are. Raises MoveRefused before anything has matched."""
    _require_holder(proofing, by)
    if proof not in PROOFS[basis_of(proofing.citizen)] or not proofing.matched_at:
        raise MoveRefused(_("Cette preuve ne suffit pas pour ce dossier."))
    proofing.move(State.PROVED, by=by, proof=proof, words=words, proved_at=timezone.now())
    said = chain.fingerprint(words)
    chain.record("reproofing.proved", by=by, about=proofing, proof=proof, words=said)


# --- The second person ---------------------------------------------------------------------------


@transaction.atomic
def confirm(proofing: Reproofing, *, by: User) -> None:
    """Confirm what another has proved. The factor goes after the delay; its owner is told now.

    Raises MoveRefused for whoever proved it, or when the dossier is another than then.
    """
    proofing.lock()
    _refuse_oneself(proofing, by)
    if proofing.agent_id == by.pk:
        raise MoveRefused(_("Une autre personne doit confirmer ce que vous avez prouvé."))
    if proofing.state != State.PROVED:
        raise MoveRefused(_("Cette demande n'attend plus de confirmation."))
    if proofing.proof not in PROOFS[basis_of(proofing.citizen)]:
        raise MoveRefused(_("Le dossier d'identité a changé depuis : refusez cette demande."))
    now = timezone.now()
    due = now + timedelta(hours=settings.FACTOR_REMOVAL_HOURS)
    proofing.move(State.CONFIRMED, by=by, confirmed_by=by, confirmed_at=now, due_at=due)
    messages.send("reproofing_confirmed", to=proofing.citizen, proofing=proofing)
    signed = {"agent": proofing.agent_id, "proof": proofing.proof, "due": due.isoformat()}
    chain.record("reproofing.confirmed", by=by, about=proofing, **signed)


@transaction.atomic
def refuse(proofing: Reproofing, reason: str, *, by: User) -> None:
    """Refuse: the agent who has it in hand, or the second person. The reason is told its owner."""
    proofing.lock()
    _refuse_oneself(proofing, by)
    holds = proofing.state == State.TAKEN and proofing.agent_id == by.pk
    seconds = proofing.state == State.PROVED and proofing.agent_id != by.pk
    if not (holds or seconds):
        raise MoveRefused(_("Cette demande n'est pas entre vos mains."))
    proofing.move(State.REFUSED, by=by, reason=reason)
    messages.send("reproofing_refused", to=proofing.citizen, proofing=proofing)
    said = chain.fingerprint(reason)
    chain.record("reproofing.refused", by=by, about=proofing, words=said)


# --- The timetable -------------------------------------------------------------------------------


def finish() -> None:
    """Take away the factors whose delay is over, and end what nobody confirmed in time."""
    now = timezone.now()
    ends = [partial(remove, proofing) for proofing in Reproofing.objects.due(now)]
    ends += [partial(_expire, proofing) for proofing in Reproofing.objects.overdue(now)]
    for_each(ends, lambda end: end())


@transaction.atomic
def remove(proofing: Reproofing) -> bool:
    """Take the factor away if it is due, forget the devices, end the sessions, tell the owner.

    False, and nothing is done, if it was done before or stopped meanwhile.
    """
    # The account first, as whoever closes theirs does: two orders would be a deadlock.
    citizen = User.objects.select_for_update().get(pk=proofing.citizen_id)
    proofing.lock()
    if proofing.state != State.CONFIRMED or proofing.due_at > timezone.now():
        return False
    if not citizen.is_active:
        _end_if_open(proofing, State.WITHDRAWN, by=None, note="account closed")
        return False
    if factors.used_since(citizen, proofing.asked_at):
        _end_if_open(proofing, State.WITHDRAWN, by=None, note="factor given")
        return False
    proofing.move(State.REMOVED, by=None, removed_at=timezone.now())
    messages.send("reproofing_removed", to=citizen, proofing=proofing)
    browsers.forget(citizen)
    sessions.end_all(citizen)
    factors.remove(citizen)
    chain.record("reproofing.removed", by=None, about=proofing)
    return True


@transaction.atomic
def _expire(proofing: Reproofing) -> None:
    proofing.lock()
    if proofing.state in Reproofing.UNDECIDED:
        _end_if_open(proofing, State.EXPIRED, by=None)


def expect_acts() -> None:
    """Let the log's verifier ask for the acts that requests have been through."""
    expect("reproofing.asked", Reproofing.objects.all, at="asked_at")
    for action, states in ACTS.items():
        expect(action, partial(Reproofing.objects.filter, state__in=states))


# --- Rules they share ----------------------------------------------------------------------------


@transaction.atomic
def _end(proofing: Reproofing, state: str, *, by: User) -> None:
    if not _end_if_open(proofing, state, by=by):
        raise MoveRefused(_("Il n'y a plus rien à arrêter : cette demande est terminée."))


def _end_if_open(proofing: Reproofing, state: str, *, by: User | None, note: str = "") -> bool:
    proofing.lock()
    if not proofing.is_open:
        return False
    proofing.move(state, by=by, note=note)
    messages.send("reproofing_ended", to=proofing.citizen, proofing=proofing)
    chain.record(f"reproofing.{state}", by=by, about=proofing, why=note)
    return True


def _owner(proofing: Reproofing, by: User) -> User:
    if proofing.citizen_id != by.pk:
        raise MoveRefused(_("Cette demande n'est pas la vôtre."))
    return by


def _refuse_oneself(proofing: Reproofing, by: User) -> None:
    if proofing.citizen_id == by.pk:
        raise MoveRefused(_("Nul ne décide pour son propre compte."))


def _require_holder(proofing: Reproofing, by: User) -> None:
    proofing.lock()
    if proofing.state != State.TAKEN or proofing.agent_id != by.pk:
        raise MoveRefused(_("Cette demande n'est pas entre vos mains."))
