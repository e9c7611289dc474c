"""Questions without an account: programs are slowed, a town behind one address is not shut out."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kyc import limits
from kyc.credentials import Tally
from tests.factories import NoticeFactory, TariffFactory, UserFactory
from tests.races import together

pytestmark = pytest.mark.django_db

SIMULATED = {"power": "8", "energy": "petrol", "first_registration": "25/06/2015"}


@pytest.fixture(autouse=True)
def _five_then_slowly(settings):
    settings.LIMITS = {"question": {"free": 5, "window": 3600, "pause": 1, "longest": 2}}


def check(client, asked="A" * 60, **options):
    return client.post(reverse("taxes:code"), {"asked": asked}, **options)


def test_after_many_one_in_two_seconds_is_answered_and_none_is_shut_out(client):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert [check(client).status_code for _turn in range(6)] == [200] * 5 + [429]
        for _turn in range(20):
            clock.shift(2)
            assert check(client).status_code == 200


def test_the_page_says_when_to_come_back_and_keeps_what_was_typed(client):
    for _turn in range(5):
        check(client)
    answer = check(client, "B" * 60)
    assert answer.headers["Retry-After"] in ("1", "2")
    assert "B" * 60 in answer.text
    assert "Envoyez de nouveau dans un instant" in answer.text


def test_the_simulator_is_counted_with_it_and_opening_a_page_is_not(client):
    TariffFactory()
    for _turn in range(20):
        assert client.get(reverse("taxes:simulator")).status_code == 200
        assert client.get(reverse("taxes:code")).status_code == 200
    asked = [client.get(reverse("taxes:simulator"), SIMULATED) for _turn in range(6)]
    assert [answer.status_code for answer in asked] == [200] * 5 + [429]
    assert check(client).status_code == 429


def test_another_address_is_another_count(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def status(address):
        return check(Client(), headers={"X-Forwarded-For": address}).status_code

    assert [status("41.188.1.1") for _turn in range(6)][-1] == 429
    assert status("41.188.1.2") == 200
    # Of IPv6 one subscriber holds them all.
    assert [status(f"2001:db8:1:{turn}::1") for turn in range(6)][-1] == 429
    assert status("2001:db8:2::1") == 200


def test_an_officer_is_known_and_not_counted_by_address(client, login):
    notice = NoticeFactory(paid=True)
    login(UserFactory(officer=True))
    for _turn in range(8):
        assert check(client, notice.vehicle.plate).status_code == 200
    assert not Tally.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_no_more_are_answered_than_may_be(settings):
    settings.LIMITS = {"question": {"free": 5, "window": 3600, "pause": 60, "longest": 60}}
    answers = together(*[lambda: limits.take("question", "41.188.1.1")] * 20)
    assert answers.count(0) == 5
    assert Tally.objects.get().count == 5
