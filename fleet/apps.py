"""The app, as Django knows it."""

from django.apps import AppConfig


class FleetConfig(AppConfig):
    """Vehicles, who holds them, and the papers that say so."""

    name = "fleet"
