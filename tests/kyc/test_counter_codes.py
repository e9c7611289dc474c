"""What a code at a counter stands for, whatever happens while it is typed."""

import pytest

from kyc import counter, filing
from kyc.models import IdentityCase
from project.lib.workflow import MoveRefused
from tests.kyc.test_counter import acts, again, asked, begun, clerk, digits, draft, visit_of
from tests.races import Meeting, failures, together

pytestmark = pytest.mark.django_db


def test_a_code_does_not_stand_for_what_was_changed_and_read_back_while_it_was_tried(monkeypatch):
    """An agent sends the old code, and in the same moment other answers and a new code."""
    case = draft()
    visit = visit_of(case)
    counter.send_code(visit, by=visit.agent)
    code = digits("counter_agree", case.citizen.phone)
    tried = counter._check

    def change_meanwhile(row, typed, by):
        tried(row, typed, by)
        filing.declare(again(case), case.section("activite"), {"employer": "JIRAMA"}, by=by)
        counter.send_code(again(visit), by=by)

    monkeypatch.setattr(counter, "_check", change_meanwhile)
    with pytest.raises(MoveRefused, match="changé"):
        counter.confirm(visit, code, by=visit.agent)
    assert again(case).state == IdentityCase.State.DRAFT
    assert again(visit).agreed_to == ""


def test_a_visit_that_another_counter_ends_is_ended_in_the_log_too():
    first = begun()
    second = begun(clerk())
    ended = acts("assistance.ended").get()
    assert (ended.object_id, ended.actor) == (str(first.pk), second.agent_id)
    assert ended.data["on_behalf_of"] == second.citizen_id


@pytest.mark.django_db(transaction=True)
def test_two_counters_with_one_person_do_not_wait_for_each_other_for_ever(monkeypatch):
    case, second = draft(), clerk()
    phone = case.citizen.phone
    visit = visit_of(case)
    counter.send_code(visit, by=visit.agent)
    code = digits("counter_agree", phone)
    other = asked(second, phone)
    # Their codes end each other's: what matters here is which rows are held when.
    monkeypatch.setattr(counter, "_check", lambda *args: None)
    meeting = Meeting(patience=1)
    monkeypatch.setattr(counter, "_account", meeting.after(counter._account))
    monkeypatch.setattr(filing, "submit", meeting.before(filing.submit))
    results = together(
        lambda: counter.confirm(again(visit), code, by=visit.agent),
        lambda: counter.begin(again(other), "", by=second),
    )
    assert {type(failure) for failure in failures(results)} <= {MoveRefused}
    assert again(case).state == IdentityCase.State.WAITING
