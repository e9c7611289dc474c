"""Who may open a view. Every view carries exactly one of these marks; the default is refusal."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse

from project.lib import drafts

View = Callable[..., HttpResponse]

# Views of libraries, which cannot carry our mark: signing in and out, and confirming a code.
OPEN_MODULES = {"allauth.account.views", "django.views.i18n"}


class SignInMiddleware:
    """Refuses every view that does not say who may open it: a forgotten mark is a closed door.

    What somebody who is signed in has seen is kept by no cache, whichever library made the page.
    """

    def __init__(self, get_response: View):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:  # type: ignore[attr-defined]
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(self, request: HttpRequest, view: View, *_args: Any) -> None:
        if not hasattr(view, "audience") and view.__module__ not in OPEN_MODULES:
            raise PermissionDenied(f"{view.__module__}.{view.__name__} names no audience")


def audience(name: str, admits: Callable[[Any], bool], *, factor: bool = False) -> Any:
    """Make a mark: whoever is not signed in is asked to, and nobody else gets in.

    With `factor`, the person must also have passed their second factor in this session.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user: Any = request.user
            if name != "public":
                if not user.is_authenticated:
                    return _send_to(request, resolve_url("account_login"))
                if not admits(user):
                    raise PermissionDenied
                if factor and not user.is_verified():
                    return _send_to(request, reverse("kyc:second_factor"))
            return view(request, *args, **kwargs)

        guarded.audience = name  # type: ignore[attr-defined]
        return guarded

    return mark


def _send_to(request: HttpRequest, url: str) -> HttpResponse:
    """Go and prove who you are, then come back; what was typed waits meanwhile.

    htmx would put the sign-in form where a fragment belongs: it is told to leave the page.
    """
    drafts.keep(request)
    if getattr(request, "htmx", False):
        target = redirect_to_login(_page_of(request), url).url
        return HttpResponse(status=401, headers={"HX-Redirect": target})
    return redirect_to_login(request.get_full_path(), url)


def _page_of(request: HttpRequest) -> str:
    """The page an htmx request came from, by its own word, which may be no address at all."""
    try:
        page = request.htmx.current_url_abs_path  # type: ignore[attr-defined]
    except ValueError:
        page = None
    return page or request.get_full_path()


def _staff(role: str) -> Any:
    """Staff hold the role and have passed their second factor."""
    return audience(role, lambda user: user.role == role, factor=True)


public = audience("public", lambda user: True)
member = audience("member", lambda user: True)
citizen = audience("citizen", lambda user: user.role == "citizen")
agent = _staff("agent")
officer = _staff("officer")
supervisor = _staff("supervisor")
finance = _staff("finance")
auditor = _staff("auditor")
administrator = _staff("administrator")
