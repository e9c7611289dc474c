"""The steps between a right password and a session."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.stagekit import stash_login
from allauth.account.models import EmailAddress
from allauth.account.stages import (
    EmailVerificationStage,
    LoginStage,
    LoginStageController,
    PhoneVerificationStage,
)
from django.db import transaction
from django.shortcuts import redirect
from django.urls import reverse

from kyc import browsers, codes
from kyc.credentials import Code
from project.audit import chain


class ConfirmEmail(EmailVerificationStage):
    """Confirming an e-mail address, for those who gave one: a phone alone is enough."""

    def handle(self):
        """Skip whoever has no address to confirm."""
        user = self.login.user
        if user and not EmailAddress.objects.filter(user=user).exists():
            return None, True
        return super().handle()


class NewDevice(LoginStage):
    """A code for a citizen who signs in where they never did; the staff have a second factor."""

    key = "new_device"
    urlname = "account_new_device"

    def handle(self):
        """Skip whoever is known here, and whoever has proved their phone a moment ago."""
        user = self.login.user
        proved = self.login.signup or self._phone_was_confirmed()
        if proved or user.role != "citizen" or browsers.is_known(self.request, user):
            return None, True
        if not self.address:
            return None, True
        self.send()
        return redirect(reverse(self.urlname)), True

    def _phone_was_confirmed(self):
        """Whether this very sign-in asked for a code by SMS already."""
        return bool(self.controller.state.get(PhoneVerificationStage.key, {}).get("data"))

    @property
    def address(self):
        """Where the code goes: the phone its owner has confirmed, else the e-mail address."""
        user = self.login.user
        if user.phone and user.phone_verified_at:
            return user.phone
        return (
            EmailAddress.objects.filter(user=user, verified=True)
            .values_list("email", flat=True)
            .first()
        )

    def send(self):
        """Send a code; an earlier one is worth nothing from then on."""
        self.state["reference"] = codes.new_reference()
        get_adapter().send_code(
            self.state["reference"],
            Code.Purpose.DEVICE,
            to=self.login.user,
            address=self.address,
        )

    def send_again(self):
        """Send another, and let the session know of it."""
        self.send()
        stash_login(self.request, self.login)


def drop_email(request):
    """Go on without the address that waits to be confirmed: it was mistyped, or a stranger's.

    The phone has been confirmed by then, and is enough. Returns the response that ends signing
    in, or None where nobody is at that step.
    """
    stage = LoginStageController.enter(request, ConfirmEmail.key)
    if stage is None or stage.login.user is None:
        return None
    user = stage.login.user
    with transaction.atomic():
        EmailAddress.objects.filter(user=user, verified=False).delete()
        user.email = ""
        user.save(update_fields=["email"])
        chain.record("email.dropped", by=user, about=user)
    stage.login.email = None
    return stage.exit()
