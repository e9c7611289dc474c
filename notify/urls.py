"""The demo's outbox; other pages come with the dashboards."""

from django.urls import path

from notify.views import outbox

app_name = "notify"
urlpatterns = [path("demo/messages/", outbox.outbox, name="outbox")]
