"""Closing by hand what no question can close, on the word of a settlement file."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from project.lib.workflow import MoveRefused
from taxes import notices, payments
from taxes.models import Payment
from tests.factories import NoticeFactory, PaymentFactory, UserFactory

pytestmark = pytest.mark.django_db
State = Payment.State


@pytest.fixture
def treasurer():
    return UserFactory(finance=True, email="tresor@example.mg")


def test_money_found_in_the_file_pays_the_notice(treasurer):
    payment = PaymentFactory(unknown=True)
    payments.resolve(payment, paid_as="MV-9", by=treasurer, note="fichier du 3, ligne 12")
    assert payment.notice.receipt.payment == payment
    assert (payment.state, payment.operator_reference) == (State.CONFIRMED, "MV-9")
    assert payment.log.last().by == treasurer


def test_money_that_is_not_in_the_file_frees_the_notice(treasurer):
    payment = PaymentFactory(unknown=True)
    payments.resolve(payment, by=treasurer, note="absent du fichier du 3")
    assert payment.state == State.FAILED
    again = payments.start(payment.notice, provider="mvola", phone="+261340000001", by=payment.by)
    assert again != payment


def test_one_line_of_the_file_settles_one_payment(treasurer):
    PaymentFactory(confirmed=True, operator_reference="MV-9")
    other = PaymentFactory(unknown=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        payments.resolve(other, paid_as="MV-9", by=treasurer, note="ligne 12")


@pytest.mark.parametrize("state", ["created", "pending", "confirmed", "failed", "expired"])
def test_what_the_operator_can_still_be_asked_is_not_decided_by_hand(treasurer, state):
    payment = PaymentFactory(**{state: True} if state != "created" else {})
    with pytest.raises(MoveRefused):
        payments.resolve(payment, paid_as="MV-9", by=treasurer, note="ligne 12")


def test_the_command_names_who_and_refuses_strangers(treasurer, capsys):
    payment = PaymentFactory(unknown=True)
    with pytest.raises(CommandError, match="nobody of finance"):
        call_command("resolve_payment", str(payment.reference), by="x@y.mg", note="n", failed=True)
    call_command(
        "resolve_payment", str(payment.reference), by=treasurer.email, note="n", failed=True
    )
    payment.refresh_from_db()
    assert payment.state == State.FAILED


def test_what_is_owed_for_an_earlier_year_is_still_shown_and_payable(client):
    old = NoticeFactory(year=notices.current_year() - 1)
    NoticeFactory(year=old.year, paid=True)
    person = old.vehicle.holdings.get().holder
    assert notices.arrears(person) == [old]
    client.force_login(person)
    assert f"/avis/{old.pk}/payer/" in client.get("/espace/").text
    assert f"/avis/{old.pk}/payer/" in client.get(f"/vehicules/{old.vehicle_id}/").text
