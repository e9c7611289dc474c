"""People, the papers they show, and the cases agents decide."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kyc import cin
from kyc.cases import Case
from project.lib import phones
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
        """The account of a phone (E.164) or a confirmed e-mail address, or None.

        An address nobody confirmed may be a stranger's: whoever opens an account with somebody
        else's phone and their own address must not get back into it by that address.
        """
        confirmed = Q(emailaddress__email__iexact=address, emailaddress__verified=True)
        return self.filter(confirmed if "@" in address else Q(phone=address)).first()


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

    phone = models.CharField(_("téléphone"), max_length=16, unique=True, null=True, blank=True)
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
    reading = models.JSONField(default=dict, blank=True, help_text="what OCR made of it")
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


class IdentityCase(Case):
    """Somebody's proof of who they are, from their national identity card (CIN)."""

    PREFIX = "ID"
    SIDES = [Document.Side.CIN_FRONT, Document.Side.CIN_BACK]

    number = models.CharField(_("numéro de CIN"), max_length=12, null=True, blank=True)  # noqa: DJ001
    surname = models.CharField(_("nom"), max_length=100, blank=True)
    given_names = models.CharField(_("prénoms"), max_length=150, blank=True)
    birth_date = models.DateField(_("date de naissance"), null=True, blank=True)
    birth_place = models.CharField(_("lieu de naissance"), max_length=100, blank=True)
    address = models.CharField(_("domicile"), max_length=200, blank=True)
    occupation = models.CharField(_("profession"), max_length=100, blank=True)
    father = models.CharField(_("père"), max_length=150, blank=True)
    mother = models.CharField(_("mère"), max_length=150, blank=True)
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

    class Meta(Case.Meta):
        abstract = False
        verbose_name = _("dossier d'identité")
        verbose_name_plural = _("dossiers d'identité")
        constraints = [
            *Case.Meta.constraints,
            models.UniqueConstraint(
                fields=["number"],
                condition=Q(state="approved"),
                name="kyc_identitycase_one_approved_per_number",
            ),
            models.UniqueConstraint(
                fields=["citizen"],
                condition=~Q(state="rejected"),
                name="kyc_identitycase_one_live_per_citizen",
            ),
        ]


class IdentityCaseMove(Move):
    """A line of an identity case's history."""

    case = models.ForeignKey(IdentityCase, on_delete=models.PROTECT, related_name="log")

    def __str__(self):
        return f"{self.case_id}: {self.origin} → {self.state}"
