"""Where somebody is signed in, and ending it there."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.http import HttpRequest

from kyc.models import User
from project.audit import chain


def of(user: Any) -> list[UserSession]:
    """The sessions of an account that still open something, the newest first."""
    return sorted(UserSession.objects.purge_and_list(user), key=lambda row: row.pk, reverse=True)


def renew(request: HttpRequest) -> None:
    """Give this session a new name, as after each thing proved, and keep it in the list."""
    before = request.session.session_key
    request.session.cycle_key()
    row = UserSession.objects.filter(session_key=before)
    if not row.update(session_key=request.session.session_key):
        UserSession.objects.create_from_request(request)  # ended elsewhere meanwhile: listed anew


@transaction.atomic
def renew_alone(request: HttpRequest) -> None:
    """Give this session a new name and end every other one of this person.

    Of two at once one waits for the other: without that each ends the other's, or neither.
    """
    User.objects.select_for_update().get(pk=request.user.pk)
    renew(request)
    end_others(request)


@transaction.atomic
def end(request: HttpRequest, pk: int) -> bool:
    """End one of one's own sessions. False if there is none of that number."""
    row = UserSession.objects.filter(user=request.user.pk, pk=pk).first()
    if row is None:
        return False
    row.end()
    chain.record("session.ended", by=request.user, about=request.user, session=pk)
    return True


@transaction.atomic
def end_others(request: HttpRequest) -> None:
    """End every session of this person but the one they are in."""
    rows = UserSession.objects.filter(user=request.user.pk)
    ended = _end(rows.exclude(session_key=request.session.session_key or ""))
    if ended:
        chain.record("session.others_ended", by=request.user, about=request.user, sessions=ended)


@transaction.atomic
def end_all(user: Any, *, by: Any | None = None) -> None:
    """End every session of an account: it was closed, or its role was taken away."""
    ended = _end(UserSession.objects.filter(user=user))
    if ended:
        chain.record("session.all_ended", by=by, about=user, sessions=ended)


def _end(rows: Any) -> int:
    """How many were ended."""
    found = list(rows)
    for row in found:
        row.end()
    return len(found)


@transaction.atomic
def close(pk: int, *, by: Any) -> bool:
    """End somebody else's session, with a line in the log. False if it has ended already."""
    row = UserSession.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        return False
    row.end()
    chain.record("session.closed", by=by, about=row.user, session=pk)
    return True
