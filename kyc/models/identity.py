"""Somebody's proof of who they are."""

from datetime import date

from django.conf import settings
from django.db import IntegrityError, models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kyc import cin, districts, masks, nationalities, papers
from kyc.cases import Case
from kyc.models.answers import Income, Sex, Source
from kyc.models.assistance import Assistance
from kyc.models.dossiers import IdentityCaseQuerySet
from kyc.papers import Side
from kyc.sections import Section
from project.audit import chain
from project.lib.sealed import (
    BlindIndexField,
    Indexed,
    SealedCharField,
    SealedDateField,
)
from project.lib.workflow import MoveRefused

State = Case.State
FAMILY = ("address", "father", "mother")  # what only some papers print


class IdentityCase(Indexed, Case):
    """Somebody's proof of who they are: the dossier, with the paper that proves it."""

    PREFIX = "ID"
    UNDER_WAY = [State.DRAFT, State.WAITING, State.CLAIMED, State.RETURNED]
    MOVES = Case.MOVES | {
        # The paper has ended, or another dossier has taken this one's place.
        State.APPROVED: {State.EXPIRED, State.SUSPENDED},
        # Lifted; the paper may have ended meanwhile.
        State.SUSPENDED: {State.APPROVED, State.EXPIRED},
    }
    SECTIONS = [
        Section("contact", _("Vos coordonnées"), _("Téléphone, adresse e-mail")),
        Section("piece", _("Votre pièce d'identité"), _("CIN, passeport, récépissé…"), ("paper",)),
        Section(
            "photos",
            _("Photos de la pièce"),
            _("À plat, nette, entière"),
            sides=(Side.IDENTITY_FRONT, Side.IDENTITY_BACK),
            minutes=2,
        ),
        Section(
            "reponses",
            _("Ce qui est écrit sur la pièce"),
            _("Nous la lisons pour vous : vérifiez"),
            (
                "number",
                "surname",
                "given_names",
                "birth_date",
                "birth_is_about",
                "birth_place",
                "sex",
                "nationality",
                "address",
                "occupation",
                "father",
                "mother",
                "issue_date",
                "issue_place",
                "expiry",
            ),
            minutes=3,
        ),
        Section(
            "adresse",
            _("Où vous habitez"),
            _("District, commune, fokontany"),
            ("district", "region", "commune", "fokontany", "lot"),
        ),
        Section(
            "activite",
            _("Votre activité"),
            _("Travail, revenus"),
            ("employer", "income", "income_source"),
        ),
        Section("portrait", _("Photo de vous"), _("Votre visage, de face"), sides=(Side.SELFIE,)),
        Section(
            "domicile",
            _("Justificatif de domicile"),
            _("Facture d'eau ou d'électricité, ou certificat de résidence"),
            sides=(Side.PROOF_OF_ADDRESS,),
            minutes=2,
        ),
    ]

    # Empty until its citizen has said which it is: a CIN is then supposed.
    paper = models.CharField(_("pièce"), max_length=20, choices=papers.Kind, blank=True)
    # Sealed: what is asked to prove who one is, and where one lives. Names are read by agents, and
    # dates and places of issue say nothing without the number (docs/adr/0012).
    number = SealedCharField(_("numéro de la pièce"), max_length=24, null=True, blank=True)
    number_index = BlindIndexField("number")
    surname = models.CharField(_("nom"), max_length=100, blank=True)
    given_names = models.CharField(_("prénoms"), max_length=150, blank=True)
    birth_date = SealedDateField(_("date de naissance"), null=True, blank=True)
    birth_is_about = models.BooleanField(_("né vers cette année"), default=False)
    birth_place = SealedCharField(_("lieu de naissance"), max_length=100, blank=True)
    sex = models.CharField(_("sexe"), max_length=1, choices=Sex, blank=True)
    nationality = models.CharField(_("nationalité"), max_length=50, blank=True)
    address = SealedCharField(_("domicile écrit sur la pièce"), max_length=200, blank=True)
    occupation = models.CharField(_("profession"), max_length=100, blank=True)
    father = SealedCharField(_("père"), max_length=150, blank=True)
    mother = SealedCharField(_("mère"), max_length=150, blank=True)
    issue_date = models.DateField(_("date de délivrance"), null=True, blank=True)
    issue_place = models.CharField(_("lieu de délivrance"), max_length=100, blank=True)
    expiry = models.DateField(_("date de fin de validité"), null=True, blank=True)
    district = models.CharField(_("district"), max_length=3, blank=True)
    commune = models.CharField(_("commune"), max_length=100, blank=True)
    fokontany = models.CharField(_("fokontany"), max_length=100, blank=True)
    lot = SealedCharField(_("lot ou rue"), max_length=150, blank=True)
    employer = SealedCharField(_("employeur"), max_length=100, blank=True)
    income = SealedCharField(_("revenu"), max_length=10, choices=Income, blank=True)
    income_source = SealedCharField(
        _("origine des revenus"), max_length=10, choices=Source, blank=True
    )
    expires_on = models.DateField(
        null=True, blank=True, help_text="the last day it proves anything"
    )
    warned = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="days: of the last warning before its end that was sent"
    )
    stage = models.CharField(
        max_length=20,
        blank=True,
        help_text="the first section that is not done, or check; empty: nothing was saved yet",
    )
    suspended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    suspended_at = models.DateTimeField(null=True, blank=True)
    resumed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    assisted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="the agent who last helped to fill it in, at a counter",
    )

    DECLARED = [name for section in SECTIONS for name in section.fields]
    REQUIRED = [
        "paper",
        "number",
        "surname",
        "birth_date",
        "birth_place",
        "sex",
        "nationality",
        "issue_date",
        "issue_place",
        "district",
        "region",
        "commune",
        "fokontany",
        "income",
        "income_source",
    ]
    CARRIED = (
        *("paper", "surname", "given_names", "birth_date", "birth_is_about", "birth_place", "sex"),
        *("nationality", "occupation", "father", "mother", "region", "district", "commune"),
        *("fokontany", "lot", "employer", "income", "income_source"),
    )
    # What belongs to the paper more than to its holder: another kind of paper has others.
    OF_THE_PAPER = ("number", "issue_date", "issue_place", "expiry", *FAMILY)
    UNPRINTED = {
        *("paper", "birth_is_about", "region", "district", "commune", "fokontany", "lot"),
        *("employer", "income", "income_source"),
    }
    SHOWN = {
        "number": cin.display,
        "district": districts.name_of,
        "nationality": nationalities.word,
    }
    MASKED = {
        "number": masks.number,
        "birth_date": masks.day,
        "birth_place": masks.words,
        "address": masks.words,
        "father": masks.words,
        "mother": masks.words,
        "lot": masks.words,
        "employer": masks.words,
        "income": masks.whole,
        "income_source": masks.whole,
    }

    objects = IdentityCaseQuerySet.as_manager()

    class Meta(Case.Meta):
        abstract = False
        verbose_name = _("dossier d'identité")
        verbose_name_plural = _("dossiers d'identité")
        constraints = [
            *Case.Meta.constraints,
            models.CheckConstraint(
                name="kyc_identitycase_sent_with_a_paper",
                condition=Q(state="draft") | Q(paper__in=papers.Kind.values),
            ),
            models.UniqueConstraint(
                fields=["paper", "number_index"],
                condition=Q(state__in=["approved", "suspended"]),
                name="kyc_identitycase_one_approved_per_number",
            ),
            models.UniqueConstraint(
                fields=["citizen"],
                condition=Q(state__in=["draft", "waiting", "claimed", "returned"]),
                name="kyc_identitycase_one_under_way_per_citizen",
            ),
            models.UniqueConstraint(
                fields=["citizen"],
                condition=Q(state__in=["approved", "suspended"]),
                name="kyc_identitycase_one_approved_per_citizen",
            ),
            models.CheckConstraint(
                name="kyc_identitycase_suspended_with_a_reason",
                condition=~Q(state="suspended")
                | Q(suspended_by__isnull=False, suspended_at__isnull=False, resumed_by=None)
                & ~Q(reason_code="")
                & (~Q(reason="") | ~Q(reason_code="suspended_other")),
            ),
            models.CheckConstraint(
                name="kyc_identitycase_resumed_by_another",
                condition=Q(suspended_by=None, resumed_by=None)
                | Q(suspended_by__isnull=False, state="suspended")
                | Q(suspended_by__isnull=False, resumed_by__isnull=False)
                & ~Q(resumed_by=F("suspended_by")),
            ),
            # Until it is sent its agent may be whoever sent it back: nobody has taken it up.
            models.CheckConstraint(
                name="kyc_identitycase_never_judged_by_who_helped",
                condition=Q(assisted_by=None)
                | Q(state__in=["draft", "waiting", "returned"])
                | ~Q(agent=F("assisted_by")),
            ),
            models.CheckConstraint(
                name="kyc_identitycase_never_helped_by_oneself",
                condition=Q(assisted_by=None) | ~Q(assisted_by=F("citizen")),
            ),
        ]
        indexes = [
            *Case.Meta.indexes,
            models.Index(fields=["number_index"], name="kyc_identitycase_number"),
            models.Index(
                fields=["expires_on"],
                condition=Q(state="approved"),
                name="kyc_identitycase_ending",
            ),
            models.Index(fields=["created_at"], name="kyc_identitycase_begun"),
        ]

    @property
    def rules(self) -> papers.Paper:
        """What the declared kind of paper needs."""
        return papers.PAPERS[papers.Kind(self.paper or papers.Kind.CIN)]

    @property
    def ends_on(self) -> date | None:
        """The last day its paper proves anything, as declared or derived from its issue."""
        return self.rules.expiry(self.issue_date, self.expiry)

    @property
    def sides(self) -> list[str]:
        """What the declared kind of paper needs photographed."""
        return list(self.rules.sides)

    def reader_of(self, side: str) -> str:
        """The reader of the declared kind of paper; faces and proofs of address have none."""
        return self.rules.reader if side in papers.FACES else ""

    def paper_of(self, side: str) -> str:
        """The declared kind of paper: a photograph of another is none of this one."""
        return (self.paper or papers.Kind.CIN) if side in papers.FACES else ""

    @property
    def printed(self) -> list[str]:
        """What this kind of paper says."""
        silent = set() if self.rules.prints_family else {*FAMILY}
        silent |= set() if self.rules.prints_expiry else {"expiry"}
        return [name for name in super().printed if name not in silent]

    @property
    def required(self) -> list[str]:
        """What must be declared: the end of a paper where it prints one."""
        return [*self.REQUIRED, *(["expiry"] if self.rules.prints_expiry else [])]

    @property
    def is_renewable(self) -> bool:
        """Whether its citizen should bring another paper: this one ends, or has ended."""
        if self.state == State.EXPIRED:
            return True
        near = timezone.localdate() + papers.WARNING
        return self.state == State.APPROVED and bool(self.expires_on and self.expires_on <= near)

    @property
    def assistance(self) -> Assistance | None:
        """Who helps its citizen to fill it in at this moment, at a counter."""
        return self.assistances.live().first()

    @property
    def is_for_the_counter(self) -> bool:
        """Whether only a visit can help, and this is not the visit."""
        return super().is_for_the_counter and not self.assistance

    def is_agreed(self, by) -> bool:
        """Its citizen sends it; or has confirmed by code what stands in it to who helps them."""
        helped = self.assistance
        is_helper = bool(helped and helped.agent_id == by.pk)
        return super().is_agreed(by) or (is_helper and helped.agreed_to == self.fingerprint())

    @property
    def may_be_followed(self) -> bool:
        """Whether its citizen may open another: this one was refused, ends, or has ended."""
        return self.state == State.REJECTED or self.is_renewable

    def declare(self, values: dict) -> list[str]:
        """Another kind of paper has another number, another end, and other pictures."""
        wanted = values.get("paper", self.paper) or papers.Kind.CIN
        if wanted == (self.paper or papers.Kind.CIN):
            return super().declare(values)
        blank = {name: self._meta.get_field(name).get_default() for name in self.OF_THE_PAPER}
        changed = super().declare(blank | values)
        if self.reopened:
            again = ["reponses", *(side for side in self.sides if side in papers.FACES)]
            why = self.reopened["piece"] | {"done": False}
            self.reopened |= dict.fromkeys(again, why)
        return changed

    def mark_stage(self) -> list[str]:
        """Remember where its citizen is, for figures: what is sealed cannot be asked later."""
        present = {document.side for document in self.current_documents()}
        todo = (part.name for part in self.SECTIONS if not self.is_done(part, present))
        self.stage = next(todo, "check")
        return ["stage"]

    @property
    def is_taken(self) -> bool:
        """Whether its number is that of a dossier somebody else was approved with.

        Also under an older key: while keys are renewed the constraint sees two different indexes.
        """
        standing = type(self).objects.filter(state__in=[State.APPROVED, State.SUSPENDED])
        others = standing.exclude(citizen=self.citizen)
        return bool(self.number) and others.numbered(self.number, paper=self.paper).exists()

    def approve(self) -> dict:
        """Write the number's index anew, which the database keeps unique among the approved.

        The dossier that this one takes the place of ends. Raises IntegrityError when somebody else
        was approved with this number, and MoveRefused when the paper has ended, or where the
        person is suspended.
        """
        if self.ends_on and self.ends_on < timezone.localdate():
            raise MoveRefused(gettext("Cette pièce n'est plus valable : elle ne prouve rien."))
        self._replace()
        if self.is_taken:
            raise IntegrityError("kyc_identitycase_one_approved_per_number")
        return {"number": self.number, "expires_on": self.ends_on}

    def _replace(self) -> None:
        """End the dossier that this one takes the place of. One that is suspended stays."""
        standing = self.citizen.identitycases.filter(state__in=[State.APPROVED, State.SUSPENDED])
        for older in standing.select_for_update(of=("self",)):
            if older.state == State.SUSPENDED:
                raise MoveRefused(
                    gettext("Un dossier de cette personne est suspendu : il faut d'abord décider.")
                )
            older.move(State.EXPIRED, by=None, note=self.reference)
            chain.record("case.expired", by=None, about=older, replaced_by=self.pk)
