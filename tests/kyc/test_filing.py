"""The citizen's side of a case: declaring, sending, correcting, and the rules of every state."""

import pytest
from django.db import IntegrityError, transaction

from kyc import filing
from kyc.cases import Case
from kyc.models import IdentityCase
from notify.models import Message
from project.lib.workflow import MoveRefused
from tests.factories import IdentityCaseFactory, UserFactory, VehicleCaseFactory

pytestmark = pytest.mark.django_db

State = Case.State
PAPERS = [IdentityCaseFactory, VehicleCaseFactory]
SENT = ["waiting", "claimed", "approved", "rejected"]


def declare(case, section="reponses", *, by=None, **changes):
    """Fill in a page again, with what stands there and these changes."""
    values = {name: getattr(case, name) for name in case.DECLARED} | changes
    filing.declare(case, case.section(section), values, by=by or case.citizen)


@pytest.mark.parametrize("factory", PAPERS)
def test_what_is_declared_is_written_down(factory):
    case = factory()
    first = case.section("reponses").fields[0]
    declare(case, **{first: "9"})
    assert getattr(type(case).objects.get(pk=case.pk), first) == "9"


def test_a_page_writes_what_is_on_it_and_nothing_else():
    case = IdentityCaseFactory(commune="Ambohidratrimo")
    declare(case, "adresse", surname="AUTRE", fokontany="Ankadivory")
    case.refresh_from_db()
    assert (case.surname, case.fokontany) == ("RAKOTONDRABE", "Ankadivory")


def test_nothing_but_what_the_paper_declares_is_written():
    case = IdentityCaseFactory()
    smuggled = {"state": "approved", "citizen": UserFactory(), "agent": UserFactory()}
    declare(case, **smuggled)
    case.refresh_from_db()
    assert (case.state, case.agent) == (State.DRAFT, None)
    assert case.citizen not in smuggled.values()


@pytest.mark.parametrize("factory", PAPERS)
@pytest.mark.parametrize("state", SENT)
def test_a_case_that_is_sent_can_no_longer_be_changed(factory, state):
    case = factory(**{state: True})
    with pytest.raises(MoveRefused):
        declare(case)


@pytest.mark.parametrize("verb", [filing.submit, declare])
def test_nobody_else_writes_or_sends_it(verb):
    with pytest.raises(MoveRefused):
        verb(IdentityCaseFactory(), by=UserFactory())


@pytest.mark.parametrize("factory", PAPERS)
def test_a_complete_case_goes_into_the_queue_and_its_citizen_is_told(factory):
    case = factory()
    filing.submit(case, by=case.citizen)
    assert case.state == State.WAITING
    assert case.submitted_at
    assert Message.objects.get().template == "case_submitted"


def test_sending_twice_is_sending_once():
    case = IdentityCaseFactory()
    filing.submit(case, by=case.citizen)
    filing.submit(case, by=case.citizen)
    assert (case.log.count(), Message.objects.count()) == (1, 1)


@pytest.mark.parametrize("factory", PAPERS)
def test_a_case_without_photo_stays_where_it_is(factory):
    case = factory(photos=False)
    with pytest.raises(MoveRefused, match="photo"):
        filing.submit(case, by=case.citizen)
    case.refresh_from_db()
    assert case.state == State.DRAFT


def test_one_side_of_two_is_not_enough():
    case = IdentityCaseFactory()
    case.documents.remove(case.documents.get(side="identity_back"))
    with pytest.raises(MoveRefused):
        filing.submit(case, by=case.citizen)


@pytest.mark.parametrize("name", IdentityCase.REQUIRED)
def test_a_case_with_an_answer_missing_stays_where_it_is(name):
    empty = None if IdentityCase._meta.get_field(name).null else ""
    case = IdentityCaseFactory(**{name: empty})
    with pytest.raises(MoveRefused, match="réponse"):
        filing.submit(case, by=case.citizen)


def test_a_returned_case_is_corrected_and_sent_again():
    case = IdentityCaseFactory(returned=True)
    declare(case, surname="RAKOTO")
    filing.submit(case, by=case.citizen)
    case.refresh_from_db()
    assert (case.state, case.surname) == (State.WAITING, "RAKOTO")
    assert (case.agent, case.claimed_at, case.decided_at, case.reason) == (None, None, None, "")


@pytest.mark.parametrize("state", ["claimed", "approved", "rejected"])
def test_sending_a_case_that_an_agent_has_taken_up_is_refused(state):
    case = IdentityCaseFactory(**{state: True})
    with pytest.raises(MoveRefused):
        filing.submit(case, by=case.citizen)


def test_the_history_names_no_agent_and_no_taking_up():
    case = IdentityCaseFactory()
    agent = UserFactory(agent=True)
    filing.submit(case, by=case.citizen)
    case.move(State.CLAIMED, by=agent, agent=agent, claimed_at=case.submitted_at)
    case.move(State.WAITING, by=None, note="left lying", agent=None, claimed_at=None)
    assert [line["label"] for line in case.history()] == [State.WAITING.label]


def test_a_new_photo_takes_the_place_of_the_old_one_which_stays():
    case = IdentityCaseFactory()
    old = case.documents.get(side="identity_front")
    case.documents.add(new := IdentityCaseFactory(citizen=UserFactory()).documents.first())
    assert case.current_documents()[0] == new
    assert old in case.documents.all()


# --- What the database refuses --------------------------------------------------------------------


@pytest.mark.parametrize("factory", PAPERS)
@pytest.mark.parametrize(
    ("state", "fields"),
    [
        ("draft", {"submitted_at": "2026-01-01T00:00Z"}),
        ("waiting", {"submitted_at": None}),
        ("waiting", {"claimed_at": "2026-01-01T00:00Z"}),
        ("claimed", {"agent": None}),
        ("claimed", {"claimed_at": None}),
        ("claimed", {"decided_at": "2026-01-01T00:00Z"}),
        ("approved", {"decided_at": None}),
        ("returned", {"reason": ""}),
        ("rejected", {"reason": ""}),
    ],
    ids=str,
)
def test_the_database_refuses_a_state_without_what_goes_with_it(factory, state, fields):
    traits = {} if state == "draft" else {state: True}
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(**traits, **fields)


def test_the_database_refuses_two_live_identity_cases_of_one_person():
    case = IdentityCaseFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        IdentityCaseFactory(citizen=case.citizen)


def test_after_a_rejection_a_person_may_begin_again():
    case = IdentityCaseFactory(rejected=True)
    assert IdentityCaseFactory(citizen=case.citizen)


def test_the_database_refuses_one_card_approved_for_two():
    IdentityCaseFactory(approved=True, number="101234567890")
    IdentityCaseFactory(number="101234567890")
    with pytest.raises(IntegrityError), transaction.atomic():
        IdentityCaseFactory(approved=True, number="101234567890")


def test_people_without_a_number_are_not_one_another():
    IdentityCaseFactory(number=None)
    assert IdentityCaseFactory(number=None)


@pytest.mark.parametrize("factory", PAPERS)
def test_the_database_refuses_an_agent_of_ones_own_case(factory):
    agent = UserFactory(agent=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(claimed=True, citizen=agent, agent=agent)


def test_an_approved_vehicle_has_its_vehicle_and_no_other_has():
    with pytest.raises(IntegrityError), transaction.atomic():
        VehicleCaseFactory(approved=True, vehicle=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        VehicleCaseFactory(vehicle=VehicleCaseFactory(approved=True).vehicle)


EVERY = [(origin, state) for origin in State for state in State if origin != state]


@pytest.mark.parametrize(("origin", "state"), EVERY, ids=lambda state: state.value)
def test_a_case_moves_along_the_arrows_and_no_others(origin, state):
    """The rest of the row is what the new state wants: only the arrow is tried."""
    traits = {} if origin == "draft" else {origin.value: True}
    case = IdentityCaseFactory(**traits)
    like = {} if state == "draft" else {state.value: True}
    model = IdentityCaseFactory(**like)
    names = ("submitted_at", "agent", "claimed_at", "decided_at", "reason", "suspended_at")
    names += ("suspended_by", "reason_code")
    changes = {name: getattr(model, name) for name in names}
    allowed = state in IdentityCase.MOVES.get(origin, ())
    if allowed:
        assert case.move(state, by=None, **changes)
    else:
        with pytest.raises(MoveRefused):
            case.move(state, by=None, **changes)
    case.refresh_from_db()
    assert case.state == (state if allowed else origin)
