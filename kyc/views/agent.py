"""The agents' side: a queue, and one case at a time.

Both queues, identities here and vehicles in `fleet`, use these views: the URLconf passes the model.
"""

from django.contrib import messages as flash
from django.shortcuts import get_object_or_404, redirect
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kyc import advice, approval, checks, comparison, documents, duplicates, reveals, review
from kyc.forms.cases import DecisionForm
from kyc.forms.reveals import RevealForm
from kyc.models import Decision, IdentityCase
from kyc.views.files import marked_response
from project.lib.access import agent, fresh_factor
from project.lib.drafts import typed
from project.lib.screens import screen, wants_fragment
from project.lib.workflow import MoveRefused

ONCE = "reveal_once"  # what a session holds of the form that may reveal next: never a value


@agent
@require_http_methods(["GET", "POST"])
def queue(request, *, model):
    """How many cases wait; a POST takes the next one."""
    if request.method == "POST":
        case = review.claim_next(model, by=request.user)
        if case:
            return redirect(case.agent_url)
        flash.info(request, _("Aucun dossier n'attend."))
    waiting = model.objects.waiting().reviewable_by(request.user)
    context = {
        "model": model._meta,
        "postings": request.user.postings.all(),
        "waiting": waiting.count(),
        "oldest": waiting.first(),
        "held": model.objects.held_by(request.user).first(),
        "decided": review.decided(model.objects.within(request.user), by=request.user),
    }
    return screen(request, "kyc/queue.html", context)


@agent
@require_http_methods(["GET", "POST"])
def case_detail(request, pk, *, model):
    """One case with its papers; a POST records the decision."""
    case = get_object_or_404(model.objects.seen_by(request.user), pk=pk)
    if request.method == "GET" and wants_fragment(request):
        return _rereading(request, case)
    form = DecisionForm(typed(request), case=case)
    if request.method == "POST" and form.is_valid():
        try:
            review.decide(case, **form.cleaned_data, by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            done = {"reference": case.reference, "verdict": Decision.Verdict(case.state).label}
            flash.success(request, _("Dossier %(reference)s : %(verdict)s.") % done)
            return redirect(case.queue_url)
    status = 422 if request.method == "POST" else 200
    return _case_screen(request, case, form, status=status)


def _case_screen(request, case, form, *, revealed=(), status=200):
    """The case beside its papers: masked, but for what this one answer reveals."""
    is_held = case.state == case.State.CLAIMED
    papers = case.current_documents() if is_held else []
    mine = type(case).objects.filter(pk=case.pk)
    context = {
        "case": case,
        "form": form,
        "is_held": is_held,
        "rows": comparison.rows(case, revealed=revealed) if is_held else [],
        "zone": comparison.zone(case) if is_held else "",
        "unread": comparison.unread(case, revealed=revealed) if is_held else [],
        "papers": papers,
        **_readings(case, papers),
        "is_asked": False,
        "earlier": _earlier(case, papers) if is_held else [],
        "advice": advice.about(case) if is_held else [],
        "revealed": revealed,
        "resemblances": duplicates.shown(case) if is_held else [],
        "unanswered": duplicates.unanswered(case) if is_held else 0,
        "taken": review.taken() if is_held and case.is_taken else "",
        "decided": [] if is_held else review.decided(mine, by=request.user),
        "checks": checks.results(case) if is_held else [],
        "score": approval.judge(case) if is_held and isinstance(case, IdentityCase) else None,
    }
    return screen(request, "kyc/case_detail.html", context, status=status)


def _readings(case, papers):
    """Whether one of the pictures waits to be read again, and for long."""
    pending = [paper for paper in papers if paper.side in case.readers and paper.is_pending]
    return {"is_reading": bool(pending), "is_slow": any(paper.is_slow for paper in pending)}


def _rereading(request, case):
    """What the page asks for until everything is read; what was typed on it stays."""
    is_held = case.state == case.State.CLAIMED
    pending = _readings(case, case.current_documents() if is_held else [])
    context = {"case": case, "is_asked": True} | pending
    return screen(request, "kyc/case_detail.html", context, fragment="rereading")


def _earlier(case, papers):
    """The pictures that others have taken the place of: they stay as evidence."""
    return case.documents.exclude(pk__in=[paper.pk for paper in papers]).order_by("-pk")


@agent
@require_http_methods(["GET", "POST"])
@fresh_factor()
def case_reveal(request, pk, *, model):
    """Ask why masked values are needed whole. The answer to a POST shows them, and no other does.

    Sent a second time, as by loading the answer again, a form reveals nothing.
    """
    case = get_object_or_404(model.objects.held_by(request.user), pk=pk)
    form = RevealForm(
        typed(request),
        masked=reveals.masked_fields(case),
        reasons=reveals.CASE_REASONS,
        initial={"fields_asked": request.GET.getlist("champ")},
    )
    once = request.session.pop(ONCE, "")
    if request.method == "POST" and not (once and request.POST.get("once") == once):
        return redirect(case.agent_url)
    if request.method == "POST" and form.is_valid():
        names = form.cleaned_data.pop("fields_asked")
        try:
            reveals.reveal_of_case(case, names, **form.cleaned_data, by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _case_screen(request, case, DecisionForm(case=case), revealed=names)
    once = request.session[ONCE] = get_random_string(16)
    status = 422 if request.method == "POST" else 200
    context = {"case": case, "form": form, "once": once}
    return screen(request, "kyc/case_reveal.html", context, status=status)


@agent
@require_POST
def case_release(request, pk, *, model):
    """Put a case back in its queue, undecided."""
    case = get_object_or_404(model.objects.seen_by(request.user), pk=pk)
    try:
        review.release(case, by=request.user)
    except MoveRefused as refusal:
        flash.error(request, str(refusal))
    else:
        done = {"reference": case.reference}
        flash.success(request, _("Dossier %(reference)s : remis dans la file.") % done)
    return redirect(case.queue_url)


@agent
@require_safe
def case_picture(request, pk, key, *, model):
    """A scan of the case the agent holds. Looking at it is recorded."""
    case = get_object_or_404(model.objects.held_by(request.user), pk=pk)
    document = get_object_or_404(case.documents, key=key)
    documents.look(document, by=request.user)
    return marked_response(request, document)


@agent
@require_POST
def case_read_again(request, pk, key, *, model):
    """Have a picture of the case the agent holds read again."""
    case = get_object_or_404(model.objects.held_by(request.user), pk=pk)
    document = get_object_or_404(case.documents, key=key)
    try:
        documents.read_again(document, by=request.user)
    except MoveRefused as refusal:
        if not wants_fragment(request):
            flash.error(request, str(refusal))
    return _rereading(request, case) if wants_fragment(request) else redirect(case.agent_url)
