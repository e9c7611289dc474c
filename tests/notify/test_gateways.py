"""Orange's SMS gateway against Orange's contract, over HTTP, in fair weather and foul."""

import time

import pytest

from notify import gateways
from notify.gateways.base import GatewayDown, NoAnswer
from notify.gateways.orange import OrangeSMS
from project.lib import http
from tests import sandbox

MESSAGE = {
    "to": "+261321234567",
    "body": "Votre code est 123456, à tout de suite.",
    "reference": "1",
}


@pytest.fixture(scope="module")
def address():
    with sandbox.sandbox() as address:
        yield address


@pytest.fixture
def orange(address, settings, monkeypatch):
    for name, value in sandbox.settings_for(address).items():
        setattr(settings, name, value)
    monkeypatch.setattr(http, "_TOKENS", {})
    sandbox.reset(address)
    return OrangeSMS()


def test_a_message_is_taken_and_its_id_told(orange, address):
    key = orange.send(**MESSAGE)
    [message] = sandbox.sms(address)
    assert (message["id"], message["to"], message["body"]) == (key, MESSAGE["to"], MESSAGE["body"])
    assert (message["sender"], message["sender_name"]) == ("tel:+2610000", "Hetra")


def test_a_sender_without_a_name_sends_under_its_number(orange, address, settings):
    settings.ORANGE_SMS_SENDER_NAME = ""
    orange.send(**MESSAGE)
    assert sandbox.sms(address)[0]["sender_name"] == ""


def test_a_name_too_long_is_cut_to_what_orange_takes(orange, address, settings):
    settings.ORANGE_SMS_SENDER_NAME = "Direction des impôts"
    orange.send(**MESSAGE)
    assert sandbox.sms(address)[0]["sender_name"] == "Direction d"


@pytest.mark.parametrize("fault", ["html", "empty", "cut", "error_500_after", "no_id", "truncated"])
def test_a_message_without_a_clear_answer_may_have_been_taken(orange, address, fault):
    sandbox.go_wrong(address, "orange_sms", "send", fault)
    with pytest.raises(NoAnswer):
        orange.send(**MESSAGE)
    assert len(sandbox.sms(address)) == 1


@pytest.mark.parametrize("fault", ["error_500", "redirect", "too_many"])
def test_trouble_that_does_not_say_what_it_did_is_no_answer(orange, address, fault):
    sandbox.go_wrong(address, "orange_sms", "send", fault)
    with pytest.raises(NoAnswer):
        orange.send(**MESSAGE)


@pytest.mark.parametrize("fault", ["silence", "drip"])
def test_a_gateway_too_slow_is_left_at_the_deadline(orange, address, fault):
    sandbox.go_wrong(address, "orange_sms", "send", fault)
    orange.deadline = 0.7
    began = time.monotonic()
    with pytest.raises(NoAnswer):
        orange.send(**MESSAGE)
    assert time.monotonic() - began < 1.7


def test_a_bundle_used_up_is_a_gateway_down(orange, address):
    sandbox.go_wrong(address, "orange_sms", "send", "no_units")
    with pytest.raises(GatewayDown, match="POL1009"):
        orange.send(**MESSAGE)
    assert sandbox.sms(address) == []


@pytest.mark.parametrize("to", ["", "0321234567", "+33612345678"])
def test_a_number_orange_refuses_is_a_message_not_taken(orange, address, to):
    with pytest.raises(GatewayDown, match="SVC0004"):
        orange.send(**MESSAGE | {"to": to})
    assert sandbox.sms(address) == []


def test_a_token_that_ran_out_is_renewed_and_the_message_goes_once(orange, address):
    orange.send(**MESSAGE)
    sandbox.go_wrong(address, "orange_sms", "send", "expired_token", times=1)
    orange.send(**MESSAGE)
    assert len(sandbox.sms(address)) == 2


def test_tokens_refused_twice_mean_that_nothing_was_taken(orange, address):
    sandbox.go_wrong(address, "orange_sms", "send", "expired_token")
    with pytest.raises(GatewayDown, match="42"):
        orange.send(**MESSAGE)
    assert sandbox.sms(address) == []


@pytest.mark.parametrize("fault", ["error_500", "html", "empty", "cut", "redirect"])
def test_without_a_token_the_gateway_is_down(orange, address, fault):
    sandbox.go_wrong(address, "orange_sms", "token", fault)
    with pytest.raises(GatewayDown):
        orange.send(**MESSAGE)
    assert sandbox.sms(address) == []


def test_with_wrong_credentials_the_gateway_is_down(orange, settings):
    settings.ORANGE_SMS_CLIENT_SECRET = "mistyped"
    with pytest.raises(GatewayDown):
        OrangeSMS().send(**MESSAGE)


def test_a_gateway_nobody_answers_at_is_down(orange, settings):
    settings.ORANGE_SMS_BASE_URL = "http://127.0.0.1:9"
    with pytest.raises(GatewayDown):
        orange.send(**MESSAGE)


def test_the_gateways_are_those_the_settings_list_in_their_order(settings):
    settings.SMS_GATEWAYS = ["notify.gateways.orange.OrangeSMS"] * 2
    assert [gateway.code for gateway in gateways.enabled()] == ["orange", "orange"]


@pytest.mark.parametrize(
    "answer",
    [
        http.Answer(201, {}),
        http.Answer(201, {"outboundSMSMessageRequest": []}),
        http.Answer(201, {"outboundSMSMessageRequest": {"resourceURL": "https://x/requests/"}}),
        http.Answer(201, {"outboundSMSMessageRequest": {"resourceURL": "https://x/a b"}}),
        http.Answer(200, {"outboundSMSMessageRequest": {"resourceURL": "https://x/id"}}),
        http.Answer(400, None),
        http.Answer(400, {"requestError": "no"}),
        http.Answer(400, {"requestError": {"serviceException": {"messageId": ["SVC0001"]}}}),
        http.Answer(403, {"code": "", "message": "x"}),
        http.Answer(500, {"requestError": {"serviceException": {"messageId": "SVC0001"}}}),
        http.Answer(503, {"code": 5, "message": "The service is temporarily unavailable"}),
    ],
)
def test_an_answer_that_proves_nothing_is_no_answer(orange, monkeypatch, answer):
    monkeypatch.setattr(http.Account, "call", lambda *args, **kwargs: answer)
    with pytest.raises(NoAnswer):
        orange.send(**MESSAGE)
