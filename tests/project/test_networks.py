"""Administrators work from the networks of the administration; elsewhere their role is nothing."""

import pytest
from django.test import Client
from django.urls import reverse

from project import networks, policy
from project.audit.models import Event
from tests.conftest import pass_second_factor
from tests.factories import PASSWORD, UserFactory
from tests.kyc.test_accounts import is_signed_in

pytestmark = pytest.mark.django_db

OFFICE, HOME = "196.192.40.7", "41.188.1.1"


@pytest.fixture(autouse=True)
def offices(settings):
    settings.ADMIN_NETWORKS = ["196.192.32.0/20", "2c0f:f8f0::/32"]


def at(address, user):
    client = Client(REMOTE_ADDR=address)
    client.force_login(user)
    pass_second_factor(client, user)
    return client


@pytest.mark.parametrize(
    ("address", "admitted"),
    [
        ("196.192.32.0", True),
        ("196.192.47.255", True),
        ("196.192.48.0", False),
        ("::ffff:196.192.40.7", True),
        ("2c0f:f8f0:1::1", True),
        ("2c0f:f8f1::1", False),
        ("41.188.1.1", False),
        ("unknown", False),
        ("", False),
    ],
)
def test_an_address_is_in_the_list_or_not(address, admitted):
    assert networks.is_admitted(address) is admitted


def test_without_a_list_administrators_work_everywhere(settings):
    settings.ADMIN_NETWORKS = []
    assert networks.is_admitted(HOME)


def test_elsewhere_the_role_opens_nothing_and_the_page_says_why():
    client = at(HOME, UserFactory(administrator=True))
    for route in policy.routes():
        rule = policy.rule_for(route.name)
        if "<" in route.address or rule.who == "public":
            continue
        answer = client.get(reverse(route.name))
        assert answer.status_code == 403, route.name
        assert "réseaux de l'administration" in answer.text.replace("&#x27;", "'")


def test_from_the_office_it_does():
    client = at(OFFICE, UserFactory(administrator=True))
    assert client.get(reverse("kyc:staff_list")).status_code == 200
    assert client.get(reverse("admin:index")).status_code == 200


def test_it_bites_in_the_middle_of_a_session():
    client = at(OFFICE, UserFactory(administrator=True))
    assert client.get(reverse("kyc:staff_list")).status_code == 200
    assert client.get(reverse("kyc:staff_list"), REMOTE_ADDR=HOME).status_code == 403


def test_a_header_that_anybody_can_write_opens_nothing():
    client = at(HOME, UserFactory(administrator=True))
    answer = client.get(reverse("kyc:staff_list"), headers={"X-Forwarded-For": OFFICE})
    assert answer.status_code == 403


def test_behind_a_proxy_the_address_is_the_one_it_names(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client = at("10.0.0.1", UserFactory(administrator=True))
    for named, status in ((OFFICE, 200), (HOME, 403), (f"{OFFICE}, {HOME}", 403)):
        answer = client.get(reverse("kyc:staff_list"), headers={"X-Forwarded-For": named})
        assert answer.status_code == status, named


@pytest.mark.parametrize("role", ["citizen", "agent", "supervisor", "auditor"])
def test_nobody_else_is_asked_where_they_are(role):
    client = at(HOME, UserFactory(role=role))
    assert client.get(reverse("kyc:session_list")).status_code == 200


def test_a_password_is_worth_nothing_elsewhere_and_one_can_leave():
    user = UserFactory(administrator=True)
    client = Client(REMOTE_ADDR=HOME)
    client.post(reverse("account_login"), {"login": user.phone, "password": PASSWORD})
    assert client.get(reverse("kyc:second_factor")).status_code == 403
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)


def test_a_refusal_is_in_the_log_once_a_session():
    user = UserFactory(administrator=True)
    client = at(HOME, user)
    for _ in range(3):
        client.get(reverse("kyc:staff_list"))
    event = Event.objects.get(action="network.refused")
    assert (event.actor, event.object_id) == (user.pk, str(user.pk))
    assert HOME not in str(Event.objects.values())
