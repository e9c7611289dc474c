"""The payment operators citizens may use, as listed in PAYMENT_PROVIDERS."""

from django.conf import settings
from django.utils.module_loading import import_string

from taxes.providers.base import Provider


def enabled() -> dict[str, Provider]:
    """The operators by code, in the order people see them."""
    providers = [import_string(path)() for path in settings.PAYMENT_PROVIDERS]
    return {provider.code: provider for provider in providers}


def get(code: str) -> Provider:
    """The operator of that code. Raises KeyError where it is not enabled."""
    return enabled()[code]
