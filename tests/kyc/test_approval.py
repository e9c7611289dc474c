"""What a case needs before it is approved: by people, or by itself where that is switched on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kyc import approval, checks, duplicates, filing, review, suspension, tasks
from kyc.checkers.base import Finding, NoAnswer, Verdict
from kyc.models import Assistance, Check, IdentityCase, IdentityResemblance
from kyc.score import WEIGHTS, Signal
from notify.models import Message
from project.audit.completeness import EXPECTATIONS, silent
from project.audit.models import Event
from project.lib.workflow import MoveRefused
from tests import queued
from tests.factories import IdentityCaseFactory, UserFactory
from tests.service import CLEAR, WAITING, Service

pytestmark = pytest.mark.django_db
State = IdentityCase.State


@pytest.fixture
def service(settings):
    settings.IDENTITY_CHECKERS = ["tests.service.Service"]
    Service.script()
    return Service


@pytest.fixture
def alone(settings, service, monkeypatch):
    """Cases approve themselves: the one service stands for all there are."""
    settings.IDENTITY_APPROVES_ALONE = True
    settings.IDENTITY_CHECKS_TO_APPROVE_ALONE = ["service"]
    sources = dict.fromkeys(approval.SOURCES, ("service",))
    monkeypatch.setattr(approval, "SOURCES", sources)


def checked(case, verdict=CLEAR):
    """The case, once the service has said that and everything came of it."""
    Service.script(ask=[verdict])
    checks.begin(case)
    queued.work()
    case.refresh_from_db()
    return case


def waiting(**fields):
    """A waiting case like no other, on whose photos the number was read as it was declared."""
    case = IdentityCaseFactory(**{"waiting": True, "searched_at": timezone.now()} | fields)
    paper = case.current_documents()[0]
    read = {"value": case.number, "confidence": 0.9, "confident": True, "box": None}
    paper.reading = {"fields": {"number": read}}
    paper.save()
    return case


# --- By people -----------------------------------------------------------------------------------


@pytest.fixture
def awaited(settings, service):
    settings.IDENTITY_CHECKS_FOR_PEOPLE = ["service"]
    Service.script(ask=[WAITING])
    case = IdentityCaseFactory(claimed=True)
    checks.begin(case)
    queued.work()
    return case


def test_people_wait_for_a_check_they_must_see(awaited):
    with pytest.raises(MoveRefused, match="le service d'essai"):
        review.decide(awaited, State.APPROVED, by=awaited.agent)
    awaited.refresh_from_db()
    assert awaited.state == State.CLAIMED


def test_the_agent_is_told_why(client, login, awaited):
    login(awaited.agent)
    answer = client.post(awaited.agent_url, {"verdict": "approved"})
    assert answer.status_code == 422
    assert "n&#x27;est pas terminé" in answer.text


@pytest.mark.parametrize("verdict", [State.RETURNED, State.REJECTED])
def test_people_may_send_back_or_reject_without_waiting(awaited, verdict):
    review.decide(awaited, verdict, by=awaited.agent, reason="La photo est floue.")
    assert awaited.state == verdict


@pytest.mark.parametrize(
    "finding", [Finding.CLEAR, Finding.ATTENTION, Finding.REFUSED, Finding.UNKNOWN]
)
def test_once_it_has_ended_people_decide_whatever_it_says(awaited, finding):
    checks.settle(Check.objects.get(), Verdict(finding))
    review.decide(awaited, State.APPROVED, by=awaited.agent)
    assert awaited.state == State.APPROVED


def test_an_outage_stops_no_office_for_long(awaited, settings):
    Service.script(fetch=[NoAnswer("silence")])
    tasks.ask_after(Check.objects.get().pk)
    long_ago = timezone.now() - timedelta(minutes=settings.IDENTITY_CHECKS_PATIENCE + 1)
    Check.objects.update(created_at=long_ago)
    review.decide(awaited, State.APPROVED, by=awaited.agent)
    assert awaited.state == State.APPROVED


def test_other_checks_are_not_waited_for(awaited, settings):
    settings.IDENTITY_CHECKS_FOR_PEOPLE = ["another"]
    review.decide(awaited, State.APPROVED, by=awaited.agent)
    assert awaited.state == State.APPROVED


# --- By itself -----------------------------------------------------------------------------------


def test_it_is_off_unless_somebody_switches_it_on(service, settings):
    assert settings.IDENTITY_APPROVES_ALONE is False
    assert settings.IDENTITY_SCORE == 80
    assert checked(waiting()).state == State.WAITING


def test_a_case_everything_speaks_for_approves_itself(alone):
    case = checked(waiting())
    assert (case.state, case.agent, bool(case.decided_at)) == (State.APPROVED, None, True)
    assert Message.objects.filter(template="case_approved", recipient=case.citizen).exists()
    act = Event.objects.get(action="case.approved")
    assert (act.actor, act.data["score"]) == (None, 100)
    assert sum(act.data["lines"].values()) == 100


def test_the_log_is_complete_though_nobody_took_it_up(alone):
    checked(waiting())
    rows = [
        row
        for each in EXPECTATIONS
        if each.action.startswith(("case.approved", "case.claimed"))
        for row in silent(each, None)
    ]
    assert rows == []


def test_the_citizen_is_not_told_that_an_agent_looked(alone, client, login):
    case = checked(waiting())
    login(case.citizen)
    page = client.get(case.get_absolute_url()).text
    assert "contrôles automatiques" in page
    assert "vérifié à vue" not in page


@pytest.mark.parametrize(
    "finding", [Finding.ATTENTION, Finding.REFUSED, Finding.UNKNOWN, Finding.WAITING]
)
def test_anything_but_clear_is_left_to_people(alone, finding):
    assert checked(waiting(), Verdict(finding)).state == State.WAITING


def test_without_a_service_to_go_by_nothing_approves_itself(alone, settings):
    settings.IDENTITY_CHECKS_TO_APPROVE_ALONE = []
    assert checked(waiting()).state == State.WAITING


def test_every_named_service_must_be_clear(alone, settings):
    settings.IDENTITY_CHECKS_TO_APPROVE_ALONE = ["service", "another"]
    assert checked(waiting()).state == State.WAITING


def test_a_trial_system_approves_nobody_in_production(alone, settings):
    case = waiting()
    trial = Verdict(Finding.CLEAR, words="x", is_trial=True)
    settings.DEMO = False
    assert checked(case, trial).state == State.WAITING
    # Nor does an answer it gave while this was a demo.
    Check.objects.update(state=Check.State.CLEAR, answered_at=timezone.now(), is_trial=True)
    assert approval.sufficient(case) is None


def test_a_score_below_the_threshold_is_left_to_people(alone, settings):
    settings.IDENTITY_SCORE = 100
    unread = IdentityCaseFactory(waiting=True)
    assert checked(unread).state == State.WAITING
    assert approval.judge(unread).points == 85


def test_a_number_somebody_else_declares_too_is_left_to_people(alone):
    case = waiting()
    IdentityCaseFactory(number=case.number)
    assert checked(case).state == State.WAITING
    assert approval.judge(case).bad == ("unique",)


def test_a_case_somebody_has_taken_up_is_theirs(alone):
    case = waiting()
    review.take(case, by=IdentityCaseFactory(claimed=True).agent)
    assert checked(case).state == State.CLAIMED


def test_a_check_of_an_earlier_version_approves_nothing(alone):
    case = waiting()
    Service.script(ask=[WAITING])
    checks.begin(case)
    check = Check.objects.get()
    queued.work()
    case.surname = "RABE"
    case.save()
    checks.settle(check, CLEAR)
    queued.work()
    case.refresh_from_db()
    assert case.state == State.WAITING


def test_a_number_approved_for_another_meanwhile_is_left_to_people(alone, monkeypatch):
    case = waiting()
    IdentityCaseFactory(approved=True, number=case.number)
    monkeypatch.setattr(approval, "_of_number", lambda case: Signal.GOOD)
    assert checked(case).state == State.WAITING


def test_before_others_were_searched_for_it_nothing_approves_itself(alone):
    case = checked(waiting(searched_at=None))
    assert case.state == State.WAITING
    tasks.look_for_duplicates(case._meta.label_lower, case.pk)
    queued.work()
    case.refresh_from_db()
    assert case.state == State.APPROVED, "the search brings it up again"


@pytest.mark.parametrize(
    ("said", "state"),
    [("open", State.WAITING), ("same", State.WAITING), ("unrelated", State.APPROVED)],
)
def test_what_resembles_another_is_left_to_people(alone, said, state):
    case, judged = waiting(), {}
    other = IdentityCaseFactory(waiting=True, photos=False)
    if said != "open":
        judged = {"judged_by": UserFactory(agent=True), "judged_at": timezone.now(), "reason": "x"}
    IdentityResemblance.objects.create(case=other, other=case, kind="phone", state=said, **judged)
    assert checked(case).state == state


def test_what_an_agent_helped_to_fill_in_is_for_another_agent_to_see(alone):
    case = waiting()
    visit = {"citizen": case.citizen, "case": case, "begun_at": timezone.now()}
    Assistance.objects.create(agent=UserFactory(agent=True), ended_at=timezone.now(), **visit)
    assert checked(case).state == State.WAITING


def test_sent_again_it_is_searched_for_again_before_it_approves_itself(alone):
    case = IdentityCaseFactory(searched_at=timezone.now())
    filing.submit(case, by=case.citizen)
    assert IdentityCase.objects.get().searched_at is None


def test_a_search_for_what_was_sent_before_tells_nothing_of_what_is_sent_now(alone):
    case = waiting(searched_at=None)
    IdentityCase.objects.update(submitted_at=timezone.now())
    duplicates.look_for(case)
    assert IdentityCase.objects.get().searched_at is None


def test_a_paper_that_has_ended_meanwhile_is_left_to_people(alone):
    ended = timezone.localdate() - timedelta(days=1)
    assert checked(waiting(passport=True, expiry=ended)).state == State.WAITING


def test_who_is_suspended_is_left_to_people(alone):
    case = waiting()
    IdentityCaseFactory(suspended=True, citizen=case.citizen, photos=False)
    assert checked(case).state == State.WAITING


def test_what_approved_itself_is_suspended_and_resumed_like_any_other(alone):
    case, bosses = checked(waiting()), [UserFactory(supervisor=True) for _ in range(2)]
    suspension.suspend(case, code="stolen", reason="Déclarée volée.", by=bosses[0])
    assert case.state == State.SUSPENDED
    suspension.resume(case, reason="Retrouvée.", by=bosses[1])
    assert (case.state, case.agent) == (State.APPROVED, None)


def test_what_approved_itself_ends_and_another_takes_its_place(alone):
    case = checked(waiting())
    newer = IdentityCaseFactory(claimed=True, citizen=case.citizen, number=case.number)
    review.decide(newer, State.APPROVED, by=newer.agent)
    case.refresh_from_db()
    assert (case.state, newer.state) == (State.EXPIRED, State.APPROVED)


def test_what_differs_on_the_photo_counts_half(service):
    case = waiting()
    paper = case.current_documents()[0]
    odd = {"value": "RASOA", "confidence": 0.9, "confident": True, "box": None}
    paper.reading["fields"]["surname"] = odd
    paper.save()
    signals = {line.name: line.signal for line in approval.judge(case).lines}
    assert signals["reading"] is Signal.PARTLY
    assert set(signals) == set(WEIGHTS)


def test_a_phone_nobody_confirmed_counts_for_nothing(service):
    case = waiting(citizen__phone_verified_at=None)
    signals = {line.name: line.signal for line in approval.judge(case).lines}
    assert signals["phone"] is Signal.UNKNOWN


def test_one_bad_word_outweighs_a_good_one(service, monkeypatch):
    good, bad = Check(state="clear"), Check(state="attention")
    assert approval._of_services([good, bad]) is Signal.BAD
    assert approval._of_services([good]) is Signal.GOOD
    assert approval._of_services([]) is Signal.UNKNOWN
