"""Every address of the service. A view without an audience is refused (`project.lib.access`)."""

from allauth.account import views as account
from django.conf import settings
from django.contrib import admin
from django.db.transaction import atomic
from django.urls import include, path

from kyc.views.account import limited, new_device, paced
from project import health, views

# allauth's own pages that we have dressed, under French addresses.
# Who may open them: `project/policy.py`.
accounts = [
    path("inscription/", limited("signup", account.signup), name="account_signup"),
    path("connexion/", account.login, name="account_login"),
    path("deconnexion/", account.logout, name="account_logout"),
    path("inactif/", account.account_inactive, name="account_inactive"),
    path("confirmer/", account.reauthenticate, name="account_reauthenticate"),
    path("appareil/", new_device, name="account_new_device"),
    path("telephone/code/", paced(account.verify_phone), name="account_verify_phone"),
    path("telephone/", limited("change", account.change_phone), name="account_change_phone"),
    path("email/", limited("change", atomic(account.email)), name="account_email"),
    path(
        "email/code/",
        paced(account.email_verification_sent),
        name="account_email_verification_sent",
    ),
    path(
        "mot-de-passe/",
        limited("change", account.password_change),
        name="account_change_password",
    ),
    path("mot-de-passe/choisir/", account.password_set, name="account_set_password"),
    path(
        "mot-de-passe/oublie/",
        limited("reset", account.password_reset),
        name="account_reset_password",
    ),
    path(
        "mot-de-passe/oublie/code/",
        account.confirm_password_reset_code,
        name="account_confirm_password_reset_code",
    ),
    path(
        "mot-de-passe/oublie/nouveau/",
        account.complete_password_reset,
        name="account_complete_password_reset",
    ),
    path(
        "mot-de-passe/oublie/fait/",
        account.password_reset_from_key_done,
        name="account_password_reset_completed",
    ),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("accueil/", views.landing, name="landing"),
    path("langue/", views.set_language, name="set_language"),
    path("healthz", health.live, name="live"),
    path("readyz", health.ready, name="ready"),
    path("compte/", include(accounts)),
    path("audit/", include("project.audit.urls")),
    path("admin/", admin.site.urls),
    path("", include("kyc.urls")),
    path("", include("fleet.urls")),
    path("", include("taxes.urls")),
]

handler500 = "project.views.server_error"

if settings.DEMO:
    urlpatterns.append(path("", include("notify.urls")))
