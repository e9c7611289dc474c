"""The supervisors' side of a dossier's life: finding one, suspending it, resuming it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kyc import masks, suspension
from kyc.forms.counter import LookUpForm, ResumptionForm, SuspensionForm
from project.lib.access import fresh_factor, supervisor
from project.lib.drafts import typed
from project.lib.screens import screen
from project.lib.workflow import MoveRefused


@supervisor
@require_http_methods(["GET", "POST"])
def dossier_find(request):
    """One dossier by its reference or number: a POST finds it, so that neither is in an address."""
    form = LookUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            case = suspension.find(form.cleaned_data["named"], by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            if case:
                return redirect("kyc:dossier_detail", case.pk)
            form.add_error("named", _("Aucun dossier de vos régions n'a cette référence."))
    status = 422 if form.errors else 200
    context = {"form": form, "postings": request.user.postings.all()}
    return screen(request, "kyc/dossier_find.html", context, status=status)


@supervisor
@require_safe
def dossier_detail(request, pk):
    """A dossier, masked, with its history and what may be done. The look is in the log."""
    case = _reached(request, pk)
    return screen(request, "kyc/dossier_detail.html", _about(request, case))


@supervisor
@require_http_methods(["GET", "POST"])
@fresh_factor()
def dossier_suspend(request, pk):
    """Why a dossier is suspended, and suspending it."""
    case = _reached(request, pk)
    form = SuspensionForm(typed(request))
    return _turn(request, case, form, suspension.suspend, _("Le dossier est suspendu."))


@supervisor
@require_http_methods(["GET", "POST"])
@fresh_factor()
def dossier_resume(request, pk):
    """Why a dossier is resumed, and resuming it: not by whoever suspended it."""
    case = _reached(request, pk)
    form = ResumptionForm(typed(request))
    return _turn(request, case, form, suspension.resume, _("La suspension est levée."))


def _turn(request, case, form, verb, done):
    if request.method == "POST" and form.is_valid():
        try:
            verb(case, **form.cleaned_data, by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done + " " + _("La personne est prévenue."))
            return redirect("kyc:dossier_detail", case.pk)
    context = _about(request, case) | {"form": form, "is_resuming": verb is suspension.resume}
    status = 422 if form.errors else 200
    return screen(request, "kyc/dossier_turn.html", context, status=status)


def _reached(request, pk):
    """The dossier. Whichever page shows it, the look is in the log."""
    case = get_object_or_404(suspension.reach(request.user), pk=pk)
    if request.method != "POST":
        try:
            suspension.look(case, by=request.user)
        except MoveRefused as refusal:
            raise PermissionDenied(str(refusal)) from refusal
    return case


def _about(request, case):
    """What the pages show. Whatever says who it is stays masked."""
    is_own = case.suspended_by_id == request.user.pk
    return {
        "case": case,
        "names": masks.words(f"{case.surname} {case.given_names}"),
        "number": masks.number(case.number),
        "birth_date": masks.day(case.birth_date),
        "may_suspend": case.state == case.State.APPROVED,
        "may_resume": case.state == case.State.SUSPENDED and not is_own,
        "waits_for_another": case.state == case.State.SUSPENDED and is_own,
    }
