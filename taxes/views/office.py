"""What supervisors and finance look at: how many cases wait, and where the money stands."""

from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.views.decorators.http import require_safe

from fleet.models import VehicleCase
from kyc.models import IdentityCase
from project.lib.access import finance, supervisor
from project.lib.screens import screen
from taxes.models import Payment, Receipt, Refund


@supervisor
@require_safe
def queues(request):
    """How many cases each queue holds, state by state, and how old the oldest is."""
    context = {
        "postings": request.user.postings.all(),
        "queues": [_queue(model, request.user) for model in (IdentityCase, VehicleCase)],
    }
    return screen(request, "taxes/queues.html", context)


def _queue(model, person):
    cases = model.objects.within(person)
    counts = dict(cases.values_list("state").annotate(Count("pk")))
    states = [
        {"label": state.label, "value": state.value, "count": counts.get(state.value, 0)}
        for state in model.State
    ]
    return {"model": model._meta, "states": states, "oldest": cases.waiting().first()}


@finance
@require_safe
def payment_list(request):
    """Every attempt to pay, the latest first, and how many need somebody."""
    rows = Payment.objects.select_related("notice__vehicle", "receipt", "refund").order_by("-pk")
    state = request.GET.get("etat", "")
    if state in Payment.State.values:
        rows = rows.filter(state=state)
    context = {
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "state": state,
        "states": Payment.State.choices,
        "figures": _figures(),
    }
    return screen(request, "taxes/payment_list.html", context)


def _figures():
    need = Payment.objects.aggregate(
        suspense=Count("pk", filter=Q(state=Payment.State.SUSPENSE)),
        unknown=Count("pk", filter=Q(state=Payment.State.UNKNOWN)),
    )
    received = Receipt.objects.aggregate(total=Sum("amount"), count=Count("pk"))
    refunds = Refund.objects.aggregate(total=Sum("amount"), count=Count("pk"))
    return need | {"received": received, "refunds": refunds}
