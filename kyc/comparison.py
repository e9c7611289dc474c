"""Comparing what was declared with what was read."""

import contextlib
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from kyc import documents
from kyc.cases import Case

# Characters that cameras and eyes confuse, brought to one of each pair.
CONFUSED = str.maketrans("OIBS", "0185")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the agent's table. `agrees` is None where nothing was read.

    Where `is_masked`, only a part of what is declared and of what was read is told.
    """

    name: str
    label: str
    declared: Any
    read: str | None
    confidence: float | None
    agrees: bool | None
    is_masked: bool


def rows(case: Case, *, revealed: Collection[str] = ()) -> list[Row]:
    """Every field of the paper beside what was read of it: differences first, then in its order.

    Values that the case masks are masked here too, but for those that are `revealed`.
    """
    read = documents.values_read(case)
    lines = [_row(case, name, read.get(name), name in revealed) for name in case.printed]
    return sorted(lines, key=lambda row: row.agrees is not False)


def zone(case: Case) -> str:
    """What the check digits of a paper's zone for machines make it: verified, doubtful; or none."""
    checks = documents.values_read(case).get("checks")
    if checks is None:
        return ""
    return "verified" if checks["value"] and checks["confident"] else "doubtful"


def unread(case: Case, *, revealed: Collection[str] = ()) -> list[Row]:
    """What was declared and stands on no paper that is read, masked likewise."""
    names = [name for name in case.DECLARED if name in case.UNPRINTED and name not in case.HEADING]
    return [_row(case, name, None, name in revealed) for name in names if getattr(case, name)]


def _row(case: Case, name: str, field: dict | None, is_revealed: bool) -> Row:
    declared = getattr(case, name)
    value = field["value"] if field else None
    is_masked = name in case.MASKED and not is_revealed and bool(declared or value)
    write = masked if is_masked else in_words
    return Row(
        name=name,
        label=str(case._meta.get_field(name).verbose_name),
        declared=write(case, name, declared),
        read=write(case, name, value) if value is not None else None,
        confidence=field["confidence"] if field else None,
        agrees=same(declared, value) if value is not None else None,
        is_masked=is_masked,
    )


def masked(case: Case, name: str, value: Any) -> Any:
    """What is told of a field's value to whoever need not know it whole."""
    return case.MASKED[name](value) if value else value


def in_words(case: Case, name: str, value: Any) -> Any:
    """A field's value as people read it: the label of a choice, a date as a date."""
    if name in case.SHOWN and value:
        return case.SHOWN[name](value)
    if value is True:
        return _("oui")
    field = case._meta.get_field(name)
    if isinstance(field, models.DateField) and isinstance(value, str):
        with contextlib.suppress(ValueError):
            return date.fromisoformat(value)
    return dict(field.flatchoices).get(value, value)


def same(declared: Any, read: Any) -> bool:
    """Whether two values say the same, whatever their accents, order of words, spacing and 0/O."""
    ours, theirs = _bare(declared), _bare(read)
    return sorted(ours) == sorted(theirs) or "".join(ours) == "".join(theirs)


def _bare(value: Any) -> list[str]:
    text = unicodedata.normalize("NFKD", "" if value is None else str(value)).upper()
    text = "".join(mark for mark in text if not unicodedata.combining(mark))
    return [word.translate(CONFUSED) for word in re.findall(r"[A-Z0-9]+", text)]
