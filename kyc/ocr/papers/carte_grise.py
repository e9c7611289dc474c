"""The carte grise: its labels, the codes of a French-type certificate, and what they name."""

import re
from dataclasses import replace

from kyc.ocr import values
from kyc.ocr.decide import Found
from kyc.ocr.labels import Labels
from kyc.ocr.lines import Chars, Span, plain
from kyc.ocr.papers import vehicle_words
from kyc.ocr.papers.carte_grise_labels import CODES, HEADS, PRINTED
from kyc.ocr.sheet import FORM, Sheet, Value

LABELS = Labels(PRINTED, CODES, heads=HEADS, never=vehicle_words.ALL)

FORMS = {
    "plate": re.compile(r"(?<![A-Z0-9])\d{4}[ .-]?[ADFMTU][A-Z]{1,2}(?![A-Z0-9])"),
    "chassis_number": re.compile(
        r"(?=(?:.*\d){5})(?=(?:.*[A-Z]){2})[A-Z0-9]{17}(?![A-Z0-9])"
        r"|(?<![A-Z0-9])[A-Z]{1,4}\d{1,3}[A-Z]{0,3}[-=~_]\d{6,7}(?!\d)"
    ),
}

DAY = re.compile(r"\d{1,2}[./ -]\d{1,2}[./ -]\d{4}")
WHEREABOUTS = re.compile(r"(?i)(?<=\w)\s+(?:lot|logt|villa|parcelle)\s")


def _chassis(chars: Chars) -> str | None:
    text = "".join(char.text for char in chars).strip()
    return None if DAY.fullmatch(text) else values.chassis(chars)


def _holder(chars: Chars) -> str | None:
    """A name without the address that goes on with it where their labels were not both read."""
    cut = WHEREABOUTS.search("".join(char.text for char in chars))
    return values.name(chars[: cut.start()] if cut else chars)


REPAIRS: dict[str, values.Repair] = {
    "plate": values.plate,
    "chassis_number": _chassis,
    "make": vehicle_words.make,
    "model": values.model,
    "first_registration": values.day,
    "holder": _holder,
    "address": values.line,
    "issue_date": values.day,
    "seats": values.quantity(1, 120),
    "fiscal_power": values.quantity(1, 99),
    "displacement": values.quantity(40, 20000),
    "energy": values.energy,
    "colour": values.name,
    "curb_weight": values.quantity(40, 40000),
    "payload": values.quantity(20, 40000),
    "_laden": values.quantity(60, 60000),
    "_running": values.quantity(40, 40000),
}

# Words that only this paper bears.
SIGNS = ("Certificat d'immatriculation", "Carte grise")


def derive(found: dict[str, Found], _sheet: Sheet) -> None:
    """Weights that are printed under other names: unladen as in running order, payload by sum."""
    if "curb_weight" not in found and "_running" in found:
        found["curb_weight"] = replace(found["_running"], is_doubtful=True)
    laden, empty = found.get("_laden"), found.get("curb_weight")
    if "payload" in found or not laden or not empty:
        return
    rest = int(laden.value) - int(empty.value)
    if 20 <= rest <= 40000:
        _, doubtful = sorted((laden, empty), key=lambda each: each.evidence[0])
        found["payload"] = Found(str(rest), laden.place, doubtful.evidence)


def doubts(sheet: Sheet, found: dict[str, Found]) -> set[str]:
    """What a bare letter names; weights that do not add up, or were taken for one another."""
    chassis = found.get("chassis_number")
    is_glued = chassis and (label := chassis.place.label) and label.span.text == "E"
    return _weights(sheet, found) | ({"chassis_number"} if is_glued else set())


def _weights(sheet: Sheet, found: dict[str, Found]) -> set[str]:
    both = {"curb_weight", "payload"}
    weights = [found.get(name) for name in ("curb_weight", "payload", "_laden")]
    told = [int(each.value) for each in weights if each]
    if len(told) == len(weights):
        return set() if told[0] + told[1] == told[2] else both
    named = sheet.named
    is_mixed = any(name in named and name not in found for name in both)
    unlike = {
        name
        for name in both
        if name in found and (label := found[name].place.label) and label.likeness < 1
    }
    return both if is_mixed else unlike


def others(sheet: Sheet, found: dict[str, Value]) -> dict[str, Value]:
    """What can be only one thing wherever it stands: words, units, dates in their order."""
    more: dict[str, Value] = {}
    taken = {(value.span.line, value.span.start) for value in found.values()}
    titles = {label.span.line for label in sheet.labels if label.name == "_heading"}
    left = [
        span
        for span in sheet.spans()
        if (span.line, span.start) not in taken and span.line not in titles
    ]
    for name, is_one in ONLY.items():
        hits = [span for span in left if is_one(span)]
        if name == "seats" and not (name in sheet.named or "fiscal_power" in found | more):
            continue  # a figure alone may as well be the power
        if name == "curb_weight" and sheet.named & {"payload", "_laden"}:
            continue
        if name not in found and len(hits) == 1:
            more[name] = Value(hits[0], FORM)
            left.remove(hits[0])
    return more | _dates(left, found)


def _dates(left: list[Span], found: dict[str, Value]) -> dict[str, Value]:
    """First registration lies before issue."""
    dated = sorted(
        ((day, span) for span in left if (day := values.day(span.chars))), key=lambda d: d[0]
    )
    missing = [name for name in ("first_registration", "issue_date") if name not in found]
    if len(missing) == len(dated) == 2:
        return {name: Value(span, FORM) for name, (_, span) in zip(missing, dated, strict=True)}
    if len(missing) == 1 == len(dated):
        known = found["issue_date" if missing[0] == "first_registration" else "first_registration"]
        day = values.day(known.span.chars) or ""
        if (dated[0][0] <= day) == (missing[0] == "first_registration"):
            return {missing[0]: Value(dated[0][1], FORM)}
    return {}


def _is_person(span: Span) -> bool:
    """Two words or more of letters, and none of the words that are something else."""
    words = [word for word in span.text.replace("-", " ").split() if word.isalpha()]
    letters = sum(c.text.isalpha() for c in span.chars)
    return (
        len(words) >= 2
        and all(word[0].isupper() for word in words)
        and letters >= 10
        and letters == sum(c.text.isalnum() for c in span.chars)
        and not (vehicle_words.is_colour(span.text) or LABELS.find(plain(span.text)))
    )


def _has(pattern: str):
    return lambda span: bool(re.fullmatch(pattern, span.text.strip(), re.IGNORECASE))


ONLY = {
    "make": lambda span: vehicle_words.is_make(span.text),
    "energy": lambda span: plain(span.text) in values.ENERGY and len(plain(span.text)) > 1,
    "colour": lambda span: vehicle_words.is_colour(span.text),
    "fiscal_power": _has(r"\d{1,2}\s?C[VU]"),
    "displacement": _has(r"\d{2,5}\s?(cm3|cm³|cc)"),
    "address": _has(r"(lot|logt?|villa|parcelle|cit[ée])\b.{4,}"),
    "model": lambda span: vehicle_words.is_model(span.text),
    "holder": _is_person,
    "curb_weight": _has(r"\d{2,5}\s?kg"),
    "seats": _has(r"\d{1,2}"),
}
