"""The app, as Django knows it."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """Telling people things by text message and e-mail."""

    name = "notify"
