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


class Activation(models.Model):
    """A link by which somebody of the staff opens their account: it works once, for 48 hours."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="activations"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self):
        return f"{self.user_id} {self.pk}"


class StaffRequest(models.Model):
    """What one administrator asks for and another decides: a role, or a factor enrolled anew."""

    class Kind(models.TextChoices):
        ROLE = "role", _("changer de rôle")
        FACTOR = "factor", _("remplacer le second code")

    class State(models.TextChoices):
        ASKED = "asked", _("demandé")
        CONFIRMED = "confirmed", _("confirmé")
        REFUSED = "refused", _("refusé")

    kind = models.CharField(_("demande"), max_length=10, choices=Kind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff_requests"
    )
    role = models.CharField(_("nouveau rôle"), max_length=20, blank=True)
    reason = models.CharField(_("raison"), max_length=300)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="kyc_staffrequest_two_people",
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="kyc_staffrequest_not_for_oneself",
                condition=~Q(asked_by=F("user")) & (Q(decided_by=None) | ~Q(decided_by=F("user"))),
            ),
            models.CheckConstraint(
                name="kyc_staffrequest_decided_by_somebody",
                condition=Q(state="asked", decided_by=None, decided_at=None)
                | ~Q(state="asked") & Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="kyc_staffrequest_role_with_its_kind",
                condition=Q(kind="role") & ~Q(role="") | Q(kind="factor", role=""),
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state="asked"),
                name="kyc_staffrequest_one_open_per_person",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.user_id} {self.state}"
