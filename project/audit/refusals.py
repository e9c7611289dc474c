"""Writing in the log that somebody signed in was refused what their role may not open."""

from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from project.audit import chain
from project.audit.models import Event

# The same refusal is written once: whoever insists must not fill the log.
QUIET = timedelta(minutes=10)


class RefusalMiddleware:
    """Records answers of 403 to whoever is signed in; the lines of the log have every one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        user = request.user  # type: ignore[attr-defined]
        if response.status_code == 403 and user.is_authenticated:
            match = request.resolver_match
            _record(user, match.view_name if match else "")
        return response


def _record(user: object, route: str) -> None:
    lately = Event.objects.filter(
        actor=user.pk,  # type: ignore[attr-defined]
        action="access.denied",
        at__gt=timezone.now() - QUIET,
        data__route=route,
    )
    if not lately.exists():
        chain.witness("access.denied", by=user, about=None, route=route)
