"""What no clear print makes certain: days out of order, numbers that nothing names."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from kyc.ocr.decide import Found
from kyc.ocr.lines import Line, plain
from kyc.ocr.sheet import BELOW, FORM, INLINE, PLACE, RIGHT

PAST = ("birth_date", "first_registration", "issue_date", "date")
BEFORE = (("birth_date", "issue_date"), ("first_registration", "issue_date"))
GROWN = 16  # years, before which nobody holds a CIN
# Fields whose values look like those of others: without a label they may be somebody else's.
FORMLESS = {
    "carte_grise": (
        "seats",
        "fiscal_power",
        "displacement",
        "curb_weight",
        "model",
        "holder",
        "issue_date",
    ),
    "insurance": ("expiry", "policy_number", "company"),
    "invoice": ("seller", "number", "date", "total"),
}
UNMISTAKABLE = {"cin": ("number",), "attestation": ("number", "plate")}  # by their form alone
PROVINCES, SEXES = "123457", "12"  # the first and the sixth figure of a CIN number
SEVERAL = 4  # values with labels, from which on a way is usual or not
RARE = 0.3  # share of them under which it is not
VIN = 17  # signs
PARENTS = ("father", "mother")
# What a paper bears one of, and how it is written for certain.
ONCE = {
    "cin": ("number", re.compile(rf"[{PROVINCES}]\d{{4}}[{SEXES}]\d{{6}}")),
    "carte_grise": ("chassis_number", re.compile(r"[A-Z0-9]{17}")),
}


def of(kind: str, found: Mapping[str, Found]) -> set[str]:
    """The fields that are to be looked at whatever the readers say."""
    doubtful = _days(kind, {name: each.value for name, each in found.items()})
    ways = [_class(each) for each in found.values() if _class(each)]
    for name, each in found.items():
        if each.place.way == PLACE or (each.place.way == FORM and name in FORMLESS.get(kind, ())):
            doubtful.add(name)
        is_unusual = _class(each) and ways.count(_class(each)) < RARE * len(ways)
        is_known = _is_inline(each) or name in UNMISTAKABLE.get(kind, ())
        if len(ways) >= SEVERAL and is_unusual and not is_known:
            doubtful.add(name)  # on this paper values stand elsewhere: it may be another's
        if name == "address" and not re.search(r"[^\W\d_]{4,}\W*$", each.value):
            doubtful.add(name)  # the quarter comes last: what ends before it goes on elsewhere
        if name == "chassis_number" and len(each.value) != VIN and "-" not in each.value:
            doubtful.add(name)  # old ones are shorter, and so is one half read
        if name in PARENTS and not all(other in found for other in PARENTS):
            doubtful.add(name)  # one label may have been taken for the other
    number = found["number"].value if kind in UNMISTAKABLE and "number" in found else ""
    if number and (number[0] not in PROVINCES or number[5] not in SEXES):
        doubtful.add("number")  # clerks err too: it is not wrong, but to be looked at
    return doubtful


def are_two(kind: str, lines: Sequence[Line], forms: Mapping[str, re.Pattern]) -> bool:
    """Whether two papers of this kind lie in the picture: what stands on which, nothing tells."""
    if kind not in ONCE:
        return False
    name, certain = ONCE[kind]
    said = (plain(match[0]) for line in lines for match in forms[name].finditer(line.text))
    return len({each for each in said if certain.fullmatch(each)}) > 1


def _is_inline(found: Found) -> bool:
    """Whether it stands in one line with a label that was read without fault."""
    place = found.place
    return place.way == INLINE and place.label is not None and place.label.likeness == 1.0


def _class(found: Found) -> str:
    """Whether a value stands in a row with its label or below it; nothing for other ways."""
    return {INLINE: RIGHT, RIGHT: RIGHT, BELOW: BELOW}.get(found.place.way, "")


def _days(kind: str, told: Mapping[str, str]) -> set[str]:
    today = datetime.now(UTC).date().isoformat()
    doubtful = {name for name in PAST if told.get(name, "") > today}
    for first, later in BEFORE:
        if first in told and later in told and told[first] > told[later]:
            doubtful |= {first, later}
    if kind == "cin" and "birth_date" in told and "issue_date" in told:
        years = date.fromisoformat(told["issue_date"]).year - int(told["birth_date"][:4])
        if years < GROWN:
            doubtful |= {"birth_date", "issue_date"}
    return doubtful
