"""Somebody's proof of who they are."""

from django.db import IntegrityError, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kyc import cin, masks
from kyc.cases import Case, CaseQuerySet
from kyc.models.documents import Document
from project.lib.sealed import (
    BlindIndexField,
    Indexed,
    SealedCharField,
    SealedDateField,
)
from project.lib.workflow import Move


class IdentityCaseQuerySet(CaseQuerySet):
    def numbered(self, number):
        """Cases that declare this CIN number, however its digits are spaced."""
        return self.filter(number_index__in=IdentityCase.indexes_of("number_index", number))

    def comparable(self):
        """Dossiers a person at the counter can be compared with: sent, and not rejected."""
        return self.exclude(state__in=[Case.State.DRAFT, Case.State.REJECTED])


class IdentityCase(Indexed, Case):
    """Somebody's proof of who they are, from their national identity card (CIN)."""

    PREFIX = "ID"
    SIDES = [Document.Side.CIN_FRONT, Document.Side.CIN_BACK]

    # Sealed: what is asked to prove who one is, and where one lives. Names are read by agents, and
    # dates and places of issue say nothing without the number (docs/adr/0012).
    number = SealedCharField(_("numéro de CIN"), max_length=12, null=True, blank=True)
    number_index = BlindIndexField("number")
    surname = models.CharField(_("nom"), max_length=100, blank=True)
    given_names = models.CharField(_("prénoms"), max_length=150, blank=True)
    birth_date = SealedDateField(_("date de naissance"), null=True, blank=True)
    birth_place = SealedCharField(_("lieu de naissance"), max_length=100, blank=True)
    address = SealedCharField(_("domicile"), max_length=200, blank=True)
    occupation = models.CharField(_("profession"), max_length=100, blank=True)
    father = SealedCharField(_("père"), max_length=150, blank=True)
    mother = SealedCharField(_("mère"), max_length=150, blank=True)
    issue_date = models.DateField(_("date de délivrance"), null=True, blank=True)
    issue_place = models.CharField(_("lieu de délivrance"), max_length=100, blank=True)

    DECLARED = [
        "number",
        "surname",
        "given_names",
        "birth_date",
        "birth_place",
        "address",
        "occupation",
        "father",
        "mother",
        "issue_date",
        "issue_place",
        "region",
    ]
    REQUIRED = [
        "number",
        "surname",
        "birth_date",
        "birth_place",
        "address",
        "issue_date",
        "issue_place",
        "region",
    ]
    SHOWN = {"number": cin.display}
    MASKED = {
        "number": masks.number,
        "birth_date": masks.day,
        "birth_place": masks.words,
        "address": masks.words,
        "father": masks.words,
        "mother": masks.words,
    }

    objects = IdentityCaseQuerySet.as_manager()

    class Meta(Case.Meta):
        abstract = False
        verbose_name = _("dossier d'identité")
        verbose_name_plural = _("dossiers d'identité")
        constraints = [
            *Case.Meta.constraints,
            models.UniqueConstraint(
                fields=["number_index"],
                condition=Q(state="approved"),
                name="kyc_identitycase_one_approved_per_number",
            ),
            models.UniqueConstraint(
                fields=["citizen"],
                condition=~Q(state="rejected"),
                name="kyc_identitycase_one_live_per_citizen",
            ),
        ]

    def approve(self) -> dict:
        """Write the number's index anew, which the database keeps unique among the approved.

        Raises IntegrityError when somebody was approved with this number under an older key: while
        keys are renewed the constraint sees two different indexes.
        """
        approved = type(self).objects.filter(state=Case.State.APPROVED)
        if self.number and approved.numbered(self.number).exists():
            raise IntegrityError("kyc_identitycase_one_approved_per_number")
        return {"number": self.number}


class IdentityCaseMove(Move):
    """A line of an identity case's history."""

    case = models.ForeignKey(IdentityCase, on_delete=models.PROTECT, related_name="log")

    def __str__(self):
        return f"{self.case_id}: {self.origin} → {self.state}"
