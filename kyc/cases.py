"""What waits for an agent's decision, whatever the paper."""

import hashlib
import json
from collections.abc import Callable, Collection
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kyc import reasons
from kyc.papers import Side
from kyc.regions import Region
from kyc.sections import Section
from project.lib import crypto
from project.lib.workflow import Tracked


def within(person, where: Q) -> Q:
    """Rows `where` the regions of somebody of the staff are; a supervisor without any sees all."""
    return where | ~Exists(person.postings.all()) if person.role == "supervisor" else where


class Standing(models.TextChoices):
    """What became of a picture. It follows from its case and is stored nowhere."""

    PENDING = "pending", _("en attente")
    PROCESSING = "processing", _("en cours d'examen")
    VERIFIED = "verified", _("vérifiée")
    REJECTED = "rejected", _("à refaire")
    EXPIRED = "expired", _("expirée")


class CaseQuerySet(models.QuerySet):
    def within(self, person):
        """Cases of the regions somebody of the staff works in.

        Asked of the database each time: a posting taken away bites on the next request.
        """
        return self.filter(within(person, Q(region__in=person.postings.values("region"))))

    def filled_by(self, person):
        """Cases this person may look at and fill in: their own."""
        return self.filter(citizen=person)

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
        EXPIRED = "expired", _("expiré")
        SUSPENDED = "suspended", _("suspendu")

    EDITABLE = [State.DRAFT, State.RETURNED]
    FINAL = {State.APPROVED, State.REJECTED}
    STANDINGS = {
        State.DRAFT: Standing.PENDING,
        State.WAITING: Standing.PROCESSING,
        State.CLAIMED: Standing.PROCESSING,
        State.APPROVED: Standing.VERIFIED,
        State.SUSPENDED: Standing.VERIFIED,
        State.REJECTED: Standing.REJECTED,
        State.EXPIRED: Standing.EXPIRED,
    }
    MOVES = {
        State.DRAFT: {State.WAITING},
        # By an agent's taking it up, or by its checks where the settings switch that on.
        State.WAITING: {State.CLAIMED, State.APPROVED},
        # Released by the agent, or left lying for longer than the lease.
        State.CLAIMED: {State.WAITING, State.RETURNED, State.APPROVED, State.REJECTED},
        State.RETURNED: {State.WAITING},
    }
    # What the citizen fills in, page by page; what of it must be there before it may be sent.
    SECTIONS: list[Section] = []
    DECLARED: list[str] = []
    REQUIRED: list[str] = []
    # What is declared and stands on no paper: nothing reads it.
    UNPRINTED = {"region"}
    # What of it stands at the head of the agent's page.
    HEADING = {"region", "paper"}
    # What a new case takes over from the last one its citizen was known by.
    CARRIED = ("region",)
    # How often a case may be sent before its citizen is asked to come to a counter.
    TRIES = 9
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
    # Why it was sent back or rejected: a code of kyc.reasons, words of the agent, or both.
    reason_code = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="times it was sent")
    searched_at = models.DateTimeField(
        null=True, blank=True, help_text="when other cases were searched for what is in this one"
    )
    # Sent back for these alone: section or side → code of kyc.reasons, and whether it is mended.
    reopened = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    declared_at = models.DateTimeField(null=True, blank=True, help_text="last answer on a page")
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
                # What approved itself was never in anybody's hands, whatever becomes of it.
                condition=~Q(state__in=["claimed", "returned", "rejected"])
                & Q(agent=None, claimed_at=None)
                | ~Q(state__in=["draft", "waiting"])
                & Q(agent__isnull=False, claimed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_decided_when_judged",
                condition=Q(state__in=["draft", "waiting", "claimed"], decided_at=None)
                | ~Q(state__in=["draft", "waiting", "claimed"]) & Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_refused_with_a_reason",
                condition=~Q(state__in=["returned", "rejected"])
                | ~Q(reason="")
                | ~Q(reason_code=""),
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
        """Whether its citizen may change it now."""
        return self.state in self.EDITABLE and not self.is_for_the_counter

    @property
    def is_for_the_counter(self) -> bool:
        """Whether it was sent back so often that only a visit can help."""
        return self.state == self.State.RETURNED and self.tries >= self.TRIES

    @property
    def sides(self) -> list[str]:
        """What must be photographed, in the order it is asked for."""
        return [side for section in self.SECTIONS for side in section.sides]

    def reader_of(self, side: str) -> str:
        """What reads a side, by its name in kyc.ocr, or nothing."""
        return ""

    def paper_of(self, side: str) -> str:
        """The kind of paper a side is photographed of, where there are several."""
        return ""

    @property
    def readers(self) -> dict[str, str]:
        """The sides that are read, and by what."""
        return {side: reader for side in self.sides if (reader := self.reader_of(side))}

    @property
    def printed(self) -> list[str]:
        """What is declared and can be compared with the paper."""
        return [name for name in self.DECLARED if name not in self.UNPRINTED]

    @property
    def required(self) -> list[str]:
        """What must be declared before the case may be sent."""
        return self.REQUIRED

    @property
    def is_complete(self) -> bool:
        """Whether every section is."""
        present = {document.side for document in self.current_documents()}
        return all(self.is_done(section, present) for section in self.SECTIONS)

    def is_done(self, section: Section, present: Collection[str]) -> bool:
        """Whether nothing is missing in a section, and what was sent back of it is mended.

        `present` are the sides there is a picture of.
        """
        items = {section.name, *self.sides_of(section)}
        waits = any(name in items and not item["done"] for name, item in self.reopened.items())
        declared = (name for name in section.fields if name in self.required)
        photographed = set(self.sides_of(section)) <= set(present)
        return not waits and photographed and all(getattr(self, name) for name in declared)

    def is_open(self, section: Section) -> bool:
        """Whether the citizen may change a section: all, or those that were sent back."""
        if not self.is_editable:
            return False
        items = {section.name, *self.sides_of(section)}
        return not self.reopened or bool(items & self.reopened.keys())

    def open_sides(self, section: Section) -> list[str]:
        """The sides of a section that may be photographed now."""
        sides = self.sides_of(section)
        if not self.reopened or section.name in self.reopened:
            return sides
        return [side for side in sides if side in self.reopened]

    @property
    def items(self) -> list[tuple[str, Any]]:
        """What can be sent back by itself, with its title: what is declared page by page, sides."""
        found: list[tuple[str, Any]] = []
        for section in self.SECTIONS:
            if section.fields:
                found.append((section.name, section.title))
            found += [(side, Side(side).label) for side in self.sides_of(section)]
        return found

    def sides_of(self, section: Section) -> list[str]:
        """What a section wants photographed of this case's paper."""
        return [side for side in section.sides if side in self.sides]

    def standing(self, side: str) -> Standing:
        """What became of the picture of a side."""
        if self.state != self.State.RETURNED:
            return self.STANDINGS[self.State(self.state)]
        if side in self.reopened:
            return Standing.PENDING if self.reopened[side]["done"] else Standing.REJECTED
        return Standing.VERIFIED if self.reopened else Standing.PENDING

    def section(self, name: str) -> Section | None:
        """The section of that name, where this case has it."""
        return next((section for section in self.SECTIONS if section.name == name), None)

    def declare(self, values: dict[str, Any]) -> list[str]:
        """Set what is declared, and return the names of the columns that are to be saved."""
        for name, value in values.items():
            setattr(self, name, value)
        return list(values)

    def mark_stage(self) -> list[str]:
        """Set where its citizen is in it, and return the columns that are to be saved: none."""
        return []

    @property
    def said(self) -> str:
        """Why it was sent back or rejected, in the language in force."""
        return " ".join(filter(None, [reasons.words(self.reason_code), self.reason]))

    @property
    def assistance(self) -> Any:
        """Who helps its citizen to fill it in at this moment: nobody."""
        return None

    def is_agreed(self, by: Any) -> bool:
        """Whether `by` may send it: whoever declares it."""
        return self.citizen_id == by.pk

    def fingerprint(self) -> str:
        """A keyed hash of all that is declared and photographed: it changes with any of it."""
        return self.fingerprints()[0]

    def fingerprints(self) -> list[str]:
        """The same under every key of the ring, the one in use first: for searching."""
        declared = {name: getattr(self, name) for name in self.DECLARED}
        pictures = [(document.side, document.sha256) for document in self.current_documents()]
        whole = json.dumps([declared, pictures], default=str, sort_keys=True).encode()
        return crypto.blinds(hashlib.sha256(whole).hexdigest(), context="kyc.case")

    def on_behalf(self, by: Any) -> dict[str, Any]:
        """For the log: for whom, and in which visit, where it is not the citizen who acts."""
        if by is None or by.pk == self.citizen_id:
            return {}
        visit = {"assistance": self.assistance.pk} if self.assistance else {}
        return {"on_behalf_of": self.citizen_id} | visit

    @property
    def is_taken(self) -> bool:
        """Whether what it declares stands approved already, elsewhere."""
        return False

    def approve(self) -> dict:
        """Give an approval its effect, and return what it changes in the case itself."""
        return {}

    def current_documents(self):
        """The newest picture of each side of its paper, in the order that asks for them."""
        newest = {
            document.side: document
            for document in self.documents.order_by("pk")
            if document.paper in ("", self.paper_of(document.side))
        }
        return [newest[side] for side in self.sides if side in newest]

    def url(self, name: str, *, with_pk: bool = True) -> str:
        """The address of one of the case's own pages, in the app its paper belongs to."""
        return reverse(f"{self._meta.app_label}:{name}", args=[self.pk] if with_pk else [])

    def section_url(self, name: str) -> str:
        """The page of one section."""
        return reverse(f"{self._meta.app_label}:section", args=[self.pk, name])

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
            {"at": line.at, "label": self.State(line.state).label, "note": self._note(line)}
            for line in self.log.all()
            # Being taken up and put back is the office's own affair.
            if line.state != self.State.CLAIMED
            and line.origin != self.State.CLAIMED
            or line.state in (self.State.RETURNED, *self.FINAL)
        ]

    def _note(self, line: Any) -> str:
        """What is told beside a line: that it was sent at a counter, else what stands there."""
        is_helped = line.state == self.State.WAITING and line.by_id not in (None, self.citizen_id)
        if is_helped:
            return str(_("Rempli au guichet avec un agent, et confirmé par votre code."))
        return reasons.of_note(line.note)

    def get_absolute_url(self) -> str:
        return self.url("case")
