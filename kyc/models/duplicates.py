"""What two dossiers have in common that two people should not have, and what people said of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kyc.models.documents import Document
from kyc.models.identity import IdentityCase


class PictureMark(models.Model):
    """A mark by which a copy of a picture is found (kyc.fingerprints). It tells nothing itself."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="marks")
    mark = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mark", "document"], name="kyc_picturemark_once")
        ]

    def __str__(self):
        return f"{self.document_id} {self.mark}"


class PersonKey(models.Model):
    """A keyed hash by which the same person under another spelling is found (kyc.spelling)."""

    case = models.ForeignKey(IdentityCase, on_delete=models.CASCADE, related_name="person_keys")
    key = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "case"], name="kyc_personkey_once")]

    def __str__(self):
        return f"{self.case_id}"


class Resemblance(models.Model):
    """Two cases, the later one first, with something in common. People say what that means.

    Concrete for each kind of case, which names both: `case` and `other`.
    """

    class Kind(models.TextChoices):
        NUMBER = "number", _("même numéro de pièce")
        PHONE = "phone", _("même téléphone")
        PLATE = "plate", _("même plaque")
        CHASSIS = "chassis", _("même numéro de châssis")
        PERSON = "person", _("même personne, peut-être, écrite autrement")
        COPY = "copy", _("même fichier de photo")
        PICTURE = "picture", _("photo presque identique")

    class State(models.TextChoices):
        OPEN = "open", _("à regarder")
        SAME = "same", _("c'est bien la même chose")
        UNRELATED = "unrelated", _("ce n'est pas un doublon")

    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    # The two pictures, where it is pictures that are alike, and how far: from -1 to 1.
    paper = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    other_paper = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    score = models.FloatField(null=True)
    found_at = models.DateTimeField(auto_now_add=True)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    judged_at = models.DateTimeField(null=True)
    reason = models.TextField(_("pourquoi"), blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "case", "other"],
                condition=Q(paper=None),
                name="%(app_label)s_%(class)s_once_a_pair",
            ),
            models.UniqueConstraint(
                fields=["paper", "other_paper"],
                condition=Q(paper__isnull=False),
                name="%(app_label)s_%(class)s_once_for_two_pictures",
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_later_one_first",
                condition=Q(case__gt=F("other")),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_pictures_with_their_kind",
                condition=Q(kind__in=["copy", "picture"], paper__isnull=False)
                & Q(other_paper__isnull=False, score__isnull=False)
                | ~Q(kind__in=["copy", "picture"]) & Q(paper=None, other_paper=None, score=None),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_judged_by_people",
                condition=Q(state="open", judged_by=None, judged_at=None, reason="")
                | ~Q(state="open")
                & Q(judged_by__isnull=False, judged_at__isnull=False)
                & ~Q(reason=""),
            ),
        ]

    def __str__(self):
        return f"{self.kind}: {self.case_id} {self.other_id}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    def beside(self, case):
        """The other one of the two, seen from one of them."""
        return self.other if case.pk == self.case_id else self.case


class IdentityResemblance(Resemblance):
    """Two identity dossiers with something in common."""

    case = models.ForeignKey(IdentityCase, on_delete=models.PROTECT, related_name="resemblances")
    other = models.ForeignKey(IdentityCase, on_delete=models.PROTECT, related_name="resembled")
