"""Registration plates: how they are written, stored and told apart.

Source: décret 93-894 (red plates), and the series seen in use: one to four digits, the letter of
the province (A, D, F, M, T, U), up to two letters more. Old plates have one letter only.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

ORDINARY = re.compile(r"\A([0-9]{1,4})([ADFMTU][A-Z]{0,2})\Z")
PROVISIONAL = re.compile(r"\A([0-9]{1,4})(WWT?)\Z")
ANY = re.compile(r"\A[0-9A-Z]{1,12}\Z")


class Kind(models.TextChoices):
    ORDINARY = "ordinary", gettext_lazy("ordinaire")
    PROVISIONAL = "provisional", gettext_lazy("provisoire (WWT)")
    ADMINISTRATIVE = "administrative", gettext_lazy("administrative (plaque rouge)")
    SPECIAL = "special", gettext_lazy("série spéciale")


FORMS = {Kind.ORDINARY: ORDINARY, Kind.PROVISIONAL: PROVISIONAL}


def normalise(typed: str) -> str:
    """Bring a plate to the one form it is stored in: `12 tab` becomes `0012TAB`."""
    text = unicodedata.normalize("NFKC", typed).upper()
    text = unicodedata.normalize("NFKC", re.sub(r"[\s.\-_/]", "", text))
    match = ORDINARY.match(text) or PROVISIONAL.match(text)
    return f"{match[1].zfill(4)}{match[2]}" if match else text


def parse(typed: str, kind: str = Kind.ORDINARY) -> str:
    """The stored form of a plate of that kind. Raises ValidationError if it cannot be one."""
    plate = normalise(typed)
    if not FORMS.get(Kind(kind), ANY).match(plate):
        raise ValidationError(
            _(
                "Cette plaque n'a pas la forme attendue, par exemple 1234 TAB."
                " Si elle est d'une autre sorte, choisissez-la dans « Sorte de plaque »."
            ),
            code="plate",
        )
    return plate


def display(plate: str) -> str:
    """Show a stored plate as it is painted: `1234 TAB`."""
    return re.sub(r"\A([0-9]+)([A-Z]+)\Z", r"\1 \2", plate)
