"""The agents' side: a queue, and one case at a time.

Both queues, identities here and vehicles in `fleet`, use these views: the URLconf passes the model.
"""

from django.contrib import messages as flash
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kyc import comparison, documents, review
from kyc.forms.cases import DecisionForm
from kyc.views.files import picture_response
from project.lib.access import agent
from project.lib.drafts import typed
from project.lib.screens import screen
from project.lib.workflow import MoveRefused


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
        "waiting": waiting.count(),
        "oldest": waiting.first(),
        "held": model.objects.held_by(request.user).first(),
        "decided": model.objects.decided_by(request.user)[:20],
    }
    return screen(request, "kyc/queue.html", context)


@agent
@require_http_methods(["GET", "POST"])
def case_detail(request, pk, *, model):
    """One case with its papers; a POST records the decision."""
    case = get_object_or_404(model.objects.seen_by(request.user), pk=pk)
    form = DecisionForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            review.decide(case, **form.cleaned_data, by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            flash.success(
                request,
                _("Dossier %(reference)s : décision enregistrée.") % {"reference": case.reference},
            )
            return redirect(case.queue_url)
    is_held = case.state == case.State.CLAIMED
    context = {
        "case": case,
        "form": form,
        "is_held": is_held,
        "rows": comparison.rows(case) if is_held else [],
        "papers": case.current_documents() if is_held else [],
    }
    status = 422 if request.method == "POST" else 200
    return screen(request, "kyc/case_detail.html", context, status=status)


@agent
@require_POST
def case_release(request, pk, *, model):
    """Put a case back in its queue, undecided."""
    case = get_object_or_404(model.objects.seen_by(request.user), pk=pk)
    try:
        review.release(case, by=request.user)
    except MoveRefused as refusal:
        flash.error(request, str(refusal))
    return redirect(case.queue_url)


@agent
@require_safe
def case_picture(request, pk, key, *, model):
    """A scan of the case the agent holds. Looking at it is recorded."""
    case = get_object_or_404(model.objects.held_by(request.user), pk=pk)
    document = get_object_or_404(case.documents, key=key)
    documents.look(document, by=request.user)
    return picture_response(document)
