"""The officer at the roadside: a plate or a code in, one clear answer out."""

from django.views.decorators.http import require_http_methods

from project.lib.access import officer
from project.lib.drafts import typed
from project.lib.screens import screen
from taxes import scans
from taxes.forms import CheckForm


@officer
@require_http_methods(["GET", "POST"])
def check(request):
    """Check a plate or a code, and see one's own last checks."""
    form = CheckForm(typed(request))
    answer = None
    if request.method == "POST" and form.is_valid():
        answer = scans.check(form.cleaned_data["asked"], by=request.user)
        form = CheckForm()  # ready for the next one
    context = {
        "form": form,
        "answer": answer,
        "is_officer": True,
        "recent": request.user.scans.order_by("-pk")[:10],
    }
    return screen(request, "taxes/check.html", context, fragment="answer")
