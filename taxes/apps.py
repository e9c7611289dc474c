"""The app, as Django knows it."""

from django.apps import AppConfig


class TaxesConfig(AppConfig):
    """What vehicles owe, how it is paid, and the code that proves it."""

    name = "taxes"
