"""A visit to a counter: an agent fills in a dossier with the person who stands there."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from project.lib.sealed import SealedCharField

LONGEST = timedelta(minutes=60)  # from the person's consent


class AssistanceQuerySet(models.QuerySet):
    def live(self):
        """Visits under way: agreed to by code, not ended, not longer than an hour ago."""
        since = timezone.now() - LONGEST
        return self.filter(begun_at__gt=since, ended_at=None, citizen__is_active=True)

    def open(self):
        """Visits nobody has ended, whether time has or not."""
        return self.filter(ended_at=None)


class Assistance(models.Model):
    """An agent helps somebody who is there, and who agreed to it by a code sent to their phone.

    While it is live the agent fills in that one dossier as its citizen would, and sees nothing
    else of theirs. The dossier is sent once the person has confirmed by a second code what stands
    in it.
    """

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assistances_given"
    )
    # Wiped once the code is right: the account has it.
    phone = SealedCharField(_("téléphone de la personne"), max_length=16, blank=True, default="")
    language = models.CharField(_("langue"), max_length=5, choices=settings.LANGUAGES)
    code_reference = models.CharField(max_length=32, blank=True, help_text="of the code sent last")
    asked_at = models.DateTimeField(auto_now_add=True)
    citizen = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="assistances"
    )
    case = models.ForeignKey(
        "kyc.IdentityCase", on_delete=models.CASCADE, null=True, related_name="assistances"
    )
    begun_at = models.DateTimeField(null=True, help_text="the person agreed by code")
    read_back = models.CharField(
        max_length=80, blank=True, help_text="fingerprint of what the second code was sent about"
    )
    agreed_to = models.CharField(
        max_length=80, blank=True, help_text="fingerprint of what the person confirmed by code"
    )
    ended_at = models.DateTimeField(null=True)

    objects = AssistanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("visite au guichet")
        verbose_name_plural = _("visites au guichet")
        constraints = [
            models.UniqueConstraint(
                fields=["agent"], condition=Q(ended_at=None), name="kyc_assistance_one_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["citizen"],
                condition=Q(ended_at=None),
                name="kyc_assistance_one_agent_per_citizen",
            ),
            models.CheckConstraint(
                name="kyc_assistance_of_somebody_else",
                condition=Q(citizen=None) | ~Q(citizen=F("agent")),
            ),
            models.CheckConstraint(
                name="kyc_assistance_begun_with_consent",
                condition=Q(begun_at=None, citizen=None, case=None, read_back="", agreed_to="")
                | Q(begun_at__isnull=False, citizen__isnull=False, case__isnull=False),
            ),
            models.CheckConstraint(
                name="kyc_assistance_agreed_to_what_was_read",
                condition=Q(agreed_to="") | Q(agreed_to=F("read_back")),
            ),
        ]

    def __str__(self):
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def ends_at(self):
        """When it ends by itself."""
        return self.begun_at + LONGEST

    @property
    def is_live(self) -> bool:
        return bool(self.begun_at) and self.ended_at is None and self.ends_at > timezone.now()
