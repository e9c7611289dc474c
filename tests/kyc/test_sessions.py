"""How long sessions live, where one is signed in, and ending it elsewhere."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from project.lib.sessions import LIFETIMES
from project.views import LANDINGS
from tests.factories import UserFactory
from tests.kyc.test_accounts import is_signed_in, sign_in

pytestmark = pytest.mark.django_db

PAGE = "kyc:session_list"


def travel(seconds):
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False)


def visit(client, role):
    return client.get(reverse(LANDINGS[role])).status_code


@pytest.mark.parametrize("role", LANDINGS)
def test_a_session_ends_when_nothing_is_done_for_as_long_as_its_role_allows(client, login, role):
    idle, _lifetime = LIFETIMES[role]
    login(UserFactory(role=role))
    assert visit(client, role) == 200
    with travel(idle - 5):
        assert visit(client, role) == 200
    with travel(2 * idle + 5):
        assert visit(client, role) == 302
        assert not is_signed_in(client)


@pytest.mark.parametrize("role", LANDINGS)
def test_a_session_ends_however_busy_it_is(client, login, role):
    idle, lifetime = LIFETIMES[role]
    login(UserFactory(role=role))
    for moment in range(0, lifetime, idle - 60):
        with travel(moment):
            assert visit(client, role) == 200
    with travel(lifetime + 60):
        assert visit(client, role) == 302


def test_every_role_has_its_limits():
    assert set(LIFETIMES) == set(UserFactory._meta.model.Role.values)


def test_one_sees_where_one_is_signed_in_and_ends_it_there():
    user = UserFactory()
    here, there = Client(headers={"User-Agent": "Navigateur-A"}), Client()
    sign_in(here, user.phone)
    sign_in(there, user.phone)
    page = here.get(reverse(PAGE))
    assert "Navigateur-A" in page.text
    other = next(
        row for row in page.context["sessions"] if row.session_key != here.session.session_key
    )
    here.post(reverse(PAGE), {"session": other.pk})
    assert there.get(reverse("taxes:dashboard")).status_code == 302
    assert here.get(reverse("taxes:dashboard")).status_code == 200


def test_all_others_are_ended_at_once():
    user = UserFactory()
    clients = [Client() for _ in range(3)]
    for client in clients:
        sign_in(client, user.phone)
    clients[0].post(reverse(PAGE), {"session": "others"})
    found = [client.get(reverse("taxes:dashboard")).status_code for client in clients]
    assert found == [200, 302, 302]


@pytest.mark.parametrize("asked", ["", "0", "99999999999999999999", "x", "1e3", "１"])
def test_what_is_no_session_ends_nothing(client, asked):
    sign_in(client, UserFactory().phone)
    assert client.post(reverse(PAGE), {"session": asked}).status_code == 404


def test_nobody_ends_the_session_of_somebody_else(client):
    victim = Client()
    sign_in(victim, UserFactory().phone)
    row = victim.get(reverse(PAGE)).context["sessions"][0]
    sign_in(client, UserFactory().phone)
    assert client.post(reverse(PAGE), {"session": row.pk}).status_code == 404
    assert victim.get(reverse("taxes:dashboard")).status_code == 200


def test_an_expired_session_keeps_what_was_typed(client, login):
    from tests.factories import IdentityCaseFactory

    case = IdentityCaseFactory(claimed=True)
    login(case.agent)
    client.get(case.agent_url)
    with travel(16 * 60):
        answer = client.post(case.agent_url, {"verdict": "returned", "reason": "Trop flou."})
        assert reverse("account_login") in answer.url
        assert client.session["draft"]["owner"] == str(case.agent.pk)
