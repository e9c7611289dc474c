"""Codes: what people prove of themselves beside their password, and how often they may try."""

from functools import wraps

from allauth.account import stages
from allauth.account.adapter import get_adapter
from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows import email_verification_by_code, phone_verification
from allauth.account.internal.stagekit import unstash_login
from allauth.core.ratelimit import respond_429
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kyc import guesses, limits
from kyc import stages as login_stages
from kyc.credentials import Code
from kyc.forms.accounts import DeviceCodeForm
from kyc.stages import NewDevice
from project.lib.access import public
from project.lib.screens import screen

# --- Limits on allauth's own pages ----------------------------------------------------------------


def limited(action, view):
    """One of allauth's pages, posted to so many times by one account or else by one address."""

    @wraps(view)
    def counted(request, *args, **kwargs):
        who = request.user.pk or guesses.source(get_adapter().get_client_ip(request))
        if request.method == "POST" and limits.take(action, str(who)):
            return respond_429(request)
        return view(request, *args, **kwargs)

    return counted


def paced(view):
    """A page that asks for a code and sends another on demand: each time after a longer pause.

    It is the same whether a code was sent or, where there is an account already, was not.
    """

    @wraps(view)
    def waited(request, *args, **kwargs):
        if request.method == "POST" and request.POST.get("action") == "resend":
            wait = limits.take("resend", _resend_key(request, _address_to_confirm(request)))
            if wait:
                return _ask_to_wait(request, wait)
            login = unstash_login(request, peek=True)
            if login and login.user is None:
                address = _address_to_confirm(request)
                get_adapter().send_in_vain(Code.Purpose.PHONE, address)
        return view(request, *args, **kwargs)

    return waited


def _address_to_confirm(request):
    """The phone or the address that a code was sent to, or should seem to have been."""
    states = [
        request.session.get(phone_verification.PHONE_VERIFICATION_SESSION_KEY),
        request.session.get(email_verification_by_code.EMAIL_VERIFICATION_CODE_SESSION_KEY),
    ]
    login = unstash_login(request, peek=True)
    if login:
        stage = login.state.get("stages", {}).get(stages.PhoneVerificationStage.key, {})
        states.append(stage.get("data"))
    found = [state.get("email") or state.get("phone") or "" for state in states if state]
    return next(iter(found), "")


def _resend_key(request, address):
    return f"{address}|{guesses.neighbourhood(get_adapter().get_client_ip(request))}"


def _ask_to_wait(request, seconds):
    said = _("Attendez %s secondes avant de demander un nouveau code.") % seconds
    messages.add_message(request, messages.ERROR, said)
    return redirect(request.get_full_path())


# --- A device that was never seen before ----------------------------------------------------------


@public
@require_http_methods(["GET", "POST"])
@login_stage_required(stage=NewDevice.key, redirect_urlname="account_login")
def new_device(request):
    """Ask a citizen for the code sent to them, the first time they sign in on a device."""
    stage = request._login_stage
    if request.POST.get("action") == "resend":
        wait = limits.take("resend", _resend_key(request, stage.address))
        if wait:
            return _ask_to_wait(request, wait)
        stage.send_again()
        return redirect("account_new_device")
    form = DeviceCodeForm(request.POST or None, code=stage.state.get("reference", ""))
    if form.is_valid():
        return stage.exit()
    context = {
        "verify_form": form,
        "form": form,
        "address": stage.address,
        "action_url": reverse("account_new_device"),
        "can_resend": True,
        "redirect_field": "",
    }
    return screen(request, "account/new_device.html", context)


@public
@require_POST
def drop_email(request):
    """Sign in with the phone alone: the address asked about is not the person's."""
    return login_stages.drop_email(request) or redirect("account_login")
