"""What a citizen may know of who looked at their papers: when, in which role, what. Never who."""

from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kyc.cases import Case
from kyc.models import Document, DocumentView, User
from project.audit.actions import label
from project.audit.models import Event
from project.lib.access import citizen
from project.lib.screens import screen

SHOWN = 200
HANDLED = ["case.claimed", "case.released", "case.returned", "case.approved", "case.rejected"]


@citizen
@require_safe
def consultations(request):
    """« Qui a consulté mon dossier »: each time one of the staff looked at it or decided it."""
    looks = DocumentView.objects.filter(document__owner=request.user).order_by("-pk")[:SHOWN]
    rows = Event.objects.about("kyc.documentview", looks.values_list("pk", flat=True))
    rows = rows.filter(action="document.viewed")
    for model in Case.__subclasses__():
        own = model.objects.filter(citizen=request.user).values_list("pk", flat=True)
        handled = Event.objects.about(model._meta.label_lower, own).filter(action__in=HANDLED)
        rows = rows | handled
    found = rows.exclude(actor=request.user.pk).order_by("-pk")[:SHOWN]
    context = {"lines": [_line(event) for event in found]}
    return screen(request, "kyc/consultations.html", context)


def _line(event):
    roles, sides = dict(User.Role.choices), dict(Document.Side.choices)
    return {
        "at": event.at,
        "role": roles.get(event.actor_role, event.actor_role) or _("le système"),
        "what": label(event.action),
        "paper": sides.get(event.data.get("side"), ""),
    }
