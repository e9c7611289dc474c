"""How long a session lives, by role: without activity, and in all."""

import time
from collections.abc import Callable
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse

MINUTE, HOUR = 60, 3600

# Seconds without activity, and seconds in all.
LIFETIMES = {
    "citizen": (30 * MINUTE, 12 * HOUR),
    "agent": (15 * MINUTE, 9 * HOUR),
    "officer": (30 * MINUTE, 12 * HOUR),
    "supervisor": (15 * MINUTE, 8 * HOUR),
    "finance": (15 * MINUTE, 8 * HOUR),
    "auditor": (15 * MINUTE, 8 * HOUR),
    "administrator": (10 * MINUTE, 4 * HOUR),
}
# What an account does in organisations beside its role: the strictest of all it holds counts.
DUTIES = {
    "is_maker": (20 * MINUTE, 8 * HOUR),
    "is_checker": (15 * MINUTE, 8 * HOUR),
}
SHORTEST = (10 * MINUTE, 4 * HOUR)  # for a role nobody has thought of
# Roles that work in one place at a time: a second session ends the first.
SINGLE = {"agent"}

# Sent with `user` when time ends a session that somebody comes back to.
expired = Signal()

BEGAN, SEEN = "began_at", "seen_at"


class LifetimeMiddleware:
    """Ends sessions that are too old, or that lay idle for too long. Put it after signing in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session and request.user.is_authenticated:
            now = time.time()
            if _is_over(request, now):
                end(request)
            else:
                request.session.setdefault(BEGAN, now)
                request.session[SEEN] = now
        return self.get_response(request)


def end(request: HttpRequest) -> None:
    """Sign this visitor out on our side. The expired row stays until it is cleared.

    By it the form they were typing is still known to be theirs (`project.lib.drafts`).
    """
    expired.send(sender=None, user=request.user)
    ended = request.session
    ended.set_expiry(-1)
    ended.save()
    request.session = type(ended)()
    request.user = AnonymousUser()


def limits_of(user: Any) -> tuple[int, int]:
    """Seconds without activity, and seconds in all: the strictest of what the account holds now."""
    held = [LIFETIMES.get(getattr(user, "role", ""), SHORTEST)]
    held += [limits for duty, limits in DUTIES.items() if getattr(user, duty, False)]
    return min(idle for idle, _all in held), min(lifetime for _idle, lifetime in held)


def _is_over(request: HttpRequest, now: float) -> bool:
    idle, lifetime = limits_of(request.user)
    began, seen = request.session.get(BEGAN, now), request.session.get(SEEN, now)
    return now - seen > idle or now - began > lifetime
