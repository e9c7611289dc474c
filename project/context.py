"""What every template may need to know about the service."""

from django.conf import settings

from kyc.models import Reproofing


def site(request):
    """Whether this is the demo, and the languages to offer."""
    return {
        "DEMO": settings.DEMO,
        "SITE_HOST": settings.SITE_URL.partition("://")[2],
        "LANGUAGE_NAMES": LANGUAGE_NAMES,
        # Counted only where the menu of agents and supervisors shows it.
        "lost_factors": lambda: Reproofing.objects.awaiting(request.user).count(),
    }


# Each language in its own words: whoever looks for theirs may not read the others.
LANGUAGE_NAMES = [("fr", "Français"), ("mg", "Malagasy"), ("en", "English")]
