"""What people type about organisations, and whom they invite into them."""

import re
import unicodedata

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from kyc.models import Membership
from project.lib import phones

# As the NIF of a published example stands: ten digits. No authority says it must be so.
USUAL_NIF = re.compile(r"\d{10}", re.ASCII)


def bare(typed):
    """A number without its spaces, in the letters and digits of everybody's keyboard."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", typed)).upper()


class NumberField(forms.CharField):
    """A number somebody else gave: letters, digits and the signs between them."""

    def to_python(self, value):
        return bare(super().to_python(value))

    def validate(self, value):
        """Raises ValidationError for what cannot be a number at all."""
        super().validate(value)
        if value and not re.fullmatch(r"[0-9A-Z./-]*\d[0-9A-Z./-]*", value):
            raise forms.ValidationError(_("Recopiez le numéro : des chiffres et des lettres."))


class FoundingForm(forms.Form):
    """What an organisation says of itself."""

    name = forms.CharField(
        label=_("Nom de l'organisation"),
        max_length=150,
        help_text=_("Tel qu'il est écrit sur la carte d'immatriculation fiscale."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    nif = NumberField(
        label=_("NIF"),
        max_length=20,
        help_text=_("Numéro d'identification fiscale, d'ordinaire dix chiffres."),
        widget=forms.TextInput(attrs={"class": "width-20", "autocomplete": "off"}),
    )
    stat = NumberField(
        label=_("Numéro STAT"),
        max_length=30,
        required=False,
        help_text=_("Numéro de la carte statistique, si l'organisation en a une."),
        widget=forms.TextInput(attrs={"class": "width-20", "autocomplete": "off"}),
    )
    sure = forms.BooleanField(label=_("Ce NIF est bien celui de la carte"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_bound or USUAL_NIF.fullmatch(bare(self.data.get("nif", ""))):
            del self.fields["sure"]

    def clean(self):
        """Ask once more about a NIF that looks unlike others; refuse none for its looks."""
        data = super().clean()
        if "sure" in self.fields and data.get("nif") and not data.pop("sure"):
            said = _(
                "Un NIF a d'ordinaire dix chiffres. Corrigez-le, ou cochez la case ci-dessous."
            )
            self.add_error("nif", said)
        return data


class MemberForm(forms.Form):
    """Whom a gestionnaire invites, and as what."""

    ROLES = [
        (Membership.Role.MAKER.value, _("Gestionnaire : prépare ce qui se déclare et se paie")),
        (Membership.Role.CHECKER.value, _("Superviseur : approuve ou rejette, et lit le reste")),
    ]

    role = forms.ChoiceField(label=_("Rôle"), choices=ROLES, widget=forms.RadioSelect)
    address = forms.CharField(
        label=_("Téléphone ou adresse e-mail"),
        max_length=254,
        help_text=_("Le numéro ou l'adresse avec quoi la personne se connecte à Hetra."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "width-20"}),
    )

    def clean_address(self):
        """Raises ValidationError unless it is a Malagasy mobile number or an e-mail address."""
        typed = self.cleaned_data["address"]
        if "@" not in typed:
            return phones.parse(typed)
        validate_email(typed)
        return typed.lower()


class ReasonForm(forms.Form):
    """Why an administrator suspends an organisation, or lets it work again."""

    reason = forms.CharField(
        label=_("Raison"),
        max_length=300,
        help_text=_("Les membres de l'organisation la lisent."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
