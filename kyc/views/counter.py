"""« Au guichet »: an agent fills in a dossier with its citizen, on the citizen's own pages."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kyc import advice, counter, documents, tasklist
from kyc.forms.counter import CodeForm, VisitForm
from kyc.models import Assistance
from project.lib.access import agent
from project.lib.drafts import typed
from project.lib.screens import screen
from project.lib.workflow import MoveRefused

SHOWN = 10  # visits on the first page


@agent
@require_http_methods(["GET", "POST"])
def counter_list(request):
    """Whom to help: a phone, to which a POST sends the code of consent. The last visits below."""
    form = VisitForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            visit = counter.ask(**form.cleaned_data, by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("kyc:counter_visit", visit.pk)
    begun = Assistance.objects.filter(agent=request.user, begun_at__isnull=False)
    context = {
        "form": form,
        "live": begun.live().first(),
        "visits": begun.select_related("case").order_by("-pk")[:SHOWN],
    }
    status = 422 if request.method == "POST" else 200
    return screen(request, "kyc/counter.html", context, status=status)


@agent
@require_http_methods(["GET", "POST"])
def counter_visit(request, pk):
    """The code of consent, which a POST tries; then the dossier; then what became of the visit."""
    row = _own(request, pk)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            counter.begin(row, form.cleaned_data["code"], by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
    if row.is_live:
        return redirect(row.case)
    status = 422 if form.errors else 200
    return screen(request, "kyc/counter_visit.html", {"visit": row, "form": form}, status=status)


@agent
@require_POST
def counter_code(request, pk):
    """Send the code that is due, or another."""
    row = _own(request, pk)
    try:
        counter.send_code(row, by=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Un code est parti vers le téléphone de la personne."))
    return redirect("kyc:counter_check" if row.begun_at else "kyc:counter_visit", row.pk)


@agent
@require_http_methods(["GET", "POST"])
def counter_check(request, pk):
    """All answers, to be read back to the person; a POST tries their code and sends the dossier."""
    row = _own(request, pk)
    if not row.is_live:
        return redirect("kyc:counter_visit", row.pk)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            counter.confirm(row, form.cleaned_data["code"], by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("kyc:counter_visit", row.pk)
    case = row.case
    context = {"visit": row, "case": case, "form": form, "parts": tasklist.answers(case)}
    context |= {"advice": advice.about(case), "unread": documents.unread(case)}
    context |= tasklist.of(case)
    context["is_stale"] = row.read_back != case.fingerprint()
    return screen(request, "kyc/counter_check.html", context, status=422 if form.errors else 200)


@agent
@require_POST
def counter_end(request, pk):
    """End a visit before the dossier is sent: its citizen may go on at home."""
    row = _own(request, pk)
    counter.end(row, by=request.user)
    return redirect("kyc:counter_list")


def _own(request, pk):
    return get_object_or_404(Assistance.objects.select_related("case"), pk=pk, agent=request.user)
