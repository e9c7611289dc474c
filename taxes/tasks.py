"""Background work. A task takes ids, may run twice, and calls one verb."""

import logging

from project.lib.workflow import MoveRefused
from taxes import callbacks, payments, providers
from taxes.models import Payment
from taxes.providers.base import NoAnswer, NotSent

logger = logging.getLogger(__name__)


def charge(payment_id):
    """Ask the operator to debit the citizen. `sending` is committed first, so once only."""
    payment = Payment.objects.get(pk=payment_id)
    if not payments.claim_sending(payment):
        return
    try:
        outcome = providers.get(payment.provider).charge(callbacks.as_charge(payment))
    except NotSent as failure:
        payments.put_back(payment, note=str(failure))
    except NoAnswer as silence:
        payments.hold(payment, note=str(silence))
    else:
        _settle(payment, outcome)


def check(payment_id):
    """Ask the operator what became of an attempt that has no final state."""
    payment = payments.claim_check(payment_id)
    if payment is None:
        return
    payments.adopt(payment, callbacks.ids_given(payment))
    try:
        outcome = providers.get(payment.provider).fetch(callbacks.as_charge(payment))
    except (NotSent, NoAnswer) as silence:
        payments.hold(payment, note=str(silence))
    else:
        _settle(payment, outcome)


def check_open():
    """Look after every attempt without a final state: callbacks do get lost."""
    payments.follow_up()


def _settle(payment, outcome):
    try:
        payments.settle(payment, outcome)
    except MoveRefused as contradiction:
        logger.warning("an operator contradicts itself: %s", contradiction)
