"""The SMS gateways, in the order they are tried."""

from django.conf import settings
from django.utils.module_loading import import_string

from notify.gateways.base import Gateway


def enabled() -> list[Gateway]:
    """One of each gateway listed in SMS_GATEWAYS."""
    return [import_string(path)() for path in settings.SMS_GATEWAYS]
