"""Forms of zones for machines: what stands where on passports, cards, visas, old French cards.

Source: ICAO Doc 9303, parts 4 (TD3), 5 (TD1), 6 (TD2) and 7 (visas).
"""

from collections.abc import Sequence
from dataclasses import dataclass

FILLER = "<"
LETTERS = str.maketrans("0123456789", "OIZEASGTBG")  # what digits are where only letters stand


@dataclass(frozen=True)
class Part:
    """Where a field stands: its line, its place, and what may be there."""

    line: int
    start: int
    end: int
    kind: str = "any"  # digits, letters, any


@dataclass(frozen=True)
class Form:
    """One of the forms: how many lines of how many signs, and what stands where."""

    name: str
    lines: int
    width: int
    parts: dict[str, Part]
    # Field → where its check digit stands; `composite` → that of the parts named below.
    checks: dict[str, Part]
    composite: tuple[Part, ...] = ()
    loose: int = 0  # the line that ends with a name, and so with fillers that may be lost

    def kinds(self) -> list[list[str]]:
        """What may stand at each place of each line; a check digit may be a filler (`check`)."""
        lines = [["any"] * self.width for _ in range(self.lines)]
        for part in self.parts.values():
            lines[part.line][part.start : part.end] = [part.kind] * (part.end - part.start)
        for part in self.checks.values():
            lines[part.line][part.start] = "check"
        return lines


TD3 = Form(
    "TD3",
    2,
    44,
    {
        "document_type": Part(0, 0, 2, "letters"),
        "issuer": Part(0, 2, 5, "letters"),
        "names": Part(0, 5, 44, "letters"),
        "number": Part(1, 0, 9),
        "nationality": Part(1, 10, 13, "letters"),
        "birth_date": Part(1, 13, 19, "digits"),
        "sex": Part(1, 20, 21, "letters"),
        "expiry": Part(1, 21, 27, "digits"),
        "optional": Part(1, 28, 42),
    },
    {
        "number": Part(1, 9, 10, "digits"),
        "birth_date": Part(1, 19, 20, "digits"),
        "expiry": Part(1, 27, 28, "digits"),
        "optional": Part(1, 42, 43, "digits"),
        "composite": Part(1, 43, 44, "digits"),
    },
    (Part(1, 0, 10), Part(1, 13, 20), Part(1, 21, 43)),
)
TD2 = Form(
    "TD2",
    2,
    36,
    {
        "document_type": Part(0, 0, 2, "letters"),
        "issuer": Part(0, 2, 5, "letters"),
        "names": Part(0, 5, 36, "letters"),
        "number": Part(1, 0, 9),
        "nationality": Part(1, 10, 13, "letters"),
        "birth_date": Part(1, 13, 19, "digits"),
        "sex": Part(1, 20, 21, "letters"),
        "expiry": Part(1, 21, 27, "digits"),
        "optional": Part(1, 28, 35),
    },
    {
        "number": Part(1, 9, 10, "digits"),
        "birth_date": Part(1, 19, 20, "digits"),
        "expiry": Part(1, 27, 28, "digits"),
        "composite": Part(1, 35, 36, "digits"),
    },
    (Part(1, 0, 10), Part(1, 13, 20), Part(1, 21, 35)),
)
TD1 = Form(
    "TD1",
    3,
    30,
    {
        "document_type": Part(0, 0, 2, "letters"),
        "issuer": Part(0, 2, 5, "letters"),
        "number": Part(0, 5, 14),
        "optional": Part(0, 15, 30),
        "birth_date": Part(1, 0, 6, "digits"),
        "sex": Part(1, 7, 8, "letters"),
        "expiry": Part(1, 8, 14, "digits"),
        "nationality": Part(1, 15, 18, "letters"),
        "names": Part(2, 0, 30, "letters"),
    },
    {
        "number": Part(0, 14, 15, "digits"),
        "birth_date": Part(1, 6, 7, "digits"),
        "expiry": Part(1, 14, 15, "digits"),
        "composite": Part(1, 29, 30, "digits"),
    },
    (Part(0, 5, 30), Part(1, 0, 7), Part(1, 8, 15), Part(1, 18, 29)),
    loose=2,
)
FORMS = (TD3, TD2, TD1)


def _visa(name: str, like: Form) -> Form:
    """A visa is a passport's page or a card's whose last line ends with what a state likes."""
    parts = like.parts | {"optional": Part(1, 28, like.width)}
    digits = {field: like.checks[field] for field in ("number", "birth_date", "expiry")}
    return Form(name, like.lines, like.width, parts, digits)


MRVA, MRVB = _visa("MRV-A", TD3), _visa("MRV-B", TD2)
# The identity cards of France from 1988 to 2021, older than any common form.
IDFRA = Form(
    "IDFRA",
    2,
    36,
    {
        "document_type": Part(0, 0, 2, "letters"),
        "issuer": Part(0, 2, 5, "letters"),
        "surname": Part(0, 5, 30, "letters"),
        "office": Part(0, 30, 36),
        "number": Part(1, 0, 12),
        "given_names": Part(1, 13, 27, "letters"),
        "birth_date": Part(1, 27, 33, "digits"),
        "sex": Part(1, 34, 35, "letters"),
    },
    {
        "number": Part(1, 12, 13, "digits"),
        "birth_date": Part(1, 33, 34, "digits"),
        "composite": Part(1, 35, 36, "digits"),
    },
    (Part(0, 0, 36), Part(1, 0, 35)),
)
BY_NAME = {form.name: form for form in (*FORMS, MRVA, MRVB, IDFRA)}
SISTERS = {("V", TD3.name): MRVA, ("V", TD2.name): MRVB, ("IDFRA", TD2.name): IDFRA}


def sister(form: Form, first: str) -> Form:
    """The form that this one is if its first line begins so: a visa, or an old French card."""
    start = first[:5].translate(LETTERS)
    for (sign, name), other in SISTERS.items():
        if name == form.name and start.startswith(sign):
            return other
    return form


def place(form: Form, rows: Sequence[str], name: str) -> tuple[int, int, int]:
    """Where a field stands in these rows: its line, its first sign, the one after its last."""
    part = form.parts.get(name) or form.parts.get("names") or form.parts["issuer"]
    text, start = rows[part.line][part.start : part.end], part.start
    if name not in form.parts and "names" in form.parts:
        surname, _, given_names = text.partition(FILLER * 2)
        start += 0 if name == "surname" else len(surname) + 2
        text = surname if name == "surname" else given_names
    return part.line, start, start + max(1, len(text.rstrip(FILLER)))
