"""The administrators' side: who of the staff holds what, and the link that opens an account."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kyc import staff
from kyc.credentials import StaffRequest
from kyc.forms.staff import ActivationForm, InvitationForm, StaffRequestForm
from kyc.models import User
from project.lib.access import administrator, fresh_factor, public
from project.lib.screens import screen
from project.lib.workflow import MoveRefused


@administrator
@require_safe
def staff_list(request):
    """Every staff account: who holds what, when they signed in last; what waits to be confirmed."""
    people = User.objects.exclude(role=User.Role.CITIZEN).order_by("role", "pk")
    asked = StaffRequest.objects.filter(state="asked").select_related("user", "asked_by")
    return screen(request, "kyc/staff_list.html", {"people": people, "asked": asked})


@administrator
@require_http_methods(["GET", "POST"])
@fresh_factor()
def staff_invite(request):
    """Make an account and send its owner the link: no administrator ever sees a password."""
    form = InvitationForm(request.POST or None)
    if form.is_valid():
        try:
            user = staff.invite(**form.cleaned_data, by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Le lien est envoyé. Il est valable 48 heures."))
            return redirect("kyc:staff_detail", user.pk)
    return screen(request, "kyc/staff_invite.html", {"form": form})


@administrator
@require_http_methods(["GET", "POST"])
def staff_detail(request, pk):
    """One staff account; a POST asks for another role or another factor."""
    person = _person(pk)
    form = StaffRequestForm(request.POST or None)
    if form.is_valid():
        try:
            staff.ask(user=person, **form.cleaned_data, by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Un autre administrateur doit maintenant confirmer."))
            return redirect("kyc:staff_detail", person.pk)
    history = person.staff_requests.select_related("asked_by", "decided_by").order_by("-pk")
    context = {"person": person, "form": form, "history": history}
    return screen(request, "kyc/staff_detail.html", context)


@administrator
@require_POST
@fresh_factor()
def staff_close(request, pk):
    """Close a staff account at once."""
    return _act(request, staff.deactivate, _person(pk), _("Ce compte est fermé."))


@administrator
@require_POST
@fresh_factor()
def staff_link(request, pk):
    """Send the link that opens the account once more."""
    person = _person(pk)
    if person.last_login or not person.is_active:
        raise Http404
    return _act(request, staff.send_link, person, _("Un nouveau lien est envoyé."))


@administrator
@require_POST
@fresh_factor()
def staff_decide(request, pk):
    """Confirm or refuse what another administrator asked for."""
    asked = get_object_or_404(StaffRequest, pk=pk)
    confirmed = request.POST.get("verdict") == StaffRequest.State.CONFIRMED
    verdict = StaffRequest.State.CONFIRMED if confirmed else StaffRequest.State.REFUSED
    try:
        staff.decide(asked, verdict, by=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("kyc:staff_list")


@public
@require_http_methods(["GET", "POST"])
def staff_activate(request, token):
    """Open one's account by the link one was sent, with a password of one's own."""
    link = staff.invited(token)
    if link is None:
        return screen(request, "kyc/staff_activate.html", {"link": None}, status=404)
    form = ActivationForm(request.POST or None, user=link.user)
    if form.is_valid():
        try:
            staff.activate(token, form.cleaned_data["password"])
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Votre mot de passe est enregistré. Connectez-vous."))
            return redirect("account_login")
    response = screen(request, "kyc/staff_activate.html", {"link": link, "form": form})
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _person(pk):
    return get_object_or_404(User.objects.exclude(role=User.Role.CITIZEN), pk=pk)


def _act(request, verb, person, done):
    try:
        verb(person, by=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("kyc:staff_detail", person.pk)
