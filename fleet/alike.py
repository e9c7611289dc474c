"""What two declarations of vehicles should not have in common."""

from django.db.models import QuerySet

from fleet.models import VehicleCase, VehicleResemblance
from kyc.duplicates import Kind, Watch


def _declared(case: VehicleCase) -> dict[str, QuerySet]:
    cases = VehicleCase.objects
    chassis = case.chassis_number
    return {
        Kind.PLATE: cases.filter(plate=case.plate) if case.plate else cases.none(),
        Kind.CHASSIS: cases.filter(chassis_number=chassis) if chassis else cases.none(),
    }


def _own(case: VehicleCase) -> QuerySet:
    """The same vehicle declared again by the same person; one picture for two of them is odd."""
    return VehicleCase.objects.filter(citizen=case.citizen, plate=case.plate)


WATCH = Watch(VehicleResemblance, _declared, _own)
