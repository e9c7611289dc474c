"""Declaring a vehicle: what is typed of a carte grise, and whose vehicle it becomes."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from fleet.forms import VehicleForm
from fleet.models import Holding, Vehicle, VehicleCase
from tests.factories import UserFactory, VehicleCaseFactory, VehicleFactory

pytestmark = pytest.mark.django_db

ANSWERS = {
    "plate": "1234 tab",
    "plate_kind": "ordinary",
    "chassis_number": "vf3 1234567",
    "make": "PEUGEOT",
    "category": "personal",
    "energy": "petrol",
    "fiscal_power": "8",
    "first_registration": "01/03/2015",
    "region": "analamanga",
}


def form(**changes):
    return VehicleForm(ANSWERS | changes)


def errors(**changes):
    return set(form(**changes).errors)


def test_what_is_typed_is_stored_in_one_form():
    typed = form()
    assert typed.is_valid()
    assert typed.cleaned_data["plate"] == "1234TAB"
    assert typed.cleaned_data["chassis_number"] == "VF31234567"


@pytest.mark.parametrize("name", ANSWERS)
def test_each_answer_that_is_needed_is_asked_for(name):
    assert errors(**{name: ""}) == {name}


@pytest.mark.parametrize("name", ["model", "colour", "seats", "curb_weight", "payload", "holder"])
def test_the_rest_may_stay_empty(name):
    assert errors(**{name: ""}) == set()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("plate", "1234"),
        ("plate", "x" * 21),
        ("plate_kind", "nonsense"),
        ("chassis_number", "1234"),
        ("chassis_number", "A" * 18),
        ("chassis_number", "VF3;DROP"),
        ("chassis_number", "ＶＦ３é1"),
        ("energy", "steam"),
        ("category", "tank"),
        ("fiscal_power", "0"),
        ("fiscal_power", "-1"),
        ("fiscal_power", "201"),
        ("fiscal_power", "8.5"),
        ("fiscal_power", "1e1"),
        ("fiscal_power", "99999999999999999999"),
        ("seats", "0"),
        ("seats", "99999"),
        ("curb_weight", "-5"),
        ("payload", "100001"),
        ("first_registration", "31/02/2015"),
        ("make", "x" * 51),
        ("make", "\0"),
    ],
)
def test_a_wrong_answer_is_refused_where_it_is(name, wrong):
    assert errors(**{name: wrong}) == {name}


def test_a_plate_is_judged_by_its_sort():
    assert errors(plate="123 WWT") == {"plate"}
    assert errors(plate="123 WWT", plate_kind="provisional") == set()


def test_nothing_but_the_answers_can_be_posted(client, login):
    case = VehicleCaseFactory(photos=False)
    login(case.citizen)
    other, vehicle = UserFactory(agent=True), VehicleFactory()
    smuggled = {
        "state": "approved", "citizen": other.pk, "agent": other.pk, "vehicle": vehicle.pk,
        "decided_at": "2026-01-01", "amount": "1",
    }  # fmt: skip
    citizen = case.citizen
    client.post(case.section_url("reponses"), ANSWERS | smuggled)
    case.refresh_from_db()
    assert (case.plate, case.state, case.citizen) == ("1234TAB", "draft", citizen)
    assert (case.agent, case.vehicle) == (None, None)


def test_a_plate_that_is_registered_is_no_secret_the_form_gives_away(client, login):
    """Who holds which plate is not for guessing: the agent sees it when they decide."""
    VehicleFactory(plate="1234TAB")
    case = VehicleCaseFactory()
    login(case.citizen)
    answer = client.post(case.section_url("reponses"), ANSWERS)
    assert answer.url == reverse("fleet:check", args=[case.pk])


# --- Whose it is ----------------------------------------------------------------------------------


def test_a_vehicle_has_one_holder_at_a_time():
    vehicle = VehicleFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Holding.objects.create(vehicle=vehicle, holder=UserFactory())


def test_a_sold_vehicle_is_its_buyers():
    seller, buyer = UserFactory(), UserFactory()
    vehicle = VehicleFactory(holder=seller)
    vehicle.holdings.update(until=timezone.now() - timedelta(days=1))
    Holding.objects.create(vehicle=vehicle, holder=buyer)
    assert not Vehicle.objects.held_by(seller).exists()
    assert list(Vehicle.objects.held_by(buyer)) == [vehicle]


@pytest.mark.parametrize(
    "nothing",
    [
        {"plate": ""},
        {"chassis_number": ""},
        {"energy": ""},
        {"fiscal_power": None},
        {"first_registration": None},
    ],
    ids=str,
)
def test_the_database_refuses_a_vehicle_without_what_its_tax_needs(nothing):
    with pytest.raises(IntegrityError), transaction.atomic():
        VehicleFactory(**nothing)


@pytest.mark.parametrize("name", ["plate", "chassis_number"])
def test_the_database_refuses_the_same_vehicle_twice(name):
    vehicle = VehicleFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        VehicleFactory(**{name: getattr(vehicle, name)})


def test_the_database_refuses_two_declarations_begun_at_once():
    case = VehicleCaseFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        VehicleCaseFactory(citizen=case.citizen)
    assert VehicleCaseFactory(citizen=case.citizen, waiting=True)
    assert VehicleCase.objects.count() == 2
