"""What administrators type about the staff, and the staff of itself."""

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from kyc.duties import ROLES
from kyc.models import StaffRequest
from kyc.regions import Region
from project.lib import phones

Kind = StaffRequest.Kind
ROLE_CHOICES = [(role.value, role.label) for role in ROLES]


class SearchForm(forms.Form):
    """Which of the staff to show; an empty field says nothing."""

    name = forms.CharField(label=_("Adresse ou téléphone"), required=False, max_length=100)
    role = forms.ChoiceField(
        label=_("Rôle"), required=False, choices=[("", _("Tous")), *ROLE_CHOICES]
    )
    region = forms.ChoiceField(
        label=_("Région"), required=False, choices=[("", _("Toutes")), *Region.choices]
    )
    state = forms.ChoiceField(
        label=_("État"),
        required=False,
        choices=[("", _("Tous")), ("open", _("Ouvert")), ("closed", _("Fermé"))],
    )

    def narrow(self, people):
        """The accounts that answer the search. Call it on a valid form."""
        asked = self.cleaned_data
        if asked["name"]:
            digits = "".join(sign for sign in asked["name"] if sign.isdigit()).lstrip("0")
            found = people.filter(email__icontains=asked["name"])
            people = found | people.filter(phone__contains=digits) if digits else found
        if asked["role"]:
            people = people.filter(role=asked["role"])
        if asked["region"]:
            people = people.filter(postings__region=asked["region"])
        if asked["state"]:
            people = people.filter(is_active=asked["state"] == "open")
        return people


class RegionsField(forms.MultipleChoiceField):
    """Any of the 24 regions, several or none."""

    def __init__(self):
        super().__init__(
            label=_("Régions"),
            help_text=_(
                "Pour les agents et les superviseurs. Sans région, un agent ne voit aucun dossier "
                "et un superviseur les voit tous."
            ),
            choices=Region.choices,
            required=False,
            widget=forms.CheckboxSelectMultiple(attrs={"class": "columns"}),
        )


class ReasonField(forms.CharField):
    """Why: the second administrator reads it before deciding."""

    def __init__(self):
        super().__init__(
            label=_("Raison"),
            help_text=_("Le second administrateur la lit avant de décider."),
            max_length=300,
        )


class InvitationForm(forms.Form):
    """Who is to work here, as what and where, and where the link is sent."""

    role = forms.ChoiceField(label=_("Rôle"), choices=[("", "—"), *ROLE_CHOICES])
    email = forms.EmailField(label=_("Adresse e-mail professionnelle"))
    phone = forms.CharField(label=_("Numéro de téléphone mobile"), max_length=30)
    regions = RegionsField()
    reason = ReasonField()

    def clean_email(self):
        return self.cleaned_data["email"].lower()

    def clean_phone(self):
        """Raises ValidationError unless it is a Malagasy mobile number."""
        return phones.parse(self.cleaned_data["phone"])


class RoleForm(forms.Form):
    """Another role, and the regions that go with it."""

    role = forms.ChoiceField(label=_("Nouveau rôle"), choices=[("", "—"), *ROLE_CHOICES])
    regions = RegionsField()
    reason = ReasonField()


class RegionsForm(forms.Form):
    """The regions somebody works in from now on."""

    regions = RegionsField()
    reason = ReasonField()


class ReasonForm(forms.Form):
    """What needs no more than a reason."""

    reason = ReasonField()


# What is asked for each kind of change; an invitation has a page of its own.
CHANGES = {
    Kind.ROLE: RoleForm,
    Kind.REGIONS: RegionsForm,
    Kind.FACTOR: ReasonForm,
    Kind.REOPENING: ReasonForm,
}


class VerdictForm(forms.Form):
    """The second administrator's word."""

    verdict = forms.ChoiceField(
        label=_("Décision"),
        choices=[("confirmed", _("Confirmer")), ("refused", _("Refuser"))],
        widget=forms.RadioSelect,
    )


class ActivationForm(forms.Form):
    """The password somebody of the staff chooses by the link they were sent."""

    password = forms.CharField(
        label=_("Mot de passe"),
        help_text=_("12 caractères au moins. Trois mots sans rapport font un bon mot de passe."),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self):
        """Raises ValidationError for what anybody would guess."""
        password = self.cleaned_data["password"]
        password_validation.validate_password(password, self.user)
        return password
