"""Reviewing cases: who may take which, what a decision does, and what it may not do."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from fleet.models import Holding, Vehicle
from kyc import filing, review, tasks
from kyc.cases import Case
from kyc.models import IdentityCase
from notify.models import Message
from project.lib.workflow import MoveRefused
from tests.factories import (
    IdentityCaseFactory,
    UserFactory,
    VehicleCaseFactory,
    VehicleFactory,
    an_hour_ago,
)

pytestmark = pytest.mark.django_db

State = Case.State
PAPERS = [IdentityCaseFactory, VehicleCaseFactory]


def told(person):
    return list(Message.objects.filter(recipient=person).values_list("template", flat=True))


# --- Taking -------------------------------------------------------------------------------------


@pytest.mark.parametrize("factory", PAPERS)
def test_an_agent_gets_the_oldest_waiting_case(factory):
    factory(waiting=True)
    oldest = factory(waiting=True, submitted_at=an_hour_ago() - timedelta(days=1))
    agent = UserFactory(agent=True)
    case = review.claim_next(type(oldest), by=agent)
    assert (case, case.agent, case.state) == (oldest, agent, State.CLAIMED)
    assert case.log.get().by == agent


def test_an_agent_who_holds_a_case_gets_it_again():
    IdentityCaseFactory.create_batch(2, waiting=True)
    agent = UserFactory(agent=True)
    assert review.claim_next(IdentityCase, by=agent) == review.claim_next(IdentityCase, by=agent)
    assert IdentityCase.objects.filter(state=State.CLAIMED).count() == 1


def test_an_agent_never_gets_their_own_case():
    agent = UserFactory(agent=True)
    IdentityCaseFactory(waiting=True, citizen=agent)
    assert review.claim_next(IdentityCase, by=agent) is None


def test_an_empty_queue_gives_nothing():
    for state in ({}, {"claimed": True}, {"returned": True}, {"approved": True}):
        IdentityCaseFactory(**state)
    assert review.claim_next(IdentityCase, by=UserFactory(agent=True)) is None


# --- Putting back -------------------------------------------------------------------------------


def test_a_released_case_keeps_its_place_in_the_queue():
    case = IdentityCaseFactory(claimed=True)
    sent, agent = case.submitted_at, case.agent
    review.release(case, by=agent)
    IdentityCaseFactory(waiting=True, submitted_at=timezone.now())
    assert (case.state, case.agent, case.submitted_at) == (State.WAITING, None, sent)
    assert review.claim_next(IdentityCase, by=UserFactory(agent=True)) == case


@pytest.mark.parametrize("factory", PAPERS)
def test_a_case_left_lying_goes_back_by_itself(factory):
    case = factory(claimed=True)
    with time_machine.travel(timezone.now() + timedelta(minutes=21)):
        tasks.release_stale()
    case.refresh_from_db()
    assert (case.state, case.agent) == (State.WAITING, None)


def test_a_case_that_cannot_go_back_holds_up_none_of_the_others(monkeypatch):
    stuck, case = IdentityCaseFactory(claimed=True), IdentityCaseFactory(claimed=True)
    move = IdentityCase.move

    def refusing(row, *args, **changes):
        if row.pk == stuck.pk:
            raise ValueError("stuck")
        return move(row, *args, **changes)

    monkeypatch.setattr(IdentityCase, "move", refusing)
    later = timezone.now() + timedelta(minutes=21)
    with time_machine.travel(later), pytest.raises(ExceptionGroup) as failure:
        tasks.release_stale()
    assert [str(each) for each in failure.value.exceptions] == ["stuck"]
    case.refresh_from_db()
    assert case.state == State.WAITING


def test_a_case_in_hand_is_left_in_hand():
    case = IdentityCaseFactory(claimed=True)
    with time_machine.travel(timezone.now() + timedelta(minutes=19)):
        tasks.release_stale()
    case.refresh_from_db()
    assert case.state == State.CLAIMED


# --- Deciding -----------------------------------------------------------------------------------


@pytest.mark.parametrize("factory", PAPERS)
@pytest.mark.parametrize("verdict", ["approved", "returned", "rejected"])
def test_a_decision_is_kept_and_the_citizen_is_told(factory, verdict):
    case = factory(claimed=True)
    agent = case.agent
    review.decide(case, verdict, by=agent, reason="La photo est floue.")
    case.refresh_from_db()
    assert (case.state, case.agent) == (verdict, agent)
    assert case.decided_at
    assert (case.log.get().by, case.log.get().note) == (agent, "La photo est floue.")
    assert told(case.citizen) == [f"case_{verdict}"]


def test_the_reason_is_what_the_citizen_reads():
    case = IdentityCaseFactory(claimed=True)
    review.decide(case, State.RETURNED, by=case.agent, reason="Le recto est flou.")
    assert "Le recto est flou." in Message.objects.get().body


def test_only_the_holder_decides_or_releases():
    case = IdentityCaseFactory(claimed=True)
    other = UserFactory(agent=True)
    with pytest.raises(MoveRefused):
        review.decide(case, State.APPROVED, by=other)
    with pytest.raises(MoveRefused):
        review.release(case, by=other)


@pytest.mark.parametrize("state", ["waiting", "returned", "approved", "rejected"])
def test_a_case_that_is_not_in_hand_is_not_decided(state):
    case = IdentityCaseFactory(**{state: True})
    agent = case.agent or UserFactory(agent=True)
    with pytest.raises(MoveRefused):
        review.decide(case, State.REJECTED, by=agent, reason="Non.")
    case.refresh_from_db()
    assert case.state == state
    assert told(case.citizen) == []


def test_a_decision_on_a_case_taken_back_meanwhile_is_refused():
    case = IdentityCaseFactory(claimed=True)
    agent = case.agent
    IdentityCase.objects.get(pk=case.pk).move(State.WAITING, by=None, agent=None, claimed_at=None)
    with pytest.raises(MoveRefused):
        review.decide(case, State.APPROVED, by=agent)


# --- What an approval does ------------------------------------------------------------------------


def test_an_approved_identity_identifies_its_citizen():
    case = IdentityCaseFactory(claimed=True)
    assert not case.citizen.is_identified
    review.decide(case, State.APPROVED, by=case.agent)
    assert case.citizen.is_identified


def test_one_card_is_approved_for_one_person_only():
    IdentityCaseFactory(approved=True, number="101234567890")
    case = IdentityCaseFactory(claimed=True, number="101234567890")
    with pytest.raises(MoveRefused, match="autre compte"):
        review.decide(case, State.APPROVED, by=case.agent)
    assert case.state == State.CLAIMED, "the row in hand says what the database says"
    case.refresh_from_db()
    assert case.state == State.CLAIMED
    assert case.log.count() == 0
    assert told(case.citizen) == []


def test_an_approved_declaration_makes_the_vehicle_and_its_holder():
    case = VehicleCaseFactory(claimed=True)
    review.decide(case, State.APPROVED, by=case.agent)
    case.refresh_from_db()
    assert case.vehicle.plate == case.plate
    assert Holding.objects.get().holder == case.citizen
    assert list(Vehicle.objects.held_by(case.citizen)) == [case.vehicle]


@pytest.mark.parametrize("name", ["plate", "chassis_number"])
def test_a_vehicle_that_is_registered_is_not_registered_again(name):
    registered = VehicleFactory()
    case = VehicleCaseFactory(claimed=True, **{name: getattr(registered, name)})
    with pytest.raises(MoveRefused, match="autre compte"):
        review.decide(case, State.APPROVED, by=case.agent)
    case.refresh_from_db()
    assert (case.state, case.vehicle) == (State.CLAIMED, None)
    assert Vehicle.objects.get() == registered


@pytest.mark.parametrize("verdict", ["returned", "rejected"])
def test_a_refused_declaration_makes_no_vehicle(verdict):
    case = VehicleCaseFactory(claimed=True)
    review.decide(case, verdict, by=case.agent, reason="Non.")
    assert not Vehicle.objects.exists()


# --- The agents' pages ----------------------------------------------------------------------------


@pytest.fixture
def held(login):
    case = IdentityCaseFactory(claimed=True, surname="RANDRIAMANANA")
    login(case.agent)
    return case


def test_taking_the_next_case_opens_it(client, login):
    case = IdentityCaseFactory(waiting=True)
    login(UserFactory(agent=True))
    answer = client.post(case.queue_url)
    assert answer.url == case.agent_url
    assert "RAKOTONDRABE" in client.get(answer.url).text


def test_an_empty_queue_is_said(client, login):
    login(UserFactory(agent=True))
    page = client.post(IdentityCaseFactory().queue_url)
    assert page.status_code == 200
    assert "Aucun dossier" in page.text


def test_an_agent_decides_on_the_page(client, held):
    answer = client.post(held.agent_url, {"verdict": "approved", "reason": ""})
    assert answer.url == held.queue_url
    held.refresh_from_db()
    assert held.state == State.APPROVED


@pytest.mark.parametrize(("name", "value"), [("items", "identity_front"), ("code", "blurred")])
def test_an_approval_with_a_refusal_ticked_is_refused_and_stays_typed(client, held, name, value):
    said = {"verdict": "approved", "reason": "Presque.", name: value}
    page = client.post(held.agent_url, said)
    assert page.status_code == 422
    assert "décochez" in page.text
    assert "Presque." in page.text
    assert re.search(rf'value="{value}"[^>]* (checked|selected)', page.text)
    held.refresh_from_db()
    assert held.state == State.CLAIMED


@pytest.mark.parametrize("verdict", ["approved", "returned"])
def test_the_page_after_a_decision_says_what_was_decided(client, held, verdict):
    decision = {"verdict": verdict} | ({"reason": "Flou."} if verdict == "returned" else {})
    page = client.post(held.agent_url, decision, follow=True)
    said = {"approved": "approuvé", "returned": "renvoyé pour correction"}[verdict]
    assert f"Dossier {held.reference}\xa0: {said}." in page.text


def test_an_agents_closed_dossier_tells_decision_reason_and_history(client, held):
    decision = {"verdict": "returned", "code": "blurred", "reason": "Le recto surtout."}
    client.post(held.agent_url, decision)
    page = client.get(held.agent_url).text
    assert "Votre décision" in page
    assert "Renvoyé pour correction" in page
    assert "La photo est floue" in page
    assert "Le recto surtout." in page
    assert "Historique" in page
    assert 'name="verdict"' not in page


@pytest.mark.parametrize("factory", PAPERS)
def test_a_decision_stays_what_it_was_whatever_becomes_of_the_case(client, login, factory):
    case = factory(claimed=True)
    agent = case.agent
    review.decide(case, State.RETURNED, by=agent, reason="Flou.")
    filing.submit(type(case).objects.get(pk=case.pk), by=case.citizen)
    others = factory(claimed=True)
    review.decide(others, State.APPROVED, by=others.agent)
    [line] = review.decided(type(case).objects.all(), by=agent)
    assert (line.state, line.case.state, line.has_changed) == ("returned", "waiting", True)
    login(agent)
    page = client.get(case.queue_url).text
    assert "Renvoyé pour correction" in page
    assert "en attente d&#x27;examen" in page
    assert case.agent_url not in page


@pytest.mark.parametrize("factory", PAPERS)
def test_what_cannot_be_approved_is_said_beforehand(client, login, factory):
    case = factory(claimed=True)
    login(case.agent)
    assert "elle ne peut pas être approuvée" not in client.get(case.agent_url).text
    if factory is VehicleCaseFactory:
        VehicleFactory(plate=case.plate)
    else:
        IdentityCaseFactory(approved=True, number=case.number)
    assert "elle ne peut pas être approuvée" in client.get(case.agent_url).text


@pytest.mark.parametrize("verdict", ["returned", "rejected"])
def test_a_refusal_needs_a_reason(client, held, verdict):
    page = client.post(held.agent_url, {"verdict": verdict})
    assert page.status_code == 422
    assert "pourquoi" in page.text
    held.refresh_from_db()
    assert held.state == State.CLAIMED


@pytest.mark.parametrize("verdict", ["", "waiting", "draft", "claimed", "APPROVED", "\0"])
def test_no_other_verdict_is_taken(client, held, verdict):
    assert client.post(held.agent_url, {"verdict": verdict, "reason": "x"}).status_code == 422
    held.refresh_from_db()
    assert held.state == State.CLAIMED


def test_a_card_of_somebody_else_is_said_and_the_case_stays_in_hand(client, held):
    IdentityCaseFactory(approved=True, number=held.number)
    page = client.post(held.agent_url, {"verdict": "approved"})
    assert page.status_code == 422
    assert "autre compte" in page.text
    assert 'name="verdict"' in page.text


def test_a_decision_too_late_is_said(client, held):
    IdentityCase.objects.filter(pk=held.pk).update(
        state="rejected", reason="Non.", decided_at=timezone.now()
    )
    page = client.post(held.agent_url, {"verdict": "approved"})
    assert page.status_code == 422
    held.refresh_from_db()
    assert held.state == State.REJECTED


def test_nothing_but_verdict_and_reason_can_be_posted(client, held):
    other = UserFactory()
    smuggled = {"state": "approved", "citizen": other.pk, "agent": other.pk, "number": "1"}
    client.post(held.agent_url, {"verdict": "returned", "reason": "Flou."} | smuggled)
    before = (held.citizen, held.agent, held.number)
    held.refresh_from_db()
    assert held.state == State.RETURNED
    assert (held.citizen, held.agent, held.number) == before


def test_an_agent_puts_a_case_back_on_the_page(client, held):
    answer = client.post(f"{held.agent_url}remettre/")
    assert answer.url == held.queue_url
    held.refresh_from_db()
    assert held.state == State.WAITING
    said = f"Dossier {held.reference}\xa0: remis dans la file."
    assert said in client.get(held.queue_url).text
    assert client.get(held.agent_url).status_code == 404


def test_the_queue_costs_the_same_however_long(client, held, django_assert_max_num_queries):
    for _ in range(15):
        decided = IdentityCaseFactory(approved=True, agent=held.agent)
        decided.log.create(origin="claimed", state="approved", by=held.agent)
    IdentityCaseFactory.create_batch(15, waiting=True)
    with django_assert_max_num_queries(12):
        assert client.get(held.queue_url).status_code == 200
