"""Vehicles: the citizen's declarations, the agents' queue."""

from django.urls import path

from fleet.forms import VehicleForm
from fleet.models import VehicleCase
from fleet.views import citizen
from kyc import urls as kyc

app_name = "fleet"

urlpatterns = [
    path("vehicules/declarer/", citizen.declare, name="declare"),
    *kyc.of_cases("vehicules/dossiers", "agent/vehicules", VehicleCase, {"reponses": VehicleForm}),
]
