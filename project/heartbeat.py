"""The worker's sign of life, the task that provokes one, and forgetting what the queue keeps."""

import contextlib
import os
from datetime import timedelta

from django.conf import settings
from django.dispatch import receiver
from django.utils import timezone
from django_q.models import Failure, Success
from django_q.signals import post_execute
from django_q.tasks import async_task

SUCCESSES_KEPT = timedelta(days=7)
FAILURES_KEPT = timedelta(days=90)


@receiver(post_execute)
def sign(**_kwargs: object) -> None:
    """Touch the watchdog's file. A finished task has been through every process of the cluster.

    The signal comes from the last one, after the acknowledgement: a cluster whose results are
    lost would run every task for ever, and is as dead as one that runs none.
    """
    if settings.HEARTBEAT_FILE:
        # The file goes with the watchdog, which is ending us at that moment.
        with contextlib.suppress(FileNotFoundError):
            os.utime(settings.HEARTBEAT_FILE)


def provoke(queue: str) -> None:
    """Queue a beat. It belongs to no act and leaves no row, so it does not go through `enqueue`."""
    async_task("project.heartbeat.beat", save=False, cluster=queue)


def beat() -> None:
    """Do nothing: having been run is the sign."""


def prune() -> None:
    """Forget the results of old tasks; failures are kept longer, for whoever asks what happened."""
    now = timezone.now()
    Success.objects.filter(stopped__lt=now - SUCCESSES_KEPT).delete()
    Failure.objects.filter(stopped__lt=now - FAILURES_KEPT).delete()
