"""Where an act comes from: the request under way, or nothing in a worker."""

from collections.abc import Callable
from contextvars import ContextVar

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


class OriginMiddleware:
    """Lets the log know the request under way, and forget it afterwards."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _request.set(request)
        try:
            return self.get_response(request)
        finally:
            _request.reset(token)


def fingerprint(value: str) -> str:
    """A keyed hash (128 bits): the same for the same value, and nothing to learn from it."""
    return salted_hmac("project.audit", value, algorithm="sha256").hexdigest()[:32]


def session_hash() -> str:
    """The session of the request under way, by its hash. It changes with each sign-in."""
    session = getattr(_request.get(), "session", None)
    key = session.session_key if session is not None else None
    return fingerprint(key) if key else ""


def ip() -> str:
    """The address the request under way came from, by its hash."""
    request = _request.get()
    if request is None:
        return ""
    try:
        return fingerprint(get_adapter(request).get_client_ip(request))
    except PermissionDenied:
        return ""  # a proxy that names no address: the act is worth recording all the same
