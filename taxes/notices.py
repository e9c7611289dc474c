"""Saying what a vehicle owes: publishing a tariff, simulating, and issuing the notice of a year."""

import csv
from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fleet.models import Category, Energy, Vehicle
from project.audit import chain
from taxes import tariff as law
from taxes.models import Notice, Payment, Rate, Tariff

DATA = Path(__file__).parent / "data"
# What the grid's file calls its columns, and what we call them.
COLUMNS = {
    "power_min": "power_min_cv",
    "power_max": "power_max_cv",
    "age_min": "age_min_years",
    "age_max": "age_max_years",
    "amount": "amount_ariary",
}


class NoTariff(law.NotAssessable):
    """No tariff has been published for that year."""


def current_year() -> int:
    """The tax year under way in Antananarivo."""
    return timezone.localdate().year


@transaction.atomic
def publish(path: Path, *, due_date: date | None = None) -> Tariff:
    """Load a grid from its file and publish it. A year that has one keeps it, unchanged.

    The due date is 31 January of the tax year unless given (article I-102 bis). Raises ValueError
    for a file whose cells do not cover every power, energy and age exactly once.
    """
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    year = int(rows[0]["tax_year"])
    existing = Tariff.objects.published(year)
    if existing:
        return existing
    cells = [_cell(row) for row in rows]
    _require_whole(cells)
    version = Tariff.objects.create(
        year=year, due_date=due_date or date(year, 1, 31), published_at=timezone.now()
    )
    Rate.objects.bulk_create(
        Rate(tariff=version, **{name: getattr(cell, name) for name in law.Cell.__slots__})
        for cell in cells
    )
    return version


def _cell(row: dict[str, str]) -> law.Cell:
    figures = {name: int(row[column]) if row[column] else None for name, column in COLUMNS.items()}
    return law.Cell(energy=row["energy"], **figures)  # type: ignore[arg-type]


def _require_whole(cells: list[law.Cell]) -> None:
    for energy in Energy.values:
        for power in range(1, 41):
            for age in range(41):
                hits = sum(cell.covers(power, energy, age) for cell in cells)
                if hits != 1:
                    raise ValueError(f"{hits} rates for {power} CV, {energy}, {age} years")


def tariff_of(year: int) -> Tariff:
    """The tariff in force for a year. Raises NoTariff while none is published."""
    version = Tariff.objects.published(year)
    if version is None:
        raise _not_published(year)
    return version


def _not_published(year: int) -> NoTariff:
    return NoTariff(_("Le tarif %(year)s n'est pas encore publié.") % {"year": year})


def assess(
    version: Tariff,
    *,
    power: int,
    energy: str,
    first_registration: date,
    category: str = Category.PERSONAL,
) -> law.Assessment:
    """Compute a tax by a published tariff. Raises NotAssessable."""
    return law.assess(
        version.cells,
        year=version.year,
        power=power,
        energy=energy,
        first_registration=first_registration,
        category=category,
    )


def issue(vehicle: Vehicle, year: int) -> Notice:
    """The vehicle's notice of that year, made when it is first looked at.

    Raises NotAssessable where nothing is owed for that year, or no tariff is published yet.
    """
    existing = Notice.objects.with_proof().filter(vehicle=vehicle, year=year).first()
    return existing or _issue(vehicle, tariff_of(year))


@transaction.atomic
def _issue(vehicle: Vehicle, version: Tariff) -> Notice:
    assessment = assess(
        version,
        power=vehicle.fiscal_power,
        energy=vehicle.energy,
        first_registration=vehicle.first_registration,
        category=vehicle.category,
    )
    notice, is_new = Notice.objects.get_or_create(
        vehicle=vehicle,
        year=version.year,
        defaults={
            "tariff": version,
            "amount": assessment.amount,
            "steps": assessment.as_json(),
        },
    )
    if is_new:
        owed = {"vehicle": vehicle.pk, "year": version.year, "amount": notice.amount}
        chain.record("notice.issued", by=None, about=notice, tariff=version.pk, **owed)
    return notice


def standing(person) -> list[tuple[Vehicle, Notice | None, str]]:
    """Each vehicle a person holds, with this year's notice, or why nothing is owed."""
    year = current_year()
    vehicles = list(Vehicle.objects.held_by(person).order_by("pk"))
    issued = Notice.objects.with_proof().filter(vehicle__in=vehicles, year=year)
    notices = {notice.vehicle_id: notice for notice in issued}
    live = {payment.notice_id: payment for payment in Payment.objects.live().of(notices.values())}
    for notice in notices.values():
        notice.under_way = live.get(notice.pk)
    version = Tariff.objects.published(year)
    return [_standing(vehicle, notices.get(vehicle.pk), version, year) for vehicle in vehicles]


def _standing(
    vehicle: Vehicle, notice: Notice | None, version: Tariff | None, year: int
) -> tuple[Vehicle, Notice | None, str]:
    if notice is None and version is None:
        return vehicle, None, str(_not_published(year))
    try:
        return vehicle, notice or _issue(vehicle, version), ""
    except law.NotAssessable as reason:
        return vehicle, None, str(reason)


def arrears(person) -> list[Notice]:
    """What a person's vehicles still owe for the years before this one, the oldest first."""
    late = Notice.objects.of_holder(person).unpaid().filter(year__lt=current_year())
    return list(late.with_proof().order_by("year", "pk"))
