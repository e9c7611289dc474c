"""Who may open a view. Every view carries exactly one of these marks; the default is refusal."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django_otp import user_has_device

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


HAS_FACTOR, FRESH = "has_factor", "factor_at"  # what a session knows of the second factor


def audience(
    name: str, admits: Callable[[Any], bool], *, factor: bool = False, own_factor: bool = False
) -> Any:
    """Make a mark: whoever is not signed in is asked to, and nobody else gets in.

    With `factor`, the person must also have passed their second factor in this session; with
    `own_factor`, only if they have chosen to have one.
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
                asked = factor or (own_factor and request.session.get(HAS_FACTOR))
                if asked and not user.is_verified():
                    return _send_to(request, reverse("kyc:second_factor"))
            return view(request, *args, **kwargs)

        guarded.audience = name  # type: ignore[attr-defined]
        return guarded

    return mark


def mark_fresh(request: HttpRequest) -> None:
    """Note that the second factor was given just now."""
    request.session[FRESH] = time.time()
    request.session[HAS_FACTOR] = True


def is_fresh(request: HttpRequest, minutes: int) -> bool:
    """Whether the person has just proved who they are: by their factor, else by their password.

    Only somebody who has no second factor can do without it.
    """
    since = time.time() - 60 * minutes
    if request.session.get(FRESH, 0) > since and request.user.is_verified():  # type: ignore[union-attr]
        return True
    if user_has_device(request.user):
        return False
    proofs = get_authentication_records(request, request.user)  # type: ignore[arg-type]
    return any(proof["method"] == "password" and proof["at"] > since for proof in proofs)


def fresh_factor(minutes: int = 5, *, unless: Callable[[Any], bool] | None = None) -> Any:
    """Ask for the factor again before a view that does what cannot be undone, or shows a secret.

    Put it under the mark that says who may open the view. `unless` names who has none to give.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user: Any = request.user
            if not user.is_authenticated or (unless and unless(user)) or is_fresh(request, minutes):
                return view(request, *args, **kwargs)
            has_device = user_has_device(user) or user.role != "citizen"
            page = "kyc:second_factor" if has_device else "account_reauthenticate"
            return _send_to(request, reverse(page))

        return guarded

    return mark


def _send_to(request: HttpRequest, url: str) -> HttpResponse:
    """Go and prove who you are, then come back; what was typed waits meanwhile.

    htmx would put the sign-in form where a fragment belongs: it is told to leave the page.
    """
    if drafts.keep(request):
        said = _("Votre session a expiré. Connectez-vous : vos réponses sont gardées.")
        messages.info(request, said)
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
citizen = audience("citizen", lambda user: user.role == "citizen", own_factor=True)
agent = _staff("agent")
officer = _staff("officer")
supervisor = _staff("supervisor")
finance = _staff("finance")
auditor = _staff("auditor")
administrator = _staff("administrator")
