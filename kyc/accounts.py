"""Accounts: what allauth needs to know of our phones, our messages and our people."""

import logging

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django_otp import user_has_device

from kyc import alerts, browsers, codes, guesses, limits
from kyc.credentials import Code
from kyc.models import User
from notify import messages
from notify.models import Message
from project.audit import chain
from project.lib import languages, phones
from project.lib.access import HAS_FACTOR

logger = logging.getLogger(__name__)

# What allauth writes besides codes, by its own name, and our wording of it.
LETTERS = {
    "account/email/account_already_exists": "account_already_exists",
    "account/email/unknown_account": "unknown_account",
}
# What a code that allauth mails is for, by the name it gives the letter.
PURPOSES = {"account/email/password_reset_code": Code.Purpose.RESET}


# Where a session keeps the reference of a code that went nowhere.
IN_VAIN = "code_in_vain"
# Accounts whose password is compared at one number that nobody has confirmed: the latest.
CLAIMS = 2


class Backend(AuthenticationBackend):
    """Finds accounts as allauth does, those too whose phone nobody has confirmed yet."""

    def get_user(self, user_id):
        """The account of a session, asked for at every request, with its part in organisations."""
        user = User.objects.with_duties().filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user):
        """Asked at sign-in and at every request: a demo account opens nothing outside the demo."""
        return super().user_can_authenticate(user) and (settings.DEMO or not user.is_demo)

    def _authenticate_by_phone(self, phone, password):
        """Several people may claim a number until one of them confirms it: the password tells.

        A wrong one takes as long whether nobody, somebody or several have that number.
        """
        claims = list(User.objects.reachable_at(phone)[:CLAIMS])
        if claims and claims[0].phone_verified_at:
            claims = claims[:1]
        for user in claims:
            if self._check_password(user, password):
                return user
        for _missing in range(CLAIMS - len(claims)):
            self._mitigate_timing_attack(password)
        self._did_check_password = True
        return None

    def _authenticate_by_email(self, email, password):
        return self._check_password(User.objects.reached_at(email), password)


class Adapter(DefaultAccountAdapter):
    """How allauth finds, writes and tells our accounts."""

    # --- Signing in ---

    def get_login_stages(self):
        """Confirm the phone, then the e-mail if there is one, then a device never seen before.

        The staff's second factor follows, on their pages.
        """
        return [
            "allauth.account.stages.PhoneVerificationStage",
            "kyc.stages.ConfirmEmail",
            "kyc.stages.NewDevice",
        ]

    def pre_authenticate(self, request, **credentials):
        """Count the try. Raises ValidationError when there were too many."""
        if not guesses.begin(request, _login(credentials), self.get_client_ip(request)):
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request, **credentials):
        """The account of a right password, or None."""
        user = super().authenticate(request, **credentials)
        if user:
            guesses.end_well(request, _login(credentials), self.get_client_ip(request))
        return user

    def post_login(self, request, user, **kwargs):
        """Know this device the next time, and ask for the factor of whoever has one."""
        request.session[HAS_FACTOR] = user_has_device(user)
        response = super().post_login(request, user, **kwargs)
        browsers.remember(request, response, user)
        self._share_language(request, response, user)
        return response

    def _share_language(self, request, response, user):
        """What was chosen before signing in counts; on a new device, what was chosen before."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if chosen in dict(settings.LANGUAGES):
            User.objects.filter(pk=user.pk).update(language=chosen)
        else:
            languages.remember(response, user.language)

    # --- Phones and addresses ---

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

    @transaction.atomic
    def set_phone(self, user, phone, verified):
        """Write the phone of an account. Confirmed, it is nobody else's any more.

        A change is told on the old phone too.
        """
        former = User.objects.select_for_update().values_list("phone", flat=True).get(pk=user.pk)
        if verified:
            User.objects.drop_phone_claims(phone, but=user)
        user.phone = phone
        user.phone_verified_at = timezone.now() if verified else None
        user.save(update_fields=["phone", "phone_verified_at"])
        if former != phone:
            alerts.tell("phone", user, also=[former])
            chain.record("phone.changed", by=user, about=user)

    def set_phone_verified(self, user, phone):
        """Note that its owner has confirmed the phone."""
        self.set_phone(user, phone, verified=True)

    def get_user_by_phone(self, phone):
        """The account whose owner has confirmed that phone, or None: a claim holds nothing."""
        return User.objects.filter(phone=phone, phone_verified_at__isnull=False).first()

    @transaction.atomic
    def confirm_email(self, request, email_address):
        """Note that its owner has confirmed the address: it is nobody else's any more.

        One that the account did not begin with is told by every other way.
        """
        user, address = email_address.user, email_address.email
        former = user.email
        confirmed = super().confirm_email(request, email_address)
        if confirmed:
            User.objects.drop_email_claims(address, but=user)
            if address.lower() != former.lower():
                alerts.tell("email_added", user, also=[former, address])
                chain.record("email.added", by=user, about=user)
        return confirmed

    @transaction.atomic
    def set_password(self, user, password):
        """Write a new password, chosen by whoever is signed in or by a code, and tell its owner."""
        super().set_password(user, password)
        alerts.tell("password", user)
        is_signed_in = self.request.user.is_authenticated
        act = "password.changed" if is_signed_in else "password.reset"
        chain.record(act, by=user, about=user)

    # --- Codes: allauth keeps only their references ---

    def generate_phone_verification_code(self, *, user, phone):
        """A reference: the code is made when it is sent, and kept nowhere."""
        return codes.new_reference()

    def generate_email_verification_code(self):
        """A reference, as above."""
        return codes.new_reference()

    def generate_password_reset_code(self):
        """A reference, as above."""
        return codes.new_reference()

    def _get_login_attempts_cache_key(self, request, **credentials):
        """Whose failed sign-ins are counted together: those of one phone or one address.

        allauth's own key knows no phone: five people's typing errors would shut everybody out.
        """
        return (credentials.get("phone") or credentials.get("email") or "").lower()

    def send_verification_code_sms(self, user, phone, code, **kwargs):
        """Send the code that confirms a phone; `code` is its reference."""
        self.send_code(code, Code.Purpose.PHONE, to=user, address=phone)

    def send_code(self, reference, purpose, *, to, address):
        """Make the code behind a reference and send it, unless too many were sent lately.

        Whoever waits is told nothing of that limit: it would say that there is an account.
        """
        if self._may_send(purpose, address):
            digits = codes.issue(reference, purpose, address=address, user=to)
            messages.send_code("code", _channel(address), to=to, address=address, code=digits)

    def send_account_already_exists_sms(self, phone):
        """Tell the owner of a phone that somebody tried to sign up with it."""
        user = self.get_user_by_phone(phone)
        if user and self._may_send("account_exists", phone):
            self._issue_in_vain(Code.Purpose.PHONE, phone)
            messages.send_to("account_exists", Message.Channel.SMS, to=user, address=phone)

    def send_mail(self, template_prefix, email, context):
        """Send what allauth would mail through our own outbox, in our own words.

        The address may be a phone: whoever has no e-mail resets a password by SMS.
        """
        user = context.get("user") or User.objects.reached_at(email)
        letter = LETTERS.get(template_prefix)
        if letter is None:
            purpose = PURPOSES.get(template_prefix, Code.Purpose.EMAIL)
            if purpose == Code.Purpose.RESET or not is_email_taken(email, user=user):
                self.send_code(context["code"], purpose, to=user, address=email)
                return
            # Somebody else's: they are told, and whoever asked sees the page all the same.
            letter, user = "account_already_exists", None
        if self._may_send(letter, email):
            purpose = PURPOSES.get(template_prefix, Code.Purpose.EMAIL)
            self._issue_in_vain(purpose, email, reference=context.get("code"))
            messages.send_to(letter, _channel(email), to=user, address=email)

    def send_in_vain(self, purpose, address):
        """All the work of sending a code, of which nothing leaves: the owner was told once."""
        if self._may_send(purpose, address):
            self._issue_in_vain(purpose, address)
            with transaction.atomic(), transaction.atomic():
                messages.send_to("account_exists", _channel(address), to=None, address=address)
                transaction.set_rollback(True)

    def _issue_in_vain(self, purpose, address, *, reference=None):
        """A code that goes nowhere, so that where there is no code to check one is checked too."""
        if not reference:
            reference = self.request.session[IN_VAIN] = codes.new_reference()
        codes.issue(reference, purpose, address=address, user=None)

    def _may_send(self, purpose, address):
        near = guesses.neighbourhood(self.get_client_ip(self.request))
        # Apart: whoever signs up with numbers by the hundred must not use up what owners need.
        share = "owners|" if self.get_user_by_phone(address) else ""
        if "@" in address:
            counts = [("mail_hour", f"{purpose}|{address}|{near}")]
        else:
            counts = [
                ("number_hour", f"{purpose}|{address}|{near}"),
                ("number_day", f"{purpose}|{address}"),
                ("prefix_day", f"{share}{address[:8]}"),
                ("service_day", f"{share}sms"),
            ]
        over = next((action for action, key in counts if limits.take(action, key)), "")
        if over:
            logger.warning("%s not sent: limit %s", purpose, over)
        return not over


def _channel(address):
    return Message.Channel.EMAIL if "@" in address else Message.Channel.SMS


def _login(credentials):
    """What an account was named by, one spelling for all."""
    named = (credentials.get(name) for name in ("phone", "email", "username"))
    return next(filter(None, named), "").strip().lower()


def is_email_taken(email, *, user=None):
    """Whether somebody else has confirmed this address, or was given it with a staff account."""
    owner = User.objects.reached_at(email)
    return owner is not None and (user is None or owner.pk != user.pk)
