"""The app, as Django knows it."""

from django.apps import AppConfig


class FleetConfig(AppConfig):
    """Vehicles, who holds them, and the papers that say so."""

    name = "fleet"

    def ready(self) -> None:
        from fleet import receivers  # noqa: F401
        from fleet.alike import WATCH
        from fleet.models import VehicleCase
        from kyc import duplicates, review

        review.expect_acts(VehicleCase)
        duplicates.watch(VehicleCase, WATCH)
        duplicates.expect_acts(VehicleCase)
