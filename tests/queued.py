"""The tasks that wait for a worker, for tests that have none."""

from django.utils.module_loading import import_string
from django_q.models import OrmQ


def waiting():
    """The tasks that wait, oldest first: path and ids."""
    return [(task["func"], task["args"]) for task in (row.task for row in _rows())]


def work(rounds=20):
    """Do what waits, and what comes of it, as a worker would; the number of tasks done."""
    done = 0
    for _ in range(rounds):
        rows = list(_rows())
        if not rows:
            return done
        for row in rows:
            task = row.task
            row.delete()
            import_string(task["func"])(*task["args"])
            done += 1
    raise AssertionError(f"tasks keep making tasks: {waiting()}")


def forget():
    """Nothing waits any more."""
    OrmQ.objects.all().delete()


def _rows():
    return OrmQ.objects.order_by("pk")
