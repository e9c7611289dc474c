"""What people type about themselves and their papers."""

import re

from allauth.account import forms as allauth_forms
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from kyc.cases import Case
from kyc.fields import CINField, PastDateField
from kyc.models import Document, IdentityCase, User
from project.lib import phones

VERDICTS = [
    (Case.State.APPROVED.value, _("Approuver")),
    (Case.State.RETURNED.value, _("Renvoyer au citoyen pour correction")),
    (Case.State.REJECTED.value, _("Rejeter définitivement")),
]


def phone_or_email(typed: str) -> str:
    """A phone in its stored form, or the address as typed. Raises ValidationError."""
    text = typed.strip()
    if "@" in text:
        validate_email(text)
        return text.lower()
    return phones.parse(text)


class SignupForm(allauth_forms.SignupForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["phone"].label = _("Numéro de téléphone mobile")
        self.fields["phone"].help_text = _(
            "Par exemple 034 12 345 67. Nous y envoyons un code pour vérifier qu'il est à vous."
        )
        self.fields["email"].required = False
        self.fields["email"].label = _("Adresse e-mail")
        self.fields["email"].help_text = _("Si vous en avez une, pour recevoir aussi vos reçus.")
        self.fields["password1"].label = _("Mot de passe")
        self.fields["password1"].help_text = _(
            "10 caractères au moins. Trois mots qui n'ont rien à voir font un bon mot de passe."
        )

    def clean(self):
        """A phone is no password: everybody around its owner knows it."""
        data = super().clean()
        phone, password = data.get("phone") or "", data.get("password1") or ""
        if phone and phone[-9:] in re.sub(r"\D", "", password):
            self.add_error("password1", _("Votre numéro de téléphone n'est pas un mot de passe."))
        return data


class LoginForm(allauth_forms.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Numéro de téléphone ou adresse e-mail")
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].label = _("Mot de passe")

    def clean_login(self):
        """A phone is found however it is spelt; what is neither is simply not found."""
        typed = super().clean_login()
        try:
            return phone_or_email(typed)
        except ValidationError:
            return typed


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Asks for a phone or an e-mail: the code goes where the person can read it."""

    email = forms.CharField(
        label=_("Numéro de téléphone ou adresse e-mail"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )

    def clean_email(self):
        """Raises ValidationError for what is neither; says nothing of whether it is known."""
        address = phone_or_email(self.cleaned_data["email"])
        user = User.objects.reached_at(address)
        self.users = [user] if user and user.is_active else []
        return address


class TokenForm(forms.Form):
    """The second factor: the six digits of the authenticator."""

    token = forms.CharField(
        label=_("Code de votre application d'authentification"),
        help_text=_("Six chiffres, qui changent toutes les 30 secondes."),
        max_length=12,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "class": "digits width-6",
            }
        ),
    )

    def clean_token(self):
        """Spaces inside a code do no harm."""
        return "".join(self.cleaned_data["token"].split())


class PhotosForm(forms.Form):
    """One file for each side of a paper; a side that is there already may be left alone."""

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, **kwargs)
        present = {document.side for document in case.current_documents()}
        for side in case.SIDES:
            self.fields[side] = forms.FileField(
                label=Document.Side(side).label,
                required=side not in present,
                allow_empty_file=True,
                error_messages={"required": _("Choisissez ou prenez une photo.")},
                widget=forms.FileInput(
                    attrs={"accept": "image/jpeg,image/png,image/webp,image/gif,application/pdf"}
                ),
            )


class IdentityForm(forms.ModelForm):
    """What the citizen declares of their CIN, in the order it is printed."""

    number = CINField(
        label=_("Numéro de CIN"), help_text=_("Les 12 chiffres écrits en bas du recto")
    )
    birth_date = PastDateField(label=_("Date de naissance"))
    issue_date = PastDateField(
        label=_("Date de délivrance"), help_text=_("Écrite au verso, après « Natao tamin'ny »")
    )

    class Meta:
        model = IdentityCase
        fields = IdentityCase.DECLARED
        help_texts = {
            "surname": _("Comme il est écrit sur la carte, après « Anarana »"),
            "given_names": _("Laissez vide si la carte n'en porte pas."),
            "address": _("Lot et quartier, après « Fonenana »"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.required = name in IdentityCase.REQUIRED

    def clean(self):
        """The card comes after the birth of its holder."""
        data = super().clean()
        born, issued = data.get("birth_date"), data.get("issue_date")
        if born and issued and issued <= born:
            self.add_error(
                "issue_date", _("La carte ne peut pas être plus ancienne que son titulaire.")
            )
        return data

    def validate_constraints(self):
        """What the row may be is the verb's and the database's affair, not this form's."""


class DecisionForm(forms.Form):
    """An agent's verdict. Sending back and rejecting say why, in words the citizen will read."""

    verdict = forms.ChoiceField(label=_("Décision"), choices=VERDICTS, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Raison, telle que le citoyen la lira"),
        help_text=_("Nécessaire pour renvoyer ou rejeter."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self):
        """Raises ValidationError on a refusal without a reason."""
        data = super().clean()
        if data.get("verdict") != Case.State.APPROVED and not data.get("reason"):
            self.add_error("reason", _("Dites au citoyen pourquoi."))
        return data
