"""Where somebody is signed in, and ending it there."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.http import HttpRequest


def of(user: Any) -> list[UserSession]:
    """The sessions of an account that still open something, the newest first."""
    return sorted(UserSession.objects.purge_and_list(user), key=lambda row: row.pk, reverse=True)


def renew(request: HttpRequest) -> None:
    """Give this session a new name, as after each thing proved, and keep it in the list."""
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def end(request: HttpRequest, pk: int) -> bool:
    """End one of one's own sessions. False if there is none of that number."""
    row = UserSession.objects.filter(user=request.user.pk, pk=pk).first()
    if row is None:
        return False
    row.end()
    return True


def end_others(request: HttpRequest) -> None:
    """End every session of this person but the one they are in."""
    rows = UserSession.objects.filter(user=request.user.pk)
    for row in rows.exclude(session_key=request.session.session_key or ""):
        row.end()


def end_all(user: Any) -> None:
    """End every session of an account: it was closed, or its role was taken away."""
    for row in UserSession.objects.filter(user=user):
        row.end()
