"""Checks when several processes come at once."""

import pytest
from django.utils import timezone

from kyc import approval, breaker, callbacks, checks, review
from kyc.checkers.base import Finding, Notice, Verdict
from kyc.models import Breaker, Check, CheckCallback
from tests import queued
from tests.factories import IdentityCaseFactory, UserFactory
from tests.races import Meeting, failures, together, unlock
from tests.service import CLEAR, WAITING, Service

pytestmark = pytest.mark.django_db(transaction=True)
State = Check.State


@pytest.fixture
def check(settings):
    settings.IDENTITY_CHECKERS = ["tests.service.Service"]
    Service.script()
    checks.begin(IdentityCaseFactory(waiting=True))
    queued.forget()
    return Check.objects.get()


def test_two_workers_put_a_question_once(check):
    found = together(*[lambda: checks.claim_asking(check.pk)] * 4)
    assert failures(found) == []
    assert len([each for each in found if each]) == 1
    check.refresh_from_db()
    assert check.attempts == 1


def test_two_sendings_open_a_check_once(check):
    case = check.case
    case.surname = "RASOA"
    case.save()
    found = together(*[lambda: checks.begin(case)] * 3)
    assert failures(found) == []
    assert Check.objects.count() == 2
    assert len(queued.waiting()) == 1


def test_a_callback_brought_five_times_at_once_is_kept_once(check):
    Check.objects.update(state=State.WAITING)
    Service.script(notice=Notice(str(check.reference)))
    found = together(*[lambda: callbacks.receive("service", b"{}", {})] * 5)
    assert found == [True] * 5
    assert CheckCallback.objects.get().times == 5
    assert len(queued.waiting()) == 1


def test_two_answers_at_once_leave_one_history(check):
    Check.objects.update(state=State.WAITING)
    odd = Verdict(Finding.ATTENTION, words="odd")
    rows = [Check.objects.get(), Check.objects.get()]
    found = together(lambda: checks.settle(rows[0], CLEAR), lambda: checks.settle(rows[1], odd))
    assert failures(found) == []
    origins = [(line.origin, line.state) for line in check.log.order_by("pk")]
    assert origins[0][0] == State.WAITING
    assert origins[1][0] == origins[0][1]


def test_without_the_lock_two_answers_would_tell_two_histories(check, monkeypatch):
    """The control of the test before: what the row's lock is for."""
    Check.objects.update(state=State.WAITING)
    unlock(monkeypatch)
    meeting = Meeting()
    monkeypatch.setattr(Check, "lock", meeting.after(Check.lock))
    odd = Verdict(Finding.ATTENTION, words="odd")
    rows = [Check.objects.get(), Check.objects.get()]
    together(lambda: checks.settle(rows[0], CLEAR), lambda: checks.settle(rows[1], odd))
    assert {line.origin for line in check.log.all()} == {State.WAITING}


def test_failures_seen_by_several_processes_are_all_counted(check):
    found = together(*[lambda: breaker.failed("service")] * 6)
    assert failures(found) == []
    assert Breaker.objects.get().failures == 6
    assert not breaker.allows("service")


def test_one_process_finds_out_whether_an_outage_is_over(check):
    for _ in range(breaker.LIMIT):
        breaker.failed("service")
    Breaker.objects.update(open_until=timezone.now())
    found = together(*[lambda: breaker.allows("service")] * 6)
    assert sorted(found) == [False] * 5 + [True]


def test_a_case_is_taken_up_by_somebody_or_approves_itself_never_both(check, settings):
    settings.IDENTITY_APPROVES_ALONE = True
    settings.IDENTITY_CHECKS_TO_APPROVE_ALONE = ["service"]
    settings.IDENTITY_SCORE = 0
    checks.settle(check, CLEAR)
    check.case.searched_at = timezone.now()
    check.case.save()
    assert approval.sufficient(check.case)
    agent, case = UserFactory(agent=True), check.case
    mine, theirs = type(case).objects.get(), type(case).objects.get()
    found = together(lambda: review.approve_alone(mine), lambda: review.take(theirs, by=agent))
    case.refresh_from_db()
    if case.state == "approved":
        assert found[0] is True
        assert failures(found)
        assert case.agent is None
    else:
        assert (found[0], case.state, case.agent) == (False, "claimed", agent)
    assert case.log.count() == 1


def test_a_check_under_way_is_followed_up_by_one_of_two(check):
    Service.script(ask=[WAITING])
    Check.objects.update(state=State.WAITING, next_at=timezone.now())
    assert failures(together(checks.follow_up, checks.follow_up)) == []
    assert queued.waiting() == [("kyc.tasks.ask_after", (check.pk,))]
