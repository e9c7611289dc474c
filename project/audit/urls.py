"""The log, for the auditor."""

from django.urls import path

from project.audit import views

app_name = "audit"

urlpatterns = [path("", views.events, name="events")]
