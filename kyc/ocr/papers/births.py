"""The day and the place of a birth where one label, or one line, holds both."""

import re

from kyc.ocr import values
from kyc.ocr.lines import Span
from kyc.ocr.sheet import FORM, Value

BOTH = (
    "Date et lieu de naissance",
    "Date & lieu de naissance",
    "Né(e) le et à",
    "Naissance",
    "Date/lieu de naissance",
    "Daty sy toerana nahaterahana",
    "Daty sy toerana",
    "Teraka tamin'ny sy tao",
)
# A place follows the four figures of the year.
AFTER = re.compile(
    r"[0-9OIl]{4}[\s,.]*(?:(?:[àÀáâ@&]|[aA](?=\s)|tao|TAO|Tao|[-–/,(])\s*:?)?\s*(?P<it>[A-ZÀ-Ý][^,;()\d]{2,40})"
)

ISSUED = re.compile(
    r"(?P<place>[A-ZÀ-Ý][^\d,]{2,40}?)[\s,]*(?:\b[Ll][e1]\b|LE\b|\b[Nn]y\b|(?<=[A-ZÀ-Ý]{3})(?:ny|le)\b|[Tt]amin\W?ny|,)?\s*:?\s*"
    r"(?P<day>\d{1,2}\D.{4,20})$"
)


def parted(found: dict[str, Value]) -> dict[str, Value]:
    """Day and place, each where it stands."""
    both = found.get("birth_date") or found.get("_birth")
    if not both or not values.day(both.span.chars):
        return {}
    more = {} if "birth_date" in found else {"birth_date": both}
    place = AFTER.search(both.span.text)
    known = found.get("birth_place")
    if place and (known is None or known.span.line is both.span.line):
        start = both.span.start
        span = Span(both.span.line, start + place.start("it"), start + place.end("it")).stripped()
        more["birth_place"] = Value(span, FORM)
        end = start + place.start("it")
        more["birth_date"] = Value(
            Span(both.span.line, start, end).stripped(), both.way, both.label
        )
    return more


def issued(found: dict[str, Value]) -> dict[str, Value]:
    """Place and day of issue where one line holds both: Fait à Antsirabe le 12/05/2005."""
    whole_line = found.get("issue_place") or found.get("issue_date")
    both = whole_line and ISSUED.match(whole_line.span.text)
    if not whole_line or not both:
        return {}
    line, start = whole_line.span.line, whole_line.span.start

    def piece(name: str) -> Span:
        return Span(line, start + both.start(name), start + both.end(name)).stripped()

    more = {"issue_place": Value(piece("place"), whole_line.way, whole_line.label)}
    known = found.get("issue_date")
    if values.day(piece("day").chars) and (known is None or known.span.line is line):
        more["issue_date"] = Value(piece("day"), FORM)
    return more


def parents(found: dict[str, Value]) -> dict[str, Value]:
    """Father and mother where one label stands for both: Zanak'i Rabe sy Rasoa."""
    both = found.get("father")
    split = both and re.search(r"\s+(?:sy|et\s+de|et)\s+(?:i\s|Mme\s)?", both.span.text)
    if not both or not split or "mother" in found:
        return {}
    line, start = both.span.line, both.span.start
    father = Span(line, start, start + split.start()).stripped()
    mother = Span(line, start + split.end(), both.span.end).stripped()
    return {"father": Value(father, both.way, both.label), "mother": Value(mother, FORM)}
