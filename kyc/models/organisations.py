"""Organisations, and who makes or approves in their name."""

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kyc.cases import Case
from kyc.models.identity import IdentityCase
from project.lib import phones
from project.lib.workflow import Move, Tracked


class OrganisationQuerySet(models.QuerySet):
    def joined_by(self, user, *roles):
        """Organisations somebody belongs to, in one of these roles if any are named."""
        parts = Membership.objects.active().filter(user=user)
        if roles:
            parts = parts.filter(role__in=roles)
        return self.filter(pk__in=parts.values("organisation"))

    def counted(self):
        """With how many make, how many approve, and how many are invited."""

        def count(**found):
            parts = Q(**{f"memberships__{name}": value for name, value in found.items()})
            return models.Count("memberships", filter=parts)

        return self.annotate(
            makers=count(state="active", role="maker"),
            checkers=count(state="active", role="checker"),
            invited=count(state="invited", expires_at__gt=timezone.now()),
        )


class Organisation(Tracked):
    """A company or an institution in whose name people declare and pay.

    What it says of itself is proved by no register: two may claim one NIF until an administrator
    suspends the wrong one, so that nobody keeps its owner out by claiming it first.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("en activité")
        SUSPENDED = "suspended", _("suspendue")

    MOVES = {State.ACTIVE: {State.SUSPENDED}, State.SUSPENDED: {State.ACTIVE}}

    name = models.CharField(pgettext_lazy("organisation", "nom"), max_length=150)
    # No authority publishes the form of either number: they are kept as they were given.
    nif = models.CharField(_("NIF"), max_length=20)
    stat = models.CharField(_("numéro STAT"), max_length=30, blank=True)
    state = models.CharField(max_length=20, choices=State, default=State.ACTIVE)
    reason = models.CharField(_("raison"), max_length=300, blank=True)
    founded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    founded_at = models.DateTimeField(auto_now_add=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        constraints = [
            models.UniqueConstraint(
                fields=["founded_by", "nif"], name="kyc_organisation_founded_once"
            ),
            models.CheckConstraint(
                name="kyc_organisation_suspended_with_a_reason",
                condition=Q(state="active", reason="") | Q(state="suspended") & ~Q(reason=""),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_suspended(self) -> bool:
        """Whether its members may only read."""
        return self.state == self.State.SUSPENDED

    def get_absolute_url(self) -> str:
        return reverse("kyc:organisation_detail", args=[self.pk])


class OrganisationMove(Move):
    """A line of an organisation's history."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="log")

    def __str__(self):
        return f"{self.organisation_id}: {self.origin} → {self.state}"


class MembershipQuerySet(models.QuerySet):
    def active(self):
        """Parts that people have now."""
        return self.filter(state=Membership.State.ACTIVE)

    def makers(self):
        """Parts of those who make, now."""
        return self.active().filter(role=Membership.Role.MAKER)

    def open(self):
        """Invitations that can still be answered."""
        return self.filter(state=Membership.State.INVITED, expires_at__gt=timezone.now())

    def stale(self):
        """Invitations nobody answered in time."""
        return self.filter(state=Membership.State.INVITED, expires_at__lte=timezone.now())

    def addressed_to(self, user):
        """Invitations to a phone or an e-mail address that this person has confirmed."""
        confirmed = user.emailaddress_set.filter(verified=True).values_list("email", flat=True)
        addresses = [email.lower() for email in confirmed]
        if user.phone and user.phone_verified_at:
            addresses.append(user.phone)
        return self.filter(address__in=addresses)

    def named(self):
        """With the approved names of each person, of whom colleagues see the initials."""
        case = IdentityCase.objects.filter(citizen=OuterRef("user"), state=Case.State.APPROVED)
        return self.select_related("user").annotate(
            given_names=Subquery(case.values("given_names")[:1]),
            surname=Subquery(case.values("surname")[:1]),
        )


class Membership(Tracked):
    """Somebody's part in an organisation, from the invitation to the end of it.

    Nobody's role changes: a part ends, and an invitation to another begins.
    """

    class Role(models.TextChoices):
        MAKER = "maker", _("gestionnaire")
        CHECKER = "checker", pgettext_lazy("organisation", "superviseur")

    class State(models.TextChoices):
        INVITED = "invited", _("invitation envoyée")
        ACTIVE = "active", _("membre")
        ENDED = "ended", _("terminé")

    MOVES = {State.INVITED: {State.ACTIVE, State.ENDED}, State.ACTIVE: {State.ENDED}}

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(_("rôle"), max_length=10, choices=Role)
    state = models.CharField(max_length=20, choices=State, default=State.INVITED)
    # Where the invitation went, for as long as it is open: an account answers for itself.
    address = models.CharField(max_length=254, blank=True, help_text="E.164, or e-mail")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="memberships"
    )
    # Nobody invited the founder.
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, help_text="of the invitation")
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membre d'une organisation")
        ordering = ["pk"]
        constraints = [
            # And with it: nobody makes and approves in one organisation.
            models.UniqueConstraint(
                fields=["organisation", "user"],
                condition=Q(state="active"),
                name="kyc_membership_one_live_per_person",
            ),
            models.UniqueConstraint(
                fields=["organisation", "address"],
                condition=Q(state="invited"),
                name="kyc_membership_one_invitation_per_address",
            ),
            models.CheckConstraint(
                name="kyc_membership_nobody_invites_themselves",
                condition=Q(user=None) | Q(invited_by=None) | ~Q(user=F("invited_by")),
            ),
            models.CheckConstraint(
                name="kyc_membership_only_a_maker_comes_uninvited",
                condition=Q(invited_by__isnull=False, expires_at__isnull=False)
                | Q(invited_by=None, expires_at=None, role="maker") & ~Q(state="invited"),
            ),
            models.CheckConstraint(
                name="kyc_membership_address_while_invited",
                condition=Q(state="invited", user=None) & ~Q(address="")
                | ~Q(state="invited") & Q(address=""),
            ),
            models.CheckConstraint(
                name="kyc_membership_somebody_since_it_began",
                condition=Q(user__isnull=False, began_at__isnull=False)
                | Q(user=None, began_at=None) & ~Q(state="active"),
            ),
            models.CheckConstraint(
                name="kyc_membership_ended_when_it_ended",
                condition=Q(state="ended", ended_at__isnull=False)
                | ~Q(state="ended") & Q(ended_at=None),
            ),
        ]

    def __str__(self):
        return f"{self.get_role_display()} {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it is an invitation that can still be answered."""
        return self.state == self.State.INVITED and self.expires_at > timezone.now()

    @property
    def initials(self) -> str:
        """How colleagues see a member, beside the masked phone. Ask for it of `named()` rows."""
        names = f"{self.given_names or ''} {self.surname or ''}".split()
        return " ".join(f"{name[0].upper()}." for name in names)

    @property
    def shown_address(self) -> str:
        """Only what lets whoever typed it recognise an address: `034 •• ••• 67`, `r•••@mail.mg`."""
        return mask(self.address)


class MembershipMove(Move):
    """A line of a membership's history."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="log")

    def __str__(self):
        return f"{self.membership_id}: {self.origin} → {self.state}"


def mask(address: str) -> str:
    """A phone or an e-mail address, of which only its owner makes the rest."""
    if "@" not in address:
        return phones.mask(address) if address else ""
    name, _at, host = address.partition("@")
    return f"{name[:1]}•••@{host}"
