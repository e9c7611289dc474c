"""Checks by outside services: what was asked of whom, and what they said."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kyc.cases import within
from kyc.models.identity import IdentityCase
from project.lib.sealed import SealedCharField, SealedJSONField, SealedTextField
from project.lib.workflow import Move, Tracked


class CheckQuerySet(models.QuerySet):
    def within(self, person):
        """Checks of dossiers of the regions somebody of the staff works in."""
        return self.filter(within(person, Q(case__region__in=person.postings.values("region"))))

    def of(self, case):
        """The checks of a case as it stands: as it is declared and photographed now."""
        return self.filter(case=case, version__in=case.fingerprints())

    def due(self, moment):
        """Checks it is time to ask for, or to ask after."""
        return self.filter(next_at__lte=moment).order_by("next_at", "pk")


class Check(Tracked):
    """One question to one service about one version of a case."""

    class State(models.TextChoices):
        CREATED = "created", _("à demander")
        ASKING = "asking", _("en cours d'envoi")
        WAITING = "waiting", _("en attente du service")
        UNKNOWN = "unknown", _("sans réponse")
        CLEAR = "clear", _("rien à signaler")
        ATTENTION = "attention", _("à examiner")
        REFUSED = "refused", _("défavorable")

    ANSWERED = {State.CLEAR, State.ATTENTION, State.REFUSED}
    ASKABLE = {State.WAITING, State.UNKNOWN, *ANSWERED}
    MOVES = {
        # Put back, and answered all the same: the service had the question after all.
        State.CREATED: {State.ASKING, State.WAITING, State.UNKNOWN, *ANSWERED},
        State.ASKING: {State.CREATED, State.WAITING, State.UNKNOWN, *ANSWERED},
        State.WAITING: {State.CREATED, State.UNKNOWN, *ANSWERED},
        State.UNKNOWN: {State.CREATED, State.WAITING, *ANSWERED},
        # Services do change their minds: a check is taken up again, a hit turns out to be another.
        State.CLEAR: {State.WAITING, State.ATTENTION, State.REFUSED},
        State.ATTENTION: {State.WAITING, State.CLEAR, State.REFUSED},
        State.REFUSED: {State.WAITING, State.CLEAR, State.ATTENTION},
    }

    case = models.ForeignKey(IdentityCase, on_delete=models.PROTECT, related_name="checks")
    version = models.CharField(max_length=80, help_text="keyed fingerprint of what is asked about")
    checker = models.CharField(max_length=30)
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    service_reference = models.CharField(max_length=128, blank=True)
    state = models.CharField(max_length=20, choices=State, default=State.CREATED)
    given = models.JSONField(default=dict, help_text="the ids the service gave to its own things")
    words = SealedCharField(max_length=200, default="", help_text="the service's own")
    evidence = SealedJSONField(default=dict)
    is_trial = models.BooleanField(default=False, help_text="the service's own word")
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True, default=timezone.now, help_text="none: left as it is")
    forgotten_at = models.DateTimeField(null=True, help_text="when the evidence was deleted")

    objects = CheckQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "version", "checker"], name="kyc_check_one_per_version"
            ),
            models.CheckConstraint(
                name="kyc_check_answered_when_judged",
                condition=~Q(state__in=["clear", "attention", "refused"])
                | Q(answered_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(next_at__isnull=False), name="kyc_check_due"
            ),
            models.Index(fields=["checker", "service_reference"], name="kyc_check_theirs"),
            models.Index(fields=["created_at"], name="kyc_check_begun"),
        ]

    def __str__(self):
        return f"contrôle {self.checker} {self.pk}"

    @property
    def is_answered(self) -> bool:
        return self.state in self.ANSWERED

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come of it by itself."""
        return self.is_answered or self.next_at is None

    def is_older_than(self, age: timedelta) -> bool:
        return timezone.now() - self.created_at > age


class CheckMove(Move):
    """A line of a check's history."""

    of = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="log")

    def __str__(self):
        return f"{self.of_id}: {self.origin} → {self.state}"


class CheckCallback(models.Model):
    """What a service sent us, sealed as it came; of what nobody signed, only that it came."""

    checker = models.CharField(max_length=30)
    of = models.ForeignKey(Check, on_delete=models.PROTECT, null=True, related_name="callbacks")
    is_genuine = models.BooleanField()
    body = SealedTextField(default="", help_text="base64")
    digest = models.CharField(max_length=64, help_text="sha256 of the body")
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(auto_now_add=True)
    last_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["checker", "digest", "is_genuine"], name="kyc_checkcallback_kept_once"
            )
        ]

    def __str__(self):
        return f"rappel {self.checker} {self.pk}"


class Breaker(models.Model):
    """How a service has been doing: after failures in a row it is left in peace for a while."""

    checker = models.CharField(max_length=30, unique=True)
    failures = models.PositiveIntegerField(default=0, help_text="in a row")
    open_until = models.DateTimeField(null=True, help_text="nobody calls before then")

    def __str__(self):
        return f"{self.checker} {self.failures}"
