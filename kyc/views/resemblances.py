"""The agents' side of what two cases have in common: both beside each other, and what it means."""

from django.contrib import messages as flash
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kyc import documents, duplicates
from kyc.forms.resemblances import JudgementForm
from kyc.views.files import marked_response
from project.lib.access import agent
from project.lib.drafts import typed
from project.lib.screens import screen
from project.lib.workflow import MoveRefused


@agent
@require_http_methods(["GET", "POST"])
def resemblance(request, pk, number, *, model):
    """The case the agent holds beside one that resembles it; a POST says what that means."""
    case = get_object_or_404(model.objects.held_by(request.user), pk=pk)
    pair = get_object_or_404(duplicates.about(case), pk=number)
    form = JudgementForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            duplicates.judge(pair, **form.cleaned_data, by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            flash.success(request, _("Votre avis est enregistré. Le dossier reste à décider."))
            return redirect(case.agent_url)
    other = pair.beside(case)
    context = {
        "case": case,
        "other": other,
        "pair": pair,
        "form": form,
        "lines": duplicates.consult(pair, case, by=request.user),
        "pictures": duplicates.pictures(pair, case),
    }
    status = 422 if request.method == "POST" else 200
    return screen(request, "kyc/resemblance.html", context, status=status)


@agent
@require_safe
def resemblance_picture(request, pk, number, key, *, model):
    """A scan of the other case, while the agent holds this one. Looking at it is recorded."""
    case = get_object_or_404(model.objects.held_by(request.user), pk=pk)
    pair = get_object_or_404(duplicates.about(case), pk=number)
    document = get_object_or_404(pair.beside(case).documents, key=key)
    documents.look(document, by=request.user, reason="duplicate")
    return marked_response(request, document)
