"""The citizen's side of a case: its sections, a last look, and what became of it.

Identity papers here and cartes grises in `fleet` use these views: the URLconf passes the model and
the forms of its sections.
"""

from django.contrib import messages as flash
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from kyc import advice, approval, comparison, documents, filing, intake, tasklist
from kyc.forms.cases import PhotosForm
from kyc.models import Assistance, IdentityCase
from kyc.views.files import marked_response, picture_response, small_response
from project.lib.access import citizen, filler
from project.lib.drafts import typed
from project.lib.screens import screen
from project.lib.workflow import MoveRefused

STOP_ASKING = 286  # htmx's status for the last answer of a poll


@citizen
@require_http_methods(["GET", "POST"])
def identity(request):
    """The citizen's own identity case; the first POST opens it, or the next when one has ended."""
    case = request.user.identitycases.order_by("-pk").first()
    if request.method == "POST" and (case is None or case.may_be_followed):
        try:
            return redirect(filing.begin(IdentityCase.objects.live(), by=request.user))
        except MoveRefused as refusal:
            flash.error(request, str(refusal))
    return redirect(case) if case else screen(request, "kyc/identity_start.html")


@filler
@require_safe
def case(request, pk, *, model):
    """A case: what is still to be done in it, or what became of it."""
    case = model.objects.filled_by(request.user).filter(pk=pk).first()
    if case is None:
        return _after_visit(request, pk, model)
    is_own = case.citizen_id == request.user.pk
    context = {"case": case, "told": approval.told(case) if is_own else []}
    others = _others(case) if is_own and model is IdentityCase else []
    context |= {"others": others, "is_newest": all(other.pk < case.pk for other in others)}
    return screen(request, "kyc/case.html", context | tasklist.of(case))


def _after_visit(request, pk, model):
    """The agent who helped comes back to a dossier that is no longer theirs to fill in."""
    visits = Assistance.objects.filter(agent=request.user, case=pk).order_by("-pk")
    visit = visits.first() if model is IdentityCase else None
    if visit is None:
        raise Http404
    return redirect("kyc:counter_visit", visit.pk)


def _others(case):
    """The dossiers their citizen has had before and after this one, the newest first."""
    return list(case.citizen.identitycases.exclude(pk=case.pk).order_by("-pk"))


@filler
@require_http_methods(["GET", "POST"])
def section(request, pk, name, *, model, forms):
    """One page of a case. The next that is not done follows it."""
    case = get_object_or_404(model.objects.filled_by(request.user), pk=pk)
    part = case.section(name)
    if part is None:
        raise Http404
    if not case.is_open(part):
        return redirect(case)
    if part.sides:
        return _photos(request, case, part)
    return _answers(request, case, part, forms) if part.fields else _contact(request, case, part)


def _contact(request, case, part):
    """How the citizen is reached: it belongs to their account, whose pages change it."""
    if request.method == "POST":
        return redirect(tasklist.after(case, part))
    return screen(request, "kyc/contact.html", {"case": case, "part": part})


def _photos(request, case, part):
    is_post = request.method == "POST"
    files = (request.POST, request.FILES) if is_post else ()
    form = PhotosForm(*files, case=case, section=part)
    if is_post and _receive_all(request, case, form):
        return redirect(tasklist.after(case, part))
    context = {"case": case, "part": part, "form": form, "faults": tasklist.faults(case, part)}
    context["papers"] = [paper for paper in case.current_documents() if paper.side in form.fields]
    return screen(request, "kyc/photos.html", context, status=422 if is_post else 200)


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


def _answers(request, case, part, forms):
    """What is declared on a page. It fills itself while papers are read; a POST keeps it."""
    read = documents.values_read(case)
    initial = {name: field["value"] for name, field in read.items() if not getattr(case, name, "")}
    form = forms[part.name](typed(request), instance=case, initial=initial)
    is_later = "later" in request.POST
    if request.method == "POST" and _declare(request, case, part, form, is_later):
        return redirect(case if is_later else tasklist.after(case, part))
    context = {"case": case, "part": part, "form": form, "fields": beside(form, read, case)}
    context |= {"faults": tasklist.faults(case, part), **_progress(case, form)}
    status = 422 if request.method == "POST" else 200
    return screen(request, "kyc/details.html", context, status=status)


def _declare(request, case, part, form, is_later):
    """Keep what was typed, and say whether the page may be left.

    Who leaves it for later is asked for nothing: what is well written is kept all the same.
    """
    if is_later:
        for field in form.fields.values():
            field.required = False
    if not form.is_valid() and not is_later:
        return False
    try:
        filing.declare(case, part, form.cleaned_data, by=request.user, is_whole=not is_later)
    except MoveRefused as refusal:
        form.add_error(None, str(refusal))
    return not form.errors


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
                "agrees": bool(reading) and _agrees(case, field, reading["value"]),
                "explained": advice.explained(case, field.name, value),
            }
        )
    return lines


def _agrees(case, field, read):
    """Whether a field shows what was read, be it in the words of a person or as it is kept."""
    said = comparison.in_words(case, field.name, read)
    return any(comparison.same(field.value(), each) for each in (read, said))


def _progress(case, form):
    """Whether papers that this page can be filled from are still being read, and for how long."""
    wanted = [paper for paper in case.current_documents() if paper.side in case.readers]
    photos = case.section("photos")
    papers = wanted if set(form.fields) & documents.fields_read(case) else []
    return {
        "is_read": bool(papers),
        "is_reading": any(paper.is_pending for paper in papers),
        "is_slow": any(paper.is_slow for paper in papers),
        "is_unread": all(paper.state == paper.State.UNREAD for paper in papers),
        "unread": documents.unread(case),
        "photos_url": case.section_url(photos.name) if case.is_open(photos) else "",
    }


@filler
@require_safe
def reading(request, pk, *, model, forms):
    """What has been read so far: asked again and again by the page of answers while it waits.

    Every field that was read comes back beside the notice; the page keeps what is typed already.
    """
    case = get_object_or_404(model.objects.filled_by(request.user), pk=pk)
    read = documents.values_read(case)
    initial = {name: field["value"] for name, field in read.items()}
    form = forms["reponses"](instance=case, initial=initial)
    progress = _progress(case, form)
    fields = [line for line in beside(form, read, case) if line["reading"]]
    return screen(
        request,
        "kyc/_reading.html",
        {"case": case, "fields": fields, "oob": True, **progress},
        status=200 if progress["is_reading"] else STOP_ASKING,
    )


@filler
@require_http_methods(["GET", "POST"])
def check(request, pk, *, model):
    """A last look at the answers; a POST sends the case. At a counter it is read back first."""
    case = get_object_or_404(model.objects.filled_by(request.user), pk=pk)
    if case.citizen_id != request.user.pk:
        return redirect("kyc:counter_check", case.assistance.pk)
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
    context = {"case": case, "parts": tasklist.answers(case), "error": error}
    context |= {"advice": advice.about(case), "unread": documents.unread(case)}
    context |= tasklist.of(case)
    return screen(request, "kyc/check.html", context, status=409 if error else 200)


@filler
@require_safe
def picture(request, pk, key, *, model):
    """One of the citizen's own scans, `?petite` or whole. An agent who helps leaves a trace."""
    case = get_object_or_404(model.objects.filled_by(request.user), pk=pk)
    document = get_object_or_404(case.documents, key=key)
    if case.citizen_id == request.user.pk:
        respond = small_response if "petite" in request.GET else picture_response
        return respond(request, document)
    documents.look(document, by=request.user, reason="counter")
    return marked_response(request, document)
