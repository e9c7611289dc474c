"""Races on PostgreSQL, each beside a control that shows what its lock or its constraint is for."""

import re
from functools import partial

import pytest
from django.db import IntegrityError
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp

from fleet.models import Vehicle, VehicleCase
from kyc import codes, filing, limits, review
from kyc.credentials import Code as SentCode
from kyc.credentials import Tally
from kyc.models import Decision, IdentityCase, TOTPDevice, User
from notify import messages
from notify import tasks as post
from notify.models import Message
from project.lib.workflow import MoveRefused
from taxes import callbacks, notices, payments, receipts, tasks
from taxes.models import Callback, Code, Notice, Payment, Receipt, ReceiptCounter, Refund
from tests import queued
from tests.factories import (
    PASSWORD,
    IdentityCaseFactory,
    MessageFactory,
    NoticeFactory,
    PaymentFactory,
    TariffFactory,
    UserFactory,
    VehicleCaseFactory,
    VehicleFactory,
)
from tests.operator import paid
from tests.races import Meeting, failures, together, unlock, without

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("operator")]

PHONE = "+261341234567"


def again(model, pk):
    """Each thread reads its own copy, as each request does."""
    return model.objects.get(pk=pk)


def meet_after(monkeypatch, owner, name, people=2):
    """Make the threads meet after a method or a property has said what it says."""
    meeting, found = Meeting(people), owner.__dict__[name]
    met = (
        property(meeting.after(found.fget)) if isinstance(found, property) else meeting.after(found)
    )
    monkeypatch.setattr(owner, name, met)


def hold_apart(monkeypatch, model, people=2):
    """Make the threads meet each time they have locked a row of that model, if they can."""
    monkeypatch.setattr(model, "lock", Meeting(people).after(model.lock))


# --- Two clicks on « Payer » ----------------------------------------------------------------------


def click_twice():
    notice = NoticeFactory()
    holder = notice.vehicle.holdings.get().holder
    click = partial(payments.start, notice, provider="mvola", phone=PHONE, by=holder)
    return together(click, click)


def test_two_clicks_open_one_attempt(monkeypatch):
    meet_after(monkeypatch, Notice, "live_payment")
    first, second = click_twice()
    assert first == second
    assert queued.waiting() == [("taxes.tasks.charge", (first.pk,))]


def test_control_without_the_lock_two_clicks_collide(monkeypatch):
    meet_after(monkeypatch, Notice, "live_payment")
    unlock(monkeypatch)
    (failure,) = failures(click_twice())
    assert isinstance(failure, IntegrityError)


def test_control_without_lock_and_constraint_two_clicks_pay_twice(monkeypatch):
    meet_after(monkeypatch, Notice, "live_payment")
    unlock(monkeypatch)
    with without(Payment, "taxes_payment_one_live_per_notice"):
        click_twice()
        assert Payment.objects.live().count() == 2
        assert len(queued.waiting()) == 2


# --- Two workers with one charge ------------------------------------------------------------------


def charge_twice(monkeypatch):
    payment = PaymentFactory()
    hold_apart(monkeypatch, Payment)
    results = together(*[partial(tasks.charge, payment.pk)] * 2)
    return payment, failures(results)


def test_two_workers_send_one_charge(monkeypatch, operator):
    payment, failed = charge_twice(monkeypatch)
    assert failed == []
    assert len(operator.charged) == 1
    assert payment.log.filter(state="sending").count() == 1


def test_control_without_the_lock_two_workers_charge_twice(monkeypatch, operator):
    unlock(monkeypatch)
    charge_twice(monkeypatch)
    assert len(operator.charged) == 2


# --- The same news twice at once ------------------------------------------------------------------


def settle_together(monkeypatch, people=6):
    payment = PaymentFactory(pending=True)
    hold_apart(monkeypatch, Payment, people)
    news = paid(payment)
    results = together(
        *[lambda: payments.settle(again(Payment, payment.pk), news) for _ in range(people)]
    )
    return payment, failures(results)


def test_news_that_comes_six_times_at_once_is_heard_once(monkeypatch):
    payment, failed = settle_together(monkeypatch)
    assert failed == []
    assert payment.log.count() == Message.objects.count() == 1
    assert Receipt.objects.count() == Code.objects.count() == 1
    assert not Refund.objects.exists()


def test_control_without_the_lock_the_same_news_is_heard_several_times(monkeypatch):
    """And the citizen would be told of a refund of what they owed."""
    unlock(monkeypatch)
    payment, failed = settle_together(monkeypatch)
    assert payment.log.count() + len(failed) == 6
    assert payment.log.count() > 1 or failed


# --- Two payments of one notice -------------------------------------------------------------------


def credit_together(monkeypatch):
    late = PaymentFactory(expired=True)
    second = PaymentFactory(pending=True, notice=late.notice)
    meet_after(monkeypatch, Notice, "is_settled")
    news = [paid(late, reference="MV-1"), paid(second, reference="MV-2")]
    results = together(
        lambda: payments.settle(again(Payment, late.pk), news[0]),
        lambda: payments.settle(again(Payment, second.pk), news[1]),
    )
    return failures(results)


def test_two_payments_of_one_notice_give_a_receipt_and_a_refund(monkeypatch):
    assert credit_together(monkeypatch) == []
    assert Receipt.objects.count() == Refund.objects.count() == 1
    assert Payment.objects.filter(state="confirmed").count() == 2
    assert Receipt.objects.get().payment != Refund.objects.get().payment


def test_control_without_the_lock_the_second_payment_finds_no_place(monkeypatch):
    unlock(monkeypatch)
    assert credit_together(monkeypatch)
    assert Refund.objects.count() == 0


# --- One debit, two attempts ----------------------------------------------------------------------


def one_debit_for_two(monkeypatch):
    pair = PaymentFactory.create_batch(2, pending=True)
    monkeypatch.setattr(payments, "_discrepancy", Meeting().after(payments._discrepancy))
    return pair, together(
        *[partial(payments.settle, payment, paid(payment, reference="MV-1")) for payment in pair]
    )


def test_one_debit_of_the_operator_never_pays_two_notices(monkeypatch):
    pair, results = one_debit_for_two(monkeypatch)
    assert len(failures(results)) == 1
    assert Receipt.objects.count() == 1
    monkeypatch.undo()
    for payment in pair:  # the task of the one that failed runs again
        fresh = again(Payment, payment.pk)
        payments.settle(fresh, paid(payment, reference="MV-1"))
    states = sorted(Payment.objects.values_list("state", flat=True))
    assert states == ["confirmed", "suspense"]


def test_control_without_the_constraint_one_debit_pays_two(monkeypatch):
    with without(Payment, "taxes_payment_one_per_operator_reference"):
        _pair, results = one_debit_for_two(monkeypatch)
        assert failures(results) == []
        assert Receipt.objects.count() == 2


# --- Receipt numbers ------------------------------------------------------------------------------


def credit_many(people=8):
    paid_for = PaymentFactory.create_batch(people, confirmed=True)
    return failures(together(*[partial(receipts.credit, payment) for payment in paid_for]))


def test_receipts_made_at_once_are_numbered_without_gap_or_double():
    assert credit_many() == []
    assert sorted(Receipt.objects.values_list("number", flat=True)) == list(range(1, 9))


def test_control_numbers_read_then_written_are_given_twice(monkeypatch):
    meeting = Meeting(8)

    def careless(year):
        counter, _new = ReceiptCounter.objects.get_or_create(year=year)
        number = counter.last + 1
        meeting()
        ReceiptCounter.objects.filter(year=year).update(last=number)
        return number

    monkeypatch.setattr(receipts, "_next_number", careless)
    assert credit_many()


def test_a_code_asked_for_twice_at_once_is_made_once(monkeypatch):
    notice = NoticeFactory(paid=True)
    meet_after(monkeypatch, Notice, "is_settled")
    first, second = together(*[lambda: receipts.issue_code(again(Notice, notice.pk))] * 2)
    assert first == second


def test_control_without_the_lock_the_code_is_made_twice(monkeypatch):
    notice = NoticeFactory(paid=True)
    unlock(monkeypatch)
    monkeypatch.setattr(receipts.qr, "sign", Meeting().before(receipts.qr.sign))
    results = together(*[lambda: receipts.issue_code(again(Notice, notice.pk))] * 2)
    assert len(failures(results)) == 1


def test_a_notice_looked_at_twice_at_once_is_issued_once(monkeypatch):
    TariffFactory()
    vehicle, year = VehicleFactory(), notices.current_year()
    monkeypatch.setattr(notices, "assess", Meeting().after(notices.assess))
    first, second = together(*[partial(notices.issue, vehicle, year)] * 2)
    assert first == second


def test_control_without_the_constraint_a_notice_is_issued_twice(monkeypatch):
    TariffFactory()
    vehicle, year = VehicleFactory(), notices.current_year()
    monkeypatch.setattr(Notice, "save", Meeting().before(Notice.save))
    with without(Notice, "taxes_notice_one_per_year"):
        together(*[partial(notices.issue, vehicle, year)] * 2)
        assert Notice.objects.count() == 2


# --- Callbacks ------------------------------------------------------------------------------------


def call_back(monkeypatch, payment, people=6):
    monkeypatch.setattr(Callback, "save", Meeting(people).before(Callback.save))
    receive = partial(callbacks.receive, "mvola", payment.secret, body=b"{}", headers={})
    return failures(together(*[receive] * people))


def test_a_callback_that_comes_six_times_at_once_is_one_row_counted_six_times(monkeypatch):
    payment = PaymentFactory(pending=True)
    assert call_back(monkeypatch, payment) == []
    assert Callback.objects.get().times == 6


def test_control_without_the_constraint_it_is_kept_several_times(monkeypatch):
    payment = PaymentFactory(pending=True)
    with without(Callback, "taxes_callback_kept_once"):
        call_back(monkeypatch, payment)
        assert Callback.objects.count() > 1


def test_control_a_count_that_is_read_then_written_loses_some():
    """What `F("times") + 1` is for."""
    callback = Callback.objects.create(provider="mvola", body=b"", digest="x")
    meeting = Meeting()

    def careless():
        row = again(Callback, callback.pk)
        meeting()
        Callback.objects.filter(pk=row.pk).update(times=row.times + 1)

    together(careless, careless)
    assert again(Callback, callback.pk).times == 2
    careful = partial(Callback.objects.filter(pk=callback.pk).update, times=F("times") + 1)
    together(careful, careful)
    assert again(Callback, callback.pk).times == 4


# --- The agents' queue ----------------------------------------------------------------------------


def take_together(monkeypatch, agents=6):
    IdentityCaseFactory.create_batch(agents, waiting=True)
    monkeypatch.setattr(IdentityCase, "move", Meeting(agents, 1).before(IdentityCase.move))
    people = UserFactory.create_batch(agents, agent=True)
    return together(*[partial(review.claim_next, IdentityCase, by=agent) for agent in people])


def test_six_agents_take_six_cases(monkeypatch):
    taken = take_together(monkeypatch)
    assert len({case.pk for case in taken}) == 6
    assert {case.agent_id for case in taken} == set(
        IdentityCase.objects.values_list("agent", flat=True)
    )


def test_control_without_the_lock_six_agents_take_one_case(monkeypatch):
    unlock(monkeypatch)
    taken = take_together(monkeypatch)
    assert len({case.pk for case in taken}) == 1


def test_more_agents_than_cases_leave_some_with_nothing():
    IdentityCaseFactory.create_batch(2, waiting=True)
    agents = UserFactory.create_batch(5, agent=True)
    taken = together(*[partial(review.claim_next, IdentityCase, by=agent) for agent in agents])
    assert failures(taken) == []
    assert sorted(case is None for case in taken) == [False, False, True, True, True]


def take_twice(monkeypatch):
    """One agent, two tabs, two waiting cases."""
    IdentityCaseFactory.create_batch(2, waiting=True)
    agent = UserFactory(agent=True)
    monkeypatch.setattr(IdentityCase, "move", Meeting().before(IdentityCase.move))
    return together(*[partial(review.claim_next, IdentityCase, by=agent)] * 2)


def test_one_agent_in_two_tabs_takes_one_case(monkeypatch):
    first, second = take_twice(monkeypatch)
    assert first == second
    assert IdentityCase.objects.filter(state="claimed").count() == 1


def test_control_without_holding_the_agent_two_tabs_take_two(monkeypatch):
    monkeypatch.setattr(review, "_hold", lambda agent: None)
    first, second = take_twice(monkeypatch)
    assert first != second


def decide_together(monkeypatch):
    case = IdentityCaseFactory(claimed=True)
    agent = case.agent
    hold_apart(monkeypatch, IdentityCase)
    results = together(
        lambda: review.decide(again(IdentityCase, case.pk), "approved", by=agent),
        lambda: review.decide(again(IdentityCase, case.pk), "rejected", by=agent, reason="Non."),
    )
    return case, failures(results)


def test_two_decisions_at_once_are_one(monkeypatch):
    case, (refusal,) = decide_together(monkeypatch)
    assert isinstance(refusal, MoveRefused)
    assert case.log.count() == Message.objects.count() == 1


def test_control_without_the_lock_two_decisions_collide(monkeypatch):
    unlock(monkeypatch)
    _case, (failure,) = decide_together(monkeypatch)
    assert isinstance(failure, IntegrityError)


def test_control_without_lock_and_constraint_two_decisions_are_both_told(monkeypatch):
    unlock(monkeypatch)
    with without(Decision, "kyc_decision_once_a_sending"):
        case, failed = decide_together(monkeypatch)
        assert failed == []
        assert case.log.count() == 2


def approve_together(name):
    first, second = VehicleCaseFactory.create_batch(2, claimed=True)
    VehicleCase.objects.filter(pk=second.pk).update(**{name: getattr(first, name)})
    return together(
        *[
            partial(review.decide, again(VehicleCase, case.pk), "approved", by=case.agent)
            for case in (first, second)
        ]
    )


@pytest.mark.parametrize("name", ["plate", "chassis_number"])
def test_one_vehicle_approved_for_two_people_at_once_is_one_persons(name):
    (refusal,) = failures(approve_together(name))
    assert isinstance(refusal, MoveRefused)
    assert Vehicle.objects.count() == 1
    states = sorted(VehicleCase.objects.values_list("state", flat=True))
    assert states == ["approved", "claimed"]


def test_control_without_the_constraint_a_vehicle_is_registered_twice():
    with without(Vehicle, "fleet_vehicle_one_per_plate"):
        assert failures(approve_together("plate")) == []
        assert Vehicle.objects.count() == 2


# --- The citizens' side ---------------------------------------------------------------------------


def send_twice(monkeypatch):
    case = IdentityCaseFactory()
    hold_apart(monkeypatch, IdentityCase)
    send = partial(filing.submit, by=case.citizen)
    results = together(*[lambda: send(again(IdentityCase, case.pk))] * 2)
    return case, failures(results)


def test_sending_twice_at_once_is_sending_once(monkeypatch):
    case, failed = send_twice(monkeypatch)
    assert failed == []
    assert case.log.count() == Message.objects.count() == 1


def test_control_without_the_lock_it_is_sent_twice(monkeypatch):
    unlock(monkeypatch)
    case, _failed = send_twice(monkeypatch)
    assert case.log.count() == 2


@pytest.mark.parametrize(
    ("page", "model"), [("kyc:identity", IdentityCase), ("fleet:declare", VehicleCase)]
)
def test_two_clicks_open_one_case(page, model):
    person = UserFactory()
    if model is VehicleCase:
        IdentityCaseFactory(citizen=person, approved=True)
    clients = [Client(), Client(), Client()]
    for client in clients:
        client.force_login(person)
    answers = together(*[partial(client.post, reverse(page)) for client in clients])
    assert len({answer.url for answer in answers}) == 1
    assert model.objects.filter(citizen=person).exclude(state="approved").count() == 1


# --- Messages and tokens --------------------------------------------------------------------------


def deliver_together(monkeypatch, people=4):
    sent = []
    monkeypatch.setattr(messages, "deliver", sent.append)
    message = MessageFactory()
    assert failures(together(*[partial(post.deliver, message.pk)] * people)) == []
    return sent


def test_a_message_taken_by_four_workers_leaves_once(monkeypatch):
    assert len(deliver_together(monkeypatch)) == 1


def test_control_a_message_that_is_read_then_taken_leaves_several_times(monkeypatch):
    meeting = Meeting(4)

    def careless(pk):
        message = again(Message, pk)
        meeting()
        return message if message.state == "queued" else None

    monkeypatch.setattr(messages, "claim", careless)
    assert len(deliver_together(monkeypatch)) == 4


def a_code():
    reference = codes.new_reference()
    return reference, codes.issue(reference, "phone", address=PHONE, user=None)


def count_comparisons(monkeypatch):
    seen, compare = [], codes._is_right

    def counted(code, typed):
        seen.append(typed)
        return compare(code, typed)

    monkeypatch.setattr(codes, "_is_right", counted)
    return seen


def guess_together(monkeypatch, people=200):
    """Wrong codes all at once, then the right one: what was compared, the row, the last answer."""
    reference, right = a_code()
    compared = count_comparisons(monkeypatch)
    guesses = [f"{(int(right) + n) % 1_000_000:06}" for n in range(1, people + 1)]
    calls = [partial(codes.check, reference, guess) for guess in guesses]
    assert together(*calls) == [False] * people
    before = len(compared)
    return before, SentCode.objects.get(), codes.check(reference, right)


def test_of_two_hundred_guesses_at_once_three_are_compared(monkeypatch):
    compared, code, opened = guess_together(monkeypatch)
    assert (compared, code.tries, opened) == (3, 3, False)


def test_control_without_the_lock_guesses_are_free(monkeypatch):
    unlock(monkeypatch)
    monkeypatch.setattr(SentCode, "save", Meeting(20).before(SentCode.save))
    compared, code, _opened = guess_together(monkeypatch, people=20)
    assert compared > 3
    assert code.tries < compared


def enter_together(people=4):
    """The right code, sent several times at once from one browser."""
    asking = Client()
    form = {"phone": "034 12 345 67", "email": "", "password1": PASSWORD}
    asking.post(reverse("account_signup"), form)
    right = re.search(r"\d{6}", Message.objects.get().body)[0]
    clients = [Client() for _ in range(people)]
    for client in clients:
        client.cookies["session"] = asking.cookies["session"].value
    page = reverse("account_verify_phone")
    together(*[partial(client.post, page, {"code": right}) for client in clients])
    return sum(client.get(reverse("taxes:dashboard")).status_code == 200 for client in clients)


def test_the_right_code_several_times_at_once_signs_in_once(monkeypatch):
    assert enter_together() == 1


def test_control_without_the_lock_the_right_code_signs_in_several_times(monkeypatch):
    unlock(monkeypatch)
    opened, check = [], codes.check

    def noted(*given):
        opened.append(check(*given))
        return opened[-1]

    monkeypatch.setattr(codes, "check", noted)
    monkeypatch.setattr(codes, "_is_right", Meeting(4).after(codes._is_right))
    enter_together()
    assert opened.count(True) > 1


def try_passwords_together(people=40):
    """How many of so many wrong passwords at once were compared."""
    UserFactory(phone=PHONE)
    compared = []

    def compare(user, password):
        compared.append(password)
        return False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(User, "check_password", compare)
        calls = [
            partial(Client().post, reverse("account_login"), {"login": PHONE, "password": f"x{n}"})
            for n in range(people)
        ]
        failed = failures(together(*calls))
    return len(compared), failed


def test_of_forty_passwords_at_once_five_are_compared():
    assert try_passwords_together() == (5, [])
    assert Tally.objects.get(action="password").count == 5


def test_of_ten_tries_at_once_five_are_granted():
    assert together(*[partial(limits.take, "password", "x")] * 10).count(0) == 5


def test_control_without_the_lock_tries_are_granted_freely(monkeypatch):
    limits.take("password", "x")
    unlock(monkeypatch)
    monkeypatch.setattr(Tally, "save", Meeting(10).before(Tally.save))
    assert together(*[partial(limits.take, "password", "x")] * 10).count(0) > 4


def test_a_token_given_in_four_places_at_once_opens_one():
    agent = UserFactory(agent=True)
    device = TOTPDevice.objects.create(user=agent, name="tests", confirmed=True)
    token = f"{totp(device.bin_key):06}"
    clients = [Client() for _ in range(4)]
    for client in clients:
        client.force_login(agent)
    page = reverse("kyc:second_factor")
    answers = together(*[partial(client.post, page, {"token": token}) for client in clients])
    assert sorted(answer.status_code for answer in answers) == [302, 422, 422, 422]
