"""The code on the windscreen, and each time somebody looked at one."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from taxes.models.notice import Notice


class Code(models.Model):
    """The signed code of a settled notice. It names the vehicle and the year, never the holder."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="codes")
    serial = models.BigIntegerField(unique=True, help_text="random, 63 bits")
    token = models.CharField(max_length=300, unique=True)
    issued_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notice"], condition=Q(revoked_at=None), name="taxes_code_one_in_force"
            )
        ]

    def __str__(self):
        return f"code {self.serial:x}"


class Scan(models.Model):
    """Somebody checked a code or a plate. An officer's is kept whatever the answer was."""

    class Verdict(models.TextChoices):
        PAID = "paid", _("taxe payée")
        EXEMPT = "exempt", _("exonéré")
        UNPAID = "unpaid", _("taxe non payée")
        DUE_SOON = "due_soon", _("pas encore échue")
        NOT_DUE = "not_due", _("rien n'est dû")
        SUSPENDED = "suspended", _("contrôle suspendu")
        UNKNOWN = "unknown", _("plaque inconnue")
        FORGED = "forged", _("code faux")
        REVOKED = "revoked", _("code annulé")
        PAST = "past", _("code d'une autre année")

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="scans",
        help_text="none: somebody who is not signed in as an officer",
    )
    code = models.ForeignKey(Code, on_delete=models.PROTECT, null=True, related_name="scans")
    plate = models.CharField(max_length=12, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["by", "-at"], name="taxes_scan_by_officer")]

    def __str__(self):
        return f"{self.verdict} {self.at:%Y-%m-%d %H:%M}"
