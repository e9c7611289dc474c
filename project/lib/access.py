"""Who may open a view. Every view carries exactly one of these marks; the default is refusal."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django_otp import user_has_device

from project.lib import drafts

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Rule:
    """What the policy says of one address.

    `who` is the name of a mark, `methods` what may be asked by HTTP (GET says HEAD too), `rows` a
    word for whose rows are found there, `fresh` what a proof given just now is wanted for: to
    "open" the page, to "write" there, or nothing.
    """

    who: str
    methods: str
    rows: str
    fresh: str = ""


class SignInMiddleware:
    """Refuses every view that does not say who may open it: a forgotten mark is a closed door.

    A library's view cannot carry our mark: what the policy says of its address is asked here.
    What somebody who is signed in has seen is kept by no cache, whichever library made the page.
    """

    def __init__(self, get_response: View):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:  # type: ignore[attr-defined]
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(self, request: HttpRequest, view: View, *_args: Any) -> HttpResponse | None:
        if hasattr(view, "audience"):
            return None
        match = request.resolver_match
        rule = match and import_string(settings.ACCESS_POLICY)(match.view_name)
        if not rule:
            raise PermissionDenied(f"{view.__module__}.{view.__name__} names no audience")
        return _refusal_by(rule, request)


HAS_FACTOR, FRESH = "has_factor", "factor_at"  # what a session knows of the second factor
FRESH_MINUTES = 5  # how long a proof of who one is counts as just given

# How each mark refuses, by its name.
REFUSALS: dict[str, Callable[[HttpRequest], HttpResponse | None]] = {}


def audience(
    name: str, admits: Callable[[Any], bool], *, factor: bool = False, own_factor: bool = False
) -> Any:
    """Make a mark: whoever is not signed in is asked to, and nobody else gets in.

    With `factor`, the person must also have passed their second factor in this session; with
    `own_factor`, citizens only if they have chosen to have one.
    """

    asked_of = "always" if factor else "enrolled" if own_factor else ""

    def refusal(request: HttpRequest) -> HttpResponse | None:
        user: Any = request.user
        if not user.is_authenticated:
            return _send_to(request, resolve_url("account_login"))
        if not admits(user):
            raise PermissionDenied
        asked = factor or (
            own_factor and (user.role != "citizen" or request.session.get(HAS_FACTOR))
        )
        if asked and not user.is_verified():
            return _send_to(request, reverse("kyc:second_factor"))
        return None

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return REFUSALS[name](request) or view(request, *args, **kwargs)

        guarded.audience = name  # type: ignore[attr-defined]
        guarded.factor = asked_of  # type: ignore[attr-defined]
        return guarded

    REFUSALS[name] = refusal if name != "public" else lambda request: None
    return mark


def _refusal_by(rule: Rule, request: HttpRequest) -> HttpResponse | None:
    """The answer to whoever the rule keeps out, in the order in which our own marks stand."""
    methods = rule.methods.replace("GET", "GET HEAD").split()
    refusal = REFUSALS[rule.who](request)
    if refusal or request.method in methods:
        return refusal or _stale(request, rule.fresh)
    return HttpResponseNotAllowed(methods)


def mark_fresh(request: HttpRequest) -> None:
    """Note that the second factor was given just now."""
    request.session[FRESH] = time.time()
    request.session[HAS_FACTOR] = True


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person has just proved who they are: by their factor, else by their password.

    Only somebody who has no second factor can do without it.
    """
    since = time.time() - 60 * FRESH_MINUTES
    if request.session.get(FRESH, 0) > since and request.user.is_verified():  # type: ignore[union-attr]
        return True
    if user_has_device(request.user):
        return False
    proofs = get_authentication_records(request, request.user)  # type: ignore[arg-type]
    return any(proof["method"] == "password" and proof["at"] > since for proof in proofs)


def fresh_factor(*, to: str = "open", unless: Callable[[Any], bool] | None = None) -> Any:
    """Ask for the factor again before a view that does what cannot be undone, or shows a secret.

    Put it under the mark that says who may open the view. With `to="write"` it is asked of what
    changes something, and looking goes without. `unless` names who has none to give.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            is_spared = unless and unless(request.user)
            return (not is_spared and _stale(request, to)) or view(request, *args, **kwargs)

        guarded.fresh = to  # type: ignore[attr-defined]
        return guarded

    return mark


def _stale(request: HttpRequest, to: str) -> HttpResponse | None:
    """Send whoever proved who they are too long ago to do so again, if that is asked `to` do it."""
    user: Any = request.user
    is_asked = to == "open" or (to == "write" and request.method not in ("GET", "HEAD"))
    if not is_asked or not user.is_authenticated or is_fresh(request):
        return None
    has_device = user_has_device(user) or user.role != "citizen"
    page = "kyc:second_factor" if has_device else "account_reauthenticate"
    return _send_to(request, reverse(page))


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
# A member too, who has given the factor if they have one: a stolen password changes nothing there.
holder = audience("holder", lambda user: True, own_factor=True)
citizen = audience("citizen", lambda user: user.role == "citizen", own_factor=True)
# Whoever fills in a dossier: its citizen, or the agent of a counter before whom they stand.
filler = audience("filler", lambda user: user.role in {"citizen", "agent"}, own_factor=True)
# Parts in organisations, read with the account: gestionnaires make, superviseurs approve and
# otherwise read. In which organisation, the rows of each page say.
maker = audience("maker", lambda user: user.is_maker, factor=True)
checker = audience("checker", lambda user: user.is_checker, factor=True)
insider = audience("insider", lambda user: user.is_maker or user.is_checker, factor=True)
agent = _staff("agent")
officer = _staff("officer")
supervisor = _staff("supervisor")
# What takes two people: the second may be another agent, or a supervisor.
reviewer = audience("reviewer", lambda user: user.role in {"agent", "supervisor"}, factor=True)
finance = _staff("finance")
auditor = _staff("auditor")
administrator = _staff("administrator")
