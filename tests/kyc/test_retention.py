"""Keeping data for as long as the table says, and no longer; and the proof of it."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from fleet.models import VehicleCase
from kyc import documents, filing, retention, tasks
from kyc.models import Deletion, Document, DocumentView, IdentityCase
from notify.models import Message
from project.schedule import TIMETABLE
from tests.factories import (
    IdentityCaseFactory,
    MessageFactory,
    PaymentFactory,
    UserFactory,
    VehicleCaseFactory,
)

pytestmark = pytest.mark.django_db

KEEP = {rule.kind: rule.keep for rule in retention.RULES}


def age(row, name, days):
    """Make a row older than it is."""
    type(row).objects.filter(pk=row.pk).update(**{name: timezone.now() - timedelta(days=days)})


def aged_draft(factory, days, *, photographed=None):
    case = factory()
    age(case, "created_at", days)
    for paper in case.documents.all():
        age(paper, "uploaded_at", photographed or days)
    return case


def files(case):
    """(storage, name) of every file of a case."""
    return [
        (file.storage, file.name)
        for paper in case.documents.all()
        for file in (paper.picture, paper.original)
    ]


@pytest.mark.parametrize("state", ["approved", "rejected"])
@pytest.mark.parametrize("factory", [IdentityCaseFactory, VehicleCaseFactory])
def test_an_original_goes_two_years_after_the_decision_and_the_picture_stays(factory, state):
    old, young = factory(**{state: True}), factory(**{state: True})
    age(old, "decided_at", 731)
    age(young, "decided_at", 729)
    stored = files(old)
    assert retention.enforce()["sealed originals"] == len(old.sides)
    for paper in old.documents.all():
        assert not paper.original
        assert paper.picture.storage.exists(paper.picture.name)
    assert [storage.exists(name) for storage, name in stored] == [True, False] * len(old.sides)
    assert all(paper.original for paper in young.documents.all())
    assert retention.enforce()["sealed originals"] == 0


@pytest.mark.parametrize("state", ["waiting", "claimed", "returned"])
def test_an_original_stays_while_nothing_is_decided_for_good(state):
    case = IdentityCaseFactory(**{state: True})
    if case.decided_at:
        age(case, "decided_at", 5000)
    retention.enforce()
    assert all(paper.original for paper in case.documents.all())


@pytest.mark.parametrize("factory", [IdentityCaseFactory, VehicleCaseFactory])
def test_an_abandoned_draft_goes_with_its_papers_and_files(factory):
    old, young = aged_draft(factory, 181), aged_draft(factory, 179)
    taken_up = aged_draft(factory, 400, photographed=10)
    stored = files(old)
    assert stored
    assert all(storage.exists(name) for storage, name in stored)
    retention.enforce()
    assert set(factory._meta.model.objects.all()) == {young, taken_up}
    assert not any(storage.exists(name) for storage, name in stored)
    assert Document.objects.count() == 2 * len(young.sides)


def test_a_draft_of_which_a_page_was_filled_in_lately_is_not_abandoned():
    case = aged_draft(IdentityCaseFactory, 181)
    part = case.section("activite")
    filing.declare(case, part, {"employer": "JIRAMA"}, by=case.citizen)
    assert retention.enforce()["abandoned drafts"] == 0
    age(case, "declared_at", 181)
    assert retention.enforce()["abandoned drafts"] == 1


def test_a_case_that_was_sent_is_no_draft():
    case = IdentityCaseFactory(returned=True)
    age(case, "created_at", 4000)
    retention.enforce()
    assert IdentityCase.objects.get() == case


def test_messages_go_after_a_year():
    old, young = MessageFactory(), MessageFactory()
    age(old, "created_at", 366)
    age(young, "created_at", 364)
    retention.enforce()
    assert Message.objects.get() == young


def test_sessions_go_once_they_have_ended(client):
    client.force_login(UserFactory())
    ended = Session.objects.create(
        session_key="x" * 32, session_data="", expire_date=timezone.now() - timedelta(minutes=1)
    )
    retention.enforce()
    assert Session.objects.exclude(pk=ended.pk).count() == Session.objects.count() == 1


def test_what_the_law_keeps_is_kept():
    case = IdentityCaseFactory(claimed=True)
    documents.look(case.documents.first(), by=case.agent)
    payment = PaymentFactory(confirmed=True)
    age(case, "created_at", 9000)
    age(payment, "created_at", 9000)
    DocumentView.objects.update(at=timezone.now() - timedelta(days=9000))
    retention.enforce()
    assert DocumentView.objects.count() == 1
    assert type(payment).objects.get() == payment


def test_each_batch_leaves_a_proof_that_names_nobody(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    rows = [MessageFactory(to="+261349990001") for _turn in range(3)]
    for row in rows:
        age(row, "created_at", 366)
    retention.enforce()
    first, second = Deletion.objects.order_by("pk")
    assert (first.kind, first.count, second.count) == ("messages", 2, 1)
    ids = [f"notify.message:{row.pk}" for row in rows]
    assert first.digest == retention.fingerprint(ids[:2])
    assert second.digest == retention.fingerprint(ids[2:])
    assert "+261" not in str(vars(first))
    assert timezone.now() - first.before - KEEP["messages"] < timedelta(minutes=1)


def test_nothing_due_leaves_no_proof():
    assert set(retention.enforce().values()) == {0}
    assert not Deletion.objects.exists()


def test_a_batch_that_fails_leaves_neither_a_proof_nor_a_gap(monkeypatch):
    case = aged_draft(IdentityCaseFactory, 181)
    monkeypatch.setattr(retention, "fingerprint", lambda ids: None)
    with pytest.raises(Exception, match="digest"):
        retention.enforce()
    assert IdentityCase.objects.filter(pk=case.pk).exists()
    assert case.documents.count() == len(case.sides)


def test_a_run_ends_before_its_task_does(monkeypatch, settings):
    assert settings.Q_CLUSTER["timeout"] > retention.BUDGET + 10
    monkeypatch.setattr(retention, "BUDGET", 0)
    row = MessageFactory()
    age(row, "created_at", 366)
    retention.enforce()
    assert Message.objects.count() == 1


def test_the_timetable_applies_it():
    assert "kyc.tasks.enforce_retention" in {entry.task for entry in TIMETABLE}
    row = MessageFactory()
    age(row, "created_at", 366)
    tasks.enforce_retention()
    assert not Message.objects.exists()


def test_every_rule_says_why_and_every_kind_of_case_is_covered():
    assert all(rule.why and rule.keep >= timedelta(0) for rule in retention.RULES)
    aged_draft(VehicleCaseFactory, 181)
    retention.enforce()
    assert not VehicleCase.objects.exists()
