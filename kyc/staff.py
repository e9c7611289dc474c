"""Staff accounts: inviting, opening, closing, and what takes two administrators."""

import secrets
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kyc import codes, factors, sessions
from kyc.credentials import Activation, StaffRequest
from kyc.models import User
from notify import messages
from notify.models import Message
from project.audit import chain
from project.lib.workflow import MoveRefused

LINK_LIFETIME = timedelta(hours=48)
ROLES = [role for role in User.Role if role != User.Role.CITIZEN]
# Nobody audits what they did themselves, nor does what they audited: another account, for
# another person.
APART = {User.Role.AUDITOR}


@transaction.atomic
def invite(role: str, *, email: str, phone: str, by: Any) -> User:
    """Make a staff account nobody can open yet, and send its owner the link that opens it.

    Raises MoveRefused where there is an account with this address or phone already.
    """
    taken = EmailAddress.objects.filter(email__iexact=email).exists()
    if taken or User.objects.filter(phone=phone, phone_verified_at__isnull=False).exists():
        raise MoveRefused(_("Un compte existe déjà avec ce téléphone ou cette adresse."))
    user = User.objects.create_user(role=role, email=email, phone=phone)
    EmailAddress.objects.create(user=user, email=email, primary=True)
    send_link(user, by=by)
    chain.record("staff.made", by=by, about=user, role=role)
    return user


@transaction.atomic
def send_link(user: User, *, by: Any) -> None:
    """Send a link that opens the account once, within 48 hours. Earlier links open nothing."""
    _refuse_oneself(user, by)
    _end_links(user)
    token = secrets.token_urlsafe(32)
    Activation.objects.create(
        user=user,
        token_hash=codes.digest("activation", token),
        by=by,
        expires_at=timezone.now() + LINK_LIFETIME,
    )
    # As a code is sent: its text is wiped from our rows once it has left.
    messages.send_code(
        "staff_invited", Message.Channel.EMAIL, to=user, address=user.email, code=token
    )


def invited(token: str) -> Activation | None:
    """The invitation behind a link, while it can be used."""
    return _usable().filter(token_hash=codes.digest("activation", token)).first()


@transaction.atomic
def activate(token: str, password: str) -> User:
    """Open the account with a password its owner chose. Raises MoveRefused if the link is spent."""
    rows = _usable().select_for_update().filter(token_hash=codes.digest("activation", token))
    link = rows.first()
    if link is None:
        raise MoveRefused(_("Ce lien a déjà servi, ou il n'est plus valable."))
    link.used_at = timezone.now()
    link.save(update_fields=["used_at"])
    link.user.set_password(password)
    link.user.save(update_fields=["password"])
    # The link came to that address: whoever opened it reads it.
    EmailAddress.objects.filter(user=link.user, email=link.user.email).update(verified=True)
    return link.user


@transaction.atomic
def deactivate(user: User, *, by: Any) -> None:
    """Close a staff account at once, everywhere. It is never deleted: what it did stays its own."""
    _refuse_oneself(user, by)
    user.is_active = False
    user.save(update_fields=["is_active"])
    _end_links(user)
    sessions.end_all(user)
    chain.record("staff.closed", by=by, about=user)


@transaction.atomic
def ask(kind: str, user: User, *, role: str = "", reason: str, by: Any) -> StaffRequest:
    """Ask for another role, or for a factor to be enrolled anew. Another administrator decides.

    Raises MoveRefused for oneself, for duties that exclude each other, or if one is open already.
    """
    _refuse_oneself(user, by)
    if kind == StaffRequest.Kind.ROLE:
        _refuse_conflict(user, role)
    try:
        with transaction.atomic():
            request = StaffRequest.objects.create(
                kind=kind, user=user, role=role, reason=reason, asked_by=by
            )
    except IntegrityError as error:
        raise MoveRefused(_("Une demande attend déjà pour cette personne.")) from error
    _record("asked", request, by)
    return request


@transaction.atomic
def decide(request: StaffRequest, verdict: str, *, by: Any) -> None:
    """Confirm or refuse what another administrator asked for; confirmed, it bites at once."""
    request = StaffRequest.objects.select_for_update().get(pk=request.pk)
    if request.state != StaffRequest.State.ASKED:
        raise MoveRefused(_("Cette demande est déjà décidée."))
    if by.pk in (request.asked_by_id, request.user_id):
        raise MoveRefused(_("Un autre administrateur doit décider de cette demande."))
    request.state, request.decided_by, request.decided_at = verdict, by, timezone.now()
    request.save(update_fields=["state", "decided_by", "decided_at"])
    if verdict == StaffRequest.State.CONFIRMED:
        _carry_out(request, by)
    _record(verdict, request, by)


def _record(what: str, request: StaffRequest, by: Any) -> None:
    asked = {"request": request.pk, "kind": request.kind, "role": request.role}
    chain.record(f"staff.{what}", by=by, about=request.user, **asked)


def _carry_out(request: StaffRequest, by: Any) -> None:
    user = User.objects.select_for_update().get(pk=request.user_id)
    if request.kind == StaffRequest.Kind.ROLE:
        _refuse_conflict(user, request.role)
        user.role = request.role
        user.save(update_fields=["role"])
    else:
        # The password goes with the factor: the link that comes by mail opens both anew.
        factors.remove(user)
        user.set_unusable_password()
        user.save(update_fields=["password"])
        send_link(user, by=by)
    sessions.end_all(user)


def _refuse_oneself(user: User, by: Any) -> None:
    if user.pk == by.pk:
        raise MoveRefused(_("Nul n'administre son propre compte."))
    if user.role == User.Role.CITIZEN:
        raise MoveRefused(_("Ce compte n'est pas celui d'un agent de l'administration."))


def _refuse_conflict(user: User, role: str) -> None:
    if role not in ROLES or role == user.role:
        raise MoveRefused(_("Choisissez un autre rôle."))
    if APART & {user.role, role}:
        raise MoveRefused(_("Un auditeur n'a jamais eu d'autre rôle : ouvrez un autre compte."))


def _end_links(user: User) -> None:
    Activation.objects.filter(user=user, used_at=None).update(expires_at=timezone.now())


def _usable() -> Any:
    return Activation.objects.filter(
        used_at=None, expires_at__gt=timezone.now(), user__is_active=True
    ).select_related("user")
