"""Pages that belong to no app: the home page, where each audience lands, and what went wrong."""

from django.conf import settings
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from project.lib.access import member, public
from project.lib.screens import screen

# Where each role works.
LANDINGS = {
    "citizen": "taxes:dashboard",
    "agent": "kyc:queue",
    "officer": "taxes:check",
    "supervisor": "taxes:queues",
    "finance": "taxes:payments",
}


@public
@require_safe
def home(request):
    """What the service is, and where to begin."""
    return screen(request, "project/home.html")


@member
@require_safe
def landing(request):
    """Send each person to where they work."""
    return redirect(LANDINGS.get(request.user.role, "home"))


@public
@require_POST
def set_language(request):
    """Change the language of the pages, and of the messages of whoever is signed in."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    language = request.POST.get("language")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
            httponly=True,
        )
        if request.user.is_authenticated:
            request.user.language = language
            request.user.save(update_fields=["language"])
    return response


def csrf_failure(request, reason=""):
    """The form is too old, or cookies are off: say so, and offer the page again."""
    return render(request, "csrf.html", status=403)
