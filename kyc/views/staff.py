"""The administrators' side: who of the staff holds what, and the link that opens an account."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kyc import staff
from kyc.forms.staff import (
    CHANGES,
    ActivationForm,
    InvitationForm,
    SearchForm,
    VerdictForm,
)
from kyc.models import StaffRequest, User
from kyc.regions import Region
from project.lib.access import administrator, fresh_factor, public
from project.lib.screens import screen
from project.lib.workflow import MoveRefused

PEOPLE = 50  # accounts on a page


@administrator
@require_safe
def staff_list(request):
    """Every staff account: who holds what and where, when they signed in last; what is asked."""
    form = SearchForm(request.GET)
    people = User.objects.exclude(role=User.Role.CITIZEN).order_by("role", "email", "pk")
    people = form.narrow(people) if form.is_valid() else people
    context = {
        "form": form,
        "page": Paginator(people.prefetch_related("postings"), PEOPLE).get_page(
            request.GET.get("page")
        ),
        "asked": _requests().filter(state=StaffRequest.State.ASKED),
    }
    return screen(request, "kyc/staff_list.html", context)


@administrator
@require_http_methods(["GET", "POST"])
@fresh_factor()
def staff_invite(request):
    """Ask for an account for somebody: the link leaves once another administrator has agreed."""
    form = InvitationForm(request.POST or None)
    if form.is_valid():
        try:
            asked = staff.invite(**form.cleaned_data, by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Un autre administrateur doit maintenant confirmer."))
            return redirect("kyc:staff_decide", asked.pk)
    return screen(request, "kyc/staff_invite.html", {"form": form})


@administrator
@require_safe
def staff_detail(request, pk):
    """One staff account: its rights, what is asked and was decided about it."""
    person = _person(pk)
    history = _requests().filter(user=person).order_by("-pk")
    context = {
        "person": person,
        "history": history,
        "pending": next((each for each in history if each.state == each.State.ASKED), None),
        "is_posted": person.role in staff.POSTED,
        "is_invited": person.is_active and not person.has_usable_password(),
    }
    return screen(request, "kyc/staff_detail.html", context)


@administrator
@require_http_methods(["GET", "POST"])
@fresh_factor()
def staff_ask(request, pk, kind):
    """Ask for another role, other regions, another factor, or for a closed account to be opened."""
    person = _person(pk)
    if kind not in CHANGES:
        raise Http404
    form = CHANGES[kind](request.POST or None, initial={"regions": staff.posted(person)})
    if form.is_valid():
        try:
            asked = staff.ask(kind, person, **form.cleaned_data, by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Un autre administrateur doit maintenant confirmer."))
            return redirect("kyc:staff_decide", asked.pk)
    context = {"person": person, "form": form, "kind": StaffRequest.Kind(kind)}
    return screen(request, "kyc/staff_ask.html", context)


@administrator
@require_POST
@fresh_factor()
def staff_close(request, pk):
    """Close a staff account at once."""
    return _act(request, staff.deactivate, _person(pk), _("Ce compte est fermé."))


@administrator
@require_POST
@fresh_factor()
def staff_end(request, pk):
    """Sign somebody of the staff out everywhere."""
    return _act(request, staff.end_sessions, _person(pk), _("Toutes ses sessions sont fermées."))


@administrator
@require_POST
@fresh_factor()
def staff_link(request, pk):
    """Send the link that opens the account once more."""
    return _act(request, staff.send_link, _person(pk), _("Un nouveau lien est envoyé."))


@administrator
@require_http_methods(["GET", "POST"])
@fresh_factor()
def staff_decide(request, pk):
    """What another administrator asked for, in full; a POST confirms or refuses it."""
    asked = get_object_or_404(_requests(), pk=pk)
    form = VerdictForm(request.POST or None)
    if form.is_valid():
        try:
            staff.decide(asked, form.cleaned_data["verdict"], by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Votre décision est enregistrée."))
            return redirect("kyc:staff_list")
    context = {
        "asked": asked,
        "form": form,
        "role": _role(asked.role),
        "role_before": _role(asked.role_before),
        "regions": _names(asked.regions),
        "regions_before": _names(asked.regions_before),
        "changes_regions": asked.kind in staff.PLACING,
        "sees_all": (asked.role or asked.role_before) == User.Role.SUPERVISOR,
        "may_decide": request.user.pk not in (asked.asked_by_id, asked.user_id),
    }
    return screen(request, "kyc/staff_decide.html", context)


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
    return response


def _person(pk):
    return get_object_or_404(User.objects.exclude(role=User.Role.CITIZEN), pk=pk)


def _requests():
    return StaffRequest.objects.select_related("user", "asked_by", "decided_by").order_by("pk")


def _role(role):
    return User.Role(role).label if role else ""


def _names(regions):
    return ", ".join(str(Region(region).label) for region in regions)


def _act(request, verb, person, done):
    try:
        verb(person, by=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("kyc:staff_detail", person.pk)
