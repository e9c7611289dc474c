"""A dossier in two tabs, or sent while it changes; each beside what happens without the lock."""

from functools import partial

import pytest

from kyc import filing, review
from kyc.models import IdentityCase
from project.lib.workflow import MoveRefused
from tests.factories import IdentityCaseFactory, UserFactory
from tests.kyc.test_dossier import ADDRESS, WORK, sent_back
from tests.races import Meeting, failures, together, unlock

pytestmark = pytest.mark.django_db(transaction=True)


def hold_apart(monkeypatch):
    """Make the threads meet each time they have locked a dossier, if they can."""
    monkeypatch.setattr(IdentityCase, "lock", Meeting().after(IdentityCase.lock))


def declare(case, name, **values):
    """As a tab does: with its own copy of the row."""
    copy = IdentityCase.objects.get(pk=case.pk)
    filing.declare(copy, copy.section(name), values, by=case.citizen)


def mend_two_pages(monkeypatch):
    case = sent_back("adresse", "activite")
    hold_apart(monkeypatch)
    tabs = partial(declare, case, "adresse", **ADDRESS), partial(declare, case, "activite", **WORK)
    assert failures(together(*tabs)) == []
    case.refresh_from_db()
    return {name: item["done"] for name, item in case.reopened.items()}


def test_two_tabs_mend_two_pages_and_neither_is_forgotten(monkeypatch):
    assert mend_two_pages(monkeypatch) == {"adresse": True, "activite": True}


def test_control_without_the_lock_one_of_them_is_asked_for_again(monkeypatch):
    unlock(monkeypatch)
    assert sorted(mend_two_pages(monkeypatch).values()) == [False, True]


def test_two_tabs_with_the_same_page_leave_one_whole_answer(monkeypatch):
    case = IdentityCaseFactory()
    hold_apart(monkeypatch)
    pages = [
        ADDRESS | {"district": "711", "region": "sava", "fokontany": "Un"},
        ADDRESS | {"district": "101", "region": "analamanga", "fokontany": "Deux"},
    ]
    tabs = [partial(declare, case, "adresse", **page) for page in pages]
    assert failures(together(*tabs)) == []
    case.refresh_from_db()
    assert {name: getattr(case, name) for name in pages[0]} in pages


def send_while_the_paper_changes(monkeypatch):
    """They meet, if they can, when each has made sure that it may, and before it writes."""
    case, meeting = IdentityCaseFactory(), Meeting()
    monkeypatch.setattr(IdentityCase, "move", meeting.before(IdentityCase.move))
    monkeypatch.setattr(filing, "_require_open", meeting.after(filing._require_open))
    sent = partial(filing.submit, IdentityCase.objects.get(pk=case.pk), by=case.citizen)
    refused = failures(together(sent, partial(declare, case, "piece", paper="passport")))
    case.refresh_from_db()
    return case, refused


def test_what_is_sent_is_complete_also_while_another_tab_changes_it(monkeypatch):
    case, (refused,) = send_while_the_paper_changes(monkeypatch)
    assert isinstance(refused, MoveRefused)
    assert (case.state == "waiting") == (case.paper == "cin") == bool(case.number)


def test_control_without_the_lock_a_dossier_without_a_number_is_sent(monkeypatch):
    unlock(monkeypatch)
    case, refused = send_while_the_paper_changes(monkeypatch)
    assert (case.state, case.number, refused) == ("waiting", None, [])


def test_sending_again_while_an_agent_takes_it_leaves_it_with_the_agent():
    case, agent = IdentityCaseFactory(waiting=True), UserFactory(agent=True)
    send = partial(filing.submit, IdentityCase.objects.get(pk=case.pk), by=case.citizen)
    sent, taken = together(send, partial(review.claim_next, IdentityCase, by=agent))
    assert sent is None or isinstance(sent, MoveRefused)
    # An agent does not wait for a dossier that is held just then: the next click takes it.
    taken = taken or review.claim_next(IdentityCase, by=agent)
    case.refresh_from_db()
    assert (taken, case.state, case.agent, case.tries) == (case, "claimed", agent, 0)
