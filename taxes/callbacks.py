"""What operators send us: kept as it came, then used as a hint to go and ask."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from project.audit import chain
from project.lib.queue import enqueue
from taxes import providers
from taxes.models import Callback, Payment
from taxes.providers.base import Charge

LIMIT = 64 * 1024  # bytes; operators send less than two thousand
# Strangers may fill the inbox of an unknown address only so far.
STRANGERS = 1000
# Of one callback repeated faster than this, the first alone is worth a question.
STORM = timedelta(seconds=10)
HOUR = timedelta(hours=1)
State = Payment.State


def as_charge(payment: Payment) -> Charge:
    """The attempt in the words we share with operators."""
    return Charge(
        reference=str(payment.reference),
        amount=payment.amount,
        phone=payment.phone,
        label=f"Taxe {payment.notice.vehicle.plate} {payment.notice.year}",
        callback_url=settings.SITE_URL
        + reverse("taxes:callback", args=[payment.provider, payment.secret]),
        operator=payment.operator,
    )


@transaction.atomic
def receive(provider: str, secret: str, *, body: bytes, headers: dict[str, str]) -> None:
    """Keep a callback, once however often it comes, and go and ask the operator.

    The caller answers 2xx only after this has committed. An address we never gave is kept too,
    up to a limit, and answered no differently.
    """
    payment = Payment.objects.filter(provider=provider, secret=secret).first()
    if payment is None and Callback.objects.filter(payment=None).count() >= STRANGERS:
        return
    digest = _digest(secret, body)
    callback, is_new = Callback.objects.get_or_create(
        provider=provider,
        digest=digest,
        defaults={"payment": payment, "body": body, "headers": headers},
    )
    if not is_new:
        Callback.objects.filter(pk=callback.pk).update(times=F("times") + 1, last_at=timezone.now())
    is_news = is_new or callback.last_at < timezone.now() - STORM
    if payment and is_news and payment.state not in (State.CONFIRMED, State.SUSPENSE):
        enqueue("taxes.tasks.check", payment.pk)
    if is_new and payment is None:
        _record_stranger(callback)


def _digest(secret: str, body: bytes) -> str:
    """What tells one callback from another. Keyed: a plain hash of a body would give its phone."""
    told = secret.encode() + b"\0" + body
    return salted_hmac("taxes.callbacks", told, algorithm="sha256").hexdigest()


def _record_stranger(callback: Callback) -> None:
    """Say once an hour that somebody writes to addresses we never gave; the rows say how often."""
    lately = Callback.objects.filter(
        payment=None, provider=callback.provider, first_at__gt=timezone.now() - HOUR
    ).exclude(pk=callback.pk)
    if not lately.exists():
        chain.record("callback.stranger", by=None, about=callback, provider=callback.provider)


def ids_given(payment: Payment) -> dict[str, str]:
    """The ids found in the attempt's callbacks, where the operator gave none to ask with."""
    if payment.operator:
        return {}
    reader = providers.get(payment.provider)
    ids: dict[str, str] = {}
    for callback in payment.callbacks.order_by("pk"):
        ids |= reader.read_callback(callback.body)
    return ids
