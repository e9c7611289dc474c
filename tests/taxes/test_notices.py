"""What a vehicle owes for a year: computed once, then kept as it was."""

from datetime import date

import pytest

from taxes import explain, notices
from taxes.models import Notice, Rate, Tariff
from tests.factories import NoticeFactory, TariffFactory, UserFactory, VehicleFactory

pytestmark = pytest.mark.django_db


def test_a_notice_is_made_once_with_its_calculation():
    TariffFactory(year=2026)
    vehicle = VehicleFactory(first_registration=date(2015, 3, 1))
    notice = notices.issue(vehicle, 2026)
    assert notices.issue(vehicle, 2026) == notice
    assert notice.amount == 105_000
    assert explain.notice(notice)[-1][1] == "105\u202f000\u00a0Ar"


def test_a_notice_that_is_issued_stays_what_it_was():
    TariffFactory(year=2026)
    vehicle = VehicleFactory(first_registration=date(2015, 3, 1))
    notices.issue(vehicle, 2026)
    Rate.objects.update(amount=1)
    vehicle.fiscal_power = 20
    vehicle.save()
    assert notices.issue(vehicle, 2026).amount == 105_000


def test_an_ambulance_owes_nothing_and_may_have_its_code():
    TariffFactory(year=2026)
    notice = notices.issue(VehicleFactory(ambulance=True), 2026)
    assert (notice.amount, notice.is_settled, notice.is_paid) == (0, True, False)


def test_each_year_has_its_notice():
    TariffFactory(year=2026)
    TariffFactory(year=2027)
    vehicle = VehicleFactory(first_registration=date(2016, 3, 1))
    assert notices.issue(vehicle, 2026).amount == 55_000
    assert notices.issue(vehicle, 2027).amount == 105_000


def test_a_person_is_told_what_each_of_their_vehicles_owes():
    person, year = UserFactory(), notices.current_year()
    TariffFactory()
    paid = NoticeFactory(vehicle__holder=person, paid=True).vehicle
    fresh = VehicleFactory(holder=person)
    future = VehicleFactory(holder=person, first_registration=date(year + 1, 1, 1))
    VehicleFactory()
    rows = {vehicle: (notice, why) for vehicle, notice, why in notices.standing(person)}
    assert set(rows) == {paid, fresh, future}
    assert rows[paid][0].is_paid
    assert rows[fresh][0].amount == 105_000
    assert rows[future][0] is None
    assert str(year + 1) in rows[future][1]


def test_while_no_tariff_is_published_what_was_issued_still_stands():
    person = UserFactory()
    notice = NoticeFactory(vehicle__holder=person)
    VehicleFactory(holder=person)
    Tariff.objects.update(published_at=None)
    told = notices.standing(person)
    assert [row[1] for row in told] == [notice, None]
    assert "pas encore publié" in told[1][2]


def test_telling_costs_the_same_questions_however_many_vehicles(django_assert_num_queries):
    person = UserFactory()
    TariffFactory()
    VehicleFactory.create_batch(12, holder=person)
    notices.standing(person)
    with django_assert_num_queries(4):
        rows = notices.standing(person)
        assert [notice.is_paid for _vehicle, notice, _why in rows] == [False] * 12


def test_looking_writes_one_notice_a_vehicle():
    person = UserFactory()
    TariffFactory()
    VehicleFactory.create_batch(3, holder=person)
    notices.standing(person)
    notices.standing(person)
    assert Notice.objects.count() == 3
