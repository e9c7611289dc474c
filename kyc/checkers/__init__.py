"""The services that check identities, as listed in IDENTITY_CHECKERS."""

from django.conf import settings
from django.utils.module_loading import import_string

from kyc.checkers.base import Checker


def enabled() -> dict[str, Checker]:
    """The services by code, in the order they are listed."""
    checkers = [import_string(path)() for path in settings.IDENTITY_CHECKERS]
    return {checker.code: checker for checker in checkers}


def get(code: str) -> Checker:
    """The service of that code. Raises KeyError where it is not enabled."""
    return enabled()[code]
