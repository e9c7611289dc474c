"""How long a session lives, by role: without activity, and in all."""

import time
from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
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
SHORTEST = (10 * MINUTE, 4 * HOUR)  # for a role nobody has thought of
# Roles that work in one place at a time: a second session ends the first.
SINGLE = {"agent"}

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
    ended = request.session
    ended.set_expiry(-1)
    ended.save()
    request.session = type(ended)()
    request.user = AnonymousUser()


def _is_over(request: HttpRequest, now: float) -> bool:
    role = getattr(request.user, "role", "")
    idle, lifetime = LIFETIMES.get(role, SHORTEST)
    began, seen = request.session.get(BEGAN, now), request.session.get(SEEN, now)
    return now - seen > idle or now - began > lifetime
