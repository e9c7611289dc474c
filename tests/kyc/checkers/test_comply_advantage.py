"""ComplyAdvantage's adapter beside what every service has: its cases and its customers."""

import base64
import hashlib
import hmac
import json
import time

import pytest

from kyc.checkers import comply_advantage
from kyc.checkers.base import Finding, Forged, NoAnswer
from kyc.checkers.comply_advantage import ComplyAdvantage
from tests import sandbox
from tests.kyc.checkers.conftest import Notebook, inquiry


def signed(settings, news, *, moment=None, extra=""):
    """An event as Standard Webhooks v1 signs it."""
    body, stamp = json.dumps(news).encode(), str(int(moment or time.time()))
    secret = base64.b64decode(settings.COMPLY_ADVANTAGE_WEBHOOK_SECRET)
    made = hmac.new(secret, f"msg_1.{stamp}.".encode() + body, hashlib.sha256).digest()
    signature = f"{extra}v1,{base64.b64encode(made).decode()}"
    return body, {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": signature,
    }


def event(reference="ours", decision=None, kind="CASE_STATE_UPDATED"):
    return {
        "webhook_type": kind,
        "customer": {"external_identifier": reference},
        "case_stage": {"display_name": "x", "decision_type": decision},
    }


def test_a_name_is_screened_under_our_reference_alone(services):
    asked = inquiry("CONSIDER")
    verdict = Notebook(ComplyAdvantage()).ask(asked)
    [deal] = sandbox.checks(services, "comply_advantage")
    assert (deal["external"], deal["surname"]) == (asked.reference, "CONSIDER")
    assert verdict.evidence == {"aml_types": ["PEP_CLASS_2"]}


def test_asking_again_takes_the_same_workflow_up(services):
    book, asked = Notebook(ComplyAdvantage()), inquiry()
    assert book.ask(asked) == book.ask(asked)
    assert len(sandbox.checks(services, "comply_advantage")) == 1


def test_a_token_that_has_expired_is_asked_for_anew(services):
    book = Notebook(ComplyAdvantage())
    book.ask(inquiry())
    sandbox.go_wrong(services, "comply_advantage", "ask", "expired_token", times=1)
    assert book.ask(inquiry()).finding is Finding.CLEAR


@pytest.mark.parametrize(
    ("surname", "finding"),
    [
        ("RAKOTO", Finding.CLEAR),
        ("REFUSE", Finding.REFUSED),
        ("CONSIDER", Finding.WAITING),
    ],
)
def test_a_customer_known_already_is_judged_by_its_status(services, surname, finding):
    sandbox.go_wrong(services, "comply_advantage", "ask", "conflict", times=1)
    book, asked = Notebook(ComplyAdvantage()), inquiry(surname)
    with pytest.raises(NoAnswer):
        book.ask(asked)
    assert book.fetch(asked).finding is finding


@pytest.mark.parametrize(
    ("decision", "finding"),
    [
        ("POSITIVE", Finding.CLEAR),
        ("NEGATIVE", Finding.REFUSED),
        (None, Finding.ATTENTION),
        ("SPLENDID", Finding.UNKNOWN),
    ],
)
def test_what_our_analysts_decided_there_is_believed_for_it_is_signed(
    services, settings, decision, finding
):
    notice = ComplyAdvantage().read_callback(*signed(settings, event(decision=decision)))
    assert (notice.reference, notice.verdict.finding) == ("ours", finding)


@pytest.mark.parametrize("kind", ["CASE_CREATED", "CASE_TRANSITIONED"])
def test_all_events_of_cases_are_read(services, settings, kind):
    body, headers = signed(settings, event(kind=kind))
    assert ComplyAdvantage().read_callback(body, headers).reference == "ours"


@pytest.mark.parametrize("news", [event(kind="TRANSACTION_REVIEWED"), event(reference=None), []])
def test_a_signed_event_about_something_else_is_nothing_of_ours(services, settings, news):
    with pytest.raises(ValueError, match="not about"):
        ComplyAdvantage().read_callback(*signed(settings, news))


def test_one_of_several_signatures_is_enough_while_secrets_are_renewed(services, settings):
    body, headers = signed(settings, event(), extra="v1,b2xk v2,bmV3 ")
    assert ComplyAdvantage().read_callback(body, headers).reference == "ours"


def test_an_event_signed_ten_minutes_ago_may_be_a_copy(services, settings):
    with pytest.raises(Forged):
        ComplyAdvantage().read_callback(*signed(settings, event(), moment=time.time() - 600))


@pytest.mark.parametrize("secret", ["", "not base64!", "é"])
def test_with_a_secret_that_cannot_be_read_nothing_is_genuine(services, settings, secret):
    body, headers = signed(settings, event())
    settings.COMPLY_ADVANTAGE_WEBHOOK_SECRET = secret
    with pytest.raises(Forged):
        ComplyAdvantage().read_callback(body, headers)


def test_what_is_found_refuses_nobody_by_itself():
    assert Finding.REFUSED not in comply_advantage.RESULTS.values()
    assert Finding.REFUSED not in comply_advantage.STEPS.values()
