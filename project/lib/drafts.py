"""What somebody had typed when their session ended, kept until they have signed in again."""

import base64

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest, QueryDict

from project.lib import crypto

KEY = "draft"
LIMIT = 64 * 1024  # bytes; a form of ours is far shorter


def keep(request: HttpRequest) -> bool:
    """Keep the fields of a form that arrived without a session, and say whether they are kept.

    Files are not.

    Only for the person whose session it was: the cookie still names the row that expired, and
    somebody else who signs in on the same machine must not see what was typed.
    """
    if request.method != "POST":
        return False
    fields = request.POST.copy()
    fields.pop("csrfmiddlewaretoken", None)
    body = fields.urlencode()
    owner = str(request.user.pk or "") or _owner_of_expired_session(request)
    if not (body and owner and len(body) <= LIMIT):
        return False
    request.session[KEY] = {"path": request.path, "body": _seal(body, owner), "owner": owner}
    return True


def typed(request: HttpRequest) -> QueryDict | None:
    """What to bind a form to: what was just posted, what was kept for this page, or nothing."""
    if request.method == "POST":
        return request.POST
    kept = request.session.get(KEY)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[KEY]
    if kept["owner"] != str(request.user.pk):
        return None
    try:
        return QueryDict(_unseal(kept["body"], kept["owner"]))
    except crypto.Unsealable:  # its key was withdrawn meanwhile: what was typed is typed again
        return None


def _seal(body: str, owner: str) -> str:
    """A session lies in the database: what somebody typed of themselves is no plainer there."""
    sealed = crypto.seal(body.encode(), keys="FIELD_KEYS", context=f"draft.{owner}".encode())
    return base64.b64encode(sealed).decode()


def _unseal(body: str, owner: str) -> bytes:
    """Raises Unsealable for what is not ours."""
    context = f"draft.{owner}".encode()
    return crypto.unseal(base64.b64decode(body), keys="FIELD_KEYS", context=context)


def _owner_of_expired_session(request: HttpRequest) -> str:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    row = Session.objects.filter(session_key=key).first() if key else None
    return str(row.get_decoded().get(SESSION_KEY, "")) if row else ""
