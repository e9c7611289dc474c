"""The law's arithmetic: every cell of the grid, every day since 1990, and what is printed of it."""

import csv
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from fleet.models import Category, Energy
from taxes import explain, notices, tariff
from taxes.models import Tariff
from tests.factories import TariffFactory

GRID = notices.DATA / "tariff_2026.csv"
ROWS = list(csv.DictReader(GRID.read_text(encoding="utf-8").splitlines()))

# Projet de loi de finances 2026, article 02.09.06, as one formula.
BY_POWER = {1: 1, 5: 2, 10: 4, 13: 6, 16: 12}
BY_ENERGY = {"electric": 1, "hybrid": 2, "petrol": 3, "diesel": 4}
BY_AGE = {0: 0, 6: 25_000, 11: 75_000, 21: 100_000}


def number(text):
    return int(text) if text else None


CELLS = [
    tariff.Cell(
        power_min=int(row["power_min_cv"]),
        power_max=number(row["power_max_cv"]),
        energy=row["energy"],
        age_min=int(row["age_min_years"]),
        age_max=number(row["age_max_years"]),
        amount=int(row["amount_ariary"]),
    )
    for row in ROWS
]


def owed(power, energy, first, *, year=2026, category="personal"):
    """The amount by the file of the grid."""
    found = tariff.assess(
        CELLS, year=year, power=power, energy=energy, first_registration=first, category=category
    )
    return found.amount


def test_the_grid_has_eighty_rates():
    assert len(ROWS) == 80
    assert {row["tax_year"] for row in ROWS} == {"2026"}


@pytest.mark.parametrize(
    "row", ROWS, ids=lambda row: "{power_min_cv}CV-{energy}-{age_min_years}".format(**row)
)
def test_every_corner_of_every_cell_costs_what_the_grid_says(row):
    powers = {int(row["power_min_cv"]), number(row["power_max_cv"]) or 200}
    ages = {int(row["age_min_years"]), number(row["age_max_years"]) or 90}
    for power in powers:
        for age in ages:
            for month, day in ((1, 1), (7, 15), (12, 31)):
                first = date(2026 - age, month, day)
                assert owed(power, row["energy"], first) == int(row["amount_ariary"])


def test_the_grid_is_the_formula_of_the_law():
    for row in ROWS:
        base = 5_000 * BY_POWER[int(row["power_min_cv"])] * BY_ENERGY[row["energy"]]
        assert int(row["amount_ariary"]) == base + BY_AGE[int(row["age_min_years"])], row


def test_every_day_since_1990_counts_by_its_year_alone():
    expected = {
        year: next(
            int(row["amount_ariary"])
            for row in ROWS
            if row["energy"] == "petrol"
            and row["power_min_cv"] == "5"
            and int(row["age_min_years"]) <= 2026 - year <= (number(row["age_max_years"]) or 99)
        )
        for year in range(1990, 2027)
    }
    day, days = date(1990, 1, 1), 0
    while day <= date(2026, 12, 31):
        assessment = tariff.assess(
            CELLS, year=2026, power=8, energy="petrol", first_registration=day
        )
        age = next(step for step in assessment.steps if step.rule == "age").values["age"]
        assert (age, assessment.amount) == (2026 - day.year, expected[day.year]), day
        day, days = day + timedelta(days=1), days + 1
    assert days == 13_514


@pytest.mark.parametrize(
    ("first", "amount"),
    [
        (date(2021, 1, 1), 30_000),  # five years: the first band ends
        (date(2020, 12, 31), 55_000),
        (date(2016, 1, 1), 55_000),  # ten years
        (date(2015, 12, 31), 105_000),
        (date(2006, 1, 1), 105_000),  # twenty years
        (date(2005, 12, 31), 130_000),
    ],
)
def test_bands_of_age_end_with_the_year(first, amount):
    assert owed(8, "petrol", first) == amount


@pytest.mark.parametrize(
    ("power", "amount"),
    [
        (1, 15_000), (4, 15_000), (5, 30_000), (9, 30_000), (10, 60_000), (12, 60_000),
        (13, 90_000), (15, 90_000), (16, 180_000), (200, 180_000),
    ],
)  # fmt: skip
def test_bands_of_power_end_with_the_horse(power, amount):
    assert owed(power, "petrol", date(2026, 1, 1)) == amount


@pytest.mark.parametrize("category", ["ambulance", "fire", "administrative", "convention"])
def test_exempt_categories_owe_nothing_and_say_why(category):
    found = tariff.assess(
        CELLS,
        year=2026,
        power=12,
        energy="diesel",
        first_registration=date(1995, 1, 1),
        category=category,
    )
    assert found.amount == 0
    assert [step.rule for step in found.steps] == ["exempt"]
    assert "exonérée" in explain.steps(found.steps)[0][0]


def test_agricultural_equipment_is_exempt_and_a_lorry_is_not():
    first = date(2010, 5, 5)
    assert owed(9, "diesel", first, category=Category.AGRICULTURAL) == 0
    assert owed(9, "diesel", first, category=Category.COMMERCIAL) == owed(9, "diesel", first) > 0


def test_a_vehicle_not_yet_in_circulation_owes_nothing_for_that_year():
    with pytest.raises(tariff.NotAssessable, match="2027"):
        owed(8, "petrol", date(2027, 1, 1))
    assert owed(8, "petrol", date(2026, 12, 31)) == 30_000


def test_a_grid_without_the_cell_says_so_rather_than_guess():
    with pytest.raises(tariff.NotAssessable, match="ne prévoit pas"):
        tariff.assess([], year=2026, power=8, energy="petrol", first_registration=date(2020, 1, 1))


def test_the_age_is_that_of_the_tax_year_asked_for():
    assert owed(8, "petrol", date(2015, 3, 1), year=2025) == 55_000
    assert owed(8, "petrol", date(2015, 3, 1), year=2026) == 105_000


# --- Publishing ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_publishing_twice_keeps_what_was_published():
    first = notices.publish(GRID)
    first.rates.filter(energy="petrol", power_min=1).update(amount=1)
    assert notices.publish(GRID) == first
    assert Tariff.objects.count() == 1
    assert first.rates.count() == 80
    assert first.rates.filter(amount=1).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("damage", ["hole", "overlap"])
def test_a_grid_with_a_hole_or_an_overlap_is_not_published(tmp_path, damage):
    lines = GRID.read_text(encoding="utf-8").splitlines()
    lines = lines[:-1] if damage == "hole" else [*lines, lines[-1]]
    broken = tmp_path / "tariff.csv"
    broken.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ValueError, match="rates for"):
        notices.publish(broken)
    assert not Tariff.objects.exists()


@pytest.mark.django_db
def test_the_newest_published_version_is_in_force():
    TariffFactory(year=2026)
    draft = Tariff.objects.create(year=2026, version=2, due_date=date(2026, 3, 31))
    assert notices.tariff_of(2026).version == 1
    Tariff.objects.filter(pk=draft.pk).update(published_at=timezone.now())
    assert notices.tariff_of(2026) == draft


@pytest.mark.django_db
def test_a_year_without_a_tariff_says_so():
    with pytest.raises(notices.NoTariff, match="2031"):
        notices.tariff_of(2031)


# --- The command --------------------------------------------------------------------------------


def run(**options):
    out = StringIO()
    call_command("tariff", stdout=out, **options)
    return out.getvalue().splitlines()


@pytest.mark.django_db
def test_the_command_prints_the_amount_then_how_it_came_about():
    TariffFactory(year=2026)
    lines = run(year=2026, power=8, energy="petrol", first=date(2015, 3, 1))
    assert lines[0] == "105000"
    assert len(lines) == 6
    for said in ("2026 − 2015", "11 ans", "8 CV", "essence", "2026"):
        assert any(said in line for line in lines[1:]), said


@pytest.mark.django_db
def test_the_command_says_why_an_ambulance_owes_nothing():
    TariffFactory(year=2026)
    lines = run(year=2026, power=8, energy="diesel", first=date(2015, 3, 1), category="ambulance")
    assert lines[0] == "0"
    assert "02.09.03" in lines[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "options",
    [
        {"year": 2026, "power": 0, "energy": "petrol", "first": date(2015, 3, 1)},
        {"year": 2031, "power": 8, "energy": "petrol", "first": date(2015, 3, 1)},
        {"year": 2026, "power": 8, "energy": "petrol", "first": date(2027, 3, 1)},
    ],
)
def test_the_command_refuses_what_cannot_be_assessed(options):
    TariffFactory(year=2026)
    with pytest.raises(CommandError):
        run(**options)


@pytest.mark.django_db
def test_the_command_agrees_with_the_file_on_all_eighty_rates():
    TariffFactory(year=2026)
    for row in ROWS:
        first = date(2026 - int(row["age_min_years"]), 6, 15)
        options = {"power": int(row["power_min_cv"]), "energy": row["energy"], "first": first}
        assert run(year=2026, **options)[0] == row["amount_ariary"]


@pytest.mark.django_db
def test_every_step_can_be_said_for_every_cell():
    for cell in CELLS:
        for age in {cell.age_min, cell.age_max or 40}:
            found = tariff.assess(
                CELLS,
                year=2026,
                power=cell.power_min,
                energy=cell.energy,
                first_registration=date(2026 - age, 1, 1),
            )
            lines = explain.steps(found.steps)
            assert len(lines) == 5
            assert all(what and result and "%(" not in what + result for what, result in lines)


def test_every_energy_of_the_vocabulary_is_in_the_grid():
    assert {cell.energy for cell in CELLS} == set(Energy.values)
