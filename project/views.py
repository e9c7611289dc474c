"""Pages that belong to no app: the home page, where each audience lands, and what went wrong."""

from django.conf import settings
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from project.lib import languages
from project.lib.access import member, public
from project.lib.screens import screen

# Where each role works.
LANDINGS = {
    "citizen": "taxes:dashboard",
    "agent": "kyc:queue",
    "officer": "taxes:check",
    "supervisor": "taxes:queues",
    "finance": "taxes:payments",
    "auditor": "audit:events",
    "administrator": "kyc:staff_list",
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
        languages.remember(response, language)
        if request.user.is_authenticated:
            request.user.language = language
            request.user.save(update_fields=["language"])
    return response


def csrf_failure(request, reason=""):
    """The form is too old, or cookies are off: say so, and offer the page again."""
    return render(request, "csrf.html", status=403)


def server_error(request):
    """Something broke: say so without what, and with the number our logs know it by."""
    return render(None, "500.html", {"number": getattr(request, "id", "")}, status=500)
