"""At a counter: an agent fills in a dossier with somebody who is there and agrees, twice, by code.

The first code, sent to the person's phone, opens the visit: to their account, or to one that is
made for them, whose password they choose later by themselves. The second sends the dossier: it
stands for the answers that were read back to them, and for no others.
"""

from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kyc import codes, filing, limits
from kyc.cases import Case
from kyc.credentials import Code
from kyc.models import Assistance, IdentityCase, User
from notify import messages
from notify.models import Message
from project.audit import chain
from project.audit.completeness import expect
from project.lib.workflow import MoveRefused


@transaction.atomic
def ask(phone: str, *, language: str, by: User) -> Assistance:
    """Send the code by which whoever holds that phone agrees to a visit; the agent's last one ends.

    `language` is for somebody we do not know yet. Nothing tells whether there is an account.
    Raises MoveRefused after too many codes.
    """
    User.objects.select_for_update().get(pk=by.pk)  # two clicks are one after the other
    for earlier in Assistance.objects.open().filter(agent=by):
        end(earlier, by=by)
    visit = Assistance.objects.create(agent=by, phone=phone, language=language)
    send_code(visit, by=by)
    return visit


@transaction.atomic
def send_code(visit: Assistance, *, by: User) -> None:
    """Send the code that is due: to agree to the visit, then to what was read back.

    Raises MoveRefused after too many, or while something is missing in the dossier.
    """
    _hold(visit, by)
    person = visit.citizen or _owner_of(visit.phone)
    address = visit.citizen.phone if visit.citizen else visit.phone
    if visit.begun_at:
        _require_live(visit)
        if not visit.case.is_complete:
            raise MoveRefused(_("Il manque une photo ou une réponse : complétez le dossier."))
        visit.read_back, visit.agreed_to = visit.case.fingerprint(), ""
    _count(address, by)
    visit.code_reference = codes.new_reference()
    visit.save(update_fields=["code_reference", "read_back", "agreed_to"])
    digits = codes.issue(visit.code_reference, Code.Purpose.COUNTER, address=address, user=person)
    letter, sms = "counter_agree" if visit.begun_at else "counter_code", Message.Channel.SMS
    said = {"address": address, "code": digits, "language": visit.language}
    messages.send_code(letter, sms, to=person, **said)
    chain.record("assistance.code_sent", by=by, about=visit, **_trace(visit))


def begin(visit: Assistance, typed: str, *, by: User) -> None:
    """The person has read the first code: their dossier is open to the agent for an hour.

    Raises MoveRefused for a wrong code, an account that cannot be helped, or a dossier that cannot
    be filled in now.
    """
    if not visit.begun_at:
        _check(visit, typed, by)
        _begin(visit, by)


@transaction.atomic
def _begin(visit: Assistance, by: User) -> None:
    # Visit, account, case, then the log: in this order wherever several are held.
    _hold(visit, by)
    person, is_new = _account(visit)
    others = list(person.assistances.open().select_for_update())
    _close(*others)
    case = _dossier(person, by)
    visit.citizen, visit.case, visit.begun_at = person, case, timezone.now()
    visit.phone = visit.code_reference = ""
    visit.save()
    case.assisted_by = by
    case.save(update_fields=["assisted_by"])
    if is_new:
        messages.send("account_opened", to=person)
        chain.record("account.opened", by=by, about=person, **_trace(visit))
    for other in others:
        chain.record("assistance.ended", by=by, about=other, **_trace(other))
    chain.record("assistance.begun", by=by, about=visit, **_trace(visit))


def confirm(visit: Assistance, typed: str, *, by: User) -> None:
    """The person has read the second code: send what was read back to them, and end the visit.

    Raises MoveRefused for a wrong code, or where anything has changed since it was sent.
    """
    reference = visit.code_reference
    _check(visit, typed, by)
    with transaction.atomic():
        _hold(visit, by)
        _require_live(visit)
        if visit.code_reference != reference:  # another was sent meanwhile, about other answers
            raise MoveRefused(_("Les réponses ont changé : relisez-les à la personne."))
        visit.agreed_to = visit.read_back
        visit.save(update_fields=["agreed_to"])
        filing.submit(visit.case, by=by)
        _close(visit)
        chain.record("assistance.agreed", by=by, about=visit, **_trace(visit))
        chain.record("assistance.ended", by=by, about=visit, **_trace(visit))


@transaction.atomic
def end(visit: Assistance, *, by: User) -> None:
    """End a visit; what was filled in stays, for its citizen to go on. Twice is once."""
    visit.refresh_from_db(from_queryset=Assistance.objects.select_for_update(of=("self",)))
    if visit.agent_id == by.pk and visit.ended_at is None:
        _close(visit)
        chain.record("assistance.ended", by=by, about=visit, **_trace(visit))


def expect_acts() -> None:
    """Let the log's verifier ask for what visits have been through."""
    rows = Assistance.objects.filter
    expect("assistance.begun", partial(rows, begun_at__isnull=False))
    expect("assistance.agreed", partial(Assistance.objects.exclude, agreed_to=""))


# --- Rules they share ----------------------------------------------------------------------------


def _hold(visit: Assistance, by: User) -> None:
    visit.refresh_from_db(from_queryset=Assistance.objects.select_for_update(of=("self",)))
    if visit.agent_id != by.pk or visit.ended_at:
        raise MoveRefused(_("Cette visite est terminée."))


def _require_live(visit: Assistance) -> None:
    if not visit.is_live:
        raise MoveRefused(_("Cette visite a duré plus d'une heure : commencez-en une autre."))


def _check(visit: Assistance, typed: str, by: User) -> None:
    """Compare a code. A wrong one is counted and written in the log, whatever follows."""
    if not codes.check(visit.code_reference, typed):
        chain.witness("assistance.mismatch", by=by, about=visit, **_trace(visit))
        raise MoveRefused(_("Ce code n'est pas le bon. Après trois essais, envoyez-en un autre."))


def _count(phone: str, by: User) -> None:
    counts = [
        ("counter", str(by.pk)),
        ("number_hour", f"counter|{phone}"),
        ("number_day", f"counter|{phone}"),
        ("prefix_day", phone[:8]),
        ("service_day", "sms"),
    ]
    if any(limits.take(action, key) for action, key in counts):
        raise MoveRefused(_("Trop de codes envoyés : réessayez plus tard."))


def _owner_of(phone: str) -> User | None:
    return User.objects.filter(phone=phone, phone_verified_at__isnull=False).first()


def _account(visit: Assistance) -> tuple[User, bool]:
    """The account of that phone, made if there is none: its code has just confirmed it."""
    person, is_new = _owner_of(visit.phone), False
    if person is None:
        person, is_new = _open_account(visit)
    # Whoever holds an earlier visit of theirs may yet write rows that name the person.
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.role != User.Role.CITIZEN or not person.is_active:
        raise MoveRefused(_("Le compte de ce numéro ne peut pas être aidé au guichet."))
    return person, is_new


def _open_account(visit: Assistance) -> tuple[User, bool]:
    known = {"phone": visit.phone, "phone_verified_at": timezone.now()}
    try:
        with transaction.atomic():
            person = User.objects.create_user(**known, language=visit.language)
            User.objects.drop_phone_claims(visit.phone, but=person)
    except IntegrityError:  # its owner has signed up, or stood at another counter, meanwhile
        return User.objects.get(phone=visit.phone, phone_verified_at__isnull=False), False
    return person, True


def _dossier(person: User, by: User) -> IdentityCase:
    """The dossier to fill in: the one under way, or a new one where one may be opened."""
    last = person.identitycases.order_by("-pk").first()
    case = IdentityCase.objects.live().filter(citizen=person).first()
    if case:
        case.lock()
    elif last is None or last.may_be_followed:
        case = filing.begin(IdentityCase.objects.live(), by=by, citizen=person)
    if case is None or case.state not in Case.EDITABLE:
        said = _("Le dossier de cette personne ne se remplit pas maintenant : %(state)s.")
        raise MoveRefused(said % {"state": (case or last).get_state_display()})
    return case


def _close(*visits: Assistance) -> None:
    for visit in visits:
        visit.ended_at, visit.phone = timezone.now(), ""
        visit.save(update_fields=["ended_at", "phone"])


def _trace(visit: Assistance) -> dict[str, Any]:
    """Whom it is done for, and where: both identities stand in the log."""
    if visit.citizen_id is None:
        return {}
    return {"on_behalf_of": visit.citizen_id, "case": visit.case_id}
