"""`manage.py rotate_keys`: seal every column anew with the key in use, while the service runs."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, models, transaction
from django.db.models import Q, QuerySet

from kyc import checks, duplicates
from project.lib import crypto, sealed

# Hashes over more than one column: which dossiers have one of an older key, and writing it anew.
HASHED = {
    "names by which people are found": (duplicates.hashed_before, duplicates.hash_anew),
    "versions that were checked": (checks.hashed_before, checks.hash_anew),
}


class Command(BaseCommand):
    help = (
        "Seals every sealed column, and writes every blind index, with the newest key of its ring. "
        "Stop it whenever you like (Ctrl-C ends after the batch) and start it again: the rows that "
        "are left are found by the key they carry. Take the old key away once --check says 0."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="rows a transaction (500)")
        parser.add_argument("--check", action="store_true", help="only count what is left")

    def handle(self, *, batch: int, check: bool, **options: Any) -> None:
        if batch < 1:
            raise CommandError("a batch has at least one row")
        if check:
            self._count()
            return
        self.broken: set[str] = set()
        with _interruptible() as stop:
            for model in sealed_models():
                self._rotate(model, batch, stop)
            for what, (rows, renew) in HASHED.items():
                self._rehash(what, rows, renew, stop)
        if self.broken:
            raise CommandError("left as they are:\n" + "\n".join(sorted(self.broken)))
        if stop:
            self.stdout.write("stopped: start it again for the rest")

    def _count(self) -> None:
        """One line a model. Status 1 while a row is not on the newest key."""
        left = 0
        for model in sealed_models():
            rows = stale(model).count()
            left += rows
            self.stdout.write(f"{model._meta.label}: {rows} rows not on the newest key")
        for what, (stale_rows, _renew) in HASHED.items():
            rows = stale_rows().count()
            left += rows
            self.stdout.write(f"{what}: {rows} dossiers not on the newest key")
        if left:
            raise CommandError(f"{left} rows not on the newest key", returncode=1)

    def _rotate(self, model: type[models.Model], batch: int, stop: list[int]) -> None:
        started, rows = time.monotonic(), 0
        # Whoever still runs with the old ring writes behind our back: go on until nothing is left.
        while not stop and (moved := self._pass(model, batch, stop)):
            rows += moved
        seconds = time.monotonic() - started
        rate = rows / seconds if rows else 0
        self.stdout.write(f"{model._meta.label}: {rows} rows, {rate:.0f} rows/s")

    def _rehash(
        self, what: str, rows: Callable[[], QuerySet], renew: Callable[[Any], None], stop: list[int]
    ) -> None:
        done = 0
        for key in rows().order_by("pk").values_list("pk", flat=True).iterator():
            if stop:
                break
            try:
                renew(rows().model.objects.get(pk=key))
                done += 1
            except crypto.Unsealable as fault:
                self.broken.add(f"{what}, dossier {key}: {fault}")
        self.stdout.write(f"{what}: {done} dossiers")

    def _pass(self, model: type[models.Model], batch: int, stop: list[int]) -> int:
        """Once through the table by primary key; how many rows were written."""
        rows, last = 0, None
        while not stop:
            left = stale(model) if last is None else stale(model).filter(pk__gt=last)
            keys = list(left.order_by("pk").values_list("pk", flat=True)[:batch])
            if not keys:
                break
            rows += self._batch(model, keys)
            last = keys[-1]
            self.stdout.flush()
        return rows

    def _batch(self, model: type[models.Model], keys: list[Any]) -> int:
        try:
            return reseal(model, keys)
        except crypto.Unsealable as fault:
            if len(keys) == 1:
                self.broken.add(f"{model._meta.label} {keys[0]}: {fault}")
                return 0
        # One of them cannot be opened: move the others, and name it.
        return sum(self._batch(model, [key]) for key in keys)


def sealed_models() -> list[type[models.Model]]:
    """Every model with a sealed column."""
    return [model for model in apps.get_models() if sealed.sealed_fields(model)]


def stale(model: type[models.Model]) -> QuerySet:
    """Rows with a column that is not on the newest key of its ring."""
    fields, indexes = sealed.sealed_fields(model), sealed.blind_fields(model)
    older = Q()
    for field in fields:
        older |= Q(**{f"{field.name}__stale": crypto.newest(sealed.KEYS)})
    for index in indexes:
        current = Q(**{f"{index.name}__startswith": f"{crypto.newest('BLIND_KEYS')}:"})
        older |= Q(**{f"{index.name}__isnull": False}) & ~current
        # What an update() past the model's save() left without its index.
        older |= Q(**{f"{index.name}__isnull": True, f"{index.source}__isnull": False})
    return model._base_manager.filter(older)


@transaction.atomic
def reseal(model: type[models.Model], keys: list[Any]) -> int:
    """Read and write these rows' sealed columns, holding them meanwhile. Returns how many.

    Raises crypto.Unsealable where a value cannot be opened; then none of them is written.
    """
    columns = [*sealed.sealed_fields(model), *sealed.blind_fields(model)]
    names = [column.name for column in columns]
    held = model._base_manager.filter(pk__in=keys).select_for_update().only(*names)
    rows = [
        [column.get_db_prep_save(column.pre_save(row, False), connection) for column in columns]
        + [row.pk]
        for row in held.order_by("pk")
    ]
    # By hand: bulk_update writes one CASE a column, which is six times slower.
    quote, meta = connection.ops.quote_name, model._meta
    values = ", ".join(f"{quote(column.column)} = %s" for column in columns)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(meta.db_table)} SET {values} WHERE {quote(meta.pk.column)} = %s", rows
        )
    return len(rows)


@contextmanager
def _interruptible() -> Iterator[list[int]]:
    """A list that SIGINT and SIGTERM are written to, instead of ending us within a batch."""
    received: list[int] = []
    watched = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda got, _frame: received.append(got)) for number in watched]
    try:
        yield received
    finally:
        for number, handler in zip(watched, before, strict=True):
            signal.signal(number, handler)
