"""People, the papers they show, and the cases agents decide."""

import uuid
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.files.storage import storages
from django.db import IntegrityError, models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kyc import cin
from kyc.authenticators import TOTPDevice  # noqa: F401  (Django finds models here)
from kyc.cases import Case, CaseQuerySet
from kyc.credentials import (  # noqa: F401
    Activation,
    Code,
    RecoveryCode,
    StaffRequest,
    Tally,
)
from project.lib import phones
from project.lib.sealed import (
    BlindIndexField,
    Indexed,
    SealedCharField,
    SealedDateField,
    SealedJSONField,
)
from project.lib.workflow import Move


def scan_storage():
    """Where scans lie: S3 in production, files in the demo."""
    return storages["scans"]


class UserManager(BaseUserManager):
    def create_user(self, *, password=None, **fields):
        """Make an account. Without a password nobody can sign in with one."""
        user = self.model(**fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def reached_at(self, address):
        """The account of a phone (E.164) or an e-mail address, or None.

        Whoever has confirmed it comes before whoever merely claims it. Of an address that
        nobody has confirmed, only staff accounts count: an administrator gave it to them.
        """
        if "@" not in address:
            claims = self.filter(phone=address, is_active=True) | self.filter(
                phone=address, phone_verified_at__isnull=False
            )
            return claims.order_by(F("phone_verified_at").asc(nulls_last=True), "-pk").first()
        confirmed = Q(emailaddress__email__iexact=address, emailaddress__verified=True)
        given = Q(email__iexact=address) & ~Q(role=User.Role.CITIZEN)
        return self.filter(confirmed).first() or self.filter(given).first()

    def drop_phone_claims(self, phone, *, but):
        """Close the accounts that claimed a phone which has turned out to be somebody else's."""
        claims = self.filter(phone=phone, phone_verified_at=None).exclude(pk=but.pk)
        claims.exclude(email="").update(phone=None)
        claims.update(is_active=False)

    def drop_email_claims(self, email, *, but):
        """Take an address from the accounts that claimed it, and leave them their phone."""
        for address in EmailAddress.objects.filter(email__iexact=email).exclude(user=but):
            if not address.verified:
                address.delete()
        others = self.filter(email__iexact=email, phone__isnull=False).exclude(pk=but.pk)
        others.update(email="")


class User(AbstractBaseUser, PermissionsMixin):
    """An account: one person in one role, known by a phone, an e-mail address, or both."""

    class Role(models.TextChoices):
        CITIZEN = "citizen", _("citoyen")
        AGENT = "agent", _("agent")
        OFFICER = "officer", _("agent de contrôle")
        SUPERVISOR = "supervisor", _("superviseur")
        FINANCE = "finance", _("finances")
        AUDITOR = "auditor", _("auditeur")
        ADMINISTRATOR = "administrator", _("administrateur")

    phone = models.CharField(  # noqa: DJ001
        _("téléphone"), max_length=16, db_index=True, null=True, blank=True
    )
    phone_verified_at = models.DateTimeField(null=True, blank=True)
    # allauth keeps which addresses are confirmed; this is the one we write to.
    email = models.EmailField(_("adresse e-mail"), blank=True)
    role = models.CharField(_("rôle"), max_length=20, choices=Role, default=Role.CITIZEN)
    language = models.CharField(
        _("langue"), max_length=5, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False, help_text="refused on production settings")
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "phone"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="kyc_user_can_be_reached",
                condition=Q(phone__isnull=False) & ~Q(phone="") | ~Q(email=""),
            ),
            # Until it is confirmed, a phone is only claimed: nobody keeps its owner out by that.
            models.UniqueConstraint(
                fields=["phone"],
                condition=Q(phone_verified_at__isnull=False),
                name="kyc_user_one_owner_per_phone",
            ),
        ]

    def __str__(self):
        return phones.mask(self.phone) if self.phone else _("compte %s") % self.pk

    @property
    def is_identified(self) -> bool:
        """Whether an agent has approved who this person says they are."""
        return self.identitycases.filter(state=Case.State.APPROVED).exists()


class Document(models.Model):
    """One side of a paper, photographed. What is stored is our own re-encoded picture.

    A new upload makes a new row: the old one stays as evidence.
    """

    class Side(models.TextChoices):
        CIN_FRONT = "cin_front", _("CIN, recto")
        CIN_BACK = "cin_back", _("CIN, verso")
        CARTE_GRISE_FRONT = "carte_grise_front", _("carte grise, recto")
        CARTE_GRISE_BACK = "carte_grise_back", _("carte grise, verso")

    class State(models.TextChoices):
        PENDING = "pending", _("lecture en attente")
        READ = "read", _("lu")
        UNREAD = "unread", _("non lu")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="documents"
    )
    side = models.CharField(max_length=20, choices=Side)
    picture = models.FileField(storage=scan_storage, max_length=120)
    original = models.FileField(storage=scan_storage, max_length=120)
    width = models.PositiveIntegerField(help_text="pixels")
    height = models.PositiveIntegerField(help_text="pixels")
    media_type = models.CharField(max_length=30, help_text="of the original")
    sha256 = models.CharField(max_length=64)
    original_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    reading = SealedJSONField(default=dict, blank=True, help_text="what OCR made of it")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return f"{self.get_side_display()} {self.pk}"

    @property
    def is_pending(self) -> bool:
        return self.state == self.State.PENDING

    @property
    def is_slow(self) -> bool:
        """Whether it has waited to be read for longer than is usual."""
        return self.is_pending and timezone.now() - self.uploaded_at > timedelta(seconds=30)

    @property
    def fields(self) -> dict:
        """What was read, by field name: value, confidence, confident, box."""
        return self.reading.get("fields", {})


class DocumentView(models.Model):
    """Somebody of the staff looked at a paper: in this service, reading is an act."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="views")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return f"{self.document_id} par {self.by_id}"


class IdentityCaseQuerySet(CaseQuerySet):
    def numbered(self, number):
        """Cases that declare this CIN number, however its digits are spaced."""
        return self.filter(number_index__in=IdentityCase.indexes_of("number_index", number))


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
    ]
    REQUIRED = [
        "number",
        "surname",
        "birth_date",
        "birth_place",
        "address",
        "issue_date",
        "issue_place",
    ]
    SHOWN = {"number": cin.display}

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


class Deletion(models.Model):
    """The proof that data was deleted when its time had come: how much of what, never whose."""

    kind = models.CharField(max_length=40, help_text="a rule of kyc.retention")
    count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text="sha256 of the rows' ids, sorted, by line")
    before = models.DateTimeField(help_text="what was older than this")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return f"{self.kind}: {self.count}"
