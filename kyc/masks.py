"""What is shown of a value that need not be known whole: enough to recognise it, not to use it."""

import contextlib
from datetime import date
from typing import Any

from kyc import cin

DOTS = "•••"


def number(value: Any) -> str:
    """The last three digits of a CIN number; nothing of what is no number."""
    return cin.mask(str(value)) or DOTS


def words(value: Any) -> str:
    """The first letter of each word; how long the words are is not told."""
    return " ".join(f"{word[0]}{DOTS}" for word in str(value).split())


def whole(_value: Any) -> str:
    """Nothing of it."""
    return DOTS


def day(value: Any) -> str:
    """The year of a day, as a date or in ISO; nothing of what is no day."""
    with contextlib.suppress(ValueError):
        known = value if isinstance(value, date) else date.fromisoformat(str(value))
        return f"••/••/{known.year}"
    return DOTS
