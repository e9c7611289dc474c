"""What happened to identity dossiers: every move, and every decision as figures count it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kyc.cases import Case, within
from kyc.models.identity import IdentityCase
from project.lib.workflow import Move

State = Case.State


class IdentityCaseMove(Move):
    """A line of an identity case's history."""

    case = models.ForeignKey(IdentityCase, on_delete=models.PROTECT, related_name="log")

    class Meta(Move.Meta):
        abstract = False
        indexes = [
            models.Index(
                fields=["at"],
                condition=Q(state="waiting", origin__in=["draft", "returned"]),
                name="kyc_identitycasemove_sent",
            )
        ]

    def __str__(self):
        return f"{self.case_id}: {self.origin} → {self.state}"


class DecisionQuerySet(models.QuerySet):
    def within(self, person):
        """Decisions about dossiers of the regions somebody of the staff works in."""
        return self.filter(within(person, Q(case__region__in=person.postings.values("region"))))


class Decision(models.Model):
    """One decision, with how sure machines were at that moment. It never changes.

    The dossier itself only remembers the last one, and what it was judged by is forgotten in time.
    """

    class Verdict(models.TextChoices):
        APPROVED = State.APPROVED.value, _("approuvé")
        RETURNED = State.RETURNED.value, _("renvoyé pour correction")
        REJECTED = State.REJECTED.value, _("rejeté")

    case = models.ForeignKey(IdentityCase, on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=20, choices=Verdict)
    reason_code = models.CharField(max_length=20, blank=True)
    sent_at = models.DateTimeField()
    decided_at = models.DateTimeField()
    points = models.PositiveSmallIntegerField(help_text="of kyc.score, from 0 to 100")
    lines = models.JSONField(default=dict, help_text="signal of kyc.score → how it turned out")

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "sent_at"], name="kyc_decision_once_a_sending"),
            models.CheckConstraint(
                name="kyc_decision_is_a_verdict",
                condition=Q(verdict__in=["approved", "returned", "rejected"]),
            ),
            models.CheckConstraint(name="kyc_decision_points", condition=Q(points__lte=100)),
        ]
        indexes = [models.Index(fields=["decided_at"], name="kyc_decision_when")]

    def __str__(self):
        return f"{self.case_id}: {self.verdict}"
