"""The whole service, and beside it the plainest view that could answer for a plate."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import path

from fleet.models import Vehicle
from project.urls import urlpatterns as ours


def bare(request, plate):
    """One look-up by an index, one template, nothing else."""
    vehicle = get_object_or_404(Vehicle, plate=plate)
    return HttpResponse(render_to_string("load/bare.html", {"vehicle": vehicle}))


urlpatterns = [*ours, path("bare/<str:plate>/", bare)]
