"""Identity: the citizen's dossier, the agents' queue, the second factor."""

from django.urls import path

from kyc.forms.cases import AddressForm, IdentityForm, PaperForm, WorkForm
from kyc.models import IdentityCase
from kyc.views import (
    account,
    agent,
    callbacks,
    citizen,
    counter,
    dossiers,
    factor,
    figures,
    history,
    organisations,
    privacy,
    readings,
    reproofing,
    resemblances,
    staff,
    uploads,
)

app_name = "kyc"

IDENTITY_FORMS = {
    "piece": PaperForm,
    "reponses": IdentityForm,
    "adresse": AddressForm,
    "activite": WorkForm,
}


def of_cases(own, office, model, forms):
    """The pages of a kind of case: the citizen's under `own`, the agents' under `office`.

    `forms` are those of its sections, by the section's name.
    """
    case = {"model": model}
    form = case | {"forms": forms}
    return [
        path(f"{own}/<int:pk>/", citizen.case, case, name="case"),
        path(f"{own}/<int:pk>/photos/<uuid:key>/", citizen.picture, case, name="picture"),
        path(
            f"{own}/<int:pk>/envois/<slug:side>/<slug:sha256>/", uploads.upload, case, name="upload"
        ),
        path(f"{own}/<int:pk>/lecture/", citizen.reading, form, name="reading"),
        path(f"{own}/<int:pk>/verifier/", citizen.check, case, name="check"),
        path(f"{own}/<int:pk>/<slug:name>/", citizen.section, form, name="section"),
        path(f"{office}/", agent.queue, case, name="queue"),
        path(f"{office}/<int:pk>/", agent.case_detail, case, name="case_detail"),
        path(f"{office}/<int:pk>/remettre/", agent.case_release, case, name="case_release"),
        path(f"{office}/<int:pk>/afficher/", agent.case_reveal, case, name="case_reveal"),
        path(
            f"{office}/<int:pk>/photos/<uuid:key>/", agent.case_picture, case, name="case_picture"
        ),
        path(
            f"{office}/<int:pk>/photos/<uuid:key>/relire/",
            agent.case_read_again,
            case,
            name="case_read_again",
        ),
        path(
            f"{office}/<int:pk>/ressemblances/<int:number>/",
            resemblances.resemblance,
            case,
            name="resemblance",
        ),
        path(
            f"{office}/<int:pk>/ressemblances/<int:number>/photos/<uuid:key>/",
            resemblances.resemblance_picture,
            case,
            name="resemblance_picture",
        ),
    ]


def of_lost_factors(office):
    """The staff's pages about people who lost their second factor."""
    one = f"{office}/<int:pk>"
    return [
        path(f"{office}/", reproofing.reproofing_list, name="reproofing_list"),
        path(f"{one}/", reproofing.reproofing_detail, name="reproofing_detail"),
        path(f"{one}/prendre/", reproofing.reproofing_take, name="reproofing_take"),
        path(f"{one}/remettre/", reproofing.reproofing_release, name="reproofing_release"),
        path(f"{one}/code/", reproofing.reproofing_code, name="reproofing_code"),
        path(f"{one}/preuve/", reproofing.reproofing_prove, name="reproofing_prove"),
        path(f"{one}/photos/<uuid:key>/", reproofing.reproofing_picture, name="reproofing_picture"),
        path(f"{one}/confirmer/", reproofing.reproofing_confirm, name="reproofing_confirm"),
    ]


urlpatterns = [
    path("compte/second-facteur/", factor.second_factor, name="second_factor"),
    path("compte/second-facteur/installer/", factor.factor_enrol, name="factor_enrol"),
    path("compte/second-facteur/qr.svg", factor.factor_image, name="factor_image"),
    path("compte/second-facteur/secours/", factor.factor_codes, name="factor_codes"),
    path("compte/second-facteur/perdu/", reproofing.factor_lost, name="factor_lost"),
    path("stop/<str:token>/", reproofing.factor_stop, name="factor_stop"),
    *of_lost_factors("agent/acces-perdus"),
    path("activation/<str:token>/", staff.staff_activate, name="staff_activate"),
    path("administration/personnel/", staff.staff_list, name="staff_list"),
    path("administration/personnel/inviter/", staff.staff_invite, name="staff_invite"),
    path("administration/personnel/<int:pk>/", staff.staff_detail, name="staff_detail"),
    path("administration/personnel/<int:pk>/fermer/", staff.staff_close, name="staff_close"),
    path("administration/personnel/<int:pk>/sessions/", staff.staff_end, name="staff_end"),
    path("administration/personnel/<int:pk>/lien/", staff.staff_link, name="staff_link"),
    path(
        "administration/personnel/<int:pk>/demander/<slug:kind>/", staff.staff_ask, name="staff_ask"
    ),
    path("administration/demandes/<int:pk>/", staff.staff_decide, name="staff_decide"),
    path("organisations/", organisations.organisation_list, name="organisation_list"),
    path("organisations/creer/", organisations.organisation_found, name="organisation_found"),
    path("organisations/invitations/<int:pk>/", organisations.invitation, name="invitation"),
    path("organisations/<int:pk>/", organisations.organisation_detail, name="organisation_detail"),
    path(
        "organisations/<int:pk>/inviter/",
        organisations.organisation_invite,
        name="organisation_invite",
    ),
    path(
        "organisations/<int:pk>/membres/<int:member>/",
        organisations.membership_end,
        name="membership_end",
    ),
    path(
        "administration/organisations/",
        organisations.organisation_register,
        name="organisation_register",
    ),
    path(
        "administration/organisations/<int:pk>/",
        organisations.organisation_suspend,
        name="organisation_suspend",
    ),
    path("compte/securite/", factor.session_list, name="session_list"),
    path("mes-donnees/", privacy.privacy, name="privacy"),
    path("mes-donnees/copie/", privacy.privacy_export, name="privacy_export"),
    path("mes-donnees/fermer/", privacy.privacy_close, name="privacy_close"),
    path("compte/email/sans/", account.drop_email, name="drop_email"),
    path("agent/guichet/", counter.counter_list, name="counter_list"),
    path("agent/guichet/<int:pk>/", counter.counter_visit, name="counter_visit"),
    path("agent/guichet/<int:pk>/code/", counter.counter_code, name="counter_code"),
    path("agent/guichet/<int:pk>/verifier/", counter.counter_check, name="counter_check"),
    path("agent/guichet/<int:pk>/terminer/", counter.counter_end, name="counter_end"),
    path("superviseur/chiffres/", figures.figures, name="figures"),
    path("superviseur/lectures/", readings.readings, name="readings"),
    path("superviseur/lectures/arreter/", readings.readings_stop, name="readings_stop"),
    path("superviseur/dossiers/", dossiers.dossier_find, name="dossier_find"),
    path("superviseur/dossiers/<int:pk>/", dossiers.dossier_detail, name="dossier_detail"),
    path(
        "superviseur/dossiers/<int:pk>/suspendre/",
        dossiers.dossier_suspend,
        name="dossier_suspend",
    ),
    path("superviseur/dossiers/<int:pk>/retablir/", dossiers.dossier_resume, name="dossier_resume"),
    path("identite/", citizen.identity, name="identity"),
    path("controles/<slug:checker>/rappel/", callbacks.check_callback, name="check_callback"),
    path("consultations/", history.consultations, name="consultations"),
    *of_cases("identite", "agent/identites", IdentityCase, IDENTITY_FORMS),
]
