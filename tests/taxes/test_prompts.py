"""Requests for money to a phone: its owner is not asked again and again by somebody else."""

import pytest

from kyc import limits
from kyc.credentials import Tally
from project.lib.workflow import MoveRefused
from taxes import payments
from taxes.models import Payment
from taxes.providers.base import Outcome, Status
from tests.factories import NoticeFactory, UserFactory
from tests.operator import paid
from tests.races import Meeting, failures, together, unlock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operator")]

VICTIM = "+261349876543"
STRANGERS = limits.RULES["prompt_phone"].free


def ask(phone=VICTIM, by=None, notice=None):
    notice = notice or NoticeFactory(**({"vehicle__holder": by} if by else {}))
    by = by or notice.vehicle.holdings.get().holder
    return payments.start(notice, provider="mvola", phone=phone, by=by)


def test_a_strangers_phone_is_asked_three_times_a_day_whoever_asks():
    for _turn in range(STRANGERS):
        ask()
    with pytest.raises(MoveRefused, match="trop de demandes"):
        ask()
    assert Payment.objects.count() == STRANGERS
    ask("+261349876544")


def test_the_same_notice_again_and_again_is_counted():
    notice = NoticeFactory()
    for _turn in range(STRANGERS):
        payment = ask(notice=notice)
        payments.claim_sending(payment)
        payments.settle(payment, Outcome(Status.REFUSED, detail="refusé"))
    with pytest.raises(MoveRefused):
        ask(notice=notice)


def test_one_account_cannot_go_through_the_numbers():
    person = UserFactory()
    for turn in range(limits.RULES["prompt_account"].free):
        ask(f"+26134987{turn:04}", by=person)
    with pytest.raises(MoveRefused):
        ask("+261349879999", by=person)
    ask(person.phone, by=person)


def test_what_strangers_did_does_not_keep_the_owner_from_paying():
    for _turn in range(STRANGERS):
        ask()
    owner = UserFactory(phone=VICTIM)
    assert ask(by=owner).phone == VICTIM


def test_a_number_that_is_claimed_and_not_confirmed_is_a_strangers():
    claimant = UserFactory(phone=VICTIM, phone_verified_at=None)
    for _turn in range(STRANGERS):
        ask(by=claimant)
    with pytest.raises(MoveRefused):
        ask(by=claimant)


def test_finding_the_attempt_under_way_asks_nobody_again():
    notice = NoticeFactory()
    assert len({ask(notice=notice).pk for _turn in range(STRANGERS + 2)}) == 1
    assert Tally.objects.get(action="prompt_phone").count == 1


def test_who_agrees_may_be_asked_again(django_capture_on_commit_callbacks):
    """A taxi owner pays for all his cars from his wife's phone."""
    for turn in range(STRANGERS + 2):
        payment = ask()
        Payment.objects.filter(pk=payment.pk).update(state="pending")
        with django_capture_on_commit_callbacks(execute=True):
            payments.settle(payment, paid(payment, reference=f"MV-{turn}"))
    assert Payment.objects.filter(state="confirmed").count() == STRANGERS + 2


@pytest.mark.django_db(transaction=True)
def test_of_ten_at_once_no_more_than_three_reach_the_phone():
    notices = [NoticeFactory() for _turn in range(10)]
    results = together(*[lambda notice=notice: ask(notice=notice) for notice in notices])
    assert {type(failure) for failure in failures(results)} == {MoveRefused}
    assert Payment.objects.count() == STRANGERS
    assert Tally.objects.get(action="prompt_phone").count == STRANGERS


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_more_get_through(monkeypatch):
    notices = [NoticeFactory() for _turn in range(10)]
    limits.take("prompt_phone", VICTIM)  # the row is there: only its lock is left
    unlock(monkeypatch)
    monkeypatch.setattr(limits, "_hold", Meeting(10, 2).after(limits._hold))
    results = together(*[lambda notice=notice: ask(notice=notice) for notice in notices])
    assert len(results) - len(failures(results)) > STRANGERS - 1
