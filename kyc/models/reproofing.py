"""Somebody who lost their second factor and its recovery codes, until two of the staff agree."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kyc.cases import within
from kyc.models.identity import IdentityCase
from project.lib.sealed import SealedTextField
from project.lib.workflow import Move, Tracked

LIFETIME = timedelta(days=14)
SIGNER = signing.Signer(salt="kyc.reproofing.stop")


def expiry():
    """When a request made now ends by itself."""
    return timezone.now() + LIFETIME


class ReproofingQuerySet(models.QuerySet):
    def open(self):
        """Requests nobody has ended yet."""
        return self.filter(state__in=Reproofing.OPEN)

    def within(self, person):
        """Requests of the regions somebody of the staff works in, as `CaseQuerySet.within`.

        The region is that of the identity dossier; whoever has none may come to any counter.
        """
        regions = person.postings.values("region")
        dossiers = IdentityCase.objects.filter(citizen=OuterRef("citizen")).comparable()
        return self.filter(within(person, Q(~Exists(dossiers.exclude(region__in=regions)))))

    def seen_by(self, user):
        """What somebody of the staff may open: what is open, and what they had a hand in."""
        own = Q(agent=user) | Q(confirmed_by=user)
        return self.within(user).exclude(citizen=user).filter(Q(state__in=Reproofing.OPEN) | own)

    def held_by(self, agent):
        """Requests the agent has taken and not proved yet."""
        return self.within(agent).filter(state=Reproofing.State.TAKEN, agent=agent)

    def awaiting(self, user):
        """What this person could do something about now, the oldest first."""
        state = Reproofing.State
        theirs = Q(state=state.PROVED) & ~Q(agent=user)
        if user.role == "agent":
            theirs |= Q(state=state.ASKED) | Q(state=state.TAKEN, agent=user)
        return self.seen_by(user).filter(theirs).order_by("asked_at", "pk")

    def overdue(self, now):
        """Requests nobody has confirmed in time."""
        return self.filter(state__in=Reproofing.UNDECIDED, expires_at__lte=now)

    def due(self, now):
        """Confirmed requests whose delay is over."""
        return self.filter(state=Reproofing.State.CONFIRMED, due_at__lte=now)


class Reproofing(Tracked):
    """A request to prove anew who one is, so that a lost second factor is taken away.

    One agent proves it, another of the staff confirms, and the owner has a day to say no.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("demandé")
        TAKEN = "taken", _("à prouver")
        PROVED = "proved", _("à confirmer par une seconde personne")
        CONFIRMED = "confirmed", _("confirmé, retrait prévu")
        REMOVED = "removed", _("second code retiré")
        REFUSED = "refused", _("refusé")
        WITHDRAWN = "withdrawn", _("annulé par la personne")
        DISPUTED = "disputed", _("arrêté : ce n'était pas la personne")
        EXPIRED = "expired", _("expiré")

    class Proof(models.TextChoices):
        COUNTER = "counter", _("au guichet : visage et carte comparés au dossier approuvé")
        VIDEO = "video", _("en appel vidéo : visage et carte comparés au dossier approuvé")
        DECLARED = "declared", _("au guichet : visage et carte comparés au dossier déclaré")
        PHONE = "phone", _("au guichet : carte présentée, code reçu sur le téléphone du compte")

    UNDECIDED = [State.ASKED, State.TAKEN, State.PROVED]
    OPEN = [*UNDECIDED, State.CONFIRMED]
    ENDS = {State.WITHDRAWN, State.DISPUTED, State.EXPIRED}
    MOVES = {
        State.ASKED: {State.TAKEN, *ENDS},
        State.TAKEN: {State.ASKED, State.PROVED, State.REFUSED, *ENDS},
        # What was proved never changes: the second person confirms it as it stands, or refuses.
        State.PROVED: {State.CONFIRMED, State.REFUSED, *ENDS},
        State.CONFIRMED: {State.REMOVED, *ENDS},
    }

    citizen = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reproofings"
    )
    state = models.CharField(max_length=20, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(default=expiry)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    taken_at = models.DateTimeField(null=True)
    code_reference = models.CharField(max_length=32, blank=True, help_text="of the code sent last")
    matched_at = models.DateTimeField(
        null=True, help_text="what the agent copied from the card, or heard, was right"
    )
    proof = models.CharField(_("preuve"), max_length=10, choices=Proof, blank=True)
    words = SealedTextField(_("ce que l'agent a vu"), blank=True, default="")
    proved_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, help_text="the factor is taken away then")
    removed_at = models.DateTimeField(null=True)
    reason = models.TextField(_("raison du refus"), blank=True)

    objects = ReproofingQuerySet.as_manager()

    class Meta:
        verbose_name = _("accès perdu")
        verbose_name_plural = _("accès perdus")
        constraints = [
            models.UniqueConstraint(
                fields=["citizen"],
                condition=Q(state__in=["asked", "taken", "proved", "confirmed"]),
                name="kyc_reproofing_one_open_per_citizen",
            ),
            models.CheckConstraint(
                name="kyc_reproofing_two_people",
                condition=Q(confirmed_by=None)
                | Q(agent__isnull=False) & ~Q(confirmed_by=F("agent")),
            ),
            models.CheckConstraint(
                name="kyc_reproofing_never_ones_own",
                condition=(Q(agent=None) | ~Q(agent=F("citizen")))
                & (Q(confirmed_by=None) | ~Q(confirmed_by=F("citizen"))),
            ),
            models.CheckConstraint(
                name="kyc_reproofing_taken_by_someone",
                condition=Q(agent=None, taken_at=None)
                & ~Q(state__in=["taken", "proved", "confirmed", "removed", "refused"])
                | Q(agent__isnull=False, taken_at__isnull=False) & ~Q(state="asked"),
            ),
            models.CheckConstraint(
                name="kyc_reproofing_proved_with_a_proof",
                condition=Q(proof="", proved_at=None)
                & ~Q(state__in=["proved", "confirmed", "removed"])
                | ~Q(proof="")
                & Q(proved_at__isnull=False, matched_at__isnull=False, agent__isnull=False),
            ),
            models.CheckConstraint(
                name="kyc_reproofing_confirmed_by_someone",
                condition=Q(confirmed_by=None, confirmed_at=None, due_at=None)
                & ~Q(state__in=["confirmed", "removed"])
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, due_at__isnull=False)
                & ~Q(proof=""),
            ),
            models.CheckConstraint(
                name="kyc_reproofing_removed_when_due",
                condition=Q(removed_at=None) & ~Q(state="removed")
                | Q(state="removed", removed_at__gte=F("due_at")),
            ),
            models.CheckConstraint(
                name="kyc_reproofing_refused_with_a_reason",
                condition=~Q(state="refused") | ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at", "id"],
                condition=Q(state__in=["asked", "taken", "proved", "confirmed"]),
                name="kyc_reproofing_queue",
            ),
        ]

    def __str__(self):
        return f"{self._meta.verbose_name} {self.reference}"

    @property
    def reference(self) -> str:
        """What people quote on the telephone: `PR-000123`."""
        return f"PR-{self.pk:06d}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_undecided(self) -> bool:
        return self.state in self.UNDECIDED

    @property
    def stop_url(self) -> str:
        """The address by which its owner stops it, with their password: only we can write it."""
        return reverse("kyc:factor_stop", args=[SIGNER.sign(self.pk)])

    def get_absolute_url(self) -> str:
        return reverse("kyc:reproofing_detail", args=[self.pk])


class ReproofingMove(Move):
    """A line of a request's history."""

    case = models.ForeignKey(Reproofing, on_delete=models.PROTECT, related_name="log")

    def __str__(self):
        return f"{self.case_id}: {self.origin} → {self.state}"
