"""What people type about themselves and their papers."""

import re

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.phone_verification import phone_already_exists
from allauth.account.models import EmailAddress
from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from django_otp import user_has_device

from kyc import accounts, codes
from kyc.cases import Case
from kyc.credentials import StaffRequest
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

    def validate_unique_email(self, value):
        """An address merely claimed is free; one that is somebody's gets no other answer."""
        self.account_already_exists = accounts.is_email_taken(value)
        return value

    def save(self, request):
        """Note the address too where somebody else claims it: whoever confirms it has it."""
        user, email = super().save(request), self.cleaned_data.get("email")
        if email and not EmailAddress.objects.filter(user=user).exists():
            address = EmailAddress.objects.create(user=user, email=email, primary=True)
            EmailAddress.objects.fill_cache_for_user(user, [address])
        return user

    def try_save(self, request):
        """Take as long where there is an account already: a password is hashed in any case."""
        if self.account_already_exists:
            User().set_password(self.cleaned_data["password1"])
        return super().try_save(request)

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
        self.users = [user] if user and user.is_active and not _comes_by_link(user) else []
        return address


def _comes_by_link(user: User) -> bool:
    """Staff without a factor open their account by the link they are sent, and by nothing else."""
    is_staff = user.role != User.Role.CITIZEN
    return is_staff and not user.has_usable_password() and not user_has_device(user)


class SentCode(forms.Form):
    """A code that was sent: tried once for each form, in its row and under its lock.

    allauth hands over what it keeps in the session, which is no code but a reference to one.
    """

    def clean_code(self):
        """Raises ValidationError, in the same words whatever is wrong with it."""
        typed = self.cleaned_data["code"]
        if not codes.check(self.expected_code or "", typed):
            raise get_adapter().validation_error("incorrect_code")
        return typed


class PhoneCodeForm(SentCode, allauth_forms.VerifyPhoneForm):
    def clean_code(self):
        """Raises ValidationError too if somebody else confirmed the phone meanwhile."""
        typed = super().clean_code()
        phone_already_exists(self.user, self.phone, always_raise=True)
        return typed


class EmailCodeForm(SentCode, allauth_forms.ConfirmEmailVerificationCodeForm):
    def clean_code(self):
        """Raises ValidationError too if the address is somebody else's."""
        typed = super().clean_code()
        if accounts.is_email_taken(self.email, user=self.user):
            raise get_adapter().validation_error("email_taken")
        return typed


class ResetCodeForm(SentCode, allauth_forms.ConfirmPasswordResetCodeForm):
    """The code that lets a forgotten password be replaced."""


class DeviceCodeForm(SentCode):
    """The code for a device that was never seen before."""

    code = forms.CharField(label=_("Code à six chiffres"), max_length=12)

    def __init__(self, *args, code="", **kwargs):
        self.expected_code = code
        super().__init__(*args, **kwargs)


class TokenForm(forms.Form):
    """The second factor: the six digits of the authenticator, or a recovery code."""

    token = forms.CharField(
        label=_("Code de votre application d'authentification"),
        help_text=_(
            "Six chiffres, qui changent toutes les 30 secondes. Sans l'application, écrivez un de "
            "vos codes de secours."
        ),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "class": "digits width-10"}),
    )

    def clean_token(self):
        """Spaces inside a code do no harm."""
        return "".join(self.cleaned_data["token"].split())


class EnrolForm(TokenForm):
    """The first code of an authenticator that is being enrolled."""

    token = forms.CharField(
        label=_("Code affiché par l'application"),
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
        refuses = data.get("verdict") in (Case.State.RETURNED, Case.State.REJECTED)
        if refuses and not data.get("reason"):
            self.add_error("reason", _("Dites au citoyen pourquoi."))
        return data


class ClosingForm(forms.Form):
    """Closing one's account is said in so many words."""

    understood = forms.BooleanField(
        label=_("J'ai compris : je ne pourrai plus me connecter."),
        error_messages={"required": _("Cochez cette case pour fermer votre compte.")},
    )
