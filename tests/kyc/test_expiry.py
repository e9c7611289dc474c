"""The end of papers: told twice before, once after; what stays possible then."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from kyc import expiry, filing, review, suspension, tasks
from kyc.models import IdentityCase, IdentityCaseMove
from notify.models import Message
from project.audit.models import Event
from project.lib.workflow import MoveRefused
from project.schedule import TIMETABLE
from taxes.models import Payment
from tests.factories import IdentityCaseFactory, NoticeFactory, UserFactory
from tests.races import Meeting, failures, together, unlock

pytestmark = pytest.mark.django_db
State = IdentityCase.State

NOON = "2026-11-20 09:00:00+00:00"  # in Madagascar


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON):
        yield


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def approved(days, **fields):
    return IdentityCaseFactory(approved=True, expires_on=in_days(days), **fields)


def told(case, template):
    return Message.objects.filter(recipient=case.citizen, template=template)


def again(case):
    return IdentityCase.objects.get(pk=case.pk)


def acts(action):
    return Event.objects.filter(action=action)


# --- Warnings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "is_told"), [(61, False), (60, True), (30, True), (7, True), (0, True)]
)
def test_a_holder_is_told_from_sixty_days_on(days, is_told):
    case = approved(days)
    tasks.end_papers()
    assert told(case, "identity_ending").exists() is is_told
    assert again(case).state == State.APPROVED


def test_each_of_the_two_warnings_is_told_once():
    case = approved(60, citizen=UserFactory(mailed=True))
    counts = []
    for days in range(61):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            expiry.run()
            expiry.run()
            counts.append(told(case, "identity_ending").filter(channel="sms").count())
    assert counts == [1] * 53 + [2] * 8
    assert told(case, "identity_ending").filter(channel="email").count() == 2
    assert list(acts("case.warned").order_by("pk").values_list("data__days", flat=True)) == [60, 7]


def test_who_is_approved_a_few_days_before_the_end_is_warned_once():
    case = approved(5)
    expiry.run()
    expiry.run()
    assert told(case, "identity_ending").count() == 1


@pytest.mark.parametrize("state", ["waiting", "claimed", "returned"])
def test_who_has_sent_another_dossier_is_not_warned(state):
    case = approved(30)
    IdentityCaseFactory(citizen=case.citizen, **{state: True})
    assert expiry.run()["warned"] == 0
    assert again(case).warned is None


@pytest.mark.parametrize("state", [{}, {"rejected": True}])
def test_who_only_began_another_or_was_refused_is_warned(state):
    case = approved(30)
    IdentityCaseFactory(citizen=case.citizen, **state)
    expiry.run()
    assert told(case, "identity_ending").count() == 1


def test_a_closed_account_is_not_written_to():
    case = approved(30, citizen__is_active=False)
    assert expiry.run()["warned"] == 0
    assert told(case, "identity_ending").count() == 0


@pytest.mark.parametrize(
    ("language", "day"), [("fr", "20 décembre 2026"), ("en", "20 December 2026"), ("mg", "2026")]
)
def test_the_warning_speaks_the_language_of_its_holder(language, day):
    case = approved(30, citizen__language=language)
    expiry.run()
    assert day in told(case, "identity_ending").get().body


@pytest.mark.parametrize("hour", [0, 3, 16, 23])  # UTC
def test_nobody_is_woken(hour):
    case = approved(30)
    with time_machine.travel(timezone.now().replace(hour=hour)):
        assert expiry.run() == {}
    assert told(case, "identity_ending").count() == 0


# --- The end --------------------------------------------------------------------------------------


def test_a_paper_proves_something_on_its_last_day_and_nothing_the_day_after():
    case = approved(0)
    tasks.end_papers()
    assert again(case).state == State.APPROVED
    assert case.citizen.is_identified
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert not case.citizen.is_identified  # before any task has run
        tasks.end_papers()
        assert again(case).state == State.EXPIRED
    assert told(case, "identity_ended").count() == 1
    assert acts("case.expired").get().actor is None


def test_ending_twice_is_ending_once():
    case = approved(-1)
    assert expiry.run()["expired"] == 1
    assert expiry.run()["expired"] == 0
    assert told(case, "identity_ended").count() == 1
    assert IdentityCaseMove.objects.filter(case=case, state="expired").count() == 1


def test_a_paper_without_an_end_never_ends():
    case = IdentityCaseFactory(approved=True, expires_on=None)
    assert expiry.run() == {"expired": 0, "warned": 0}
    assert case.citizen.is_identified


@pytest.mark.parametrize("paper", ["loss_receipt", "attestation"])
def test_a_paper_that_stands_in_for_another_ends_on_the_day_it_says(paper):
    case = IdentityCaseFactory(
        claimed=True, paper=paper, number="R-1", expiry=in_days(20), issue_date=in_days(-30)
    )
    review.decide(case, "approved", by=case.agent)
    assert case.expires_on == in_days(20)
    with time_machine.travel(timezone.now() + timedelta(days=21)):
        assert expiry.run()["expired"] == 1


def test_a_long_backlog_is_worked_off_in_runs_that_end_by_themselves(monkeypatch):
    cases = [approved(-1) for _ in range(5)]
    monkeypatch.setattr(expiry, "BATCH", 2)
    monkeypatch.setattr(expiry, "BUDGET", -1)
    assert expiry.run() == {"expired": 0, "warned": 0}
    monkeypatch.setattr(expiry, "BUDGET", 40)
    assert expiry.run()["expired"] == 5
    assert {again(case).state for case in cases} == {"expired"}


def test_what_is_suspended_stays_so_when_its_paper_ends():
    case = IdentityCaseFactory(suspended=True, expires_on=in_days(-1))
    assert expiry.run() == {"expired": 0, "warned": 0}
    assert again(case).state == State.SUSPENDED


def test_the_task_is_on_the_timetable():
    entry = next(entry for entry in TIMETABLE if entry.task == "kyc.tasks.end_papers")
    assert entry.minutes <= 24 * 60


def test_one_that_cannot_be_ended_holds_up_no_other_and_no_warning(monkeypatch):
    odd, ended, near = approved(-1), approved(-1), approved(30)
    lock = IdentityCase.lock

    def broken(case):
        if case.pk == odd.pk:
            raise RuntimeError("one row")
        lock(case)

    monkeypatch.setattr(IdentityCase, "lock", broken)
    with pytest.raises(ExceptionGroup):
        tasks.end_papers()
    assert (again(ended).state, again(odd).state) == (State.EXPIRED, State.APPROVED)
    assert told(near, "identity_ending").exists()


def test_a_dossier_that_approved_itself_ends_like_any_other():
    case = approved(-1, agent=None, claimed_at=None)
    tasks.end_papers()
    assert again(case).state == State.EXPIRED


# --- What follows from it -------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["expired", "suspended"])
def test_what_is_owed_stays_payable_whatever_became_of_the_dossier(client, login, operator, state):
    notice = NoticeFactory()
    person = notice.vehicle.holdings.get().holder
    IdentityCaseFactory(citizen=person, **{state: True})
    login(person)
    page = client.get(reverse("taxes:dashboard"))
    assert page.status_code == 200
    answer = client.post(
        reverse("taxes:pay", args=[notice.pk]), {"provider": "mvola", "phone": person.phone}
    )
    assert answer.status_code == 302
    assert Payment.objects.get().notice == notice


@pytest.mark.parametrize("state", ["expired", "suspended"])
def test_no_vehicle_is_declared_meanwhile(client, login, state):
    case = IdentityCaseFactory(**{state: True})
    login(case.citizen)
    client.post(reverse("fleet:declare"))
    assert case.citizen.vehiclecases.count() == 0


def test_the_page_says_that_the_dossier_has_ended_and_offers_another(client, login):
    case = IdentityCaseFactory(expired=True)
    login(case.citizen)
    page = client.get(case.get_absolute_url())
    assert "Présenter une nouvelle pièce" in page.text
    client.post(reverse("kyc:identity"))
    assert case.citizen.identitycases.filter(state="draft").count() == 1


def test_a_paper_that_has_ended_cannot_be_approved():
    case = IdentityCaseFactory(claimed=True, passport=True, expiry=in_days(-1))
    with pytest.raises(MoveRefused, match="valable"):
        review.decide(case, "approved", by=case.agent)
    assert again(case).state == State.CLAIMED


def test_another_dossier_ends_the_one_before_with_a_line_in_the_log():
    old = approved(30)
    new = IdentityCaseFactory(claimed=True, citizen=old.citizen)
    review.decide(new, "approved", by=new.agent)
    assert again(old).state == State.EXPIRED
    assert acts("case.expired").get().data["replaced_by"] == new.pk
    assert new.citizen.is_identified


# --- At once --------------------------------------------------------------------------------------


def twice(monkeypatch, act, days):
    case = approved(days)
    meeting = Meeting()
    monkeypatch.setattr(IdentityCase, "lock", meeting.after(IdentityCase.lock))
    results = together(*[lambda: act(again(case), timezone.localdate())] * 2)
    return case, results


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("act", "days", "letter"),
    [(expiry.expire, -1, "identity_ended"), (expiry.warn, 30, "identity_ending")],
)
def test_two_runs_at_once_tell_it_once(monkeypatch, act, days, letter):
    case, results = twice(monkeypatch, act, days)
    assert sorted(results) == [False, True]
    assert told(case, letter).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("act", "days", "letter"),
    [(expiry.expire, -1, "identity_ended"), (expiry.warn, 30, "identity_ending")],
)
def test_control_without_the_lock_it_is_told_twice(monkeypatch, act, days, letter):
    unlock(monkeypatch)
    case, _results = twice(monkeypatch, act, days)
    assert told(case, letter).count() == 2


def suspend_and_expire(monkeypatch):
    case = approved(-1)
    boss = UserFactory(supervisor=True)
    monkeypatch.setattr(IdentityCase, "lock", Meeting().after(IdentityCase.lock))
    results = together(
        lambda: expiry.expire(again(case), timezone.localdate()),
        lambda: suspension.suspend(again(case), code="stolen", reason="x", by=boss),
    )
    return case, results


@pytest.mark.django_db(transaction=True)
def test_a_dossier_is_suspended_or_ends_and_not_both(monkeypatch):
    case, results = suspend_and_expire(monkeypatch)
    first = IdentityCaseMove.objects.filter(case=case).get()
    assert again(case).state == first.state
    assert [type(failure) for failure in failures(results)] in ([], [MoveRefused])


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_it_is_both(monkeypatch):
    """Or, where it is suspended first, no row could say both."""
    unlock(monkeypatch)
    case, results = suspend_and_expire(monkeypatch)
    both = IdentityCaseMove.objects.filter(case=case).count() == 2
    assert both or [type(failure) for failure in failures(results)] == [IntegrityError]


def test_a_draft_begun_before_may_still_be_filled_in_by_its_citizen():
    """The end of a paper closes nothing that would replace it."""
    old = approved(-1)
    draft = filing.begin(IdentityCase.objects.live(), by=old.citizen)
    expiry.run()
    filing.declare(draft, draft.section("piece"), {"paper": "passport"}, by=old.citizen)
    assert again(draft).paper == "passport"
