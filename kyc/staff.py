"""Staff accounts: what one administrator asks for, and another decides; closing takes one."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from kyc import alerts, codes, duties, factors, sessions
from kyc.models import Activation, Posting, StaffRequest, User
from notify import messages
from notify.models import Message
from project.audit import chain
from project.audit.completeness import expect
from project.lib.workflow import MoveRefused

LINK_LIFETIME = timedelta(hours=48)
POSTED = {User.Role.AGENT, User.Role.SUPERVISOR}  # who works in regions
Kind, State = StaffRequest.Kind, StaffRequest.State
PLACING = {Kind.INVITATION, Kind.ROLE, Kind.REGIONS}  # what says where somebody works from then on


# --- What takes two -------------------------------------------------------------------------------


@transaction.atomic
def invite(
    role: str, *, email: str, phone: str, regions: Iterable[str] = (), reason: str, by: User
) -> StaffRequest:
    """Ask for an account for somebody. Nothing is made, nobody is written to before the second yes.

    Raises MoveRefused where there is such an account already, or duties exclude each other.
    """
    _refuse_taken(email, phone)
    duties.refuse(role, email=email, phone=phone)
    return _ask(
        Kind.INVITATION, role, regions, by=by, email=email, phone=phone, user=None, reason=reason
    )


@transaction.atomic
def install(role: str, *, email: str, phone: str, reason: str, forced: bool = False) -> User:
    """Make an account nobody else confirms, for a service that has no two administrators yet.

    Whoever calls gives out its link. Forced, it is done even so, and every administrator is told.
    Raises MoveRefused where there are two administrators already, or as `invite()` does.
    """
    administrators = _administrators()
    if len(administrators) >= 2 and not forced:
        raise MoveRefused(_("Deux administrateurs sont là : c'est à eux d'inviter."))
    _refuse_taken(email, phone)
    duties.refuse(role, email=email, phone=phone)
    user = _employ(role, email, phone)
    request = StaffRequest.objects.create(
        kind=Kind.INVITATION,
        user=user,
        email=email,
        phone=phone,
        role=role,
        reason=reason,
        state=State.CONFIRMED,
        decided_at=timezone.now(),
    )
    for administrator in administrators.values() if forced else ():
        messages.send("staff_forced", to=administrator)
    chain.record("staff.made", by=None, about=user, role=role)
    _record("confirmed", request, None)
    if forced:
        _record("forced", request, None)
    return user


@transaction.atomic
def ask(
    kind: str,
    user: User,
    *,
    role: str = "",
    regions: Iterable[str] = (),
    reason: str,
    by: User,
) -> StaffRequest:
    """Ask for another role, other regions, another factor, or a closed account to be opened.

    Raises MoveRefused for oneself, for what excludes itself, or if something is asked already.
    """
    _refuse_oneself(user, by)
    _refuse_impossible(kind, user, role)
    return _ask(kind, role, regions, by=by, user=user, reason=reason)


def _ask(kind: str, role: str, regions: Iterable[str], *, user: Any, **fields: Any) -> StaffRequest:
    works_in = (role or user.role) in POSTED and kind in PLACING
    before = {"role_before": user.role, "regions_before": posted(user)} if user else {}
    asker = fields.pop("by")
    try:
        with transaction.atomic():
            request = StaffRequest.objects.create(
                kind=kind,
                user=user,
                role=role,
                regions=sorted(regions) if works_in else [],
                asked_by=asker,
                **before,
                **fields,
            )
    except IntegrityError as error:
        raise MoveRefused(_("Une demande attend déjà pour cette personne.")) from error
    _record("asked", request, asker)
    return request


@transaction.atomic
def decide(request: StaffRequest, verdict: str, *, by: User) -> None:
    """Confirm or refuse what another administrator asked for; confirmed, it bites at once.

    Raises MoveRefused if it is decided already, for whoever asked or is concerned, and if what it
    was asked for is no longer so.
    """
    # One decision at a time, by those who are administrators at this moment.
    administrators = _administrators()
    request = StaffRequest.objects.select_for_update().get(pk=request.pk)
    if request.state != State.ASKED:
        raise MoveRefused(_("Cette demande est déjà décidée."))
    if by.pk in (request.asked_by_id, request.user_id) or by.pk not in administrators:
        raise MoveRefused(_("Un autre administrateur doit décider de cette demande."))
    if verdict == State.CONFIRMED:
        if request.asked_by_id not in administrators:
            raise MoveRefused(_("Qui a fait cette demande n'est plus administrateur : refusez-la."))
        request.user = _carry_out(request, by)
    request.state, request.decided_by, request.decided_at = verdict, by, timezone.now()
    request.save(update_fields=["state", "user", "decided_by", "decided_at"])
    _record(verdict, request, by)


def _carry_out(request: StaffRequest, by: User) -> User:
    if request.kind == Kind.INVITATION:
        return _welcome(request, by)
    user = User.objects.select_for_update().get(pk=request.user_id)
    if (request.role_before, request.regions_before) != (user.role, posted(user)):
        raise MoveRefused(_("Ce compte a changé depuis la demande : refusez-la."))
    _refuse_impossible(request.kind, user, request.role)
    CARRIED_OUT[request.kind](user, request, by)
    return user


def _welcome(request: StaffRequest, by: User) -> User:
    _refuse_taken(request.email, request.phone)
    duties.refuse(request.role, email=request.email, phone=request.phone)
    user = _employ(request.role, request.email, request.phone)
    chain.record("staff.made", by=by, about=user, role=user.role)
    post(user, request.regions, by=by)
    send_link(user, by=by)
    return user


def _change_role(user: User, request: StaffRequest, by: User) -> None:
    user.role = request.role
    user.save(update_fields=["role"])
    post(user, request.regions, by=by)
    sessions.end_all(user, by=by)


def _change_regions(user: User, request: StaffRequest, by: User) -> None:
    post(user, request.regions, by=by)


def _replace_factor(user: User, _request: StaffRequest, by: User) -> None:
    # The password goes with the factor: the link that comes by mail opens both anew.
    factors.remove(user, by=by)
    alerts.tell("factor_removed", user)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    sessions.end_all(user, by=by)
    send_link(user, by=by)


def _reopen(user: User, request: StaffRequest, by: User) -> None:
    # Whoever comes back proves themselves anew, like somebody who lost their factor.
    user.is_active = True
    user.save(update_fields=["is_active"])
    _replace_factor(user, request, by)


CARRIED_OUT = {
    Kind.ROLE: _change_role,
    Kind.REGIONS: _change_regions,
    Kind.FACTOR: _replace_factor,
    Kind.REOPENING: _reopen,
}


# --- What takes one -------------------------------------------------------------------------------


@transaction.atomic
def deactivate(user: User, *, by: User) -> None:
    """Close a staff account at once, everywhere. It is never deleted: what it did stays its own.

    Raises MoveRefused for oneself, and for whoever is no administrator at this moment.
    """
    # Of two who close each other at once the second waits here, and finds their own closed.
    if by.pk not in _administrators():
        raise MoveRefused(_("Votre compte n'est plus celui d'un administrateur."))
    _refuse_oneself(user, by)
    user.is_active = False
    user.save(update_fields=["is_active"])
    _end_links(user)
    sessions.end_all(user, by=by)
    chain.record("staff.closed", by=by, about=user)


@transaction.atomic
def end_sessions(user: User, *, by: User) -> None:
    """Sign somebody of the staff out wherever they are signed in."""
    _refuse_oneself(user, by)
    sessions.end_all(user, by=by)


@transaction.atomic
def send_link(user: User, *, by: User | None) -> None:
    """Send the link to the account's own address, which two have confirmed.

    Raises as `make_link()` does.
    """
    token = make_link(user, by=by)
    # As a code is sent: its text is wiped from our rows once it has left.
    messages.send_code(
        "staff_invited", Message.Channel.EMAIL, to=user, address=user.email, code=token
    )


@transaction.atomic
def make_link(user: User, *, by: User | None) -> str:
    """The token of a link that opens the account once, within 48 hours. Earlier ones open nothing.

    Raises MoveRefused once the account has a password, or is closed.
    """
    if by:
        _refuse_oneself(user, by)
    if user.has_usable_password() or not user.is_active:
        raise MoveRefused(_("Ce compte est déjà ouvert, ou fermé : un lien n'y peut rien."))
    _end_links(user)
    token = secrets.token_urlsafe(32)
    Activation.objects.create(
        user=user,
        token_hash=codes.digest("activation", token),
        by=by,
        expires_at=timezone.now() + LINK_LIFETIME,
    )
    chain.record("staff.link", by=by, about=user)
    return token


# --- The link -------------------------------------------------------------------------------------


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
    chain.record("staff.opened", by=link.user, about=link)
    return link.user


def _usable() -> Any:
    return Activation.objects.filter(
        used_at=None, expires_at__gt=timezone.now(), user__is_active=True
    ).select_related("user")


def _end_links(user: User) -> None:
    Activation.objects.filter(user=user, used_at=None).update(expires_at=timezone.now())


# --- Parts ----------------------------------------------------------------------------------------


def posted(user: User) -> list[str]:
    """The regions somebody works in, in their order."""
    return sorted(user.postings.values_list("region", flat=True))


@transaction.atomic
def post(user: User, regions: Iterable[str], *, by: User | None) -> None:
    """Let somebody work in these regions, and in no others; two have said so before."""
    regions = set(regions)
    user.postings.exclude(region__in=regions).delete()
    for region in sorted(regions - set(posted(user))):
        posting = Posting.objects.create(user=user, region=region)
        chain.record("staff.posted", by=by, about=posting, user=user.pk, region=region)


def _employ(role: str, email: str, phone: str) -> User:
    user = User.objects.create_user(role=role, email=email, phone=phone)
    EmailAddress.objects.create(user=user, email=email, primary=True)
    return user


def _administrators() -> dict[int, User]:
    """Whoever administers, held until the end of the transaction."""
    rows = User.objects.filter(role=User.Role.ADMINISTRATOR, is_active=True)
    return {row.pk: row for row in rows.order_by("pk").select_for_update()}


def _refuse_taken(email: str, phone: str) -> None:
    taken = EmailAddress.objects.filter(email__iexact=email).exists()
    if taken or User.objects.filter(phone=phone, phone_verified_at__isnull=False).exists():
        raise MoveRefused(_("Un compte existe déjà avec ce téléphone ou cette adresse."))


def _refuse_oneself(user: User, by: User) -> None:
    if user.pk == by.pk:
        raise MoveRefused(_("Nul n'administre son propre compte."))
    if user.role == User.Role.CITIZEN:
        raise MoveRefused(_("Ce compte n'est pas celui d'un agent de l'administration."))


def _refuse_impossible(kind: str, user: User, role: str) -> None:
    if user.is_active == (kind == Kind.REOPENING):
        raise MoveRefused(_("Ce compte est fermé.") if not user.is_active else _("Il est ouvert."))
    if kind == Kind.ROLE and role == user.role:
        raise MoveRefused(_("Choisissez un autre rôle."))
    if kind == Kind.REGIONS and user.role not in POSTED:
        raise MoveRefused(_("Seuls les agents et les superviseurs travaillent dans des régions."))
    if kind in (Kind.ROLE, Kind.REOPENING):
        duties.refuse(role or user.role, user=user, email=user.email, phone=user.phone)


def _record(what: str, request: StaffRequest, by: User | None) -> None:
    asked = {"user": request.user_id, "kind": request.kind, "role": request.role}
    chain.record(f"staff.{what}", by=by, about=request, **asked, regions=request.regions)


def _misplaced() -> QuerySet[User]:
    """Staff whose role is not the one they were given last: it was written by hand."""
    given = StaffRequest.objects.filter(user=OuterRef("pk"), state=State.CONFIRMED).exclude(role="")
    last = Subquery(given.order_by("-decided_at", "-pk").values("role")[:1])
    people = User.objects.exclude(role=User.Role.CITIZEN).annotate(given=last)
    return people.exclude(given=None).exclude(given=F("role"))


def expect_acts() -> None:
    """Let the log's verifier ask for what was asked and decided, and for roles nobody confirmed."""
    expect("staff.confirmed", _misplaced)
    asked = StaffRequest.objects.exclude(asked_by=None)
    expect("staff.opened", Activation.objects.exclude(used_at=None).all)
    expect("staff.asked", asked.all, at="asked_at")
    for state in (State.CONFIRMED, State.REFUSED):
        expect(f"staff.{state}", StaffRequest.objects.filter(state=state).all)
