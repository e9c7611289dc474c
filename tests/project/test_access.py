"""Doors: signing in, the second factor of the staff, and being sent back where one was going."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import totp

from kyc.models import TOTPDevice
from project.lib import access
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/agent/identites/"}
STAFF = {
    "agent": "kyc:queue",
    "officer": "taxes:check",
    "supervisor": "taxes:queues",
    "finance": "taxes:payments",
}


@pytest.fixture
def agent(client, login):
    """An agent whose password was right and who has a device, not yet asked."""
    user = UserFactory(agent=True)
    TOTPDevice.objects.create(user=user, name="tests", confirmed=True)
    login(user, factor=False)
    return user


def token_of(user, *, drift=0):
    device = user.totpdevice_set.get()
    return f"{totp(device.bin_key, step=device.step, t0=device.t0, digits=6, drift=drift):06}"


def give(client, token, **data):
    return client.post(reverse("kyc:second_factor"), {"token": token} | data)


def opens(client):
    return client.get(reverse("kyc:queue")).status_code == 200


# --- Signing in first -----------------------------------------------------------------------------


def test_whoever_is_not_signed_in_is_asked_to_and_sent_back(client):
    answer = client.get("/espace/?a=1")
    parts = urlsplit(answer.url)
    assert parts.path == reverse("account_login")
    assert parse_qs(parts.query) == {"next": ["/espace/?a=1"]}


def test_htmx_is_told_to_leave_the_page_and_never_given_a_form(client):
    answer = client.get(reverse("kyc:queue"), headers=HTMX)
    assert (answer.status_code, answer.content) == (401, b"")
    assert parse_qs(urlsplit(answer.headers["HX-Redirect"]).query) == {
        "next": ["/agent/identites/"]
    }


def test_the_address_htmx_claims_to_be_at_is_not_trusted(client):
    headers = HTMX | {"HX-Current-URL": "https://evil.example/steal"}
    assert "evil" not in client.get(reverse("kyc:queue"), headers=headers).headers["HX-Redirect"]


def test_private_pages_are_kept_by_nobody(client, login):
    login(UserFactory())
    assert client.get(reverse("taxes:dashboard")).headers["Cache-Control"] == "no-store"


def test_a_role_that_is_taken_away_is_gone_at_the_next_click(client, login):
    user = UserFactory(agent=True)
    login(user)
    assert opens(client)
    user.role = "citizen"
    user.save()
    assert client.get(reverse("kyc:queue")).status_code == 403


def test_an_account_that_is_closed_is_gone_at_the_next_click(client, login):
    user = UserFactory(agent=True)
    login(user)
    user.is_active = False
    user.save()
    assert client.get(reverse("kyc:queue")).status_code == 302


def test_a_view_that_names_no_audience_is_refused():
    def forgotten(request):
        raise AssertionError("it was opened")

    with pytest.raises(PermissionDenied, match="names no audience"):
        access.SignInMiddleware(lambda request: None).process_view(
            RequestFactory().get("/"), forgotten, (), {}
        )


# --- The second factor ----------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "page"), STAFF.items())
def test_no_page_of_the_staff_opens_without_the_second_factor(client, login, role, page):
    login(UserFactory(role=role), factor=False)
    answer = client.get(reverse(page))
    assert urlsplit(answer.url).path == reverse("kyc:second_factor")
    htmx = client.get(reverse(page), headers=HTMX)
    assert htmx.status_code == 401
    assert reverse("kyc:second_factor") in htmx.headers["HX-Redirect"]


@pytest.mark.parametrize(("role", "page"), STAFF.items())
def test_with_it_each_role_opens_its_own_page(client, login, role, page):
    login(UserFactory(role=role))
    assert client.get(reverse(page)).status_code == 200
    assert client.get(reverse("landing")).url == reverse(page)


def test_the_right_token_opens_and_leads_where_one_was_going(client, agent):
    asked = client.get(reverse("kyc:queue")).url
    assert client.get(asked).status_code == 200
    answer = client.post(asked, {"token": token_of(agent)})
    assert answer.url == reverse("kyc:queue")
    assert opens(client)


def test_spaces_in_a_token_do_no_harm(client, agent):
    token = token_of(agent)
    give(client, f" {token[:3]} {token[3:]} ")
    assert opens(client)


def test_the_session_changes_its_name_with_the_second_factor(client, agent):
    before = client.session.session_key
    give(client, token_of(agent))
    assert client.session.session_key != before


@pytest.mark.parametrize("token", ["", "000000000000", "abcdef", "12345", "\0", "１２３４５６"])
def test_a_wrong_token_opens_nothing(client, agent, token):
    answer = give(client, token)
    assert answer.status_code == 422
    assert not opens(client)


def test_a_token_opens_once_even_for_its_owner(client, agent):
    token = token_of(agent)
    give(client, token)
    client.logout()
    client.force_login(agent)
    assert give(client, token).status_code == 422
    assert not opens(client)


def test_the_token_of_somebody_else_opens_nothing(client, agent):
    other = UserFactory(agent=True)
    TOTPDevice.objects.create(user=other, name="tests", confirmed=True)
    give(client, token_of(other))
    assert not opens(client)


def test_a_device_that_was_never_confirmed_opens_nothing(client, agent):
    agent.totpdevice_set.update(confirmed=False)
    give(client, token_of(agent))
    assert not opens(client)


def test_after_wrong_tokens_the_right_one_has_to_wait(client, agent):
    right = token_of(agent)
    for _ in range(3):
        give(client, f"{(int(right) + 1) % 1_000_000:06}")
    answer = give(client, right)
    assert answer.status_code == 422
    assert "Trop d" in answer.text
    assert not opens(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        give(client, token_of(agent))
        assert opens(client)


def test_an_old_token_is_worth_nothing(client, agent):
    give(client, token_of(agent, drift=-4))
    assert not opens(client)


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\0"],
)
def test_the_second_factor_leads_nowhere_else(client, agent, target):
    answer = give(client, token_of(agent), next=target)
    assert answer.url == reverse("landing")


def test_whoever_is_not_signed_in_has_no_second_factor_to_give(client):
    assert urlsplit(client.get(reverse("kyc:second_factor")).url).path == reverse("account_login")


def test_a_device_in_the_session_of_somebody_else_opens_nothing(client, login, agent):
    """The device's id is written in the session: it must be the person's own."""
    login(UserFactory(agent=True))
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = agent.totpdevice_set.get().persistent_id
    session.save()
    assert not opens(client)


def test_an_address_that_is_none_does_no_harm(client):
    answer = client.get(
        reverse("taxes:dashboard"),
        headers={"HX-Request": "true", "HX-Current-URL": "http://[bad"},
    )
    assert answer.status_code == 401
    assert answer["HX-Redirect"].endswith("next=/espace/")


def test_a_page_may_be_asked_for_its_headers_alone(client):
    assert client.head("/").status_code == 200


def test_a_parameter_of_somebody_elses_is_no_question(client):
    assert "error-summary" not in client.get("/simulateur/?fbclid=x").text
