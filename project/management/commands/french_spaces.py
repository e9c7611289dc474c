"""`manage.py french_spaces`: the French catalogue, from the sources and the rules of spacing.

Sources are written with plain spaces, as everybody types. What French people read has no-break
spaces before double punctuation and inside guillemets, so that no line begins with a `?`.
"""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

WIDE, NARROW = "\u00a0", "\u202f"
CATALOGUE = Path("locale/fr/LC_MESSAGES/django.po")
BORROWED = "project/borrowed.py"

# Only a space that is there is changed: `12:30`, `https://…` and attributes have none. The
# guillemets and the colon keep the width of a word space, the other marks stand closer.
RULES = [
    (re.compile(r"«[ \u00a0\u202f]"), "«" + WIDE),
    (re.compile(r"[ \u00a0\u202f](?=[:»](?![^\s<.,;)*]))"), WIDE),
    (re.compile(r"[ \u00a0\u202f](?=[;?!](?![^\s<»)]))"), NARROW),
    (re.compile(r"(?<=\d) (?=(?:Mo|CV|Ar|kg)\b)"), WIDE),
]


def spaced(text: str) -> str:
    """The text with the spaces French typography asks for."""
    for pattern, space in RULES:
        text = pattern.sub(space, text)
    return text


def fill(entry: Any) -> None:
    """Write an entry's French: its own source, or for a borrowed one the words already there.

    Text messages keep plain spaces: no-break ones are outside their alphabet, and a single one
    cuts a message's length from 160 characters to 70.
    """
    places = [path for path, _line in entry.occurrences]
    is_borrowed = all(path == BORROWED for path in places)
    if is_borrowed:
        sources = entry.msgstr_plural or {0: entry.msgstr}
    else:
        sources = {0: entry.msgid, 1: entry.msgid_plural}
    is_sms = all(path.endswith(".sms.txt") for path in places)
    wanted = {key: text if is_sms else spaced(text) for key, text in sources.items()}
    if entry.msgid_plural:
        entry.msgstr_plural = wanted
    else:
        entry.msgstr = wanted[0]
    # msgmerge guesses at a new entry from one like it: where the text is ours there is no doubt.
    if entry.fuzzy and not is_borrowed:
        entry.flags.remove("fuzzy")
        entry.previous_msgid = entry.previous_msgid_plural = None


class Command(BaseCommand):
    help = "Writes the French catalogue from the sources, with French spacing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail if needed")

    def handle(self, *args: Any, **options: Any) -> None:
        import polib  # what the tests need, not the service

        path = settings.ROOT / CATALOGUE
        before = path.read_text(encoding="utf-8")
        catalogue = polib.pofile(before, wrapwidth=0)
        for entry in catalogue:
            fill(entry)
        if options["check"]:
            if str(polib.pofile(before, wrapwidth=0)) != str(catalogue):
                raise CommandError("the French catalogue is out of date: run `make messages`")
        else:
            catalogue.save(str(path))
