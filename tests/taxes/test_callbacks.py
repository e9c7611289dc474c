"""What operators send us: kept as it came, never believed, and a reason to go and ask."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from project.lib import http
from taxes import callbacks, payments, tasks
from taxes.models import Callback, Notice, Payment, Receipt
from taxes.providers.base import NoAnswer, Outcome, Status
from tests import queued, sandbox
from tests.factories import NoticeFactory, PaymentFactory
from tests.operator import paid
from tests.servers import wait_for

State = Payment.State
COMPLETED = {"transactionStatus": "completed", "serverCorrelationId": "abc"}


def put(client, payment, body=COMPLETED, **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.put(address(payment), raw, content_type="application/json", headers=headers)


def address(payment, secret=None):
    return reverse("taxes:callback", args=[payment.provider, secret or payment.secret])


@pytest.fixture
def payment(db, operator):
    return PaymentFactory(pending=True)


# --- Kept ---------------------------------------------------------------------------------------


def test_a_callback_is_kept_as_it_came_and_asked_after(client, payment):
    body = b'{"transactionStatus" : "completed"}\r\n'
    assert put(client, payment, body).status_code == 200
    kept = Callback.objects.get()
    assert (kept.payment, kept.body, kept.times) == (payment, body, 1)
    assert queued.waiting() == [("taxes.tasks.check", (payment.pk,))]


@pytest.mark.parametrize("method", ["put", "post"])
def test_operators_put_or_post_and_carry_no_cookie(payment, method):
    strict = Client(enforce_csrf_checks=True)
    send = getattr(strict, method)
    assert send(address(payment), b"{}", content_type="application/json").status_code == 200


@pytest.mark.parametrize("method", ["get", "head", "delete", "patch", "options"])
def test_other_methods_are_refused(client, payment, method):
    assert getattr(client, method)(address(payment)).status_code == 405
    assert not Callback.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"\0",
        b'{"a": "\\u0000"}',
        b"\xff\xfe\x80",
        b'{"a": "\\ud800"}',
        b"NaN",
        b'{"amount": 1e400}',
        b"[" * 60_000,
        b"transactionStatus=completed",
        b"<xml/>",
        b"   ",
        b'{"serverCorrelationId": {"a": 1}}',
        b'{"serverCorrelationId": "../../token"}',
        b'{"serverCorrelationId": "a", "serverCorrelationId": "b"}',
    ],
    ids=lambda body: repr(body[:20]),
)
def test_whatever_the_bytes_they_are_kept_and_break_nothing(client, payment, operator, body):
    assert put(client, payment, body).status_code == 200
    assert Callback.objects.get().body == body
    Payment.objects.update(operator={})  # the callback's own ids are then read
    tasks.check(payment.pk)
    payment.refresh_from_db()
    assert payment.state == State.PENDING


def test_an_empty_callback_is_refused(client, payment):
    assert put(client, payment, b"").status_code == 400
    assert not Callback.objects.exists()


@pytest.mark.parametrize("size", [callbacks.LIMIT + 1, 1024 * 1024])
def test_a_long_callback_is_refused_unread(client, payment, size):
    assert put(client, payment, b"x" * size).status_code == 413
    assert not Callback.objects.exists()


def test_a_callback_as_long_as_allowed_is_kept_whole(client, payment):
    assert put(client, payment, b"x" * callbacks.LIMIT).status_code == 200
    assert len(Callback.objects.get().body) == callbacks.LIMIT


@pytest.mark.parametrize("length", ["-1", "abc", "²", "1e3"])
def test_a_length_that_is_no_number_is_refused(client, payment, length):
    answer = client.generic("PUT", address(payment), b"{}", CONTENT_LENGTH=length)
    assert answer.status_code == 413


def test_credentials_among_the_headers_are_not_kept(client, payment):
    put(client, payment, Authorization="Bearer x", Cookie="a=b", **{"User-Agent": "MVola/1"})
    assert Callback.objects.get().headers == {
        "Content-Type": "application/json",
        "User-Agent": "MVola/1",
    }


def test_a_duplicate_is_counted_and_a_storm_asks_once(client, payment):
    for _ in range(20):
        assert put(client, payment).status_code == 200
    kept = Callback.objects.get()
    assert kept.times == 20
    assert len(queued.waiting()) == 1


def test_a_duplicate_that_comes_later_is_asked_after_again(client, payment):
    put(client, payment)
    Callback.objects.update(last_at=timezone.now() - timedelta(minutes=1))
    put(client, payment)
    assert len(queued.waiting()) == 2


def test_another_event_about_the_same_debit_credits_nothing_more(client, payment, operator):
    operator.script(fetch=[paid(payment)])
    put(client, payment)
    queued_checks = [task for task in queued.waiting() if task[0] == "taxes.tasks.check"]
    for _path, ids in queued_checks:
        tasks.check(*ids)
    put(client, payment, COMPLETED | {"eventId": "another"})
    assert Callback.objects.count() == 2
    assert Receipt.objects.count() == 1


# --- Never believed -----------------------------------------------------------------------------


def test_a_perfect_looking_completed_credits_nothing_by_itself(client, payment, operator):
    operator.script(fetch=[Outcome(Status.WAITING)])
    perfect = COMPLETED | {"amount": "105000", "currency": "Ar", "transactionReference": "1"}
    put(client, payment, perfect)
    tasks.check(payment.pk)
    payment.refresh_from_db()
    assert payment.state == State.PENDING
    assert not Receipt.objects.exists()


def test_a_callback_that_says_failed_fails_nothing(client, payment, operator):
    operator.script(fetch=[paid(payment)])
    put(client, payment, {"transactionStatus": "failed", "serverCorrelationId": "abc"})
    tasks.check(payment.pk)
    payment.refresh_from_db()
    assert payment.state == State.CONFIRMED


def test_a_forged_id_never_replaces_the_one_the_operator_gave(client, payment, operator):
    mine = payment.operator["serverCorrelationId"]
    put(client, payment, COMPLETED | {"serverCorrelationId": "somebody-elses"})
    tasks.check(payment.pk)
    assert operator.fetched[0].operator == {"serverCorrelationId": mine}


def test_an_id_of_somebody_elses_debit_pays_nothing(client, operator, db):
    """Even where ours brought no id: the debit is compared, and used once only."""
    other = PaymentFactory(confirmed=True)
    silent = PaymentFactory(unknown=True)
    put(client, silent, COMPLETED | {"serverCorrelationId": "somebody-elses"})
    operator.script(fetch=[paid(silent, reference=other.operator_reference)])
    tasks.check(silent.pk)
    silent.refresh_from_db()
    assert silent.state == State.SUSPENSE


def test_the_id_of_a_callback_lets_us_ask_where_our_call_had_no_answer(client, operator, db):
    silent = PaymentFactory(unknown=True)
    put(client, silent)
    operator.script(fetch=[paid(silent)])
    tasks.check(silent.pk)
    assert operator.fetched[0].operator == {"serverCorrelationId": "abc"}
    assert Notice.objects.get(pk=silent.notice_id).is_paid


@pytest.mark.parametrize("state", ["failed", "expired"])
def test_a_callback_after_the_end_is_asked_after_and_may_still_pay(client, operator, db, state):
    over = PaymentFactory(**{state: True})
    put(client, over)
    operator.script(fetch=[paid(over)])
    tasks.check(over.pk)
    assert Notice.objects.get(pk=over.notice_id).is_paid


@pytest.mark.parametrize("state", ["confirmed", "suspense"])
def test_a_callback_about_money_that_is_booked_asks_nothing(client, operator, db, state):
    booked = PaymentFactory(**{state: True})
    assert put(client, booked).status_code == 200
    assert Callback.objects.exists()
    assert queued.waiting() == []


# --- Strangers ----------------------------------------------------------------------------------


def test_an_address_we_never_gave_is_answered_no_differently(client, payment):
    stranger = client.put(address(payment, "x" * 43), b"{}", content_type="application/json")
    ours = put(client, payment, b"{}")
    assert (stranger.status_code, stranger.content) == (ours.status_code, ours.content)
    told = [dict(answer.headers) for answer in (stranger, ours)]
    assert [len(headers.pop("X-Request-ID")) for headers in told] == [32, 32]
    assert told[0] == told[1]
    assert Callback.objects.filter(payment=None).count() == 1
    assert Payment.objects.count() == 1
    assert len(queued.waiting()) == 1


def test_strangers_fill_the_inbox_only_so_far(client, payment, monkeypatch):
    monkeypatch.setattr(callbacks, "STRANGERS", 5)
    for number in range(12):
        body = f'{{"n": {number}}}'.encode()
        answer = client.put(address(payment, "x" * 43), body, content_type="application/json")
        assert answer.status_code == 200
    assert Callback.objects.count() == 5
    put(client, payment)
    assert Callback.objects.filter(payment=payment).exists()


@pytest.mark.parametrize(
    "path", ["/rappels/mvola/%00/", "/rappels/mvola/a%00b/", "/rappels/mvola/é/"]
)
def test_an_address_that_could_not_be_ours_is_not_found(client, payment, path):
    assert client.put(path, b"{}", content_type="application/json").status_code == 404


def test_an_operator_that_is_not_enabled_is_not_found(client, payment):
    path = address(payment).replace("mvola", "orange")
    assert client.put(path, b"{}", content_type="application/json").status_code == 404


def test_the_right_secret_at_another_operators_address_reaches_nothing(client, payment):
    Payment.objects.filter(pk=payment.pk).update(provider="other")
    put(client, payment)
    assert Callback.objects.get().payment is None


def test_without_a_database_the_operator_is_told_to_come_again(client, payment, monkeypatch):
    def gone(*args, **kwargs):
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(callbacks, "receive", gone)
    client.raise_request_exception = False
    assert put(client, payment).status_code >= 500
    monkeypatch.undo()
    assert put(client, payment).status_code == 200
    assert Callback.objects.get().times == 1


# --- Over real HTTP: MVola's adapter, the sandbox process, its callback to a live server ----------


@pytest.fixture(scope="module")
def mvola():
    with sandbox.sandbox(delay=0.2) as address:
        yield address


@pytest.fixture
def at_mvola(mvola, settings, live_server):
    """Everything for real, but for the worker, whose part `queued.work` plays."""
    sandbox.reset(mvola)
    http._TOKENS.clear()  # the sandbox has just forgotten them too
    for name, value in sandbox.settings_for(mvola).items():
        setattr(settings, name, value)
    settings.SITE_URL = live_server.url
    return mvola


def pay_at(payer):
    notice = NoticeFactory()
    payment = payments.start(
        notice, provider="mvola", phone=payer, by=notice.vehicle.holdings.get().holder
    )
    queued.work()
    return payment


def after_its_callback(payment, times=1):
    wait_for(
        lambda: sum(row.times for row in payment.callbacks.all()) >= times, what="the callback"
    )
    queued.work()
    payment.refresh_from_db()
    return payment


def test_charge_callback_check_and_receipt_over_http(at_mvola):
    payment = pay_at("+261341234567")
    payment.refresh_from_db()
    assert payment.state == State.PENDING
    assert payment.operator["serverCorrelationId"]

    assert after_its_callback(payment).state == State.CONFIRMED
    deal = sandbox.transactions(at_mvola)[0]
    assert (deal["debited"], deal["reference"]) == (105_000, str(payment.reference))
    assert payment.operator_reference == deal["object_reference"]
    assert payment.notice.receipt.amount == deal["debited"]
    assert sandbox.sms(at_mvola, payment.by.phone)


@pytest.mark.parametrize(
    ("payer", "state"),
    [
        ("01", State.FAILED),  # declines
        ("15", State.CONFIRMED),  # pays; our POST brought no id to ask with
        ("16", State.CONFIRMED),  # pays; the line was cut before the answer
        ("30", State.SUSPENSE),  # pays 1 Ar too much
        ("32", State.SUSPENSE),  # in euros
        ("33", State.SUSPENSE),  # to somebody else
        ("41", State.CONFIRMED),  # the callback was there before the answer
        ("43", State.FAILED),  # declines, and the callback lies
    ],
)
def test_what_the_payer_does_decides_whatever_the_callback_says(at_mvola, payer, state):
    payment = after_its_callback(pay_at(f"+2613499999{payer}"))
    assert payment.state == state
    assert hasattr(payment, "receipt") == (state == State.CONFIRMED)
    assert len(sandbox.transactions(at_mvola)) == 1


def test_a_callback_sent_five_times_over_http_credits_once(at_mvola):
    payment = after_its_callback(pay_at("+261349999940"), times=5)
    assert payment.state == State.CONFIRMED
    assert payment.callbacks.get().times == 5
    assert Receipt.objects.count() == 1


def test_a_callback_that_never_comes_is_not_needed(at_mvola):
    payment = pay_at("+261349999942")
    wait_for(lambda: sandbox.transactions(at_mvola)[0]["state"] == "completed", what="the payment")
    tasks.check_open()
    queued.work()
    payment.refresh_from_db()
    assert payment.state == State.CONFIRMED
    assert not payment.callbacks.exists()


def test_an_operator_that_is_down_takes_nothing_and_the_attempt_waits(at_mvola, settings):
    settings.MVOLA_BASE_URL = "http://127.0.0.1:9"
    payment = pay_at("+261341234567")
    payment.refresh_from_db()
    assert payment.state == State.CREATED
    settings.MVOLA_BASE_URL = at_mvola
    tasks.check_open()
    queued.work()
    assert after_its_callback(payment).state == State.CONFIRMED
    assert len(sandbox.transactions(at_mvola)) == 1


def test_silence_about_the_status_is_unknown_until_it_speaks(at_mvola):
    payment = pay_at("+261349999903")
    sandbox.go_wrong(at_mvola, "mvola", "status", "error_500", times=1)
    tasks.check(payment.pk)
    payment.refresh_from_db()
    assert payment.state == State.UNKNOWN
    sandbox.decide(at_mvola, payment.operator["serverCorrelationId"], "approve")
    assert after_its_callback(payment).state == State.CONFIRMED


def test_an_answer_that_never_came_is_never_charged_again(at_mvola, operator, settings):
    """Killed between sending and the answer: the operator holds one debit, and so do we."""
    operator.script(charge=[NoAnswer("killed")], fetch=[NoAnswer("nothing to ask with")])
    payment = pay_at("+261341234567")
    for _ in range(3):
        tasks.check_open()
        queued.work()
    payment.refresh_from_db()
    assert payment.state == State.UNKNOWN
    assert len(operator.charged) == 1
