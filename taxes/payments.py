"""Taking payments. Nothing else writes to Payment.

The operator's ledger is the truth and ours is a claim: silence is `unknown`, never `failed`, and
only the operator's answer to our own question settles an attempt.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kyc import limits
from notify import messages
from project.audit import chain
from project.lib.logs import redact
from project.lib.queue import enqueue
from project.lib.workflow import MoveRefused
from taxes import providers, receipts
from taxes.models import Notice, Payment
from taxes.providers.base import Outcome, Status

State = Payment.State

# An attempt the operator could not be reached for is given up after this long: nothing was taken.
PATIENCE = timedelta(minutes=10)
# A process that died before writing the answer leaves a question only the operator can close.
SENDING_LIMIT = timedelta(minutes=3)
# The payer's prompt is long dead: another attempt may start. Late money is still credited.
PENDING_LIMIT = timedelta(minutes=30)
# An operator is asked every minute at first, then every hour, and about expired attempts for a day.
OFTEN = timedelta(hours=1)
LATE = timedelta(days=1)


@transaction.atomic
def start(notice: Notice, *, provider: str, phone: str, by) -> Payment:
    """Open an attempt to pay a notice; the operator is called once this is committed.

    Where an attempt is under way, that one is returned: two clicks, two tabs and two devices pay
    once. Raises MoveRefused when nothing is owed, or when that phone was asked for money too often
    without its owner's agreement.
    """
    notice = Notice.objects.select_for_update().get(pk=notice.pk)
    if notice.is_settled:
        raise MoveRefused(_("Cette taxe est déjà réglée."))
    if notice.live_payment:
        return notice.live_payment
    _count_prompt(phone, by)
    payment = Payment.objects.create(
        notice=notice, amount=notice.amount, provider=provider, phone=phone, by=by
    )
    enqueue("taxes.tasks.charge", payment.pk)
    _record("started", payment, by=by)
    return payment


def _count_prompt(phone: str, by) -> None:
    """Count a request for money, before it is made. Taken back by `_forgive` once it is paid."""
    for action, key in _prompts(phone, by):
        if limits.take(action, key):
            raise MoveRefused(
                _(
                    "Ce numéro a reçu trop de demandes qui n'ont pas été acceptées. Payez depuis le"
                    " numéro confirmé de votre compte, ou réessayez plus tard."
                )
                if action != "prompt_own"
                else _("Trop de demandes sans réponse sur votre numéro. Réessayez dans une heure.")
            )


def _prompts(phone: str, by) -> list[tuple[str, str]]:
    """What counts a request to a phone: one's own, or one that may be a stranger's."""
    if by.phone == phone and by.phone_verified_at:
        return [("prompt_own", phone)]
    return [("prompt_account", str(by.pk)), ("prompt_phone", phone)]


def _forgive(payment: Payment) -> None:
    """The payer agreed: this request counts against nobody."""
    for action, key in _prompts(payment.phone, payment.by):
        limits.give_back(action, key)


def claim_sending(payment: Payment) -> bool:
    """Take the right to call the operator: only one task ever gets it for an attempt."""
    try:
        return payment.move(State.SENDING, by=None, sent_at=timezone.now())
    except MoveRefused:
        return False


def put_back(payment: Payment, *, note: str) -> None:
    """The operator was certainly not reached: the attempt waits to be sent again."""
    payment.move(State.CREATED, by=None, note=redact(note), sent_at=None)


@transaction.atomic
def hold(payment: Payment, *, note: str) -> None:
    """What became of the attempt is not known. A final state stays what it is."""
    try:
        moved = payment.move(State.UNKNOWN, by=None, note=redact(note))
    except MoveRefused:
        payment.refresh_from_db()
    else:
        if moved:
            _record("held", payment)


@transaction.atomic
def settle(payment: Payment, outcome: Outcome) -> None:
    """Record what the operator says. Hearing it twice changes nothing more.

    Raises MoveRefused for news that contradicts a final state.
    """
    # An operator's words may name the payer: they are kept in clear, for the office to read.
    outcome = replace(outcome, detail=redact(outcome.detail))
    payment.lock()
    if payment.state == State.EXPIRED and outcome.status is not Status.PAID:
        return  # given up already: only money is news
    match outcome.status:
        case Status.PAID:
            _settle_paid(payment, outcome)
        case Status.REFUSED:
            if payment.move(State.FAILED, by=None, note=outcome.detail, **_said(payment, outcome)):
                messages.send("payment_failed", to=payment.by, payment=payment)
                _record("failed", payment)
        case Status.WAITING:
            if payment.move(State.PENDING, by=None, **_said(payment, outcome)):
                enqueue("taxes.tasks.check", payment.pk)


def _settle_paid(payment: Payment, outcome: Outcome) -> None:
    discrepancy = _discrepancy(payment, outcome)
    if discrepancy:
        if payment.move(State.SUSPENSE, by=None, note=discrepancy, **_said(payment, outcome)):
            _record("suspense", payment)
        return
    said = _said(payment, outcome) | {"operator_reference": outcome.reference}
    if payment.move(State.CONFIRMED, by=None, note=outcome.detail, **said):
        _credit(payment, by=None)


def _record(what: str, payment: Payment, *, by=None) -> None:
    chain.record(
        f"payment.{what}", by=by, about=payment, notice=payment.notice_id, amount=payment.amount
    )


def _credit(payment: Payment, *, by) -> None:
    receipt = receipts.credit(payment)
    name = "payment_confirmed" if receipt else "payment_in_excess"
    messages.send(name, to=payment.by, payment=payment, receipt=receipt)
    _record("confirmed", payment, by=by)
    # Afterwards: a count locked here would wait for whoever starts to pay, and they for us.
    transaction.on_commit(partial(_forgive, payment), robust=True)


def _said(payment: Payment, outcome: Outcome) -> dict:
    return {"operator": payment.operator | outcome.operator, "detail": outcome.detail[:200]}


def _discrepancy(payment: Payment, outcome: Outcome) -> str:
    """Why money the operator took is not simply this payment, or nothing."""
    asked = {
        "amount": payment.amount,
        "currency": "MGA",
        "payer": payment.phone,
        "payee": providers.get(payment.provider).payee,
    }
    for what, expected in asked.items():
        if getattr(outcome, what) != expected:
            return redact(f"{what}: {getattr(outcome, what)!r}")
    known = Payment.objects.filter(
        provider=payment.provider, operator_reference=outcome.reference
    ).exclude(pk=payment.pk)
    if not outcome.reference or known.exists():
        return f"operator reference {outcome.reference!r} missing or already used"
    return ""


def claim_check(payment_id: int) -> Payment | None:
    """The attempt, if its operator may be asked about it now; the question is dated first."""
    asked = Payment.objects.askable().filter(pk=payment_id).update(checked_at=timezone.now())
    return Payment.objects.get(pk=payment_id) if asked else None


@transaction.atomic
def adopt(payment: Payment, ids: dict[str, str]) -> None:
    """Keep the ids a callback gave, where our own call brought none to ask with.

    The callback came to the attempt's secret address. What it claims is not believed: the ids
    only let us ask.
    """
    payment.lock()
    if ids and payment.state == State.UNKNOWN and not payment.operator:
        payment.operator = ids
        payment.save(update_fields=["operator"])


@transaction.atomic
def resolve(payment: Payment, *, paid_as: str = "", by, note: str) -> None:
    """Close an attempt nobody can be asked about, on the word of the operator's settlement file.

    `paid_as` is the operator's reference of the debit; without it, nothing was taken. Raises
    MoveRefused for an attempt that is neither unknown nor in suspense, and IntegrityError for a
    reference that has settled another.
    """
    payment.lock()
    if payment.state not in (State.UNKNOWN, State.SUSPENSE):
        raise MoveRefused(_("Ce paiement n'est ni en vérification ni à rapprocher."))
    if not paid_as:
        if payment.move(State.FAILED, by=by, note=note):
            messages.send("payment_failed", to=payment.by, payment=payment)
            _record("failed", payment, by=by)
        return
    if payment.move(State.CONFIRMED, by=by, note=note, operator_reference=paid_as):
        _credit(payment, by=by)


def follow_up() -> None:
    """Look after every attempt that has no final state. Runs every minute.

    Each in a transaction of its own: whoever records an act must not then wait for another row.
    """
    now = timezone.now()
    for payment in Payment.objects.filter(state=State.CREATED):
        if payment.created_at < now - PATIENCE:
            _give_up(payment, _("L'opérateur n'a pas pu être joint. Rien n'a été débité."))
        elif payment.log.exists():
            with transaction.atomic():
                enqueue("taxes.tasks.charge", payment.pk)
    for payment in Payment.objects.filter(state=State.SENDING, sent_at__lt=now - SENDING_LIMIT):
        hold(payment, note="no answer was written down")
    for payment in Payment.objects.filter(state=State.PENDING, sent_at__lt=now - PENDING_LIMIT):
        _give_up(payment, _("La demande n'a pas été acceptée à temps. Rien n'a été débité."))
    late = Payment.objects.filter(state=State.EXPIRED, sent_at__gt=now - LATE)
    for payment in Payment.objects.open() | late:
        if _is_its_turn(payment, now):
            with transaction.atomic():
                enqueue("taxes.tasks.check", payment.pk)


def _is_its_turn(payment: Payment, now: datetime) -> bool:
    age = now - payment.sent_at
    return age < OFTEN or int(age.total_seconds()) // 60 % 60 == payment.pk % 60


@transaction.atomic
def _give_up(payment: Payment, detail: str) -> None:
    try:
        moved = payment.move(State.EXPIRED, by=None, detail=detail)
    except MoveRefused:
        return
    if moved:
        messages.send("payment_failed", to=payment.by, payment=payment)
        _record("expired", payment)
