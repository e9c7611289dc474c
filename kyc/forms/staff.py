"""What administrators type about the staff, and the staff of itself."""

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from kyc.credentials import StaffRequest
from kyc.models import User
from project.lib import phones


class InvitationForm(forms.Form):
    """Who is to work here, as what, and where the link is sent."""

    role = forms.ChoiceField(
        label=_("Rôle"),
        choices=[(role.value, role.label) for role in User.Role if role != User.Role.CITIZEN],
    )
    email = forms.EmailField(label=_("Adresse e-mail professionnelle"))
    phone = forms.CharField(label=_("Numéro de téléphone mobile"), max_length=30)

    def clean_email(self):
        return self.cleaned_data["email"].lower()

    def clean_phone(self):
        """Raises ValidationError unless it is a Malagasy mobile number."""
        return phones.parse(self.cleaned_data["phone"])


class StaffRequestForm(forms.Form):
    """What one administrator asks of another for somebody's account."""

    kind = forms.ChoiceField(
        label=_("Demande"), choices=StaffRequest.Kind.choices, widget=forms.RadioSelect
    )
    role = forms.ChoiceField(
        label=_("Nouveau rôle"),
        required=False,
        choices=[("", "—"), *InvitationForm.base_fields["role"].choices],
    )
    reason = forms.CharField(label=_("Raison"), max_length=300)

    def clean(self):
        """A role goes with a change of role, and with nothing else."""
        data = super().clean()
        if data.get("kind") == StaffRequest.Kind.FACTOR:
            data["role"] = ""
        elif not data.get("role"):
            self.add_error("role", _("Choisissez le nouveau rôle."))
        return data


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
