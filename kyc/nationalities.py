"""Nationalities: kept as the three letters of a zone for machines, read and written as words.

Those who live in Madagascar in any number; any other stays as its holder writes it.
"""

import unicodedata
from functools import cache

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

MALAGASY = "MDG"
WORDS = {
    "MDG": _("malgache"),
    "BEL": _("belge"),
    "CAN": _("canadienne"),
    "CHE": _("suisse"),
    "CHN": _("chinoise"),
    "CIV": _("ivoirienne"),
    "CMR": _("camerounaise"),
    "COD": _("congolaise"),
    "COM": _("comorienne"),
    "D": _("allemande"),
    "DZA": _("algérienne"),
    "EGY": _("égyptienne"),
    "ESP": _("espagnole"),
    "FRA": _("française"),
    "GBR": _("britannique"),
    "GRC": _("grecque"),
    "IDN": _("indonésienne"),
    "IND": _("indienne"),
    "ITA": _("italienne"),
    "JPN": _("japonaise"),
    "KEN": _("kényane"),
    "KOR": _("coréenne"),
    "LBN": _("libanaise"),
    "LKA": _("srilankaise"),
    "MAR": _("marocaine"),
    "MOZ": _("mozambicaine"),
    "MUS": _("mauricienne"),
    "NLD": _("néerlandaise"),
    "NOR": _("norvégienne"),
    "PAK": _("pakistanaise"),
    "PHL": _("philippine"),
    "POL": _("polonaise"),
    "PRT": _("portugaise"),
    "RUS": _("russe"),
    "SEN": _("sénégalaise"),
    "SWE": _("suédoise"),
    "SYC": _("seychelloise"),
    "THA": _("thaïlandaise"),
    "TUN": _("tunisienne"),
    "TUR": _("turque"),
    "TZA": _("tanzanienne"),
    "USA": _("américaine"),
    "VNM": _("vietnamienne"),
    "ZAF": _("sud-africaine"),
}


def word(kept: str) -> str:
    """A nationality as it is kept, in the language in force; what is no code of ours as it is."""
    return str(WORDS.get(kept, kept))


def parse(typed: str) -> str:
    """What is kept for a nationality in words of any of our languages: its code, where known."""
    return _codes().get(_level(typed), typed.strip())


@cache
def _codes() -> dict[str, str]:
    known: dict[str, str] = {}
    for code, name in reversed(WORDS.items()):
        known[_level(code)] = code
        for language, _name in settings.LANGUAGES:
            with override(language):
                level = _level(str(name))
            # In French a man's as well: canadien for canadienne.
            known |= dict.fromkeys((level, level.removesuffix("e"), level.removesuffix("ne")), code)
    return known


def _level(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())
