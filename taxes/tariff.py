"""The arithmetic of the vehicle tax: no database, no clock, no settings.

Source: projet de loi de finances 2026, articles 02.09.03 (exemptions) and 02.09.06 (tariff by
fiscal power, energy and year of first circulation).
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

# Article 02.09.03, and the amendment on agricultural equipment.
EXEMPT = {"ambulance", "fire", "administrative", "convention", "agricultural"}


class NotAssessable(Exception):
    """The tax cannot be computed from what is known. The message is for people."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One rate of the grid. Powers in CV, ages in years, amount in ariary; None: no upper limit."""

    power_min: int
    power_max: int | None
    energy: str
    age_min: int
    age_max: int | None
    amount: int

    def covers(self, power: int, energy: str, age: int) -> bool:
        """Whether this is the rate of that power, energy and age."""
        return (
            energy == self.energy
            and self.power_min <= power <= (self.power_max or power)
            and self.age_min <= age <= (self.age_max if self.age_max is not None else age)
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the calculation: which rule, and the figures it used."""

    rule: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is owed, in ariary, and how it came about."""

    amount: int
    steps: list[Step]

    def as_json(self) -> list[dict[str, Any]]:
        """The steps as they are kept with a notice."""
        return [asdict(step) for step in self.steps]


def assess(
    cells: Iterable[Cell],
    *,
    year: int,
    power: int,
    energy: str,
    first_registration: date,
    category: str = "personal",
) -> Assessment:
    """Compute the tax of a vehicle for a tax year.

    `power` is the fiscal power in CV. The age is the tax year less the year of first circulation:
    it is what the law counts on the first day of the year, whatever the day of the month.
    Raises NotAssessable for a vehicle that was not yet in circulation, or a grid with no cell.
    """
    if category in EXEMPT:
        return Assessment(0, [Step("exempt", {"category": category})])
    age = year - first_registration.year
    if age < 0:
        raise NotAssessable(
            _("Mis en circulation en %(first)s seulement : rien n'est dû pour %(year)s.")
            % {"first": first_registration.year, "year": year}
        )
    cell = next((cell for cell in cells if cell.covers(power, energy, age)), None)
    if cell is None:
        raise NotAssessable(_("Le tarif %(year)s ne prévoit pas ce véhicule.") % {"year": year})
    return Assessment(cell.amount, _steps(cell, year, power, first_registration.year, age))


def _steps(cell: Cell, year: int, power: int, first_year: int, age: int) -> list[Step]:
    return [
        Step("age", {"year": year, "first": first_year, "age": age}),
        Step("age_band", {"age": age, "min": cell.age_min, "max": cell.age_max}),
        Step("power_band", {"power": power, "min": cell.power_min, "max": cell.power_max}),
        Step("energy", {"energy": cell.energy}),
        Step("rate", {"year": year, "amount": cell.amount}),
    ]
