"""MVola's adapter against MVola's contract, over HTTP, in fair weather and foul."""

import time
from dataclasses import replace

import pytest

from project.lib import http
from project.sandbox.mvola_payers import PAYERS
from taxes import providers
from taxes.providers.base import Charge, NoAnswer, NotSent, Outcome, Status
from taxes.providers.mvola import MVola
from tests import sandbox

CHARGE = Charge(
    reference="HETRA-1",
    amount=105_000,
    phone="+261341234567",
    label="Vignette 1234 TAB, année 2026 (véhicule à essence)",
    callback_url="http://127.0.0.1:9/taxes/mvola/secret/",
)


@pytest.fixture(scope="module")
def address():
    with sandbox.sandbox(delay=0.05) as address:
        yield address


@pytest.fixture
def mvola(address, settings, monkeypatch):
    for name, value in sandbox.settings_for(address).items():
        setattr(settings, name, value)
    monkeypatch.setattr(http, "_TOKENS", {})
    sandbox.reset(address)
    return MVola()


def paying(fault, **changes):
    """A charge for the payer with whom `fault` happens."""
    number = next(number for number, name in PAYERS.items() if name == fault)
    return replace(CHARGE, phone=f"+2613499999{number}", **changes)


def settled(mvola, charge):
    """Charge, then ask until the payer has decided."""
    charge = replace(charge, operator=mvola.charge(charge).operator)
    ends = time.monotonic() + 5
    while time.monotonic() < ends:
        outcome = mvola.fetch(charge)
        if outcome.status != Status.WAITING:
            return outcome
        time.sleep(0.02)
    raise AssertionError("the payer has not decided")


def test_a_charge_waits_for_the_payer(mvola, address):
    outcome = mvola.charge(paying("never"))
    [deal] = sandbox.transactions(address)
    assert outcome == Outcome(Status.WAITING, operator={"serverCorrelationId": deal["id"]})
    assert mvola.fetch(paying("never", operator=outcome.operator)).status == Status.WAITING
    assert deal["debited"] == 0


def test_what_leaves_is_what_mvola_takes(mvola, address):
    mvola.charge(CHARGE)
    [deal] = sandbox.transactions(address)
    assert (deal["reference"], deal["amount"]) == ("HETRA-1", 105_000)
    assert (deal["payer"], deal["payee"]) == ("0341234567", "0343500004")
    assert deal["label"] == "Vignette 1234 TAB, annee 2026 vehicule a essence"
    assert deal["callback_url"] == CHARGE.callback_url


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Vignette « 1234 TAB » n̈", "Vignette 1234 TAB n"),
        ("é" * 60, "e" * 50),
        ("a" * 49 + " bc", "a" * 49),
        ("\n\t'\"<>", "Taxe"),
    ],
)
def test_any_label_becomes_one_that_mvola_takes(mvola, address, text, label):
    assert mvola.charge(replace(CHARGE, label=text)).status == Status.WAITING
    assert sandbox.transactions(address)[0]["label"] == label


def test_a_paid_charge_tells_all_that_is_to_be_compared(mvola, address):
    outcome = settled(mvola, CHARGE)
    [deal] = sandbox.transactions(address)
    reference = deal["object_reference"]
    assert outcome == Outcome(
        Status.PAID,
        operator={
            "serverCorrelationId": deal["id"],
            "objectReference": reference,
            "transactionReference": reference,
        },
        reference=reference,
        amount=105_000,
        currency="MGA",
        payer=CHARGE.phone,
        payee=mvola.payee,
    )
    assert mvola.payee == "+261343500004"
    assert deal["debited"] == 105_000


@pytest.mark.parametrize("written", ["0343500004", "261343500004", "+261343500004"])
def test_our_own_number_may_be_set_in_any_usual_form(mvola, settings, written):
    settings.MVOLA_MERCHANT_MSISDN = written
    assert settled(mvola, CHARGE).payee == mvola.payee == "+261343500004"


@pytest.mark.parametrize(
    ("fault", "detail"),
    [("declined", "Declined by the payer"), ("insufficient", "Insufficient balance")],
)
def test_a_payer_who_does_not_pay_is_a_refusal_with_its_reason(mvola, address, fault, detail):
    outcome = settled(mvola, paying(fault))
    assert (outcome.status, outcome.detail) == (Status.REFUSED, detail)
    assert sandbox.transactions(address)[0]["debited"] == 0


def test_a_refusal_stands_though_its_reason_cannot_be_had(mvola, address):
    sandbox.go_wrong(address, "mvola", "details", "html")
    assert settled(mvola, paying("declined")).status == Status.REFUSED


@pytest.mark.parametrize(
    ("fault", "field", "value"),
    [
        ("wrong_amount", "amount", 105_001),
        ("unreadable_amount", "amount", None),
        ("wrong_currency", "currency", "EUR"),
        ("wrong_payee", "payee", "+261340000099"),
    ],
)
def test_money_that_is_not_what_was_asked_is_told_as_it_is(mvola, fault, field, value):
    outcome = settled(mvola, paying(fault))
    assert outcome.status == Status.PAID
    assert getattr(outcome, field) == value


@pytest.mark.parametrize(
    ("fault", "detail"),
    [
        ("unknown_payer", "identifierError: Unknown debit party"),
        ("no_funds", "insufficientFunds: Not enough funds"),
    ],
)
def test_a_well_formed_refusal_at_once_is_a_refusal(mvola, address, fault, detail):
    assert mvola.charge(paying(fault)) == Outcome(Status.REFUSED, detail=detail)
    assert sandbox.transactions(address) == []


DEBITED = ["error_500_after", "html", "empty", "no_id", "cut", "bomb"]
NOT_DEBITED = ["error_500", "too_many", "conflict", "redirect"]


@pytest.mark.parametrize("fault", [*DEBITED, *NOT_DEBITED])
def test_a_charge_without_a_clear_answer_is_unknown(mvola, address, fault):
    with pytest.raises(NoAnswer):
        mvola.charge(paying(fault))
    assert len(sandbox.transactions(address)) == (fault in DEBITED)


@pytest.mark.parametrize("fault", ["silence", "drip"])
def test_a_charge_answered_too_late_is_unknown(mvola, address, fault):
    mvola.deadline = 1.0
    began = time.monotonic()
    with pytest.raises(NoAnswer):
        mvola.charge(paying(fault))
    assert time.monotonic() - began < 2
    assert len(sandbox.transactions(address)) == 1


@pytest.mark.parametrize("call", ["status", "details"])
@pytest.mark.parametrize("fault", ["error_500", "html", "empty", "cut", "redirect", "too_many"])
def test_a_question_without_a_clear_answer_settles_nothing(mvola, address, call, fault):
    charge = replace(CHARGE, operator=settled(mvola, CHARGE).operator)
    sandbox.go_wrong(address, "mvola", call, fault, times=1)
    with pytest.raises(NoAnswer):
        mvola.fetch(charge)
    assert mvola.fetch(charge).status == Status.PAID


def test_a_charge_that_the_gateway_throttled_may_go_again(mvola, address):
    with pytest.raises(NotSent, match="900800"):
        mvola.charge(paying("throttled"))
    assert sandbox.transactions(address) == []


def test_a_token_that_ran_out_is_renewed_once_and_the_charge_goes_once(mvola, address):
    assert mvola.charge(paying("never", reference="HETRA-0")).status == Status.WAITING
    assert mvola.charge(paying("expired_token")).status == Status.WAITING
    references = [deal["reference"] for deal in sandbox.transactions(address)]
    assert references == ["HETRA-0", "HETRA-1"]


def test_tokens_refused_twice_mean_that_nothing_was_sent(mvola, address):
    sandbox.go_wrong(address, "mvola", "initiate", "expired_token", times=2)
    with pytest.raises(NotSent, match="900901"):
        mvola.charge(CHARGE)
    assert sandbox.transactions(address) == []
    assert mvola.charge(CHARGE).status == Status.WAITING


@pytest.mark.parametrize("fault", ["error_500", "html", "empty", "cut", "silence", "redirect"])
def test_without_a_token_a_charge_was_not_sent_and_a_question_not_answered(mvola, address, fault):
    mvola.deadline = 1.0
    sandbox.go_wrong(address, "mvola", "token", fault)
    with pytest.raises(NotSent):
        mvola.charge(CHARGE)
    with pytest.raises(NoAnswer):
        mvola.fetch(replace(CHARGE, operator={"serverCorrelationId": "x"}))
    assert sandbox.transactions(address) == []


def test_wrong_credentials_send_nothing(mvola, address, settings):
    settings.MVOLA_CONSUMER_SECRET = "mistyped"
    with pytest.raises(NotSent):
        MVola().charge(CHARGE)
    assert sandbox.transactions(address) == []


def test_a_charge_is_not_sent_without_the_time_to_hear_its_answer(mvola, address, monkeypatch):
    monkeypatch.setattr(http.Conversation, "is_late", True)
    with pytest.raises(NotSent, match="too long"):
        mvola.charge(CHARGE)
    assert sandbox.transactions(address) == []


def test_an_operator_that_is_down_was_not_sent_anything(mvola, settings):
    settings.MVOLA_BASE_URL = "http://127.0.0.1:9"
    with pytest.raises(NotSent):
        mvola.charge(CHARGE)
    with pytest.raises(NoAnswer):
        mvola.fetch(replace(CHARGE, operator={"serverCorrelationId": "x"}))


@pytest.mark.parametrize(
    "operator",
    [{}, {"serverCorrelationId": ""}, {"serverCorrelationId": ".."}, {"objectReference": "1"}],
)
def test_without_its_id_a_charge_cannot_be_asked_about(mvola, operator):
    with pytest.raises(NoAnswer, match="only be asked by the id"):
        mvola.fetch(replace(CHARGE, operator=operator))


@pytest.mark.parametrize("known", ["unknown-id", "a/../b", "x?y#z", "%2e%2e"])
def test_an_id_mvola_does_not_know_settles_nothing(mvola, known):
    with pytest.raises(NoAnswer, match="404"):
        mvola.fetch(replace(CHARGE, operator={"serverCorrelationId": known}))


@pytest.mark.parametrize(
    "phone", ["", "0341234567", "+33612345678", "+2613412345678", "+26134123456٧"]
)
def test_a_number_mvola_cannot_have_is_refused_without_asking(mvola, address, phone):
    assert mvola.charge(replace(CHARGE, phone=phone)).status == Status.REFUSED
    assert sandbox.transactions(address) == []


def test_operators_are_those_the_settings_list(settings):
    settings.PAYMENT_PROVIDERS = ["taxes.providers.mvola.MVola"]
    assert list(providers.enabled()) == ["mvola"]
    assert providers.get("mvola").label == "MVola"
    with pytest.raises(KeyError):
        providers.get("paypal")


# What MVola might say, fed straight to the adapter: shapes no sandbox should learn to produce.


class Telling:
    """A conversation in which every question gets the answer prepared for it."""

    is_late = False
    base_url = "https://api.mvola.mg"

    def __init__(self, **answers):
        self.answers = answers

    def post_form(self, path, **_):
        return http.Answer(200, {"access_token": "t", "expires_in": 3600})

    def post(self, path, **_):
        return self.answers["initiate"]

    def get(self, path, **_):
        return self.answers["status" if "/status/" in path else "details"]


def hearing(monkeypatch, **answers):
    mvola = MVola()
    monkeypatch.setattr(mvola, "_talk", lambda: Telling(**answers))
    return mvola


STATUS = {"status": "completed", "serverCorrelationId": "id", "objectReference": "653805064"}
DETAILS = {
    "amount": "105000.00",
    "currency": "Ar",
    "transactionReference": "653805064",
    "transactionStatus": "completed",
    "debitParty": [{"key": "msisdn", "value": "0341234567"}],
    "creditParty": [{"key": "msisdn", "value": "0343500004"}],
}
ASKED = replace(CHARGE, operator={"serverCorrelationId": "id"})


def told(monkeypatch, status=None, **details):
    mvola = hearing(
        monkeypatch,
        status=http.Answer(200, STATUS | (status or {})),
        details=http.Answer(200, DETAILS | details),
    )
    return mvola.fetch(ASKED)


@pytest.mark.parametrize(
    ("written", "amount"),
    [("105000", 105_000), ("105000.00", 105_000), ("105000.0", 105_000), ("0.00", 0)],
)
def test_whole_amounts_are_read_exactly(monkeypatch, written, amount):
    assert told(monkeypatch, amount=written).amount == amount


@pytest.mark.parametrize(
    "written",
    ["105000.50", "1e4", "-105000", "+105000", "NaN", "Infinity", "", " 105000", "105000\n",
     "105 000", "105,000.00", "105_000", "0105000", "١٠٥٠٠٠", "１０５０００", "105000.",
     "105000.000", "9" * 5000, 105_000, 105_000.0, True, None, [], {}],
)  # fmt: skip
def test_an_amount_that_is_not_whole_ariary_never_settles(monkeypatch, written):
    outcome = told(monkeypatch, amount=written)
    assert outcome.status == Status.PAID
    assert outcome.amount is None
    assert outcome.detail.startswith("amount ")


@pytest.mark.parametrize("written", ["XOF", "EUR", "ar", "AR", "", None, 1])
def test_only_the_documented_currency_is_ariary(monkeypatch, written):
    assert told(monkeypatch, currency=written).currency == (
        written if written and written != 1 else None
    )


@pytest.mark.parametrize(
    "party",
    [None, "0341234567", [], [{"key": "msisdn"}], [{"key": "msisdn", "value": "12"}], [[]],
     [{"key": ["msisdn"], "value": "0341234567"}],
     [{"key": "msisdn", "value": "0341234567"}, {"key": "msisdn", "value": "0340000000"}]],
)  # fmt: skip
def test_a_party_that_cannot_be_read_is_nobody(monkeypatch, party):
    assert told(monkeypatch, debitParty=party).payer is None
    assert told(monkeypatch, creditParty=party).payee is None


@pytest.mark.parametrize(
    "status",
    [
        {"status": "success"},
        {"status": "Completed"},
        {"status": None},
        {"status": ["completed"]},
        {"serverCorrelationId": "another"},
        {"serverCorrelationId": None},
        {"objectReference": ""},
        {"objectReference": ".."},
        {"objectReference": "1\u0000"},
        {"objectReference": 653805064},
    ],
)
def test_a_status_that_is_not_exactly_as_documented_settles_nothing(monkeypatch, status):
    with pytest.raises(NoAnswer):
        told(monkeypatch, status)


@pytest.mark.parametrize("word", ["failed", "pending", None, "", ["completed"]])
def test_details_that_contradict_the_status_settle_nothing(monkeypatch, word):
    with pytest.raises(NoAnswer):
        told(monkeypatch, transactionStatus=word)


def refusing(status, **changes):
    body = {"errorCategory": "validation", "errorCode": "formatError", "errorDescription": "x"}
    return http.Answer(status, body | changes)


@pytest.mark.parametrize(
    "answer",
    [
        refusing(400, errorCategory="internal"),
        refusing(400, errorCategory="serviceUnavailable"),
        refusing(400, errorCategory=["validation"]),
        refusing(400, errorCode="duplicateRequest"),
        refusing(400, errorCode=""),
        refusing(400, errorCode=None),
        refusing(408),
        refusing(409),
        refusing(429),
        refusing(500),
        refusing(503),
        http.Answer(400, None),
        http.Answer(400, []),
        http.Answer(401, {"errorCategory": "validation", "errorCode": "4001"}),
        http.Answer(403, {"fault": "no"}),
        http.Answer(404, {}),
        http.Answer(500, {"fault": {"code": 101503}}),
        http.Answer(200, {"status": "failed"}),
        http.Answer(200, {"status": "completed", "serverCorrelationId": None}),
        http.Answer(200, []),
        http.Answer(202, {"status": "pending", "serverCorrelationId": "a b"}),
        http.Answer(202, {"status": "pending", "serverCorrelationId": "\ud800"}),
    ],
)
def test_an_answer_that_proves_nothing_leaves_the_charge_unknown(monkeypatch, answer):
    with pytest.raises(NoAnswer):
        hearing(monkeypatch, initiate=answer).charge(CHARGE)


def test_the_error_names_of_the_printed_document_are_read_too(monkeypatch):
    body = {"ErrorCategory": "validation", "ErrorCode": "formatError", "ErrorDescription": "a\0b\n"}
    outcome = hearing(monkeypatch, initiate=http.Answer(400, body)).charge(CHARGE)
    assert outcome == Outcome(Status.REFUSED, detail="formatError: a b")


@pytest.mark.parametrize("word", ["completed", "failed", "success", None])
def test_an_answer_with_an_id_is_never_more_than_waiting(monkeypatch, word):
    answer = http.Answer(200, {"status": word, "serverCorrelationId": "id"})
    outcome = hearing(monkeypatch, initiate=answer).charge(CHARGE)
    assert outcome == Outcome(Status.WAITING, operator={"serverCorrelationId": "id"})


def test_a_callback_gives_the_id_to_ask_about_and_nothing_else():
    body = b'{"transactionStatus": "completed", "serverCorrelationId": "id", "amount": "1"}'
    assert MVola().read_callback(body) == {"serverCorrelationId": "id"}


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b'"id"', b"serverCorrelationId=id", b"\xff\xfe\x00",
     b"[" * 50_000, b'{"serverCorrelationId": 1}', b'{"serverCorrelationId": ""}',
     b'{"serverCorrelationId": ".."}', b'{"serverCorrelationId": "\\u0000"}',
     b'{"serverCorrelationId": "\\ud800"}', b'{"serverCorrelationId": "id", "amount": NaN}',
     b'{"serverCorrelationId": "' + b"x" * 200 + b'"}',
     b'{"serverCorrelationId": "a", "serverCorrelationId": "b"}',
     b'{"serverCorrelationId": "id", "x": "' + b"y" * 70_000 + b'"}'],
)  # fmt: skip
def test_a_callback_that_is_not_sane_gives_nothing(body):
    assert MVola().read_callback(body) == {}
