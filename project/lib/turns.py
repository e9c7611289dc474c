"""One request at a time of one session, where what is counted in it must all be counted."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponse


def in_turn(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer each POST with the session as the one before left it.

    Tries of a code are counted in the session, which every request reads and writes whole: sent
    all at once, a thousand guesses would count as one.
    """

    @wraps(view)
    def waited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.session.session_key
        if request.method != "POST" or not key:
            return view(request, *args, **kwargs)
        with transaction.atomic():
            Session.objects.select_for_update().filter(pk=key).first()
            request.session = type(request.session)(key)  # type: ignore[assignment]
            response = view(request, *args, **kwargs)
            if not request.session.is_empty():
                request.session.save()
                # The middleware would save it once more, over what the next one has counted.
                request.session.save = _is_saved  # type: ignore[method-assign]
        return response

    return waited


def _is_saved(*_args: Any, **_kwargs: Any) -> None:
    """The session lies in its row already."""
