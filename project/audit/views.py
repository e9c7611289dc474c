"""The auditor's side: searching the log, and whether it is whole."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.views.decorators.http import require_safe

from project.audit import actions
from project.audit.forms import SearchForm
from project.audit.models import Event, Round
from project.lib.access import auditor
from project.lib.screens import screen

PAGE = 50
LARGEST = 2**63 - 1


@auditor
@require_safe
def events(request):
    """Events, the latest first; the next page begins after the last one of this."""
    form = SearchForm(request.GET if request.GET else {})
    rows = Event.objects.order_by("-pk")
    rows = form.narrow(rows) if form.is_valid() else rows.none()
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit():
        rows = rows.filter(pk__lt=min(int(before), LARGEST))
    found = list(rows[: PAGE + 1])
    context = {
        "form": form,
        "events": [_in_words(event) for event in found[:PAGE]],
        "next": found[PAGE - 1].pk if len(found) > PAGE else None,
        "is_later": bool(before),
        **_integrity(),
    }
    return screen(request, "audit/events.html", context, status=422 if form.errors else 200)


def _in_words(event):
    """An event with what people read for its act and for its reason."""
    event.reason = actions.reason(event.reason)
    return event, actions.label(event.action)


def _integrity():
    """When the log was last anchored and last verified, and whether that is as it should be."""
    anchoring = _latest(Round.Kind.ANCHORING)
    limit = timezone.now() - timedelta(minutes=2 * settings.AUDIT_ANCHOR_MINUTES)
    return {
        "anchoring": anchoring,
        "is_anchor_late": anchoring is None or anchoring.at < limit,
        "verification": _latest(Round.Kind.VERIFICATION),
    }


def _latest(kind):
    return Round.objects.filter(kind=kind).order_by("-at").first()
