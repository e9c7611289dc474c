"""Taxes: simulating, owing, paying, proving, checking."""

from django.urls import path, re_path

from taxes.views import callbacks, citizen, office, officer, public

app_name = "taxes"

urlpatterns = [
    path("simulateur/", public.simulator, name="simulator"),
    # A QR symbol in capitals is half the size: the address must not mind.
    re_path(r"^[cC]/$", public.code, name="code"),
    path("espace/", citizen.dashboard, name="dashboard"),
    path("vehicules/<int:pk>/", citizen.vehicle, name="vehicle"),
    path("avis/<int:pk>/payer/", citizen.pay, name="pay"),
    path("avis/<int:pk>/recu/", citizen.receipt, name="receipt"),
    path("avis/<int:pk>/code/", citizen.code, name="windscreen"),
    path("avis/<int:pk>/code.svg", citizen.code_image, name="code_image"),
    path("paiements/<int:pk>/", citizen.payment, name="payment"),
    path("rappels/<slug:provider>/<slug:secret>/", callbacks.callback, name="callback"),
    path("controle/", officer.check, name="check"),
    path("supervision/", office.queues, name="queues"),
    path("finances/", office.payment_list, name="payments"),
]
