"""What a settled notice gives: its receipt, and the code for the windscreen."""

import secrets

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from project.audit import chain
from project.lib.workflow import MoveRefused
from taxes import qr
from taxes.models import Code, Notice, Payment, Receipt, ReceiptCounter, Refund


@transaction.atomic
def credit(payment: Payment) -> Receipt | None:
    """Give a confirmed payment its effect: the receipt, or a refund where nothing was owed.

    The notice is locked, so that two payments of one notice cannot both pay it.
    """
    notice = Notice.objects.select_for_update().get(pk=payment.notice_id)
    if notice.is_settled:
        refund, is_new = Refund.objects.get_or_create(
            payment=payment,
            defaults={"amount": payment.amount, "reason": _("Taxe déjà payée par ailleurs.")},
        )
        if is_new:
            owed = {"payment": payment.pk, "amount": refund.amount}
            chain.record("refund.opened", by=None, about=refund, **owed)
        return None
    receipt = Receipt.objects.create(
        notice=notice,
        payment=payment,
        year=notice.year,
        number=_next_number(notice.year),
        amount=payment.amount,
    )
    issue_code(notice)
    paid = {"payment": payment.pk, "notice": notice.pk, "amount": receipt.amount}
    chain.record("receipt.issued", by=None, about=receipt, number=str(receipt), **paid)
    return receipt


def _next_number(year: int) -> int:
    ReceiptCounter.objects.get_or_create(year=year)
    ReceiptCounter.objects.filter(year=year).update(last=F("last") + 1)
    return ReceiptCounter.objects.get(year=year).last


@transaction.atomic
def issue_code(notice: Notice) -> Code:
    """The code of a settled notice, made the first time it is asked for.

    Raises MoveRefused while something is still owed.
    """
    notice = Notice.objects.select_for_update().get(pk=notice.pk)
    if not notice.is_settled:
        raise MoveRefused(_("La taxe n'est pas encore payée."))
    existing = notice.codes.filter(revoked_at=None).first()
    if existing:
        return existing
    serial = secrets.randbits(63)
    claim = qr.Claim(serial=serial, year=notice.year, plate=notice.vehicle.plate)
    code = Code.objects.create(notice=notice, serial=serial, token=qr.sign(claim))
    chain.record("code.issued", by=None, about=code, notice=notice.pk)
    return code
