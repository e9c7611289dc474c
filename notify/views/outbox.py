"""The demo's outbox: every message the service would have sent, codes included."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.views.decorators.http import require_safe

from notify.models import Message
from project.lib.access import public
from project.lib.screens import screen


@public
@require_safe
def outbox(request):
    """The latest messages first. Exists in the demo only."""
    if not settings.DEMO:
        raise Http404
    page = Paginator(Message.objects.order_by("-pk"), 30).get_page(request.GET.get("page"))
    return screen(request, "notify/outbox.html", {"page": page}, fragment="messages")
