"""The citizen's vehicles: opening a declaration. What follows is `kyc`'s, like any paper's."""

from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from fleet.models import VehicleCase
from kyc import filing
from project.lib.access import citizen
from project.lib.screens import screen


@citizen
@require_http_methods(["GET", "POST"])
def declare(request):
    """What is needed to declare a vehicle; a POST opens the declaration, or the one left open."""
    if request.method == "GET" or not request.user.is_identified:
        return screen(request, "fleet/declare.html")
    case = filing.begin(VehicleCase.objects, by=request.user, state=VehicleCase.State.DRAFT)
    return redirect(case)
