"""Accounts: who somebody is to this service."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from kyc.cases import Case
from kyc.models.organisations import Membership
from project.lib import phones


class UserManager(BaseUserManager):
    def create_user(self, *, password=None, **fields):
        """Make an account. Without a password nobody can sign in with one."""
        user = self.model(**fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def with_duties(self):
        """Accounts with what they do in organisations, in the one query that loads them."""
        parts = Membership.objects.active().filter(user=OuterRef("pk"))
        return self.annotate(
            is_maker=Exists(parts.filter(role=Membership.Role.MAKER)),
            is_checker=Exists(parts.filter(role=Membership.Role.CHECKER)),
        )

    def reached_at(self, address):
        """The account of a phone (E.164) or an e-mail address, or None.

        Whoever has confirmed it comes before whoever merely claims it. Of an address that
        nobody has confirmed, only staff accounts count: an administrator gave it to them.
        """
        return self.reachable_at(address).first()

    def reachable_at(self, address):
        """The accounts of a phone or an address, as above: one query, whoever there is."""
        if "@" not in address:
            claims = self.filter(phone=address, is_active=True) | self.filter(
                phone=address, phone_verified_at__isnull=False
            )
            return claims.order_by(F("phone_verified_at").asc(nulls_last=True), "-pk")
        # By allauth's rows: they are in small letters, and found by their index.
        given = Q(emailaddress__verified=True) | ~Q(role=User.Role.CITIZEN)
        rows = self.filter(given, emailaddress__email=address.lower())
        return rows.order_by("-emailaddress__verified", "pk")

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
    devices_forgotten_at = models.DateTimeField(null=True, blank=True)
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
        """Whether an agent has approved who this person says they are, on a paper that holds."""
        return self.identitycases.proving().exists()

    @property
    def is_suspended(self) -> bool:
        """Whether a supervisor has suspended the dossier that proved who this person is."""
        return self.identitycases.filter(state=Case.State.SUSPENDED).exists()

    # In a request both come with the account (`with_duties`): what ended counts no more at once.
    @cached_property
    def is_maker(self) -> bool:
        """Whether this person makes in some organisation's name, now."""
        return self.memberships.active().filter(role=Membership.Role.MAKER).exists()

    @cached_property
    def is_checker(self) -> bool:
        """Whether this person approves in some organisation's name, now."""
        return self.memberships.active().filter(role=Membership.Role.CHECKER).exists()
