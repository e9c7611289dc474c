"""Identity: the citizen's dossier, the agents' queue, the second factor."""

from django.urls import path

from kyc.forms import IdentityForm
from kyc.models import IdentityCase
from kyc.views import account, agent, citizen

app_name = "kyc"
CASE = {"model": IdentityCase}
FORM = CASE | {"form_class": IdentityForm}

urlpatterns = [
    path("compte/second-facteur/", account.second_factor, name="second_factor"),
    path("identite/", citizen.identity, name="identity"),
    path("identite/<int:pk>/", citizen.case, CASE, name="case"),
    path("identite/<int:pk>/photos/", citizen.photos, CASE, name="photos"),
    path("identite/<int:pk>/photos/<uuid:key>/", citizen.picture, CASE, name="picture"),
    path("identite/<int:pk>/reponses/", citizen.details, FORM, name="details"),
    path("identite/<int:pk>/lecture/", citizen.reading, FORM, name="reading"),
    path("identite/<int:pk>/verifier/", citizen.check, FORM, name="check"),
    path("agent/identites/", agent.queue, CASE, name="queue"),
    path("agent/identites/<int:pk>/", agent.case_detail, CASE, name="case_detail"),
    path("agent/identites/<int:pk>/remettre/", agent.case_release, CASE, name="case_release"),
    path(
        "agent/identites/<int:pk>/photos/<uuid:key>/",
        agent.case_picture,
        CASE,
        name="case_picture",
    ),
]
