"""What a citizen may know of who looked at their papers: when, in which role, what. Never who."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kyc import reveals
from kyc.cases import Case
from kyc.models import Assistance, Document, DocumentView, Reproofing, User
from project.audit.actions import label
from project.audit.models import Event
from project.lib.access import citizen
from project.lib.screens import screen

SHOWN = 200
HANDLED = ["case.claimed", "case.released", "case.returned", "case.approved", "case.rejected"]
HANDLED += ["identity.revealed", "identity.consulted", "case.filled", "case.submitted"]
HANDLED += ["case.suspended", "case.resumed", "case.compared"]
VISITED = ["assistance.begun", "assistance.ended"]
REPROOFED = [f"reproofing.{act}" for act in ("taken", "proved", "confirmed", "refused")]
# Why it was done, where the act itself says it.
REASONS = {
    "document.viewed": gettext_lazy("pour examiner votre dossier"),
    "case.claimed": gettext_lazy("pour examiner votre dossier"),
    "case.filled": gettext_lazy("pour remplir votre dossier avec vous"),
}


@citizen
@require_safe
def consultations(request):
    """« Qui a consulté mon dossier »: each time one of the staff looked at it or decided it."""
    looks = DocumentView.objects.filter(document__owner=request.user).order_by("-pk")[:SHOWN]
    rows = Event.objects.about("kyc.documentview", looks.values_list("pk", flat=True))
    rows = rows.filter(action="document.viewed")
    words = {model._meta.label_lower: _words_of(model) for model in Case.__subclasses__()}
    for model in Case.__subclasses__():
        own = model.objects.filter(citizen=request.user).values_list("pk", flat=True)
        handled = Event.objects.about(model._meta.label_lower, own).filter(action__in=HANDLED)
        rows = rows | handled
    own = Reproofing.objects.filter(citizen=request.user).values_list("pk", flat=True)
    rows = rows | Event.objects.about("kyc.reproofing", own).filter(action__in=REPROOFED)
    own = Assistance.objects.filter(citizen=request.user).values_list("pk", flat=True)
    rows = rows | Event.objects.about("kyc.assistance", own).filter(action__in=VISITED)
    found = rows.exclude(actor=request.user.pk).order_by("-pk")[:SHOWN]
    context = {"lines": _once_a_minute([_line(event, words) for event in found])}
    return screen(request, "kyc/consultations.html", context)


def _once_a_minute(lines):
    """The same thing seen several times within a minute is one line that says how often."""
    kept = {}
    for line in lines:
        told = tuple(line[name] for name in ("role", "what", "about", "reason"))
        kept.setdefault((line["at"].replace(second=0, microsecond=0), told), line)["times"] += 1
    return list(kept.values())


def _words_of(model):
    """What people read for the values of a case that can be revealed, by their names."""
    names = {name: model._meta.get_field(name).verbose_name for name in model.MASKED}
    return names | {reveals.PHONE: User._meta.get_field("phone").verbose_name}


def _line(event, words):
    roles, sides = dict(User.Role.choices), dict(Document.Side.choices)
    shown = [str(words[event.object_type][name]) for name in event.data.get("fields", [])]
    return {
        "at": event.at,
        "times": 0,
        "role": roles.get(event.actor_role, event.actor_role) or _("le système"),
        "what": label(event.action),
        "about": ", ".join(shown) or sides.get(event.data.get("side"), ""),
        "reason": str(reveals.TOLD.get(event.reason) or REASONS.get(event.action, "")),
    }
