"""What a load balancer asks: does the process answer, and can it reach its database?"""

import threading
from concurrent.futures import Future

from django.db import Error, connection
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from project.lib.access import public

DEADLINE = 1.0  # seconds, after which a database that does not answer is one that is away

# One question at a time, whose answer all who ask meanwhile share: a database that hangs must not
# collect a thread from every probe.
_lock = threading.Lock()
_question: Future[bool] | None = None


@public
@require_safe
@never_cache
def live(request):
    """200 as long as the process answers at all; touches nothing."""
    return HttpResponse("ok", content_type="text/plain")


@public
@require_safe
@never_cache
def ready(request):
    """200 if the database answers within a second, else 503; never any detail."""
    if _database_answers():
        return HttpResponse("ok", content_type="text/plain")
    return HttpResponse("unavailable", content_type="text/plain", status=503)


def _database_answers() -> bool:
    try:
        return _ask().result(timeout=DEADLINE)
    except TimeoutError:
        return False


def _ask() -> "Future[bool]":
    """The question under way, or a new one."""
    global _question
    with _lock:
        if _question is None or _question.done():
            _question = Future()
            threading.Thread(target=_query, args=(_question,), daemon=True).start()
        return _question


def _query(question: "Future[bool]") -> None:
    """In a thread of its own, since connecting to a host that is gone has no shorter deadline."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            answers = cursor.fetchone() == (1,)
    except Error:
        # Whatever is wrong with it, the answer is the same: not ready.
        answers = False
    finally:
        connection.close()
    question.set_result(answers)
