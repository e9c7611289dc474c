"""Identity: the citizen's dossier, the agents' queue, the second factor."""

from django.urls import path

from kyc.forms import IdentityForm
from kyc.models import IdentityCase
from kyc.views import account, agent, citizen

app_name = "kyc"


def of_cases(own, office, model, form_class):
    """The pages of a kind of case: the citizen's under `own`, the agents' under `office`."""
    case = {"model": model}
    form = case | {"form_class": form_class}
    return [
        path(f"{own}/<int:pk>/", citizen.case, case, name="case"),
        path(f"{own}/<int:pk>/photos/", citizen.photos, case, name="photos"),
        path(f"{own}/<int:pk>/photos/<uuid:key>/", citizen.picture, case, name="picture"),
        path(f"{own}/<int:pk>/reponses/", citizen.details, form, name="details"),
        path(f"{own}/<int:pk>/lecture/", citizen.reading, form, name="reading"),
        path(f"{own}/<int:pk>/verifier/", citizen.check, form, name="check"),
        path(f"{office}/", agent.queue, case, name="queue"),
        path(f"{office}/<int:pk>/", agent.case_detail, case, name="case_detail"),
        path(f"{office}/<int:pk>/remettre/", agent.case_release, case, name="case_release"),
        path(
            f"{office}/<int:pk>/photos/<uuid:key>/", agent.case_picture, case, name="case_picture"
        ),
    ]


urlpatterns = [
    path("compte/second-facteur/", account.second_factor, name="second_factor"),
    path("compte/email/sans/", account.drop_email, name="drop_email"),
    path("identite/", citizen.identity, name="identity"),
    *of_cases("identite", "agent/identites", IdentityCase, IdentityForm),
]
