"""The number of a national identity card: twelve digits, printed by threes."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

NUMBER = re.compile(r"\A[0-9]{12}\Z")


def parse(typed: str) -> str:
    """Return the twelve digits, however they are spaced or written (full-width, Arabic…).

    District and sex digits are not judged: clerks make mistakes, and the number printed on the
    card is the number. Raises ValidationError for anything else than twelve digits.
    """
    number = re.sub(r"[\s.\-]", "", unicodedata.normalize("NFKC", typed))
    if not NUMBER.match(number):
        raise ValidationError(
            _("Le numéro de CIN a 12 chiffres, par exemple 101 234 567 890."), code="cin"
        )
    return number


def mask(number: str) -> str:
    """Write only what lets its owner recognise a number: its last three digits."""
    return f"•••\u00a0•••\u00a0•••\u00a0{number[-3:]}" if NUMBER.match(number) else ""


def display(number: str) -> str:
    """Show a number by threes, as on the card; anything else as it is."""
    return "\u00a0".join(re.findall("...", number)) if NUMBER.match(number) else number
