"""The supervisors' page about reading: what waits, and reading many papers again."""

from django.contrib import messages as flash
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kyc import readings as work
from kyc.forms.readings import BatchForm
from project.lib.access import supervisor
from project.lib.screens import screen
from project.lib.workflow import MoveRefused


@supervisor
@require_http_methods(["GET", "POST"])
def readings(request):
    """How reading goes, asked again and again while a batch is under way; a POST begins one."""
    form = BatchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            work.begin(**form.cleaned_data, by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            flash.success(request, _("La relecture commence."))
            return redirect("kyc:readings")
    context = {
        "form": form,
        "postings": request.user.postings.all(),
        "figures": work.figures(),
        "progress": work.progress(),
    }
    status = 422 if form.errors else 200
    return screen(request, "kyc/readings.html", context, fragment="readings", status=status)


@supervisor
@require_POST
def readings_stop(request):
    """Stop the batch under way: what it has not given yet keeps the reading it has."""
    try:
        work.stop(by=request.user)
    except MoveRefused as refusal:
        flash.error(request, str(refusal))
    else:
        flash.success(request, _("La relecture est arrêtée."))
    return redirect("kyc:readings")
