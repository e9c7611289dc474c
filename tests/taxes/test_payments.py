"""Taking payments: what each answer of an operator, and each silence, does to an attempt."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from notify.models import Message
from project.lib.workflow import MoveRefused
from taxes import payments, tasks
from taxes.models import Notice, Payment, Receipt, Refund
from taxes.providers.base import NoAnswer, NotSent, Outcome, Status
from tests import queued
from tests.factories import NoticeFactory, PaymentFactory, UserFactory, VehicleFactory
from tests.operator import paid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operator")]

State = Payment.State
WAITING = Outcome(Status.WAITING, operator={"serverCorrelationId": "abc"})
REFUSED = Outcome(Status.REFUSED, detail="solde insuffisant")
PHONE = "+261341234567"


def begin(notice=None, **fields):
    notice = notice or NoticeFactory()
    holder = notice.vehicle.holdings.get().holder
    return payments.start(notice, provider="mvola", phone=PHONE, by=holder, **fields)


def told(payment):
    return list(Message.objects.filter(recipient=payment.by).values_list("template", flat=True))


def test_the_history_never_holds_a_payers_number_in_clear():
    payment = PaymentFactory(pending=True)
    payments.hold(payment, note="no answer about 034 99 999 99")
    payments.settle(payment, paid(payment, payer="+261349999999", detail="de 0349999999"))
    notes = " ".join(payment.log.values_list("note", flat=True)) + payment.detail
    assert payment.state == State.SUSPENSE
    assert "payer" in notes
    assert "9999999" not in notes.replace(" ", "")


# --- Starting -----------------------------------------------------------------------------------


def test_starting_writes_the_attempt_and_its_task_together():
    payment = begin()
    assert (payment.state, payment.amount) == (State.CREATED, 105_000)
    assert queued.waiting() == [("taxes.tasks.charge", (payment.pk,))]


def test_starting_again_finds_the_attempt_under_way():
    notice = NoticeFactory()
    assert begin(notice) == begin(notice)
    assert len(queued.waiting()) == 1


@pytest.mark.parametrize("state", ["created", "sending", "pending", "unknown", "suspense"])
def test_money_that_may_be_under_way_blocks_another_attempt(state):
    under_way = PaymentFactory(state=state)
    assert begin(under_way.notice) == under_way
    assert queued.waiting() == []


@pytest.mark.parametrize("state", ["failed", "expired"])
def test_an_attempt_that_came_to_nothing_may_be_followed_by_another(state):
    given_up = PaymentFactory(**{state: True})
    assert begin(given_up.notice) != given_up


@pytest.mark.parametrize("kind", ["paid", "exempt"])
def test_nothing_is_started_where_nothing_is_owed(kind):
    with pytest.raises(MoveRefused):
        begin(NoticeFactory(**{kind: True}))


def test_the_amount_is_that_of_the_notice_whatever_was_asked():
    notice = NoticeFactory()
    stale = Notice.objects.get(pk=notice.pk)
    stale.amount = 1
    assert begin(stale).amount == 105_000


def test_the_database_refuses_a_second_live_attempt():
    first = PaymentFactory(pending=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentFactory(notice=first.notice)


# --- Sending ------------------------------------------------------------------------------------


def test_sending_is_committed_before_the_operator_is_called(operator):
    payment = begin()
    seen = []

    def charge(_self, charge):
        row = Payment.objects.get(pk=payment.pk)
        seen.append((row.state, row.sent_at is not None))
        return WAITING

    operator.charge, saved = charge, operator.charge
    try:
        tasks.charge(payment.pk)
    finally:
        operator.charge = saved
    assert seen == [(State.SENDING, True)]
    payment.refresh_from_db()
    assert payment.state == State.PENDING
    assert payment.operator == {"serverCorrelationId": "abc"}


def test_a_charge_that_runs_twice_goes_out_once(operator):
    payment = begin()
    tasks.charge(payment.pk)
    tasks.charge(payment.pk)
    assert len(operator.charged) == 1


def test_what_certainly_was_not_sent_is_put_back_and_sent_again(operator):
    operator.script(charge=[NotSent("refused"), WAITING])
    payment = begin()
    tasks.charge(payment.pk)
    payment.refresh_from_db()
    assert (payment.state, payment.sent_at) == (State.CREATED, None)
    queued.forget()

    payments.follow_up()
    assert queued.waiting() == [("taxes.tasks.charge", (payment.pk,))]
    tasks.charge(payment.pk)
    payment.refresh_from_db()
    assert payment.state == State.PENDING
    first, second = operator.charged
    assert first.reference == second.reference == str(payment.reference)


def test_an_attempt_nobody_has_tried_yet_is_left_to_its_own_task():
    begin()
    queued.forget()
    payments.follow_up()
    assert queued.waiting() == []


def test_an_operator_out_of_reach_for_ten_minutes_ends_the_attempt(operator):
    operator.script(charge=[NotSent("refused")])
    payment = begin()
    tasks.charge(payment.pk)
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        payments.follow_up()
    payment.refresh_from_db()
    assert payment.state == State.EXPIRED
    assert "payment_failed" in told(payment)
    assert begin(payment.notice) != payment


def test_silence_is_unknown_and_never_sent_again(operator):
    operator.script(charge=[NoAnswer("read timeout")])
    payment = begin()
    tasks.charge(payment.pk)
    payments.follow_up()
    tasks.charge(payment.pk)
    payment.refresh_from_db()
    assert payment.state == State.UNKNOWN
    assert len(operator.charged) == 1
    assert begin(payment.notice) == payment
    assert told(payment) == []


def test_a_worker_killed_before_the_answer_leaves_an_unknown_not_a_second_charge(operator):
    payment = PaymentFactory(sending=True)
    with time_machine.travel(timezone.now() + timedelta(minutes=4), tick=False):
        payments.follow_up()
    tasks.charge(payment.pk)
    payment.refresh_from_db()
    assert payment.state == State.UNKNOWN
    assert operator.charged == []


def test_an_attempt_just_sent_is_given_time_to_be_answered():
    payment = PaymentFactory(sending=True)
    payments.follow_up()
    payment.refresh_from_db()
    assert payment.state == State.SENDING


# --- Settling -----------------------------------------------------------------------------------


def test_a_confirmed_payment_pays_the_notice_and_gives_receipt_and_code():
    payment = PaymentFactory(pending=True)
    payments.settle(payment, paid(payment))
    notice = Notice.objects.get(pk=payment.notice_id)
    assert payment.state == State.CONFIRMED
    assert notice.receipt.payment == payment
    assert notice.codes.count() == 1
    assert told(payment) == ["payment_confirmed"]


def test_hearing_twice_that_it_is_paid_tells_the_citizen_once():
    payment = PaymentFactory(pending=True)
    payments.settle(payment, paid(payment))
    payments.settle(payment, paid(payment))
    assert payment.log.count() == 1
    assert Receipt.objects.count() == 1
    assert told(payment) == ["payment_confirmed"]


@pytest.mark.parametrize("state", ["failed", "expired"])
def test_money_taken_after_the_attempt_was_given_up_still_pays_the_notice(state):
    payment = PaymentFactory(**{state: True})
    payments.settle(payment, paid(payment))
    assert Notice.objects.get(pk=payment.notice_id).is_paid


@pytest.mark.parametrize("state", ["failed", "expired"])
def test_late_money_for_a_notice_paid_meanwhile_opens_a_refund(state):
    late = PaymentFactory(**{state: True})
    second = begin(late.notice)
    second.move(State.SENDING, by=None)
    payments.settle(second, paid(second, reference="MV-2"))
    payments.settle(late, paid(late, reference="MV-1"))
    payments.settle(late, paid(late, reference="MV-1"))

    assert Receipt.objects.get().payment == second
    refund = Refund.objects.get()
    assert (refund.payment, refund.amount) == (late, 105_000)
    assert told(late) == ["payment_confirmed", "payment_in_excess"]


@pytest.mark.parametrize("news", [REFUSED, WAITING])
def test_a_confirmed_payment_never_goes_back(news):
    payment = PaymentFactory(pending=True)
    payments.settle(payment, paid(payment))
    with pytest.raises(MoveRefused):
        payments.settle(payment, news)
    payment.refresh_from_db()
    assert payment.state == State.CONFIRMED
    assert Notice.objects.get(pk=payment.notice_id).is_paid


def test_a_refused_payment_never_waits_again():
    payment = PaymentFactory(pending=True)
    payments.settle(payment, REFUSED)
    with pytest.raises(MoveRefused):
        payments.settle(payment, WAITING)
    payment.refresh_from_db()
    assert (payment.state, payment.detail) == (State.FAILED, "solde insuffisant")
    assert told(payment) == ["payment_failed"]


@pytest.mark.parametrize("news", [REFUSED, WAITING])
def test_an_expired_attempt_is_told_nothing_but_money(news):
    payment = PaymentFactory(expired=True)
    payments.settle(payment, news)
    payment.refresh_from_db()
    assert payment.state == State.EXPIRED
    assert told(payment) == []


@pytest.mark.parametrize(
    "difference",
    [
        {"amount": 104_999},
        {"amount": 105_001},
        {"amount": 10_500_000},
        {"amount": 1_050},
        {"amount": 0},
        {"amount": -105_000},
        {"amount": None},
        {"currency": "EUR"},
        {"currency": "XOF"},
        {"currency": "Ar"},
        {"currency": None},
        {"payer": "+261349999999"},
        {"payer": None},
        {"payee": "+261340000099"},
        {"payee": None},
        {"payee": ""},
        {"reference": ""},
    ],
    ids=str,
)
@pytest.mark.parametrize("state", ["pending", "unknown", "failed", "expired"])
def test_money_that_differs_in_anything_waits_for_finance(difference, state):
    payment = PaymentFactory(**{state: True})
    payments.settle(payment, paid(payment, **difference))
    payment.refresh_from_db()
    assert payment.state == State.SUSPENSE
    assert payment.log.get().note
    assert not Receipt.objects.exists()
    assert not Notice.objects.get(pk=payment.notice_id).is_paid
    assert told(payment) == []


def test_one_debit_of_the_operator_pays_one_notice():
    first, second = PaymentFactory.create_batch(2, pending=True)
    payments.settle(first, paid(first, reference="MV-1"))
    payments.settle(second, paid(second, reference="MV-1"))
    assert (first.state, second.state) == (State.CONFIRMED, State.SUSPENSE)
    assert Receipt.objects.get().notice == first.notice


def test_doubtful_money_finds_its_place_even_while_another_attempt_is_under_way():
    late = PaymentFactory(expired=True)
    begin(late.notice)
    payments.settle(late, paid(late, amount=1))
    late.refresh_from_db()
    assert late.state == State.SUSPENSE


def test_two_doubtful_debits_of_one_notice_are_both_kept():
    late = PaymentFactory(expired=True)
    later = PaymentFactory(expired=True, notice=late.notice)
    for payment in (late, later):
        payments.settle(payment, paid(payment, amount=payment.pk))
    assert Payment.objects.filter(state=State.SUSPENSE).count() == 2


def test_a_receipt_that_cannot_be_made_leaves_the_payment_unsettled(monkeypatch):
    payment = PaymentFactory(pending=True)
    monkeypatch.setattr("taxes.qr.sign", lambda claim: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        payments.settle(payment, paid(payment))
    payment.refresh_from_db()
    assert payment.state == State.PENDING
    assert not Receipt.objects.exists()
    assert told(payment) == []


# --- Asking -------------------------------------------------------------------------------------


def test_asking_settles_what_the_operator_confirms(operator):
    payment = PaymentFactory(pending=True)
    operator.script(fetch=[paid(payment)])
    tasks.check(payment.pk)
    tasks.check(payment.pk)
    payment.refresh_from_db()
    assert payment.state == State.CONFIRMED
    assert len(operator.fetched) == 1


@pytest.mark.parametrize("state", ["failed", "expired"])
def test_late_money_is_found_by_asking(operator, state):
    payment = PaymentFactory(**{state: True})
    operator.script(fetch=[paid(payment)])
    tasks.check(payment.pk)
    assert Notice.objects.get(pk=payment.notice_id).is_paid


@pytest.mark.parametrize("state", ["created", "sending", "confirmed", "suspense"])
def test_what_has_not_left_or_is_over_is_not_asked_about(operator, state):
    payment = PaymentFactory(state=state)
    tasks.check(payment.pk)
    assert operator.fetched == []


def test_an_operator_that_does_not_answer_leaves_the_attempt_unknown(operator):
    payment = PaymentFactory(pending=True)
    operator.script(fetch=[NoAnswer("502"), WAITING])
    tasks.check(payment.pk)
    payment.refresh_from_db()
    assert payment.state == State.UNKNOWN
    tasks.check(payment.pk)
    payment.refresh_from_db()
    assert payment.state == State.PENDING


@pytest.mark.parametrize("state", ["failed", "expired"])
def test_silence_about_a_given_up_attempt_changes_nothing(operator, state):
    payment = PaymentFactory(**{state: True})
    operator.script(fetch=[NoAnswer("502")])
    tasks.check(payment.pk)
    payment.refresh_from_db()
    assert payment.state == state


def test_an_operator_that_contradicts_itself_is_logged_and_not_believed(operator, caplog):
    payment = PaymentFactory(failed=True)
    operator.script(fetch=[WAITING])
    tasks.check(payment.pk)
    payment.refresh_from_db()
    assert payment.state == State.FAILED
    assert "contradicts" in caplog.text


def test_open_attempts_are_asked_about_every_minute_then_every_hour():
    payment = PaymentFactory(unknown=True)
    asked = []
    for minutes in range(240):
        queued.forget()
        with time_machine.travel(payment.sent_at + timedelta(minutes=minutes, seconds=5)):
            payments.follow_up()
        asked += [minutes] if queued.waiting() else []
    assert asked[:60] == list(range(60))
    assert len(asked[60:]) == 3


def test_a_prompt_nobody_answered_ends_after_half_an_hour_and_frees_the_notice():
    payment = PaymentFactory(pending=True)
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        payments.follow_up()
    payment.refresh_from_db()
    assert payment.state == State.EXPIRED
    assert told(payment) == ["payment_failed"]
    assert begin(payment.notice) != payment


@pytest.mark.parametrize(("hours", "is_asked"), [(2, True), (23, True), (25, False)])
def test_an_expired_attempt_is_asked_about_for_a_day(hours, is_asked):
    payment = PaymentFactory(expired=True, sent_at=timezone.now())
    turn = timedelta(hours=hours, minutes=payment.pk % 60, seconds=5)
    with time_machine.travel(payment.sent_at + turn, tick=False):
        payments.follow_up()
    assert (("taxes.tasks.check", (payment.pk,)) in queued.waiting()) == is_asked


# --- Arrows -------------------------------------------------------------------------------------

EVERY = [(origin, state) for origin in State for state in State if origin != state]


@pytest.mark.parametrize(("origin", "state"), EVERY, ids=lambda state: state.value)
def test_an_attempt_moves_along_the_arrows_and_no_others(origin, state):
    payment = PaymentFactory(state=origin)
    if state in Payment.MOVES.get(origin, ()):
        assert payment.move(state, by=None, note="tried")
        assert payment.log.get().origin == origin
    else:
        with pytest.raises(MoveRefused):
            payment.move(state, by=None)
        assert payment.log.count() == 0
    payment.refresh_from_db()
    assert payment.state in (origin, state)


def test_the_arrows_are_these():
    final = {"confirmed", "suspense", "failed"}
    assert {
        "created": {"sending", "expired"},
        "sending": {"created", "pending", "unknown"} | final,
        "pending": {"unknown", "expired"} | final,
        "unknown": {"pending"} | final,
        "suspense": {"confirmed", "failed"},
        "failed": {"confirmed", "suspense"},
        "expired": {"confirmed", "suspense"},
    } == Payment.MOVES


@pytest.mark.parametrize("state", list(State), ids=lambda state: state.value)
def test_moving_to_where_it_is_changes_nothing(state):
    payment = PaymentFactory(state=state)
    assert payment.move(state, by=None, detail="other") is False
    payment.refresh_from_db()
    assert (payment.detail, payment.log.count()) == ("", 0)


def test_whoever_sold_the_vehicle_meanwhile_is_still_told_of_their_payment():
    payment = PaymentFactory(pending=True)
    holding = payment.notice.vehicle.holdings.get()
    holding.until = timezone.now()
    holding.save()
    payment.notice.vehicle.holdings.create(holder=UserFactory())
    payments.settle(payment, paid(payment))
    assert told(payment) == ["payment_confirmed"]


def test_a_payment_of_nothing_is_refused_by_the_database():
    notice = NoticeFactory(vehicle=VehicleFactory(ambulance=True), amount=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentFactory(notice=notice, amount=0)
