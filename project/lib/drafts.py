"""What somebody had typed when their session ended, kept until they have signed in again."""

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest, QueryDict

KEY = "draft"
LIMIT = 64 * 1024  # bytes; a form of ours is far shorter


def keep(request: HttpRequest) -> None:
    """Keep the fields of a form that arrived without a session. Files are not kept.

    Only for the person whose session it was: the cookie still names the row that expired, and
    somebody else who signs in on the same machine must not see what was typed.
    """
    if request.method != "POST":
        return
    fields = request.POST.copy()
    fields.pop("csrfmiddlewaretoken", None)
    body = fields.urlencode()
    owner = str(request.user.pk or "") or _owner_of_expired_session(request)
    if body and owner and len(body) <= LIMIT:
        request.session[KEY] = {"path": request.path, "body": body, "owner": owner}


def typed(request: HttpRequest) -> QueryDict | None:
    """What to bind a form to: what was just posted, what was kept for this page, or nothing."""
    if request.method == "POST":
        return request.POST
    kept = request.session.get(KEY)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[KEY]
    return QueryDict(kept["body"]) if kept["owner"] == str(request.user.pk) else None


def _owner_of_expired_session(request: HttpRequest) -> str:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    row = Session.objects.filter(session_key=key).first() if key else None
    return str(row.get_decoded().get(SESSION_KEY, "")) if row else ""
