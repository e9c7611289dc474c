"""Papers that two ask to have read at once; each beside what happens with nothing between them."""

from functools import partial

import pytest
from django.db import IntegrityError

from kyc import documents, ocr, readings
from kyc.models import Document, ReadingBatch, ReadingItem
from project.lib.workflow import MoveRefused
from tests import queued
from tests.factories import DocumentFactory, IdentityCaseFactory, UserFactory
from tests.races import Meeting, failures, together, unlock, without

pytestmark = pytest.mark.django_db(transaction=True)


def tasks():
    """The papers the readers' queue holds."""
    return sorted(args[0] for _name, args in queued.waiting())


def click_twice(monkeypatch):
    """They meet, if they can, when each has seen that the paper is idle, before either asks."""
    paper, agent = DocumentFactory(paper="cin"), UserFactory(agent=True)
    monkeypatch.setattr(documents, "_idle", Meeting().after(documents._idle))
    refused = failures(together(*[partial(documents.read_again, paper, by=agent)] * 2))
    return len(tasks()), refused


def test_two_clicks_at_once_have_a_paper_read_once(monkeypatch):
    times, (refused,) = click_twice(monkeypatch)
    assert (times, type(refused)) == (1, MoveRefused)


def test_control_without_the_lock_it_is_read_twice(monkeypatch):
    unlock(monkeypatch)
    assert click_twice(monkeypatch) == (2, [])


def go_on_twice(monkeypatch):
    """Two workers go on with a batch; they meet, if they can, once both know what comes next."""
    for _ in range(2):
        IdentityCaseFactory(waiting=True)
    readings.begin(kind="cin", only_unread=False, by=UserFactory(supervisor=True))
    queued.forget()
    Document.objects.update(state=Document.State.READ)
    ReadingItem.objects.update(state=Document.State.READ)
    meeting = Meeting()
    monkeypatch.setattr(readings, "_next", meeting.after(readings._next))
    monkeypatch.setattr(documents, "_idle", meeting.after(documents._idle))
    return failures(together(readings.go_on, readings.go_on))


def test_two_workers_at_once_give_the_next_papers_once(monkeypatch):
    assert go_on_twice(monkeypatch) == []
    assert tasks() == sorted(ReadingItem.objects.values_list("document", flat=True))[2:]
    assert ReadingItem.objects.count() == 4


def test_control_without_the_lock_only_the_rule_keeps_them_from_giving_all_twice(monkeypatch):
    unlock(monkeypatch)
    (refused,) = go_on_twice(monkeypatch)
    assert isinstance(refused, IntegrityError)
    assert len(tasks()) == len(set(tasks())) == 2


def test_control_without_the_lock_and_the_rule_the_papers_are_given_twice(monkeypatch):
    unlock(monkeypatch)
    with without(ReadingItem, "kyc_readingitem_once_a_batch"):
        assert go_on_twice(monkeypatch) == []
        assert len(tasks()) == 4
        assert len(set(tasks())) == 2


def begin_twice():
    IdentityCaseFactory(waiting=True)
    people = [UserFactory(supervisor=True) for _ in range(2)]
    begin = [partial(readings.begin, kind="", only_unread=False, by=person) for person in people]
    return failures(together(*begin)), ReadingBatch.objects.under_way().count()


def test_two_supervisors_at_once_begin_one_batch():
    (refused,), batches = begin_twice()
    assert (type(refused), batches) == (MoveRefused, 1)


def test_control_without_the_rule_two_batches_are_under_way():
    with without(ReadingBatch, "kyc_readingbatch_one_at_a_time"):
        assert begin_twice() == ([], 2)


def read_while_a_batch_asks(monkeypatch):
    """A batch finds a paper waiting; its reading ends before the batch has written its line."""
    case = IdentityCaseFactory(waiting=True)
    paper = case.documents.get(side="identity_front")
    Document.objects.filter(pk=paper.pk).update(state=Document.State.PENDING)
    case.documents.exclude(pk=paper.pk).update(paper="")
    seen, ended = Meeting(), Meeting()
    monkeypatch.setattr(documents, "_idle", ended.after(seen.after(documents._idle)))

    def finish():
        seen()
        documents._keep(paper, ocr.Reading("cin", {"surname": ocr.Field("RABE", 0.9)}))
        ended()

    begin = partial(readings.begin, kind="cin", only_unread=False, by=UserFactory(supervisor=True))
    assert failures(together(begin, finish)) == []
    return ReadingItem.objects.get().state


def test_a_reading_that_ends_while_a_batch_asks_for_it_counts_for_the_batch(monkeypatch):
    assert read_while_a_batch_asks(monkeypatch) == Document.State.READ


def test_control_without_the_lock_the_batch_waits_for_it_for_ever(monkeypatch):
    unlock(monkeypatch)
    assert read_while_a_batch_asks(monkeypatch) == Document.State.PENDING
