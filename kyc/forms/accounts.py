"""Signing up, signing in, and codes that were sent."""

import re

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.phone_verification import phone_already_exists
from allauth.account.models import EmailAddress
from allauth.core import context
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_otp import user_has_device

from kyc import accounts, codes
from kyc.models import User
from project.lib import phones


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
        """Anybody may name any address: whose it is shows when it is to be confirmed."""
        return value

    def save(self, request):
        """Note the address too where somebody else claims it: whoever confirms it has it."""
        user, email = super().save(request), self.cleaned_data.get("email")
        if email and not EmailAddress.objects.filter(user=user).exists():
            address = EmailAddress.objects.create(user=user, email=email, primary=True)
            EmailAddress.objects.fill_cache_for_user(user, [address])
        return user

    def try_save(self, request):
        """Do the same work where there is an account already, and take back what it made."""
        is_taken, self.account_already_exists = self.account_already_exists, False
        with transaction.atomic(), transaction.atomic():
            made = super().try_save(request)
            transaction.set_rollback(is_taken)
        self.account_already_exists = is_taken
        return super().try_save(request) if is_taken else made

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
        # Where nobody was sent a code, one is checked all the same, and is never right.
        in_vain = context.request.session.get(accounts.IN_VAIN, "")
        is_right = codes.check(self.expected_code or in_vain, typed)
        if not is_right or not self.expected_code:
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


class NewPasswordForm(allauth_forms.ResetPasswordKeyForm):
    """The new password of whoever gave that code, some minutes ago."""

    def clean(self):
        """Raises ValidationError where two have meanwhile taken password and factor away."""
        data = super().clean()
        if not self.user.is_active or _comes_by_link(self.user):
            raise ValidationError(_("Un lien vous est envoyé : lui seul ouvre ce compte."))
        return data


class DeviceCodeForm(SentCode):
    """The code for a device that was never seen before."""

    code = forms.CharField(label=_("Code à six chiffres"), max_length=12)

    def __init__(self, *args, code="", **kwargs):
        self.expected_code = code
        super().__init__(*args, **kwargs)
