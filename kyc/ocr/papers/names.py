"""A person's names where one label stands for the surname and the given names."""

import re

from kyc.ocr import values
from kyc.ocr.lines import Chars, Line, plain
from kyc.ocr.papers import prose
from kyc.ocr.sheet import FORM, Value

BOTH = (
    "Nom et prénoms",
    "Nom et prénom",
    "Nom et prénom(s)",
    "Nom & prénoms",
    "Nom, prénoms",
    "Nom / prénoms",
    "Noms et prénoms",
    "Nom complet",
    "Full name",
    "Anarana sy fanampiny",
    "Anarana sy fanampin'anarana",
    "Anarana feno",
)
MIXED = re.compile(r"^[A-ZÀ-Ý'-]{3,}(?: [A-ZÀ-Ý'-]+)* [A-ZÀ-Ý][a-zà-ÿ]")  # surname, given names
TITLE = re.compile(
    r"(?:M(?:r|me|lle)?\b\.?|Monsieur|Madame|Mademoiselle|Atoa|Rtoa|Andriamatoa|Ramatoa)"
    r"(?:\s*/\s*M(?:me|lle)\.?)?\s*(?=[A-ZÀ-Ý])"
)
# How most surnames begin; only where nothing else tells them from given names.
FAMILY = re.compile(r"(?:RA|ANDRI)[A-Z]{2,}")
GIVEN_FIRST = re.compile(r"(?:[A-ZÀ-Ý-]+\s+)+(?=(?:RA[BKNTVZ]|ANDRI)[A-Z]{3,}$)")


def told(chars: Chars) -> str | None:
    """A person's name; none in small letters alone, as the words of a sentence are."""
    return values.name(chars) if any(char.text.isupper() for char in chars) else None


def named(found: dict[str, Value]) -> dict[str, Value]:
    """Surname and given names behind one label, or behind one that seemed the surname's."""
    surname, given, both = (found.get(name) for name in ("surname", "given_names", "_whole_name"))
    if both and not given and _asks_for_given(both):
        return {"given_names": both}
    if surname and not given and MIXED.search(surname.span.text):
        both = surname
    elif not both or surname:
        return {}
    if given and given is not both and plain(given.span.text) not in plain(both.span.text):
        return {"surname": both}
    span = both.span
    end = re.search(r"[,;(]|\sn[ée]+e?\b|\steraka\b|$", span.text)
    return parted(span.line, span.start, span.start + end.start() if end else span.end)


def _asks_for_given(value: Value) -> bool:
    """Whether its line begins with the given names: Prénoms du déclarant."""
    label = value.label.span if value.label else None
    return bool(label and re.match("PRENOM|FANAMPI", plain(label.line.text[: label.end])))


def parted(text: Line, start: int, end: int) -> dict[str, Value]:
    """The surname stands in capitals, or first; what is in small letters is the given names."""
    if title := TITLE.match(text.text[start:end]):
        start += title.end()
    said = text.text[start:end]
    mixed = re.search(r"\s+(?=[A-ZÀ-Ý]?[a-zà-ÿ]*[a-zà-ÿ])", said)
    turned = re.match(r"(?:[A-ZÀ-Ý][a-zà-ÿ]+[\s-]+)+(?=[A-ZÀ-Ý]{3})", said)
    if said.isupper() and not FAMILY.match(said):
        turned = GIVEN_FIRST.match(said)
    split = mixed or re.search(r"\s+", said)
    if turned:
        given, family = (start, start + turned.end()), (start + turned.end(), end)
    elif split:
        family, given = (start, start + split.start()), (start + split.end(), end)
    else:
        return {"surname": Value(prose.piece(text, start, end), FORM)}
    return {
        "surname": Value(prose.piece(text, *family), FORM),
        "given_names": Value(prose.piece(text, *given), FORM),
    }
