"""Rows that move between states, and the record of every move."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction


class MoveRefused(Exception):
    """The row may not leave the state it is in for the one asked for. The message is for people."""


class Move(models.Model):
    """One line of a row's history: who moved it, when, from where to where, and why."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    origin = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    note = models.TextField(blank=True)

    class Meta:
        abstract = True
        ordering = ["pk"]


def for_each(rows: Iterable[Any], act: Callable[[Any], Any]) -> None:
    """Act on every row, also behind one that cannot be dealt with.

    Raises ExceptionGroup of what went wrong, once all have had their turn: the task is then seen to
    have failed, and comes again.
    """
    failures: list[Exception] = []
    for row in rows:
        try:
            act(row)
        except Exception as error:  # whatever it is, it is that row's alone
            failures.append(error)
    if failures:
        raise ExceptionGroup(f"{len(failures)} rows", failures)


class Tracked(models.Model):
    """A row whose `state` changes only through `move()`, along the arrows of `MOVES`."""

    state: str
    log: Any

    MOVES: ClassVar[dict[str, set[str]]] = {}

    class Meta:
        abstract = True

    def lock(self) -> None:
        """Read the row again and hold it until the end of the transaction."""
        rows = type(self)._base_manager.select_for_update(of=("self",))
        self.refresh_from_db(from_queryset=rows)

    @transaction.atomic
    def move(self, state: str, *, by: Any, note: str = "", **changes: Any) -> bool:
        """Go to `state`, write `changes` with it and log it.

        Returns False, and changes nothing, if the row is already there: whoever says the same
        thing twice is heard once. Raises MoveRefused where `MOVES` has no such arrow.
        """
        self.lock()
        if self.state == state:
            return False
        if state not in self.MOVES.get(self.state, ()):
            raise MoveRefused(f"{self}: {self.state} → {state}")
        self.log.create(origin=self.state, state=state, by=by, note=note)
        self.state = state
        for field, value in changes.items():
            setattr(self, field, value)
        self.save(update_fields=["state", *changes])
        return True
