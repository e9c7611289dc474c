"""The app, as Django knows it."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The log of what was done: it only grows, and says so itself when it was tampered with."""

    name = "project.audit"
    label = "audit"
