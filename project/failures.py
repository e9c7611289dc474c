"""Tasks that failed as often as they may: of what, and queueing one again."""

import re
from typing import Any

from django.conf import settings
from django.db import transaction
from django_q.models import Failure

from project.audit import chain
from project.lib import queue

# In a traceback, what follows its last indented line: `package.Kind: words`.
KIND = re.compile(r"^[ \t]+\S.*\n([A-Za-z_][\w.]*)(?::|$)", re.MULTILINE)


@transaction.atomic
def retry(pk: str, *, by: Any) -> bool:
    """Queue a failed task again as it was. False if it is gone, or still being tried by itself."""
    over = Failure.objects.filter(attempt_count__gte=settings.Q_CLUSTER["max_attempts"])
    failed = over.select_for_update().filter(pk=pk).first()
    if failed is None:
        return False
    queue.enqueue_again(failed.func, failed.args, queue=failed.cluster)
    # Its row goes, or it could be queued a second time; the log keeps that it was there.
    Failure.objects.filter(pk=pk).delete()
    chain.record("task.retried", by=by, about=failed, func=failed.func)
    return True


def kind(failed: Failure) -> str:
    """The kind of error a task ended with. Never its words, which may be somebody's data."""
    found = KIND.findall(str(failed.result))
    return found[-1] if found else ""
