"""Handing over work: with the act, or not at all."""

import pytest
from django.db import transaction
from django_q.models import OrmQ

from project.lib.queue import enqueue
from taxes import payments
from tests import queued
from tests.factories import NoticeFactory, PaymentFactory


@pytest.mark.django_db
def test_work_is_handed_over_with_its_act():
    enqueue("taxes.tasks.check", 7)
    assert queued.waiting() == [("taxes.tasks.check", (7,))]


@pytest.mark.django_db(transaction=True)
def test_an_act_that_is_undone_leaves_no_work():
    with transaction.atomic():
        enqueue("taxes.tasks.check", 7)
        assert OrmQ.objects.exists()
        transaction.set_rollback(True)
    assert not OrmQ.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_work_without_an_act_is_refused():
    with pytest.raises(RuntimeError, match="inside the transaction"):
        enqueue("taxes.tasks.check", 7)
    assert not OrmQ.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_attempt_and_its_charge_are_both_there_or_neither(monkeypatch):
    """Killed between the two: there is no between."""
    notice = NoticeFactory()
    holder = notice.vehicle.holdings.get().holder
    monkeypatch.setattr(payments, "enqueue", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        payments.start(notice, provider="mvola", phone="+261341234567", by=holder)
    assert not notice.payments.exists()


@pytest.mark.django_db
def test_a_payload_holds_ids_and_nothing_that_says_who():
    payment = PaymentFactory()
    payments.start(
        NoticeFactory(vehicle=payment.notice.vehicle, year=2031),
        provider="mvola",
        phone="+261349876543",
        by=payment.by,
    )
    for row in OrmQ.objects.all():
        assert all(isinstance(each, int) for each in row.task["args"])
        assert "9876543" not in str(row.task)
