"""Vehicles: the citizen's declarations, the agents' queue."""

from django.urls import path

from fleet.forms import VehicleForm
from fleet.models import VehicleCase
from fleet.views import citizen as own
from kyc.views import agent, citizen

app_name = "fleet"
CASE = {"model": VehicleCase}
FORM = CASE | {"form_class": VehicleForm}

urlpatterns = [
    path("vehicules/declarer/", own.declare, name="declare"),
    path("vehicules/dossiers/<int:pk>/", citizen.case, CASE, name="case"),
    path("vehicules/dossiers/<int:pk>/photos/", citizen.photos, CASE, name="photos"),
    path("vehicules/dossiers/<int:pk>/photos/<uuid:key>/", citizen.picture, CASE, name="picture"),
    path("vehicules/dossiers/<int:pk>/reponses/", citizen.details, FORM, name="details"),
    path("vehicules/dossiers/<int:pk>/lecture/", citizen.reading, FORM, name="reading"),
    path("vehicules/dossiers/<int:pk>/verifier/", citizen.check, FORM, name="check"),
    path("agent/vehicules/", agent.queue, CASE, name="queue"),
    path("agent/vehicules/<int:pk>/", agent.case_detail, CASE, name="case_detail"),
    path("agent/vehicules/<int:pk>/remettre/", agent.case_release, CASE, name="case_release"),
    path(
        "agent/vehicules/<int:pk>/photos/<uuid:key>/",
        agent.case_picture,
        CASE,
        name="case_picture",
    ),
]
