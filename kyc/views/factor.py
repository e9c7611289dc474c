"""The second factor: giving it, enrolling it, and the sessions it protects."""

import io
from urllib.parse import urlencode

import segno
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_otp import login

from kyc import factors, reproofing, sessions
from kyc.forms.factors import EnrolForm, TokenForm
from project.audit import chain
from project.lib.access import fresh_factor, holder, mark_fresh, member
from project.lib.screens import screen
from project.lib.sessions import SINGLE

ENROLLING = "enrolling"  # the number of the authenticator a session shows the seed of


@member
@require_http_methods(["GET", "POST"])
def second_factor(request):
    """Ask for the six digits or a recovery code, then go on to where the person was going."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if factors.is_owed(request.user):
        return redirect(f"{reverse('kyc:factor_enrol')}?{urlencode({'next': target})}")
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        # Asked before the try: a wrong code closes the device for a moment by itself.
        refusal = _refusal(request.user)
        device = factors.prove(request.user, form.cleaned_data["token"])
        if device:
            _open(request, device)
            chain.witness("factor.passed", by=request.user, about=request.user)
            reproofing.end_for(request.user, note="factor given")
            return HttpResponseRedirect(_safe(request, target))
        factors.refuse(request.user)
        form.add_error("token", refusal)
    context = {"form": form, "next": target}
    return screen(request, "kyc/second_factor.html", context, status=422 if form.errors else 200)


@member
@require_http_methods(["GET", "POST"])
@fresh_factor(unless=lambda user: factors.device_of(user) is None and user.role != "citizen")
def factor_enrol(request):
    """Show the seed as a QR code, and take its first code; then show recovery codes, once."""
    form, pending = EnrolForm(request.POST or None), _pending(request)
    if request.method == "POST" and form.is_valid():
        enrolled = factors.confirm(request.user, form.cleaned_data["token"])
        if enrolled:
            device, codes = enrolled
            _open(request, device)
            sessions.end_others(request)
            target = _safe(request, request.GET.get("next") or "")
            return screen(request, "kyc/factor_codes.html", {"codes": codes, "next": target})
        form.add_error("token", _("Ce code n'est pas le bon. Attendez le suivant."))
    context = {"form": form, "seed": _seed(pending)}
    return screen(request, "kyc/factor_enrol.html", context, status=422 if form.errors else 200)


@member
@require_safe
@fresh_factor(unless=lambda user: factors.device_of(user) is None and user.role != "citizen")
def factor_image(request):
    """The QR code of the authenticator being enrolled."""
    drawn = io.BytesIO()
    code = segno.make(_pending(request).config_url, error="m", micro=False)
    code.save(drawn, kind="svg", scale=5, border=4, light="#ffffff")
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")


@member
@require_POST
@fresh_factor()
def factor_codes(request):
    """Make new recovery codes and show them once."""
    if factors.device_of(request.user) is None:
        raise Http404
    codes = factors.renew_recovery_codes(request.user)
    target = reverse("kyc:session_list")
    return screen(request, "kyc/factor_codes.html", {"codes": codes, "next": target})


@holder
@require_http_methods(["GET", "POST"])
def session_list(request):
    """Where one is signed in, and ending it there; what protects the account."""
    if request.method == "POST":
        return _end_sessions(request)
    user = request.user
    context = {
        "sessions": sessions.of(user),
        "current": request.session.session_key,
        "device": factors.device_of(user),
        "codes_left": factors.codes_left(user),
    }
    return screen(request, "kyc/sessions.html", context)


def _end_sessions(request):
    asked = request.POST.get("session", "")
    if asked == "others":
        sessions.end_others(request)
        messages.success(request, _("Vos autres connexions sont fermées."))
    elif asked.isascii() and asked.isdigit() and sessions.end(request, int(asked[:18])):
        messages.success(request, _("Cette connexion est fermée."))
    else:
        raise Http404
    return redirect("kyc:session_list")


def _open(request, device):
    """What was proved opens what it protects, in a session of a new name."""
    login(request, device)
    mark_fresh(request)
    if request.user.role in SINGLE:
        sessions.renew_alone(request)
    else:
        sessions.renew(request)


def _pending(request):
    """The authenticator this very session enrols: whoever read a seed in another holds no copy."""
    device = factors.pending_of(request.user)
    if request.session.get(ENROLLING) != device.pk:
        device = factors.begin(request.user)
        request.session[ENROLLING] = device.pk
    return device


def _seed(device):
    """The seed as somebody types it who cannot take a picture of the screen."""
    seed = device.config_url.split("secret=")[1].split("&")[0]
    return " ".join(seed[at : at + 4] for at in range(0, len(seed), 4))


def _refusal(user):
    """Why a code will be refused, if it is: wrong or used already, or too many tries."""
    device = factors.device_of(user)
    if device and not device.verify_is_allowed()[0]:
        return _("Trop d'essais de suite : attendez un peu, puis essayez avec un nouveau code.")
    return _("Ce code n'est pas le bon, ou il a déjà servi. Attendez le suivant.")


def _safe(request, target):
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else reverse("landing")
