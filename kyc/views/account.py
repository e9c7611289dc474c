"""The second factor of the staff: passed once a session, with a real device."""

from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import devices_for_user, login, match_token

from kyc import stages
from kyc.forms import TokenForm
from project.lib.access import member, public
from project.lib.screens import screen


@public
@require_POST
def drop_email(request):
    """Sign in with the phone alone: the address asked about is not the person's."""
    return stages.drop_email(request) or redirect("account_login")


@member
@require_http_methods(["GET", "POST"])
def second_factor(request):
    """Ask for the six digits, then go on to where the person was going."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        # Asked before the try: a wrong code closes the device for a moment by itself.
        refusal = _refusal(request.user)
        device = match_token(request.user, form.cleaned_data["token"])
        if device:
            login(request, device)
            request.session.cycle_key()
            return HttpResponseRedirect(_safe(request, target))
        form.add_error("token", refusal)
    context = {"form": form, "next": target, "has_device": any(devices_for_user(request.user))}
    return screen(request, "kyc/second_factor.html", context, status=422 if form.errors else 200)


def _refusal(user):
    """Why a code will be refused, if it is: wrong or used already, or too many tries."""
    for device in devices_for_user(user):
        allowed, _data = device.verify_is_allowed()
        if not allowed:
            return _("Trop d'essais : attendez une minute, puis essayez avec un nouveau code.")
    return _("Ce code n'est pas le bon, ou il a déjà servi. Attendez le suivant.")


def _safe(request, target):
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else reverse("landing")
