"""Attempts to pay, what operators said of them, and what came of it."""

import secrets
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from project.lib.sealed import SealedBinaryField, SealedCharField
from project.lib.workflow import Move, Tracked
from taxes.models.notice import Notice


def new_secret() -> str:
    """An address nobody can guess (256 bits), for callbacks that carry no signature."""
    return secrets.token_urlsafe(32)


class PaymentQuerySet(models.QuerySet):
    def live(self):
        """Attempts whose money may be under way: they block another one."""
        return self.filter(state__in=Payment.LIVE)

    def of(self, notices):
        """Attempts to pay one of these notices."""
        return self.filter(notice__in=notices)

    def open(self):
        """Attempts that have left and have no final state."""
        return self.filter(state__in=[Payment.State.PENDING, Payment.State.UNKNOWN])

    def askable(self):
        """Attempts the operator may be asked about: money does come after failure and expiry."""
        return self.filter(state__in=Payment.ASKABLE)


class Payment(Tracked):
    """One attempt to pay a notice through an operator."""

    class State(models.TextChoices):
        CREATED = "created", _("préparé")
        SENDING = "sending", _("en cours d'envoi")
        PENDING = "pending", _("en attente de votre accord")
        UNKNOWN = "unknown", _("en cours de vérification")
        CONFIRMED = "confirmed", _("payé")
        SUSPENSE = "suspense", _("à rapprocher")
        FAILED = "failed", _("échoué")
        EXPIRED = "expired", _("expiré")

    FINAL = {State.CONFIRMED, State.SUSPENSE, State.FAILED}
    # An attempt in suspense took somebody's money: it blocks another until finance has judged.
    LIVE = [State.CREATED, State.SENDING, State.PENDING, State.UNKNOWN, State.SUSPENSE]
    ASKABLE = [State.PENDING, State.UNKNOWN, State.FAILED, State.EXPIRED]
    MOVES = {
        State.CREATED: {State.SENDING, State.EXPIRED},
        State.SENDING: {State.CREATED, State.PENDING, State.UNKNOWN, *FINAL},
        State.PENDING: {State.UNKNOWN, State.EXPIRED, *FINAL},
        State.UNKNOWN: {State.PENDING, *FINAL},
        State.SUSPENSE: {State.CONFIRMED, State.FAILED},
        # Operators do confirm late: the money was taken, so the notice is paid.
        State.FAILED: {State.CONFIRMED, State.SUSPENSE},
        State.EXPIRED: {State.CONFIRMED, State.SUSPENSE},
    }

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="payments")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="payments"
    )
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    secret = models.CharField(max_length=64, default=new_secret, unique=True, editable=False)
    state = models.CharField(max_length=20, choices=State, default=State.CREATED)
    amount = models.PositiveIntegerField(help_text="ariary")
    provider = models.CharField(max_length=20)
    phone = SealedCharField(max_length=16)
    operator = models.JSONField(default=dict, help_text="the ids the operator gave us")
    operator_reference = models.CharField(max_length=64, blank=True)
    detail = models.CharField(max_length=200, blank=True, help_text="what the operator said last")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            # Suspense is left out: a second debit of one notice must find its place in the books.
            models.UniqueConstraint(
                fields=["notice"],
                condition=Q(state__in=["created", "sending", "pending", "unknown"]),
                name="taxes_payment_one_live_per_notice",
            ),
            models.UniqueConstraint(
                fields=["provider", "operator_reference"],
                condition=~Q(operator_reference=""),
                name="taxes_payment_one_per_operator_reference",
            ),
            models.CheckConstraint(name="taxes_payment_of_something", condition=Q(amount__gt=0)),
        ]

    def __str__(self):
        return f"paiement {self.reference}"

    @property
    def is_slow(self) -> bool:
        """Whether the payer has been waiting for longer than is usual."""
        return timezone.now() - self.created_at > timedelta(seconds=30)

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE


class PaymentMove(Move):
    """A line of a payment's history."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="log")

    def __str__(self):
        return f"{self.payment_id}: {self.origin} → {self.state}"


class Callback(models.Model):
    """What an operator sent us, as it came: a hint to go and ask, never a proof."""

    provider = models.CharField(max_length=20)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, related_name="callbacks"
    )
    body = SealedBinaryField()
    headers = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, help_text="keyed hash of address and body")
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(auto_now_add=True)
    last_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "digest"], name="taxes_callback_kept_once")
        ]

    def __str__(self):
        return f"rappel {self.provider} {self.pk}"


class ReceiptCounter(models.Model):
    """The last receipt number of a year. Its row lock makes the numbering free of gaps."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.year}: {self.last}"


class Receipt(models.Model):
    """The proof that a notice is paid: one notice, one payment, one number."""

    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="receipt")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="receipt")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    amount = models.PositiveIntegerField(help_text="ariary")
    issued_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="taxes_receipt_one_per_number")
        ]

    def __str__(self):
        return f"{self.year}-{self.number:06d}"


class Refund(models.Model):
    """Money that was taken and is not owed: finance gives it back."""

    class State(models.TextChoices):
        OPENED = "opened", _("ouvert")

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="refund")
    amount = models.PositiveIntegerField(help_text="ariary")
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.OPENED)
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="taxes_refund_of_something", condition=Q(amount__gt=0))
        ]

    def __str__(self):
        return f"remboursement {self.pk}"
