"""Accounts: what allauth needs to know of our phones, our messages and our people."""

from allauth.account.adapter import DefaultAccountAdapter
from django.utils import timezone
from django.utils.translation import get_language

from kyc.models import User
from notify import messages
from notify.models import Message
from project.lib import phones

# What allauth writes besides codes, by its own name, and our wording of it.
LETTERS = {
    "account/email/account_already_exists": "account_already_exists",
    "account/email/unknown_account": "unknown_account",
}


class Adapter(DefaultAccountAdapter):
    """How allauth finds, writes and tells our accounts."""

    def get_login_stages(self):
        """Confirm the phone, then the e-mail if there is one. The staff's second factor follows."""
        return ["allauth.account.stages.PhoneVerificationStage", "kyc.stages.ConfirmEmail"]

    def save_user(self, request, user, form, commit=True):
        """Make a citizen, who will be written to in the language they signed up in."""
        user.language = get_language()
        # allauth writes the phone after the row: an account without an address needs it in the row.
        user.phone = form.cleaned_data.get("phone") or None
        return super().save_user(request, user, form, commit)

    def clean_phone(self, phone):
        """Raises ValidationError unless it is a Malagasy mobile number."""
        return phones.parse(phone)

    def phone_form_field(self, **kwargs):
        """A phone in any spelling people use; `clean_phone` judges it."""
        kwargs.setdefault("validators", [])
        return super().phone_form_field(**kwargs)

    def get_phone(self, user):
        """The phone of an account, and whether its owner has confirmed it."""
        return (user.phone, user.phone_verified_at is not None) if user.phone else None

    def set_phone(self, user, phone, verified):
        """Write the phone of an account."""
        user.phone = phone
        user.phone_verified_at = timezone.now() if verified else None
        user.save(update_fields=["phone", "phone_verified_at"])

    def set_phone_verified(self, user, phone):
        """Note that its owner has confirmed the phone."""
        self.set_phone(user, phone, verified=True)

    def get_user_by_phone(self, phone):
        """The account of a phone number, however it is spelt, or None."""
        return User.objects.filter(phone=phone).first()

    def _get_login_attempts_cache_key(self, request, **credentials):
        """Whose failed sign-ins are counted together: those of one phone or one address.

        allauth's own key knows no phone: five people's typing errors would shut everybody out.
        """
        return (credentials.get("phone") or credentials.get("email") or "").lower()

    def send_verification_code_sms(self, user, phone, code, **kwargs):
        """Send the code that confirms a phone."""
        messages.send_code("code", Message.Channel.SMS, to=user, address=phone, code=code)

    def send_account_already_exists_sms(self, phone):
        """Tell the owner of a phone that somebody tried to sign up with it."""
        user = self.get_user_by_phone(phone)
        if user:
            messages.send("account_exists", to=user)

    def send_mail(self, template_prefix, email, context):
        """Send what allauth would mail through our own outbox, in our own words.

        The address may be a phone: whoever has no e-mail resets a password by SMS.
        """
        channel = Message.Channel.EMAIL if "@" in email else Message.Channel.SMS
        user = context.get("user") or User.objects.reached_at(email)
        if "code" in context:
            code = context["code"]
            messages.send_code("code", channel, to=user, address=email, code=code)
        else:
            messages.send_to(LETTERS[template_prefix], channel, to=user, address=email)
