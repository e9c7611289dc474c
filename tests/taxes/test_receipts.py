"""Receipts and windscreen codes: one of each for a settled notice, numbered without gaps."""

import pytest
from django.db import IntegrityError, transaction

from project.lib.workflow import MoveRefused
from taxes import qr, receipts
from taxes.models import Code, Receipt, Refund
from tests.factories import NoticeFactory, PaymentFactory, ReceiptFactory

pytestmark = pytest.mark.django_db


def test_a_payment_gives_one_receipt_and_one_code():
    payment = PaymentFactory(confirmed=True)
    receipt = receipts.credit(payment)
    assert (receipt.notice, receipt.amount) == (payment.notice, 105_000)
    assert Code.objects.get().notice == payment.notice


def test_numbers_follow_one_another_within_a_year():
    issued = [receipts.credit(PaymentFactory(confirmed=True)) for _ in range(3)]
    assert [receipt.number for receipt in issued] == [1, 2, 3]
    year = issued[0].year
    assert str(issued[2]) == f"{year}-000003"


def test_each_year_counts_for_itself():
    first = receipts.credit(PaymentFactory(confirmed=True, notice__year=2030))
    other = receipts.credit(PaymentFactory(confirmed=True, notice__year=2031))
    assert (first.number, other.number) == (1, 1)


def test_a_number_is_not_lost_where_the_rest_fails(monkeypatch):
    payment = PaymentFactory(confirmed=True)
    with monkeypatch.context() as patch:
        patch.setattr(qr, "sign", lambda claim: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            receipts.credit(payment)
    assert receipts.credit(payment).number == 1


def test_a_second_payment_of_a_notice_is_given_back():
    first = PaymentFactory(confirmed=True)
    second = PaymentFactory(confirmed=True, notice=first.notice)
    assert receipts.credit(first)
    assert receipts.credit(second) is None
    assert receipts.credit(second) is None
    assert Refund.objects.get().payment == second


def test_money_for_an_exempt_vehicle_is_given_back():
    payment = PaymentFactory(confirmed=True, notice__exempt=True, amount=5_000)
    assert receipts.credit(payment) is None
    assert Refund.objects.get().amount == 5_000


def test_the_database_refuses_two_receipts_of_a_notice_a_payment_or_a_number():
    receipt = ReceiptFactory()
    others = [
        {"notice": receipt.notice, "payment": PaymentFactory(confirmed=True)},
        {"notice": NoticeFactory(), "payment": receipt.payment},
        {"number": receipt.number},
    ]
    for fields in others:
        with pytest.raises(IntegrityError), transaction.atomic():
            ReceiptFactory(**fields)
    assert Receipt.objects.count() == 1


def test_no_code_while_something_is_owed():
    with pytest.raises(MoveRefused):
        receipts.issue_code(NoticeFactory())


@pytest.mark.parametrize("kind", ["paid", "exempt"])
def test_a_code_is_made_once_and_found_again(kind):
    notice = NoticeFactory(**{kind: True})
    code = receipts.issue_code(notice)
    assert receipts.issue_code(notice) == code
    claim = qr.verify(code.token)
    assert (claim.serial, claim.year, claim.plate) == (
        code.serial,
        notice.year,
        notice.vehicle.plate,
    )


def test_a_revoked_code_is_replaced_by_another():
    notice = NoticeFactory(paid=True)
    old = receipts.issue_code(notice)
    Code.objects.update(revoked_at="2026-01-01T00:00Z")
    new = receipts.issue_code(notice)
    assert (new.serial, new.token) != (old.serial, old.token)


def test_serials_are_not_guessed_from_one_another():
    serials = [receipts.issue_code(NoticeFactory(paid=True)).serial for _ in range(8)]
    assert len(set(serials)) == 8
    assert max(serials) > 2**50
