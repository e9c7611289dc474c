"""Organisations: founding one, inviting into it, answering, leaving, and suspending it."""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kyc import limits
from kyc.models import Membership, Organisation, User
from notify import messages
from notify.models import Message
from project.audit import chain
from project.lib.workflow import MoveRefused

INVITATION_LIFETIME = timedelta(days=7)
Role, State = Membership.Role, Membership.State


@transaction.atomic
def found(name: str, *, nif: str, stat: str = "", by: Any) -> Organisation:
    """Make an organisation, whose first gestionnaire is the person who founds it.

    Raises MoveRefused for whoever has not proved who they are, or founds the same one twice.
    """
    _require_identified(by)
    if limits.take("organisation", str(by.pk)):
        raise MoveRefused(_("Vous avez créé trop d'organisations aujourd'hui. Revenez demain."))
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(name=name, nif=nif, stat=stat, founded_by=by)
    except IntegrityError as error:
        raise MoveRefused(_("Vous avez déjà créé une organisation avec ce NIF.")) from error
    first = organisation.memberships.create(
        user=by, role=Role.MAKER, state=State.ACTIVE, began_at=timezone.now()
    )
    chain.record("organisation.founded", by=by, about=organisation)
    _record("begun", first, by=by)
    return organisation


@transaction.atomic
def hold(organisation: Organisation, *roles: str, by: Any) -> None:
    """Lock the organisation for what one of its members does in its name, in one of these roles.

    Raises MoveRefused if it is suspended, or if the person does not hold such a role in it now.
    """
    organisation.lock()
    if organisation.is_suspended:
        raise MoveRefused(_("Cette organisation est suspendue : vous pouvez lire, rien de plus."))
    if not organisation.memberships.active().filter(user=by, role__in=roles).exists():
        raise MoveRefused(_("Votre rôle dans cette organisation ne le permet pas."))


# --- Invitations ----------------------------------------------------------------------------------


def invite(organisation: Organisation, role: str, *, address: str, by: Any) -> Membership:
    """Invite whoever has confirmed this phone (E.164) or e-mail address, for seven days.

    Nothing in it tells whether there is such an account: the message leaves in any case. Raises
    MoveRefused for oneself, where an invitation is open already, or after too many.
    """
    if _sent_too_many(address, by):
        raise MoveRefused(_("Trop d'invitations sont parties. Attendez, puis réessayez."))
    end_stale(organisation.memberships)
    with transaction.atomic():
        hold(organisation, Role.MAKER, by=by)
        invitation = _new_invitation(organisation, role, address, by)
        _send(invitation)
        _record("invited", invitation, by=by, address=chain.fingerprint(address))
    return invitation


def _new_invitation(organisation: Organisation, role: str, address: str, by: Any) -> Membership:
    invitation = Membership(
        organisation=organisation,
        role=role,
        address=address,
        invited_by=by,
        expires_at=timezone.now() + INVITATION_LIFETIME,
    )
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError as error:
        raise MoveRefused(_("Une invitation à cette adresse attend déjà une réponse.")) from error
    if Membership.objects.filter(pk=invitation.pk).addressed_to(by).exists():
        raise MoveRefused(_("Nul ne s'invite soi-même."))
    return invitation


def _sent_too_many(address: str, by: Any) -> bool:
    counts = [("invitation", str(by.pk))]
    if "@" in address:
        counts.append(("mail_hour", f"invitation|{address}"))
    else:
        counts.append(("number_day", f"invitation|{address}"))
        counts += [("prefix_day", address[:8]), ("service_day", "sms")]
    return any(limits.take(action, key) for action, key in counts)


def _send(invitation: Membership) -> None:
    """The organisation calls itself what it likes: strangers read its name on our pages only."""
    address = invitation.address
    if "@" in address:
        channel, owned = Message.Channel.EMAIL, EmailAddress.objects.filter(verified=True)
        owner = owned.filter(email__iexact=address).select_related("user").first()
        person = owner.user if owner else None
    else:
        channel = Message.Channel.SMS
        person = User.objects.filter(phone=address, phone_verified_at__isnull=False).first()
    messages.send_to(
        "organisation_invitation", channel, to=person, address=address, invitation=invitation
    )


@transaction.atomic
def accept(invitation: Membership, *, by: Any) -> None:
    """Take the part one is invited to. Accepting twice is accepting once.

    Raises MoveRefused for an invitation that is spent or somebody else's, for whoever is a member
    already, and for whoever has not proved who they are: a second account would make and approve.
    """
    invitation.organisation.lock()
    invitation.lock()
    if invitation.state == State.ACTIVE and invitation.user_id == by.pk:
        return
    _require_open(invitation, by)
    _require_identified(by)
    if invitation.organisation.is_suspended:
        raise MoveRefused(_("Cette organisation est suspendue : nul ne peut y entrer."))
    now = timezone.now()
    try:
        with transaction.atomic():
            invitation.move(State.ACTIVE, by=by, user=by, address="", began_at=now)
    except IntegrityError as error:
        raise MoveRefused(_("Vous êtes déjà membre de cette organisation.")) from error
    _record("begun", invitation, by=by)


@transaction.atomic
def refuse(invitation: Membership, *, by: Any) -> None:
    """Decline an invitation. Raises MoveRefused where it is spent, or somebody else's."""
    invitation.lock()
    _require_open(invitation, by)
    _end(invitation, by=by, note=_("refusée"))


def _require_open(invitation: Membership, by: Any) -> None:
    """Asked under the lock: the invitation is open, and the address is this person's now."""
    own = Membership.objects.open().addressed_to(by).filter(pk=invitation.pk)
    if by.role != User.Role.CITIZEN or not own.exists():
        raise MoveRefused(_("Cette invitation n'est plus valable. Demandez-en une autre."))


def _require_identified(person: Any) -> None:
    if person.role != User.Role.CITIZEN or not person.is_identified:
        raise MoveRefused(_("Faites d'abord vérifier votre identité."))


# --- Leaving --------------------------------------------------------------------------------------


@transaction.atomic
def end(membership: Membership, *, by: Any) -> None:
    """End somebody's part, one's own, or an invitation. It bites on the person's next request.

    Gestionnaires end any, others their own. Raises MoveRefused for the last gestionnaire: an
    organisation always has one. Ending what has ended changes nothing.
    """
    is_own = membership.user_id == by.pk
    hold(membership.organisation, *(Role if is_own else [Role.MAKER]), by=by)
    membership.lock()
    if membership.state == State.ENDED:
        return
    if _is_last_maker(membership):
        raise MoveRefused(_("Une organisation garde au moins un gestionnaire : invitez-en un."))
    if membership.user and not is_own:
        messages.send("membership_ended", to=membership.user, membership=membership)
    _end(membership, by=by, note="" if membership.user else _("retirée"))


@transaction.atomic
def leave_all(person: Any) -> None:
    """End every part of somebody who closes their account, suspended organisations included.

    Raises MoveRefused where others would be left without a gestionnaire.
    """
    parts = list(person.memberships.active().select_related("organisation").order_by("pk"))
    for membership in sorted(parts, key=lambda part: part.organisation_id):
        organisation = membership.organisation
        organisation.lock()
        others = organisation.memberships.active().exclude(pk=membership.pk)
        if _is_last_maker(membership) and others.exists():
            said = _("Vous êtes le dernier gestionnaire de « %s » : invitez-en d'abord un autre.")
            raise MoveRefused(said % organisation)
    _end(*parts, by=person)


def end_stale(rows: Any = Membership.objects) -> int:
    """End the invitations nobody answered in time, and forget where they went. How many."""
    spent = list(rows.stale().order_by("pk"))
    for invitation in spent:
        with transaction.atomic():
            # Nobody answers it any more: what is stale stays stale, or has been ended by another.
            _end(invitation, by=None, note=_("sans réponse"))
    return len(spent)


def _is_last_maker(membership: Membership) -> bool:
    others = membership.organisation.memberships.makers().exclude(pk=membership.pk)
    is_maker = membership.state == State.ACTIVE and membership.role == Role.MAKER
    return is_maker and not others.exists()


def _end(*memberships: Membership, by: Any, note: str = "") -> None:
    """End parts and invitations, and with a part the invitations its holder had sent.

    All rows are held before the first line is written to the log, which others wait for.
    """
    ending = [*memberships]
    for part in memberships:
        if part.user_id:
            ending += Membership.objects.open().filter(
                organisation=part.organisation_id, invited_by=part.user_id
            )
    for membership in [each for each in ending if _move_to_end(each, by, note)]:
        _record("ended", membership, by=by)


def _move_to_end(membership: Membership, by: Any, note: str) -> bool:
    """False if it had ended already. What is left of an address is what its typist recognises."""
    if membership.address:
        note = f"{membership.shown_address} {note or _('retirée')}"
    now = timezone.now()
    return membership.move(State.ENDED, by=by, note=note, address="", ended_at=now)


def _record(what: str, membership: Membership, *, by: Any, **data: Any) -> None:
    told = {"organisation": membership.organisation_id, "role": membership.role} | data
    chain.record(f"membership.{what}", by=by, about=membership, **told)


# --- Suspending -----------------------------------------------------------------------------------


@transaction.atomic
def suspend(organisation: Organisation, *, reason: str, by: Any) -> None:
    """Let the members read and nothing more, from their next request on."""
    _turn(organisation, Organisation.State.SUSPENDED, "suspended", reason, by)


@transaction.atomic
def resume(organisation: Organisation, *, reason: str, by: Any) -> None:
    """Let the members work again."""
    _turn(organisation, Organisation.State.ACTIVE, "resumed", reason, by)


def _turn(organisation: Organisation, state: str, what: str, reason: str, by: Any) -> None:
    kept = reason if state == Organisation.State.SUSPENDED else ""
    if not organisation.move(state, by=by, note=reason, reason=kept):
        return
    for membership in organisation.memberships.active().select_related("user"):
        messages.send(f"organisation_{what}", to=membership.user, organisation=organisation)
    # The words may name people: they stay in the organisation's history.
    said = chain.fingerprint(reason)
    chain.record(f"organisation.{what}", by=by, about=organisation, words=said)
