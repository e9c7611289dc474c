"""What waits for an agent's decision, whatever the paper."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kyc.regions import Region
from project.lib.workflow import Tracked


def within(person, where: Q) -> Q:
    """Rows `where` the regions of somebody of the staff are; a supervisor without any sees all."""
    return where | ~Exists(person.postings.all()) if person.role == "supervisor" else where


class CaseQuerySet(models.QuerySet):
    def open_for_citizen(self):
        """Cases the citizen may still change."""
        return self.filter(state__in=Case.EDITABLE)

    def within(self, person):
        """Cases of the regions somebody of the staff works in.

        Asked of the database each time: a posting taken away bites on the next request.
        """
        return self.filter(within(person, Q(region__in=person.postings.values("region"))))

    def waiting(self):
        """Cases in the queue, the oldest first."""
        return self.filter(state=Case.State.WAITING).order_by("submitted_at", "pk")

    def reviewable_by(self, agent):
        """Cases the agent may take: of their regions, and never their own."""
        return self.within(agent).exclude(citizen=agent)

    def held_by(self, agent):
        """Cases the agent has taken and not decided yet."""
        return self.within(agent).filter(state=Case.State.CLAIMED, agent=agent)

    def seen_by(self, agent):
        """Cases the agent holds or has decided. A scan is for who holds the case."""
        return self.within(agent).filter(agent=agent).exclude(state=Case.State.DRAFT)

    def decided_by(self, agent):
        """What the agent has decided, the latest first."""
        judged = self.within(agent).filter(agent=agent, decided_at__isnull=False)
        return judged.order_by("-decided_at")

    def stale(self, before):
        """Cases taken before that moment and left lying."""
        return self.filter(state=Case.State.CLAIMED, claimed_at__lt=before)


class Case(Tracked):
    """A citizen's paper with what they declare of it, on its way through the agents' queue."""

    class State(models.TextChoices):
        DRAFT = "draft", _("à compléter")
        WAITING = "waiting", _("en attente d'examen")
        CLAIMED = "claimed", _("en cours d'examen")
        RETURNED = "returned", _("à corriger")
        APPROVED = "approved", _("approuvé")
        REJECTED = "rejected", _("rejeté")

    EDITABLE = [State.DRAFT, State.RETURNED]
    FINAL = {State.APPROVED, State.REJECTED}
    MOVES = {
        State.DRAFT: {State.WAITING},
        State.WAITING: {State.CLAIMED},
        # Released by the agent, or left lying for longer than the lease.
        State.CLAIMED: {State.WAITING, State.RETURNED, State.APPROVED, State.REJECTED},
        State.RETURNED: {State.WAITING},
    }
    # What each paper needs before it may be sent, in the order it is asked for.
    SIDES: list[str] = []
    # What the citizen declares, in the order of the paper.
    DECLARED: list[str] = []
    REQUIRED: list[str] = []
    # What is declared and stands on no paper: nothing reads it.
    UNPRINTED = {"region"}
    # How values are shown that are stored otherwise than they are printed.
    SHOWN: dict[str, Callable[[str], str]] = {}
    # How values are shown to whoever need not know them whole: an agent asks for them by a reason.
    MASKED: dict[str, Callable[[Any], str]] = {}
    # The first letters of a reference.
    PREFIX = ""

    citizen = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="%(class)ss"
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    region = models.CharField(_("région"), max_length=20, choices=Region, blank=True)
    documents = models.ManyToManyField("kyc.Document", related_name="%(class)ss")
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_submitted_once_sent",
                condition=Q(state="draft", submitted_at=None)
                | ~Q(state="draft") & Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_held_by_someone",
                condition=Q(state__in=["draft", "waiting"], agent=None, claimed_at=None)
                | ~Q(state__in=["draft", "waiting"])
                & Q(agent__isnull=False, claimed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_decided_when_judged",
                condition=Q(state__in=["draft", "waiting", "claimed"], decided_at=None)
                | Q(state__in=["returned", "approved", "rejected"], decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_refused_with_a_reason",
                condition=~Q(state__in=["returned", "rejected"]) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_sent_from_a_region",
                condition=Q(state="draft") | Q(region__in=Region.values),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_never_ones_own_agent",
                condition=Q(agent=None) | ~Q(agent=F("citizen")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["submitted_at", "id"],
                condition=Q(state="waiting"),
                name="%(app_label)s_%(class)s_queue",
            ),
            # For those who work where little waits: they need not leaf through all the rest.
            models.Index(
                fields=["region", "submitted_at", "id"],
                condition=Q(state="waiting"),
                name="%(app_label)s_%(class)s_region",
            ),
        ]

    def __str__(self):
        return f"{self._meta.verbose_name} {self.reference}"

    @property
    def reference(self) -> str:
        """What people quote on the telephone: `ID-000123`, `VH-000123`."""
        return f"{self.PREFIX}-{self.pk:06d}"

    @property
    def is_editable(self) -> bool:
        return self.state in self.EDITABLE

    @property
    def is_complete(self) -> bool:
        """Whether every side is photographed and every needed value declared."""
        sides = {document.side for document in self.current_documents()}
        return set(self.SIDES) <= sides and all(getattr(self, name) for name in self.REQUIRED)

    def approve(self) -> dict:
        """Give an approval its effect, and return what it changes in the case itself."""
        return {}

    def current_documents(self):
        """The newest picture of each side, in the order the paper asks for them."""
        newest = {document.side: document for document in self.documents.order_by("pk")}
        return [newest[side] for side in self.SIDES if side in newest]

    def url(self, name: str, *, with_pk: bool = True) -> str:
        """The address of one of the case's own pages, in the app its paper belongs to."""
        return reverse(f"{self._meta.app_label}:{name}", args=[self.pk] if with_pk else [])

    @property
    def photos_url(self) -> str:
        return self.url("photos")

    @property
    def details_url(self) -> str:
        return self.url("details")

    @property
    def reading_url(self) -> str:
        return self.url("reading")

    @property
    def agent_url(self) -> str:
        return self.url("case_detail")

    @property
    def queue_url(self) -> str:
        return self.url("queue", with_pk=False)

    def history(self) -> list[dict]:
        """What happened, in words the citizen may read: never who of the staff did it."""
        return [
            {"at": line.at, "label": self.State(line.state).label, "note": line.note}
            for line in self.log.all()
            # Being taken up and put back is the office's own affair.
            if line.state != self.State.CLAIMED
            and line.origin != self.State.CLAIMED
            or line.state in (self.State.RETURNED, *self.FINAL)
        ]

    def get_absolute_url(self) -> str:
        return self.url("case")
