"""« Mes données »: what we hold of a citizen, a copy of it, correcting it, closing the account."""

from django.contrib import messages as flash
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kyc import privacy as rights
from kyc import store
from kyc.forms.privacy import ClosingForm
from kyc.models import IdentityCase
from project.audit import chain
from project.lib.access import citizen, fresh_factor
from project.lib.screens import screen
from project.lib.workflow import MoveRefused


@citizen
@require_safe
def privacy(request):
    """What is held, for how long, and what one may ask for. Numbers are masked here too."""
    numbers = IdentityCase.objects.filter(citizen=request.user).values_list("number", flat=True)
    return screen(request, "kyc/privacy.html", {"number": numbers.order_by("-pk").first()})


@citizen
@require_http_methods(["GET", "POST"])
@fresh_factor()
def privacy_export(request):
    """A copy of everything, as one file; whoever just proved who they are comes back by GET."""
    if request.method == "GET":
        return redirect("kyc:privacy")
    try:
        copy = rights.export(request.user)
    except store.Away:
        flash.error(
            request,
            _("Vos photos ne peuvent pas être lues en ce moment. Réessayez dans quelques minutes."),
        )
        return redirect("kyc:privacy")
    chain.witness("account.exported", by=request.user, about=request.user)
    response = HttpResponse(copy, content_type="application/zip")
    name = f"hetra-mes-donnees-{timezone.localdate():%Y-%m-%d}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@citizen
@require_http_methods(["GET", "POST"])
@fresh_factor()
def privacy_close(request):
    """What closing the account means; a POST closes it and signs out."""
    form = ClosingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rights.close(request.user, by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            logout(request)
            return screen(request, "kyc/privacy_closed.html")
    status = 422 if request.method == "POST" else 200
    return screen(request, "kyc/privacy_close.html", {"form": form}, status=status)
