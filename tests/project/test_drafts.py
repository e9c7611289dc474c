"""What was typed when a session ended: given back to its author, and to nobody else."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from project.lib import drafts
from tests.factories import IdentityCaseFactory, UserFactory
from tests.kyc import test_accounts

pytestmark = pytest.mark.django_db

TYPED = {"surname": "RABEMANANJARA", "number": "101 234 567 890"}


@pytest.fixture
def case():
    return IdentityCaseFactory(empty=True)


def sign_in(client, user, target="/"):
    return test_accounts.sign_in(client, user.phone, next=target)


def expire():
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))


def post_too_late(client, case, data=TYPED):
    """The session ends while the form is open; then the form is sent."""
    sign_in(client, case.citizen)
    expire()
    answer = client.post(case.section_url("reponses"), data)
    assert reverse("account_login") in answer.url
    return answer


def test_what_was_typed_is_there_again_after_signing_in(client, case):
    post_too_late(client, case)
    answer = sign_in(client, case.citizen, case.section_url("reponses"))
    assert answer.url == case.section_url("reponses")
    page = client.get(case.section_url("reponses"))
    assert "RABEMANANJARA" in page.text
    assert "101 234 567 890" in page.text
    case.refresh_from_db()
    assert case.surname == "", "it is shown, not sent"


def test_it_is_given_back_once(client, case):
    post_too_late(client, case)
    sign_in(client, case.citizen)
    client.get(case.section_url("reponses"))
    assert "RABEMANANJARA" not in client.get(case.section_url("reponses")).text


def test_somebody_else_at_the_same_machine_sees_nothing_of_it(client, case):
    post_too_late(client, case)
    other = IdentityCaseFactory(empty=True)
    sign_in(client, other.citizen)
    assert client.get(case.section_url("reponses")).status_code == 404
    assert "RABEMANANJARA" not in client.get(other.section_url("reponses")).text


def test_a_draft_for_another_page_is_kept_for_that_page(client, case):
    post_too_late(client, case)
    sign_in(client, case.citizen)
    client.get(case.section_url("photos"))
    assert "RABEMANANJARA" in client.get(case.section_url("reponses")).text


def test_without_a_session_that_names_somebody_nothing_is_kept(client, case):
    client.post(case.section_url("reponses"), TYPED)
    assert drafts.KEY not in client.session
    sign_in(client, case.citizen)
    assert "RABEMANANJARA" not in client.get(case.section_url("reponses")).text


def test_a_made_up_cookie_names_nobody(client, case):
    client.cookies["session"] = "x" * 32
    client.post(case.section_url("reponses"), TYPED)
    assert drafts.KEY not in client.session


def test_more_than_a_form_holds_is_not_kept(client, case):
    post_too_late(client, case, {"surname": "X" * (drafts.LIMIT + 1)})
    assert drafts.KEY not in client.session


def test_the_token_against_forgery_is_not_kept(client, case):
    post_too_late(client, case, TYPED | {"csrfmiddlewaretoken": "secret-token"})
    assert "secret-token" not in str(client.session[drafts.KEY])


def test_an_htmx_form_is_kept_as_well(client, case):
    sign_in(client, case.citizen)
    expire()
    answer = client.post(case.section_url("reponses"), TYPED, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    sign_in(client, case.citizen)
    assert "RABEMANANJARA" in client.get(case.section_url("reponses")).text


def test_a_visit_keeps_nothing(client, case):
    sign_in(client, case.citizen)
    expire()
    client.get(case.section_url("reponses"), {"surname": "x"})
    assert drafts.KEY not in client.session


def test_a_decision_typed_before_the_second_factor_ran_out_is_given_back(client, login):
    case = IdentityCaseFactory(claimed=True)
    login(case.agent, factor=False)
    typed = {"verdict": "returned", "reason": "Le recto est très flou."}
    assert reverse("kyc:second_factor") in client.post(case.agent_url, typed).url
    login(case.agent)
    assert "Le recto est très flou." in client.get(case.agent_url).text
    case.refresh_from_db()
    assert case.state == "claimed"


def test_a_session_ends_by_itself_after_half_an_hour(client):
    user = UserFactory()
    sign_in(client, user)
    with time_machine.travel(timezone.now() + timedelta(minutes=29)):
        assert client.get(reverse("taxes:dashboard")).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=65)):
        assert client.get(reverse("taxes:dashboard")).status_code == 302
