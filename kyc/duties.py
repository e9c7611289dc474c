"""Duties that exclude each other, whichever accounts one person holds them by."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kyc.models import StaffRequest, User
from project.lib.workflow import MoveRefused

Role = User.Role
ROLES = [role for role in Role if role != Role.CITIZEN]

# What nobody holds at once, in two accounts. One and the same duty twice is excluded as well:
# its holder would be their own second person.
EXCLUSIVE = {
    # Whoever makes accounts takes no decision by one.
    Role.ADMINISTRATOR: {Role.AGENT, Role.OFFICER, Role.SUPERVISOR, Role.FINANCE, Role.AUDITOR},
    # Whoever audits has nothing to be audited for.
    Role.AUDITOR: {Role.AGENT, Role.OFFICER, Role.SUPERVISOR, Role.FINANCE},
    # Supervisors are the second person of agents; both say what is taxed, finance what is paid.
    Role.SUPERVISOR: {Role.AGENT, Role.FINANCE},
    Role.FINANCE: {Role.AGENT},
}
# What excludes every other duty of a whole life here: nobody audits what they did themselves, nor
# does what they audited.
FOR_EVER = {Role.AUDITOR}


def exclude(one: str, other: str) -> bool:
    """Whether nobody may hold both duties at once."""
    return one == other or other in EXCLUSIVE.get(one, ()) or one in EXCLUSIVE.get(other, ())  # type: ignore[call-overload]


def of_same_person(*, email: str, phone: str | None) -> QuerySet[User]:
    """Staff accounts with this address or phone, or that were given it: as far as we can tell.

    Closed ones too. Whoever changes what they were invited by stays the same person.
    """
    same = Q(pk=None)
    if email:
        same |= Q(email__iexact=email) | Q(emailaddress__email__iexact=email)
        same |= Q(staff_requests__email__iexact=email)
    if phone:
        same |= Q(phone=phone) | Q(staff_requests__phone=phone)
    return User.objects.exclude(role=Role.CITIZEN).filter(same).distinct()


def held(user: User) -> set[str]:
    """Every duty an account has had, this one included."""
    granted = StaffRequest.objects.filter(user=user, state=StaffRequest.State.CONFIRMED)
    past = granted.values_list("role", "role_before")
    return {user.role, *(role for pair in past for role in pair)} - {""}


def refuse(role: str, *, user: Any = None, email: str, phone: str | None) -> None:
    """Raise MoveRefused if whoever this is may not be given this duty.

    `user` is the account that is to have it, if there is one already.
    """
    if role not in ROLES:
        raise MoveRefused(_("Choisissez un rôle du personnel."))
    others = [other for other in of_same_person(email=email, phone=phone) if other != user]
    past = {held_role for each in [*others, *([user] if user else [])] for held_role in held(each)}
    if past - {role} and (past | {role}) & FOR_EVER:
        raise MoveRefused(_("Un auditeur n'a jamais eu d'autre rôle, et n'en a jamais d'autre."))
    clash = next((other for other in others if other.is_active and exclude(role, other.role)), None)
    if clash:
        raise MoveRefused(
            _("Cette personne a déjà un compte comme %(role)s : les deux s'excluent.")
            % {"role": clash.get_role_display()}
        )
