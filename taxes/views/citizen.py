"""The citizen's taxes: their vehicles, what each owes and why, paying, and what proves it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from fleet.models import Vehicle, VehicleCase
from kyc.models import Membership
from project.lib.access import citizen
from project.lib.drafts import typed
from project.lib.screens import screen
from project.lib.workflow import MoveRefused
from taxes import explain, notices, payments, providers, qr, receipts
from taxes.forms import PayForm
from taxes.models import Notice, Payment
from taxes.tariff import NotAssessable


@citizen
@require_safe
def dashboard(request):
    """« Mon espace »: who I am, my vehicles, what each owes."""
    identity = request.user.identitycases.order_by("-pk").first()
    cases = VehicleCase.objects.filter(citizen=request.user).exclude(
        state=VehicleCase.State.APPROVED
    )
    context = {
        "identity": identity,
        "cases": cases.order_by("-pk"),
        "invitations": Membership.objects.open().addressed_to(request.user).count(),
        "taxes": notices.standing(request.user),
        "arrears": notices.arrears(request.user),
        "year": notices.current_year(),
    }
    return screen(request, "taxes/dashboard.html", context)


@citizen
@require_safe
def vehicle(request, pk):
    """A vehicle with its tax of the year: the amount, how it came about, what to do."""
    vehicle = get_object_or_404(Vehicle.objects.held_by(request.user), pk=pk)
    year = notices.current_year()
    earlier = vehicle.notices.with_proof().filter(year__lt=year).order_by("-year")
    context = {"vehicle": vehicle, "year": year, "earlier": earlier}
    try:
        notice = notices.issue(vehicle, year)
    except NotAssessable as reason:
        return screen(request, "taxes/vehicle.html", context | {"nothing_due": str(reason)})
    context |= {
        "notice": notice,
        "steps": explain.notice(notice),
        "payments": notice.payments.order_by("-pk"),
        "live": notice.live_payment,
    }
    return screen(request, "taxes/vehicle.html", context)


@citizen
@require_http_methods(["GET", "POST"])
def pay(request, pk):
    """Choose how to pay a notice; a POST opens the attempt, or finds the one under way."""
    notice = get_object_or_404(_notices_of(request.user), pk=pk)
    if notice.is_settled:
        return redirect("taxes:vehicle", notice.vehicle_id)
    if notice.live_payment:
        return redirect("taxes:payment", notice.live_payment.pk)
    initial = {"phone": request.user.phone, "provider": next(iter(providers.enabled()))}
    form = PayForm(typed(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            payment = payments.start(notice, **form.cleaned_data, by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("taxes:payment", payment.pk)
    status = 422 if request.method == "POST" else 200
    return screen(request, "taxes/pay.html", {"notice": notice, "form": form}, status=status)


@citizen
@require_safe
def payment(request, pk):
    """One attempt, followed until it is settled: the page asks again while it is under way."""
    mine = Payment.objects.select_related("notice__vehicle", "notice__receipt")
    payment = get_object_or_404(mine.filter(by=request.user), pk=pk)
    context = {"payment": payment, "provider": providers.get(payment.provider)}
    return screen(request, "taxes/payment.html", context, fragment="progress")


@citizen
@require_safe
def receipt(request, pk):
    """The receipt of a paid notice, to read or to print."""
    notice = get_object_or_404(_notices_of(request.user), pk=pk, receipt__isnull=False)
    context = {
        "notice": notice,
        "steps": explain.notice(notice),
        "provider": providers.get(notice.receipt.payment.provider),
    }
    return screen(request, "taxes/receipt.html", context)


@citizen
@require_safe
def code(request, pk):
    """The windscreen code of a settled notice, to show or to print."""
    notice = get_object_or_404(_notices_of(request.user), pk=pk)
    try:
        code = receipts.issue_code(notice)
    except MoveRefused:
        return redirect("taxes:vehicle", notice.vehicle_id)
    context = {"notice": notice, "code": code, "address": qr.address(code.token)}
    return screen(request, "taxes/code.html", context)


@citizen
@require_safe
def code_image(request, pk):
    """The symbol itself, as SVG."""
    notice = get_object_or_404(_notices_of(request.user), pk=pk)
    code = get_object_or_404(notice.codes, revoked_at=None)
    response = HttpResponse(qr.draw(code.token), content_type="image/svg+xml")
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response["Cache-Control"] = "private, max-age=300"
    return response


def _notices_of(person):
    """Notices of the vehicles this person holds, and those they paid themselves."""
    own = Notice.objects.filter(vehicle__in=Vehicle.objects.held_by(person))
    paid = Notice.objects.filter(receipt__payment__by=person)
    return (own | paid).distinct().select_related("vehicle", "receipt__payment", "tariff")
