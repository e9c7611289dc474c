"""`move()`, on which every state of the service stands."""

import pytest
from django.db import connection, transaction

from kyc.models import IdentityCase
from project.lib.workflow import MoveRefused
from taxes.models import Payment
from tests.factories import IdentityCaseFactory, PaymentFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_move_is_written_with_who_when_whence_and_why():
    payment, person = PaymentFactory(), UserFactory()
    assert payment.move("sending", by=person, note="because") is True
    line = payment.log.get()
    assert (line.by, line.origin, line.state, line.note) == (
        person,
        "created",
        "sending",
        "because",
    )
    assert line.at


def test_the_system_moves_by_nobody():
    payment = PaymentFactory()
    payment.move("sending", by=None)
    assert payment.log.get().by is None


def test_changes_are_written_with_the_move_and_only_they_are():
    payment = PaymentFactory()
    payment.phone = "+261330000000"
    payment.move("sending", by=None, detail="said")
    payment.refresh_from_db()
    assert (payment.detail, payment.phone) == ("said", "+261341234567")


def test_a_move_goes_by_what_the_database_says_not_by_what_was_read_before():
    stale = PaymentFactory()
    Payment.objects.get(pk=stale.pk).move("expired", by=None)
    with pytest.raises(MoveRefused):
        stale.move("sending", by=None)
    assert stale.state == "expired"


def test_a_refused_move_writes_nothing():
    payment = PaymentFactory()
    with pytest.raises(MoveRefused):
        payment.move("confirmed", by=None, detail="x")
    payment.refresh_from_db()
    assert (payment.state, payment.detail, payment.log.count()) == ("created", "", 0)


@pytest.mark.parametrize("state", ["", "nothing", "CONFIRMED", None])
def test_there_is_no_state_but_those_that_are_named(state):
    payment = PaymentFactory()
    with pytest.raises(MoveRefused):
        payment.move(state, by=None)


def test_a_move_that_fails_half_way_leaves_no_line_of_history():
    case = IdentityCaseFactory()
    with pytest.raises(Exception, match="submitted_once_sent"), transaction.atomic():
        case.move("waiting", by=None)  # the database wants `submitted_at` with it
    assert IdentityCase.objects.get(pk=case.pk).log.count() == 0


def test_the_row_is_held_until_the_end_of_the_transaction():
    payment = PaymentFactory()
    with transaction.atomic():
        payment.lock()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE mode = 'RowShareLock'"
                " AND pid = pg_backend_pid() AND relation = 'taxes_payment'::regclass"
            )
            assert cursor.fetchone()[0] == 1
