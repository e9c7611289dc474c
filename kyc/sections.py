"""The sections of a case: what its citizen fills in, page by page."""

from dataclasses import dataclass
from typing import Any

from kyc.papers import Side


@dataclass(frozen=True)
class Section:
    """One page of a case: what is declared on it, or what is photographed for it.

    `name` stands in addresses. Not every field must be filled in, nor every side be there: that
    follows from the case (`Case.required`, `Case.sides`). `minutes` is about how long it takes with
    the paper in hand: the list of tasks adds up those that are left.
    """

    name: str
    title: Any
    hint: Any
    fields: tuple[str, ...] = ()
    sides: tuple[Side, ...] = ()
    minutes: int = 1
