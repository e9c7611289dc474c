"""Things that happen at once: threads at a barrier, and locks taken away to show what they do."""

import contextlib
import threading

from django.db import connection
from django.db.models import QuerySet


def together(*calls):
    """Call all at once, each in a thread with its own connection; what each returned or raised."""
    gate, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        gate.wait(10)
        try:
            results[place] = call()
        except Exception as failure:
            results[place] = failure
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads), "a deadlock"
    return results


def failures(results):
    return [result for result in results if isinstance(result, Exception)]


class Meeting:
    """Where threads wait for one another inside a critical section.

    Held apart by a lock they never meet: the first gives up waiting and goes on, and the others
    find an empty place. Without the lock they all go on together: the worst moment, every time.
    """

    patience = 0.4  # seconds

    def __init__(self, people=2, patience=None):
        self.barrier = threading.Barrier(people)
        self.own_patience = patience

    def __call__(self):
        with contextlib.suppress(threading.BrokenBarrierError):
            self.barrier.wait(self.own_patience or self.patience)

    def before(self, function):
        """The function, with the meeting before it."""

        def called(*args, **kwargs):
            self()
            return function(*args, **kwargs)

        return called

    def after(self, function):
        """The function, with the meeting after it."""

        def called(*args, **kwargs):
            result = function(*args, **kwargs)
            self()
            return result

        return called


def unlock(monkeypatch):
    """Take row locks away: what then goes wrong is what they are for.

    The log's is left, inside the database: without it nothing could be done at once.
    """
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **options: rows)
    # Nothing holds them apart now: whoever is late, on a busy machine, is waited for.
    monkeypatch.setattr(Meeting, "patience", 3)


@contextlib.contextmanager
def without(model, *names):
    """Take constraints away from the table for a moment. Their data must be sound afterwards."""
    rules = [rule for rule in model._meta.constraints if rule.name in names]
    assert len(rules) == len(names), "no such constraint"
    with connection.schema_editor() as editor:
        for rule in rules:
            editor.remove_constraint(model, rule)
    try:
        yield
    finally:
        _empty()
        with connection.schema_editor() as editor:
            for rule in rules:
                editor.add_constraint(model, rule)


def _empty():
    """Rows that break the rule would not let it come back."""
    tables = connection.introspection.django_table_names(only_existing=True)
    with connection.cursor() as cursor:
        kept = ("django_migrations", "django_content_type", "auth_permission")
        names = ", ".join(f'"{table}"' for table in tables if table not in kept)
        # The log refuses TRUNCATE to everybody but a superuser who goes round its triggers.
        cursor.execute(
            f"SET session_replication_role = replica; TRUNCATE {names} CASCADE;"
            " SET session_replication_role = DEFAULT"
        )
