"""The staff: where each works, the link that opens an account, and what takes two people."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kyc.regions import Region


class Posting(models.Model):
    """A region an agent or a supervisor works in."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="postings"
    )
    region = models.CharField(_("région"), max_length=20, choices=Region)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["region"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "region"], name="kyc_posting_once_in_each_region"
            ),
            models.CheckConstraint(
                name="kyc_posting_in_a_region_there_is", condition=Q(region__in=Region.values)
            ),
        ]

    def __str__(self):
        return f"{self.user_id} {self.region}"


class Activation(models.Model):
    """A link by which somebody of the staff opens their account: it works once, for 48 hours."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="activations"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self):
        return f"{self.user_id} {self.pk}"


class StaffRequest(models.Model):
    """What one administrator asks for and another decides. Until then nothing is changed.

    Asked by nobody: the installation, which has no two administrators yet.
    """

    class Kind(models.TextChoices):
        INVITATION = "invitation", _("invitation")
        ROLE = "role", _("changement de rôle")
        REGIONS = "regions", _("changement de régions")
        FACTOR = "factor", _("remplacement du second code")
        REOPENING = "reopening", _("réouverture du compte")

    class State(models.TextChoices):
        ASKED = "asked", _("demandé")
        CONFIRMED = "confirmed", _("confirmé")
        REFUSED = "refused", _("refusé")

    kind = models.CharField(_("demande"), max_length=10, choices=Kind)
    # Nobody yet, while somebody is only invited.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="staff_requests"
    )
    email = models.EmailField(_("adresse e-mail"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=16, blank=True)
    role = models.CharField(_("rôle"), max_length=20, blank=True)
    regions = models.JSONField(_("régions"), default=list)
    # What held when it was asked: it is confirmed for that, or not at all.
    role_before = models.CharField(max_length=20, blank=True)
    regions_before = models.JSONField(default=list)
    reason = models.CharField(_("raison"), max_length=300)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
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
                condition=Q(state="asked", asked_by__isnull=False, decided_by=None, decided_at=None)
                | ~Q(state="asked")
                & Q(asked_by__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                | Q(
                    kind="invitation",
                    state="confirmed",
                    asked_by=None,
                    decided_by=None,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="kyc_staffrequest_role_with_its_kind",
                condition=Q(kind__in=["invitation", "role"]) & ~Q(role="")
                | Q(kind__in=["regions", "factor", "reopening"], role=""),
            ),
            models.CheckConstraint(
                name="kyc_staffrequest_about_somebody",
                condition=Q(kind="invitation")
                & ~Q(email="")
                & ~Q(phone="")
                & (Q(state="confirmed", user__isnull=False) | ~Q(state="confirmed") & Q(user=None))
                | ~Q(kind="invitation") & Q(user__isnull=False, email="", phone=""),
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state="asked"),
                name="kyc_staffrequest_one_open_per_person",
            ),
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(state="asked", kind="invitation"),
                name="kyc_staffrequest_one_open_per_address",
            ),
            models.UniqueConstraint(
                fields=["phone"],
                condition=Q(state="asked", kind="invitation"),
                name="kyc_staffrequest_one_open_per_phone",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.user_id} {self.state}"

    @property
    def person(self) -> str:
        """How whoever it is about is named: the address they work by."""
        return self.email or self.user.email or str(self.user)
