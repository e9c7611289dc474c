"""Rows behind signing in: one-time codes, and counts of what was tried too often."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

CODE_LIFETIME = timedelta(minutes=10)
CODE_TRIES = 3  # wrong codes before a code is worth nothing


class CodeQuerySet(models.QuerySet):
    def live(self):
        """Codes that could still be used: not used, not expired, not guessed at too often."""
        return self.filter(used_at=None, expires_at__gt=timezone.now(), tries__lt=F("limit"))


class Code(models.Model):
    """A one-time code that was sent. Neither it nor the address it went to can be read here.

    Whoever was sent one holds its `reference` in their session: the code is worth nothing in
    another browser.
    """

    class Purpose(models.TextChoices):
        PHONE = "phone", _("confirmer un téléphone")
        EMAIL = "email", _("confirmer une adresse e-mail")
        RESET = "reset", _("choisir un nouveau mot de passe")
        DEVICE = "device", _("se connecter sur un nouvel appareil")
        REPROOFING = "reproofing", _("prouver qui on est, au guichet")
        COUNTER = "counter", _("remplir son dossier avec un agent, au guichet")

    reference = models.CharField(max_length=32, unique=True)
    purpose = models.CharField(max_length=10, choices=Purpose)
    address_hash = models.CharField(max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0, help_text="wrong ones")
    limit = models.PositiveSmallIntegerField(default=CODE_TRIES)
    used_at = models.DateTimeField(null=True)

    objects = CodeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["purpose", "address_hash"], name="kyc_code_address"),
            models.Index(fields=["expires_at"], name="kyc_code_expiry"),
        ]
        constraints = [
            models.CheckConstraint(
                name="kyc_code_never_tried_beyond_its_limit",
                condition=Q(tries__lte=F("limit")),
            ),
        ]

    def __str__(self):
        return f"{self.purpose} {self.pk}"

    @property
    def is_live(self) -> bool:
        """Whether it could still be used."""
        return self.used_at is None and self.expires_at > timezone.now() and self.tries < self.limit


class Tally(models.Model):
    """How often something was done or failed lately: by a number, an address, an account."""

    action = models.CharField(max_length=30)
    key = models.CharField(max_length=64, help_text="keyed hash of what is counted")
    count = models.PositiveIntegerField(default=0)
    free_at = models.DateTimeField(default=timezone.now, help_text="refused until then")
    forgotten_at = models.DateTimeField(help_text="the count begins anew from then on")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action", "key"], name="kyc_tally_one_per_key"),
        ]
        indexes = [models.Index(fields=["forgotten_at"], name="kyc_tally_forgotten")]

    def __str__(self):
        return f"{self.action} {self.count}"


class RecoveryCode(models.Model):
    """A code for the day somebody's authenticator is lost: it opens once, and is kept hashed."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "code_hash"], name="kyc_recoverycode_one_of_a_kind"
            ),
        ]

    def __str__(self):
        return f"{self.user_id} {self.pk}"
