"""Checks by outside services: asked once, followed up, kept with their evidence, never deciding."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from kyc import breaker, checks, filing, privacy, retention, review, tasks
from kyc.checkers.base import Finding, NoAnswer, NotKnown, NotSent, Verdict
from kyc.models import Breaker, Check, DocumentView, IdentityCase
from project.audit.models import Event
from project.schedule import TIMETABLE
from tests import queued
from tests.factories import DocumentFactory, IdentityCaseFactory, UserFactory, VehicleCaseFactory
from tests.service import CLEAR, WAITING, Service

pytestmark = pytest.mark.django_db
State = Check.State


@pytest.fixture
def service(settings):
    settings.IDENTITY_CHECKERS = ["tests.service.Service"]
    Service.script()
    return Service


@pytest.fixture
def case(service):
    return IdentityCaseFactory(waiting=True)


@pytest.fixture
def check(case):
    """A check that has been begun and not put yet."""
    checks.begin(case)
    queued.forget()
    return Check.objects.get()


def put(check):
    tasks.ask_service(check.pk)
    check.refresh_from_db()
    return check


def due(check):
    """Its time has come."""
    Check.objects.filter(pk=check.pk).update(next_at=timezone.now() - timedelta(seconds=1))


def followed(check):
    """Follow up once, and do what comes of it."""
    due(check)
    tasks.follow_up_checks()
    queued.work()
    check.refresh_from_db()
    return check


# --- Asked ----------------------------------------------------------------------------------------


def test_a_case_that_is_sent_is_checked_by_every_service(service):
    case = IdentityCaseFactory()
    filing.submit(case, by=case.citizen)
    check = Check.objects.get()
    assert (check.case, check.checker, check.state) == (case, "service", State.CREATED)
    assert ("kyc.tasks.ask_service", (check.pk,)) in queued.waiting()


def test_a_vehicle_is_checked_by_none_of_them(service):
    case = VehicleCaseFactory()
    filing.submit(case, by=case.citizen)
    assert not Check.objects.exists()


def test_what_was_asked_already_is_not_asked_again(case, check):
    checks.begin(case)
    assert Check.objects.count() == 1
    assert queued.waiting() == []


@pytest.mark.parametrize("change", ["surname", "picture"])
def test_a_case_that_has_changed_is_asked_about_anew(case, check, change):
    if change == "surname":
        case.surname = "RASOA"
        case.save()
    else:
        side = case.current_documents()[0].side
        case.documents.add(DocumentFactory(owner=case.citizen, side=side, sha256="9" * 64))
    checks.begin(case)
    check.refresh_from_db()
    assert Check.objects.count() == 2
    assert check.next_at is None
    tasks.ask_service(check.pk)
    assert Service.asked == []


def test_the_question_says_who_and_never_which_case(case, check):
    put(check)
    [asked] = Service.asked
    assert asked.reference == str(check.reference)
    assert (asked.applicant.surname, asked.applicant.number) == (case.surname, case.number)
    assert {picture.side for picture in asked.applicant.pictures} == {"front", "back", "selfie"}
    assert asked.callback_url == "http://testserver/controles/service/rappel/"
    assert case.surname not in repr(asked)
    assert case.number not in repr(asked)


def test_an_answer_is_kept_with_its_evidence_sealed(check):
    put(check)
    assert check.state == State.CLEAR
    assert (check.words, check.evidence) == ("all well", {"score": 9})
    assert check.service_reference == "S-1"
    assert check.answered_at
    assert check.next_at is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT words, evidence FROM kyc_check")
        stored = b"".join(bytes(value) for value in cursor.fetchone())
    assert b"all well" not in stored
    assert b"score" not in stored


@pytest.mark.parametrize(
    ("finding", "state"),
    [
        (Finding.CLEAR, State.CLEAR),
        (Finding.ATTENTION, State.ATTENTION),
        (Finding.REFUSED, State.REFUSED),
        (Finding.UNKNOWN, State.UNKNOWN),
        (Finding.WAITING, State.WAITING),
    ],
)
def test_no_answer_of_a_service_decides_a_case(case, check, finding, state):
    Service.script(ask=[Verdict(finding, words="x")])
    put(check)
    queued.work()
    case.refresh_from_db()
    assert check.state == state
    assert case.state == IdentityCase.State.WAITING


def test_a_question_without_the_pictures_it_needs_is_not_put(check):
    Service.script(needs=["front", "selfie"])
    check.case.documents.remove(*check.case.documents.filter(side="selfie"))
    put(check)
    assert (check.state, check.next_at) == (State.UNKNOWN, None)
    assert "selfie" in check.words
    assert Service.asked == []


def test_a_task_that_runs_twice_asks_once(check):
    put(check)
    put(check)
    assert len(Service.asked) == 1


def test_names_the_service_gives_are_kept_though_the_rest_fails(check):
    Service.script(ask=[NoAnswer("cut")], names={"applicant": "A-1"})
    put(check)
    assert (check.state, check.given) == (State.UNKNOWN, {"applicant": "A-1"})


def test_an_attempt_is_counted_before_it_is_made(check, monkeypatch):
    def die(self, inquiry, *, keep):
        raise SystemExit

    monkeypatch.setattr(Service, "ask", die)
    with pytest.raises(SystemExit):
        tasks.ask_service(check.pk)
    check.refresh_from_db()
    assert (check.state, check.attempts) == (State.ASKING, 1)


def test_what_a_trial_system_says_is_worth_nothing_in_production(check, settings):
    settings.DEMO = False
    Service.script(ask=[Verdict(Finding.CLEAR, words="x", is_trial=True)])
    put(check)
    assert check.state == State.UNKNOWN


# --- Followed up ----------------------------------------------------------------------------------


def test_the_timetable_follows_up():
    assert "kyc.tasks.follow_up_checks" in {entry.task for entry in TIMETABLE}


def test_a_question_certainly_not_put_is_put_again(check):
    Service.script(ask=[NotSent("no line"), CLEAR])
    put(check)
    assert (check.state, Service.fetched) == (State.CREATED, [])
    assert followed(check).state == State.CLEAR
    assert (len(Service.asked), check.attempts) == (2, 2)


def test_a_silent_service_is_asked_after_and_the_question_not_put_again(check):
    Service.script(ask=[NoAnswer("silence")], fetch=[NoAnswer("silence"), WAITING, CLEAR])
    put(check)
    assert check.state == State.UNKNOWN
    assert followed(check).state == State.UNKNOWN
    assert followed(check).state == State.WAITING
    assert followed(check).state == State.CLEAR
    assert (len(Service.asked), len(Service.fetched)) == (1, 3)


def test_a_question_the_service_certainly_does_not_know_is_put_again(check):
    Service.script(ask=[NoAnswer("silence"), CLEAR], fetch=[NotKnown("nothing")])
    put(check)
    assert followed(check).state == State.CREATED
    assert followed(check).state == State.CLEAR


def test_a_process_that_died_while_asking_leaves_a_question_to_ask_after(check):
    Service.script(fetch=[CLEAR])
    assert checks.claim_asking(check.pk)
    assert followed(check).state == State.UNKNOWN
    assert followed(check).state == State.CLEAR
    assert Service.asked == []


def test_nothing_is_asked_before_its_time(check):
    Service.script(ask=[WAITING])
    put(check)
    tasks.follow_up_checks()
    assert queued.waiting() == []


def test_each_time_is_twice_as_late(check):
    Service.script(ask=[WAITING], fetch=[NoAnswer("x")])
    put(check)
    waits = []
    for _ in range(12):
        Breaker.objects.all().delete()
        followed(check)
        waits.append(round((check.next_at - timezone.now()).total_seconds() / 60))
    assert waits[:5] == [2, 4, 8, 16, 32]
    assert waits[-1] == 6 * 60


@pytest.mark.parametrize("state", [State.CREATED, State.ASKING, State.WAITING, State.UNKNOWN])
def test_a_question_nobody_answers_for_days_is_left_to_people(check, state):
    past = timezone.now() - checks.PATIENCE - timedelta(minutes=1)
    Check.objects.filter(pk=check.pk).update(state=state, created_at=past)
    followed(check)
    assert (check.state, check.next_at) == (State.UNKNOWN, None)
    assert check.has_ended


def test_a_service_that_is_no_longer_ours_is_not_waited_for(check, settings):
    settings.IDENTITY_CHECKERS = []
    followed(check)
    assert (check.state, check.next_at) == (State.UNKNOWN, None)


def test_an_answer_stays_when_the_service_falls_silent_or_can_say_no_more(check):
    put(check)
    for later in (NoAnswer("x"), NotKnown("x"), Verdict(Finding.UNKNOWN)):
        Service.script(fetch=[later])
        tasks.ask_after(check.pk)
        check.refresh_from_db()
        assert check.state == State.CLEAR


def test_a_service_may_change_its_mind(check):
    put(check)
    Service.script(fetch=[Verdict(Finding.REFUSED, words="on second thoughts")])
    tasks.ask_after(check.pk)
    check.refresh_from_db()
    assert (check.state, check.words) == (State.REFUSED, "on second thoughts")
    assert [line.state for line in check.log.all()] == [State.ASKING, State.CLEAR, State.REFUSED]


def test_hearing_the_same_twice_changes_nothing(check):
    put(check)
    before = check.log.count(), check.answered_at, Event.objects.count()
    checks.settle(check, CLEAR)
    check.refresh_from_db()
    assert (check.log.count(), check.answered_at, Event.objects.count()) == before


def test_a_question_about_what_stands_again_is_asked_after_again(check, service):
    service.script(ask=[WAITING])
    put(check)
    case = check.case
    for surname in ("RABE", "RAKOTONDRABE"):
        case.surname = surname
        case.save()
        checks.begin(case)
        queued.forget()
    assert [row.next_at is None for row in Check.objects.order_by("pk")] == [False, True]
    tasks.follow_up_checks()
    assert queued.waiting() == [("kyc.tasks.ask_after", (check.pk,))]


def test_asking_after_a_question_takes_no_pictures_along(check, service):
    service.script(ask=[WAITING], fetch=[WAITING])
    put(check)
    tasks.ask_after(check.pk)
    assert service.fetched[0].applicant.pictures == ()


def test_a_check_that_cannot_be_followed_up_holds_up_no_other(check, monkeypatch):
    second = IdentityCaseFactory(waiting=True)
    checks.begin(second)
    Check.objects.update(next_at=timezone.now() - timedelta(minutes=1), state=State.ASKING)
    lock = Check.lock

    def broken(row):
        if row.pk == check.pk:
            raise RuntimeError("one row")
        lock(row)

    monkeypatch.setattr(Check, "lock", broken)
    with pytest.raises(ExceptionGroup):
        tasks.follow_up_checks()
    assert second.checks.get().state == State.UNKNOWN


# --- Left in peace --------------------------------------------------------------------------------


def test_a_service_that_keeps_failing_is_left_in_peace(check):
    for _ in range(breaker.LIMIT):
        assert breaker.allows("service")
        breaker.failed("service")
    assert not breaker.allows("service")
    assert put(check).state == State.CREATED
    assert (Service.asked, check.attempts) == ([], 0)


def test_after_its_rest_one_call_finds_out_whether_it_is_over():
    for _ in range(breaker.LIMIT):
        breaker.failed("service")
    Breaker.objects.update(open_until=timezone.now() - timedelta(seconds=1))
    assert [breaker.allows("service") for _ in range(3)] == [True, False, False]
    breaker.worked("service")
    assert breaker.allows("service")
    assert Breaker.objects.get().failures == 0


def test_the_rest_grows_up_to_a_quarter_of_an_hour():
    rests = []
    for _ in range(breaker.LIMIT + 8):
        breaker.failed("service")
        row = Breaker.objects.get()
        if row.open_until:
            rests.append(round((row.open_until - timezone.now()).total_seconds() / 60))
    assert rests[:5] == [1, 2, 4, 8, 15]
    assert rests[-1] == 15


def test_only_silence_counts_against_a_service(check):
    for _ in range(breaker.LIMIT - 1):
        breaker.failed("service")
    Service.script(ask=[Verdict(Finding.UNKNOWN, words="422")])
    put(check)
    assert Breaker.objects.get().failures == 0


# --- Seen, taken away, forgotten ------------------------------------------------------------------


def test_whoever_holds_the_case_sees_the_checks_with_their_evidence(client, login, service):
    Service.script(ask=[Verdict(Finding.ATTENTION, "<b>odd</b>", "S-9", {"face": {"match": "no"}})])
    case = IdentityCaseFactory(claimed=True)
    checks.begin(case)
    queued.work()
    login(case.agent)
    page = client.get(case.agent_url).text
    assert "Le service d&#x27;essai" in page
    assert "À examiner" in page
    assert "face · match" in page
    assert "S-9" in page
    assert "&lt;b&gt;odd" in page
    assert not DocumentView.objects.exists()


def test_a_case_without_checks_shows_none(client, login):
    case = IdentityCaseFactory(claimed=True)
    login(case.agent)
    assert "Contrôles par d" not in client.get(case.agent_url).text


def test_a_person_takes_away_what_was_said_of_them(check):
    put(check)
    [told] = privacy.gather(check.case.citizen)["checks"]
    assert (told["checker"], told["evidence"]) == ("service", {"score": 9})


@pytest.mark.parametrize("state", ["approved", "expired"])
def test_evidence_is_forgotten_with_the_originals_and_how_it_counted_stays(check, state):
    put(check)
    case = check.case
    agent = UserFactory(agent=True)
    review.take(case, by=agent)
    review.decide(case, "approved", by=agent)
    past = timezone.now() - timedelta(days=731)
    IdentityCase.objects.filter(pk=case.pk).update(decided_at=past, state=state)
    retention.enforce()
    check.refresh_from_db()
    assert (check.evidence, check.words, check.given) == ({}, "", {})
    assert (check.state, bool(check.forgotten_at)) == (State.CLEAR, True)
    assert retention.enforce()["evidence of checks"] == 0


def test_every_check_and_every_answer_stands_in_the_log(check):
    put(check)
    acts = Event.objects.filter(object_id=str(check.pk), object_type="kyc.check")
    assert [event.action for event in acts.order_by("pk")] == ["check.opened", "check.answered"]
