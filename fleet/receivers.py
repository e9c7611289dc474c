"""What the apps below ask of this one."""

from django.dispatch import receiver

from fleet.models import DESCRIPTION
from kyc import privacy


@receiver(privacy.gathered)
def tell_vehicles(person, **_kwargs):
    """The vehicles a person holds or held, and since when."""
    holdings = person.holdings.select_related("vehicle").order_by("pk")
    return "vehicles", [
        {name: getattr(holding.vehicle, name) for name in DESCRIPTION}
        | {"since": holding.since, "until": holding.until}
        for holding in holdings
    ]
