"""The citizen's side of a case: photos, what they say, a last look, and what became of it.

Identity cards here and cartes grises in `fleet` use these views: the URLconf passes the model and
its form.
"""

from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from kyc import comparison, documents, filing, intake
from kyc.forms.cases import PhotosForm
from kyc.models import IdentityCase
from kyc.views.files import picture_response
from project.lib.access import citizen
from project.lib.drafts import typed
from project.lib.screens import screen
from project.lib.workflow import MoveRefused

STOP_ASKING = 286  # htmx's status for the last answer of a poll


@citizen
@require_http_methods(["GET", "POST"])
def identity(request):
    """The citizen's own identity case; the first POST opens it."""
    case = request.user.identitycases.order_by("-pk").first()
    if request.method == "POST":
        live = IdentityCase.objects.exclude(state=IdentityCase.State.REJECTED)
        case = filing.begin(live, by=request.user)
        return redirect(case.photos_url)
    return redirect(case) if case else screen(request, "kyc/identity_start.html")


@citizen
@require_safe
def case(request, pk, *, model):
    """What became of a case, and what to do next."""
    case = get_object_or_404(model, pk=pk, citizen=request.user)
    return screen(request, "kyc/case.html", {"case": case})


@citizen
@require_http_methods(["GET", "POST"])
def photos(request, pk, *, model):
    """Each side of the paper, photographed or chosen."""
    case = get_object_or_404(model, pk=pk, citizen=request.user)
    if not case.is_editable:
        return redirect(case)
    is_post = request.method == "POST"
    form = PhotosForm(request.POST, request.FILES, case=case) if is_post else PhotosForm(case=case)
    if is_post and _receive_all(request, case, form):
        return redirect(case.details_url)
    status = 422 if is_post else 200
    return screen(request, "kyc/photos.html", {"case": case, "form": form}, status=status)


def _receive_all(request, case, form):
    """Take every side that came; what is good is kept even where another is refused."""
    form.is_valid()
    if getattr(request, "upload_was_cut", False):
        form.add_error(None, intake.MESSAGES["too_big"])
    for side, upload in request.FILES.items():
        if side not in form.fields:
            continue
        try:
            documents.receive(case, upload, side=side, by=request.user)
        except intake.Refused as refusal:
            form.add_error(side, refusal.message)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
    return not form.errors


@citizen
@require_http_methods(["GET", "POST"])
def details(request, pk, *, model, form_class):
    """What the citizen declares. It fills itself while the papers are read; a POST keeps it."""
    case = get_object_or_404(model, pk=pk, citizen=request.user)
    if not case.is_editable:
        return redirect(case)
    read = documents.values_read(case)
    initial = {name: field["value"] for name, field in read.items() if not getattr(case, name, "")}
    form = form_class(typed(request), instance=case, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            filing.declare(case, form.cleaned_data, by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(case.url("check"))
    context = {"case": case, "form": form, "fields": beside(form, read, case), **_progress(case)}
    status = 422 if request.method == "POST" else 200
    return screen(request, "kyc/details.html", context, status=status)


def beside(form, read, case):
    """Each field of the form with what was read of it, in words, and whether they agree."""
    lines = []
    for field in form:
        reading = read.get(field.name)
        value = field.value()
        lines.append(
            {
                "field": field,
                "reading": reading,
                "read": comparison.in_words(case, field.name, reading["value"]) if reading else "",
                "agrees": bool(reading) and comparison.same(value, reading["value"]),
            }
        )
    return lines


def _progress(case):
    """Whether papers of the case are still being read, and whether that takes unusually long."""
    papers = case.current_documents()
    return {
        "is_reading": any(paper.is_pending for paper in papers),
        "is_slow": any(paper.is_slow for paper in papers),
        "is_unread": all(paper.state == paper.State.UNREAD for paper in papers),
    }


@citizen
@require_safe
def reading(request, pk, *, model, form_class):
    """What has been read so far: asked again and again by the details page while it waits.

    Every field that was read comes back beside the notice; the page keeps what is typed already.
    """
    case = get_object_or_404(model, pk=pk, citizen=request.user)
    read = documents.values_read(case)
    form = form_class(initial={name: field["value"] for name, field in read.items()})
    progress = _progress(case)
    fields = [line for line in beside(form, read, case) if line["reading"]]
    return screen(
        request,
        "kyc/_reading.html",
        {"case": case, "fields": fields, "oob": True, **progress},
        status=200 if progress["is_reading"] else STOP_ASKING,
    )


@citizen
@require_http_methods(["GET", "POST"])
def check(request, pk, *, model, form_class):
    """A last look at the answers; a POST sends the case."""
    case = get_object_or_404(model, pk=pk, citizen=request.user)
    error = ""
    if request.method == "POST":
        try:
            filing.submit(case, by=request.user)
        except MoveRefused as refusal:
            error = str(refusal)
        else:
            return redirect(case)
    elif not case.is_editable:
        return redirect(case)
    form = form_class(instance=case)
    context = {"case": case, "answers": answers(case, form), "error": error}
    return screen(request, "kyc/check.html", context, status=409 if error else 200)


def answers(case, form):
    """The declared values as people read them: field name, label, value."""
    return [
        {
            "name": name,
            "label": field.label,
            "value": comparison.in_words(case, name, getattr(case, name)),
        }
        for name, field in form.fields.items()
    ]


@citizen
@require_safe
def picture(request, pk, key, *, model):
    """One of the citizen's own scans."""
    case = get_object_or_404(model, pk=pk, citizen=request.user)
    return picture_response(get_object_or_404(case.documents, key=key))
