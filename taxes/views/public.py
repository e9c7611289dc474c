"""What anybody may ask without an account: what a vehicle would owe, and whether a code is ours."""

from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kyc import questions
from project.lib.access import public
from project.lib.screens import screen
from taxes import explain, notices, scans
from taxes.forms import CheckForm, CodeForm, SimulatorForm
from taxes.tariff import NotAssessable


@public
@require_safe
def simulator(request):
    """The tax of any vehicle, with every step of the calculation."""
    year = notices.current_year()
    is_asked = not SimulatorForm.base_fields.keys().isdisjoint(request.GET)
    form = SimulatorForm(request.GET if is_asked else None)
    context = {"form": form, "year": year}
    if form.is_bound and form.is_valid():
        if wait := questions.wait(request):
            return _slowed(request, "taxes/simulator.html", context, wait)
        try:
            assessment = notices.assess(notices.tariff_of(year), **form.cleaned_data)
        except NotAssessable as reason:
            form.add_error(None, str(reason))
        else:
            context |= {
                "amount": assessment.amount,
                "steps": explain.steps(assessment.steps),
            }
    return screen(request, "taxes/simulator.html", context, fragment="result")


@public
@require_http_methods(["GET", "POST"])
def code(request):
    """Where a windscreen code leads. The token comes after #, and a small script sends it.

    Anybody learns whether the code is genuine, for which plate and which year; an officer who has
    passed their second factor reads the rest, on the same page.
    """
    officer = _officer(request.user)
    form_class = CheckForm if officer else CodeForm
    form = form_class(request.POST or None)
    answer = None
    context = {"form": form, "answer": answer, "is_officer": officer is not None}
    if form.is_valid():
        if officer is None and (wait := questions.wait(request)):
            return _slowed(request, "taxes/code_check.html", context, wait)
        answer = scans.check(form.cleaned_data["asked"], by=officer)
        form = form_class()  # ready for the next one
    context |= {"form": form, "answer": answer}
    return screen(request, "taxes/code_check.html", context, fragment="answer")


def _slowed(request, template, context, wait):
    """The same page, with what was typed, to be sent again in a moment."""
    context["form"].add_error(
        None,
        _("Beaucoup de questions arrivent de votre réseau. Envoyez de nouveau dans un instant."),
    )
    response = screen(request, template, context, status=429)
    response["Retry-After"] = str(wait)
    return response


def _officer(user):
    is_officer = user.is_authenticated and user.role == "officer" and user.is_verified()
    return user if is_officer else None
