"""Model fields whose column is sealed: plain in Python, unreadable on the disk and in a dump.

They hold no state of their own: a value is sealed on its way to the database and unsealed on its
way back, also for `values()`. Whatever was altered, moved to another column, or sealed with a key
that was withdrawn raises `crypto.Unsealable`; it is never given back as it stands.
"""

import json
from datetime import date
from typing import Any

from django.core import checks
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact, Lookup

from project.lib import crypto

KEYS = "FIELD_KEYS"


class OnlyNone(Exact):
    """`field=None` asks whether there is a value. Two seals of one value differ: nothing else."""

    def __init__(self, lhs: Any, rhs: Any):
        if rhs is not None:
            raise FieldError("a sealed column cannot be compared: search by its blind index")
        super().__init__(lhs, rhs)


class Stale(Lookup):
    """Rows whose value is sealed with another key than the one named."""

    lookup_name = "stale"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: str, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [connection.Database.Binary(f"{value}:".encode())]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, given = self.process_lhs(compiler, connection)
        mark, head = self.process_rhs(compiler, connection)
        length = len(self.rhs.encode()) + 1
        return f"({column} IS NOT NULL AND SUBSTR({column}, 1, {length}) <> {mark})", [
            *given,
            *given,
            *head,
        ]


class Sealed:
    """What sealed fields share. Put it before the field whose values they hold."""

    LOOKUPS = {"exact": OnlyNone, "stale": Stale}

    def get_internal_type(self) -> str:
        return "BinaryField"

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """A sealed column can be neither unique nor indexed: no two seals are the same."""
        faults = super().check(**kwargs)  # type: ignore[misc]
        if self.unique or self.db_index:  # type: ignore[attr-defined]
            hint = "Put the index on a BlindIndexField beside it."
            faults.append(checks.Error("A sealed field has no index.", hint, self, "hetra.E010"))
        return faults

    @property
    def context(self) -> bytes:
        """Where a value belongs: sealed for one column, it is not unsealed from another."""
        return f"{self.model._meta.db_table}.{self.column}".encode()  # type: ignore[attr-defined]

    def get_lookup(self, name: str) -> Any:
        if name == "isnull":
            return super().get_lookup(name)  # type: ignore[misc]
        return self.LOOKUPS.get(name)

    def get_transform(self, name: str) -> None:
        """No part of a sealed value can be asked for."""

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return connection.ops.binary_placeholder_sql(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        return self.from_bytes(crypto.unseal(bytes(value), keys=KEYS, context=self.context))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        sealed = crypto.seal(self.to_bytes(value), keys=KEYS, context=self.context)
        return connection.Database.Binary(sealed)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if hasattr(value, "as_sql"):
            return value
        return self.get_db_prep_value(value, connection)

    def to_bytes(self, value: Any) -> bytes:
        """What is sealed of a value."""
        return self.to_text(value).encode()

    def from_bytes(self, plain: bytes) -> Any:
        """The value again."""
        return self.from_text(plain.decode())

    def to_text(self, value: Any) -> str:
        """The value in words."""
        return str(value)

    def from_text(self, text: str) -> Any:
        """The value its words stand for."""
        return text


class SealedCharField(Sealed, models.CharField):
    """Sealed words of at most `max_length` characters."""

    def to_text(self, value: Any) -> str:
        """Raises ValueError where a plain column would refuse the length."""
        text = str(value)
        if len(text) > self.max_length:
            raise ValueError(f"{self.name}: {len(text)} characters, at most {self.max_length}")
        return text


class SealedTextField(Sealed, models.TextField):
    """Sealed words of any length."""


class SealedBinaryField(Sealed, models.BinaryField):
    """Sealed bytes of any kind: not even text has to be in them."""

    def to_bytes(self, value: Any) -> bytes:
        return bytes(value)

    def from_bytes(self, plain: bytes) -> bytes:
        return plain


class SealedDateField(Sealed, models.DateField):
    """A sealed day."""

    def to_text(self, value: Any) -> str:
        return self.to_python(value).isoformat()

    def from_text(self, text: str) -> date:
        return date.fromisoformat(text)


class SealedJSONField(Sealed, models.JSONField):
    """Sealed data of any shape that JSON has."""

    def to_text(self, value: Any) -> str:
        return json.dumps(value, cls=self.encoder)

    def from_text(self, text: str) -> Any:
        return json.loads(text, cls=self.decoder)


class BlindIndexField(models.CharField):
    """The keyed fingerprint of the sealed field named `source`, to find it and keep it unique.

    NULL where there is no value, so that two absent values never collide. Its model is `Indexed`.
    """

    def __init__(self, source: str, **kwargs: Any):
        self.source = source
        fixed = {"max_length": 80, "null": True, "editable": False, "default": None}
        super().__init__(**kwargs | fixed)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "null", "editable", "default"):
            kwargs.pop(fixed, None)
        return name, path, [self.source], kwargs

    @property
    def context(self) -> str:
        return f"{self.model._meta.db_table}.{self.source}"

    def pre_save(self, row: models.Model, add: bool) -> str | None:
        value = getattr(row, self.source)
        index = crypto.blind(value, context=self.context) if value else None
        setattr(row, self.attname, index)
        return index

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        faults = super().check(**kwargs)
        if not issubclass(self.model, Indexed):
            hint = "Derive the model from project.lib.sealed.Indexed."
            faults.append(checks.Error("The index would go stale.", hint, self, "hetra.E011"))
        return faults


class Indexed(models.Model):
    """A row whose blind indexes are written whenever what they index is."""

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Any = None, **kwargs: Any) -> None:
        if update_fields is not None:
            written = set(update_fields)
            update_fields = written | {
                index.name for index in blind_fields(type(self)) if index.source in written
            }
        super().save(*args, update_fields=update_fields, **kwargs)

    @classmethod
    def indexes_of(cls, name: str, value: str) -> list[str]:
        """What the blind index `name` may hold for a value, under any key of the ring."""
        return crypto.blinds(value, context=cls._meta.get_field(name).context)


def sealed_fields(model: type[models.Model]) -> list[Any]:
    """The sealed columns of a model."""
    return [field for field in model._meta.concrete_fields if isinstance(field, Sealed)]


def blind_fields(model: type[models.Model]) -> list[BlindIndexField]:
    """The blind indexes of a model."""
    return [field for field in model._meta.concrete_fields if isinstance(field, BlindIndexField)]
