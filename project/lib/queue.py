"""Handing work to the background workers."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.tasks import async_task

MAIN = "hetra"
# Papers take seconds each: a code by SMS must not wait behind a thousand of them.
READING = "reading"


def enqueue(task: str, *args: Any, queue: str = MAIN) -> None:
    """Queue `task`, a dotted path, as part of the current transaction.

    The broker's row lives in the same database: it appears if and only if the act commits.
    Arguments are ids and nothing else, since the payload is a signed pickle. Raises RuntimeError
    outside a transaction, where a crash could keep the act and lose its task.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{task} must be queued inside the transaction of its act")
    async_task(task, *args, cluster=queue)


def enqueue_again(task: str, args: Any, *, queue: str | None) -> None:
    """Queue a task that failed once more, with what it was given then, as `enqueue` does."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{task} must be queued inside the transaction of its act")
    async_task(task, *args, cluster=queue or MAIN)


def untaken(queue: str) -> int:
    """How many tasks of a queue no worker has taken: those that a new one would wait behind."""
    return OrmQ.objects.filter(key=queue, lock__lte=timezone.now()).count()


def is_worker_of(queue: str) -> bool:
    """Whether this process belongs to the cluster that works on a queue."""
    return queue == Conf.CLUSTER_NAME
