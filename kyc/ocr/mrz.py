"""Machine-readable zones of passports and cards: three forms, their check digits, their repair.

Source: ICAO Doc 9303, parts 3 (check digits, transliteration), 4 (TD3), 5 (TD1) and 6 (TD2).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import cycle

FILLER = "<"
# What a reader takes for something else, where only a digit, or only a letter, may stand.
DIGITS = str.maketrans("OQDUILZEASGTB", "0000112345678")
LETTERS = str.maketrans("0123456789", "OIZEASGTBG")
WRONG_FILLERS = str.maketrans("«‹({[£€_-–—.,·*~", FILLER * 16)
# Signs that a row of fillers is mistaken for.
IN_FILLING = re.compile(r"(?<=<<)[KCELSG]+(?=<<|$)")


@dataclass(frozen=True)
class Part:
    """Where a field stands: its line, its place, and what may be there."""

    line: int
    start: int
    end: int
    kind: str = "any"  # digits, letters, any


@dataclass(frozen=True)
class Form:
    """One of the three forms: how many lines of how many signs, and what stands where."""

    name: str
    lines: int
    width: int
    parts: dict[str, Part]
    # Field → where its check digit stands; `composite` → over which parts, and where.
    checks: dict[str, Part]
    composite: tuple[Part, ...]

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
)
FORMS = (TD3, TD2, TD1)


@dataclass(frozen=True)
class Zone:
    """What a zone says. Dates are ISO; `checks` tells, check digit by check digit, what holds."""

    form: str
    document_type: str
    number: str
    issuer: str
    surname: str
    given_names: str
    nationality: str
    birth_date: str
    sex: str
    expiry: str
    checks: dict[str, bool] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether every check digit is right."""
        return bool(self.checks) and all(self.checks.values())


def check_digit(text: str) -> str:
    """The check digit of a row of signs: weights 7, 3, 1, modulo 10 (Doc 9303-3, 4.9)."""
    values = (int(sign, 36) if sign != FILLER else 0 for sign in text)
    total = sum(value * weight for value, weight in zip(values, cycle((7, 3, 1)), strict=False))
    return str(total % 10)


def find(lines: list[str], *, today: date) -> Zone | None:
    """The zone among lines of text as a reader gives them, or None.

    Signs are repaired by what may stand where. Of several places it could be, the one of which
    most check digits hold. `today` decides the century of two-digit years.
    """
    bare = [cleaned for line in lines if FILLER in (cleaned := clean(line)) or len(cleaned) >= 26]
    zones = [parse(block, form, today=today) for form, block in _blocks(bare)]
    best = max(zones, key=lambda zone: sum(zone.checks.values()), default=None)
    return best if best and sum(best.checks.values()) >= 2 else None


def clean(line: str) -> str:
    """A line with nothing but the zone's signs: capitals, digits, fillers."""
    plain = line.upper().translate(WRONG_FILLERS)
    bare = re.sub(r"[^A-Z0-9<]", "", plain)
    return IN_FILLING.sub(lambda run: FILLER * len(run[0]), bare)


def _blocks(lines: list[str]) -> Iterator[tuple[Form, list[str]]]:
    """Neighbouring lines whose lengths are about those of a form."""
    for form in FORMS:
        for at in range(len(lines) - form.lines + 1):
            block = lines[at : at + form.lines]
            if all(abs(len(line) - form.width) <= 3 for line in block):
                yield form, [_fitted(line, form.width) for line in block]


def _fitted(line: str, width: int) -> str:
    """The line at its width: what is missing or too much is a filler of the longest row of them."""
    rows = [match.span() for match in re.finditer(r"<{2,}", line)]
    if not rows or len(line) == width:
        return line[:width].ljust(width, FILLER)
    start, end = max(rows, key=lambda span: span[1] - span[0])
    kept = max(end - start + width - len(line), 1)
    return (line[:start] + FILLER * kept + line[end:])[:width].ljust(width, FILLER)


def parse(lines: list[str], form: Form, *, today: date) -> Zone:
    """The fields of a zone whose lines have their width. Nothing is refused: see `checks`."""
    signs = {name: _repaired(_cut(lines, part), part.kind) for name, part in form.parts.items()}
    digits = {name: _repaired(_cut(lines, part), "digits") for name, part in form.checks.items()}
    number, own = _whole_number(signs, digits, form)
    whole = _mended(lines, form, signs, digits)
    composite = "".join(_cut(whole, part) for part in form.composite)
    checks = {name: check_digit(signs[name]) == digits[name] for name in ("birth_date", "expiry")}
    checks["number"] = own
    if "optional" in digits:
        # An empty field may have a filler for its check digit.
        empty = not signs["optional"].strip(FILLER) and digits["optional"] in "0<"
        checks["optional"] = empty or check_digit(signs["optional"]) == digits["optional"]
    checks["composite"] = check_digit(composite) == digits["composite"]
    surname, _, given_names = signs["names"].partition(FILLER * 2)
    return Zone(
        form=form.name,
        document_type=signs["document_type"].strip(FILLER),
        number=number,
        issuer=signs["issuer"].strip(FILLER),
        surname=_words(surname),
        given_names=_words(given_names),
        nationality=signs["nationality"].strip(FILLER),
        birth_date=_day(signs["birth_date"], today, is_past=True),
        sex=signs["sex"] if signs["sex"] in "MF" else "",
        expiry=_day(signs["expiry"], today, is_past=False),
        checks=checks,
    )


def _cut(lines: list[str], part: Part) -> str:
    return lines[part.line][part.start : part.end]


def _repaired(text: str, kind: str) -> str:
    if kind == "digits":
        return text.translate(DIGITS)
    return text.translate(LETTERS) if kind == "letters" else text


def _mended(
    lines: list[str], form: Form, signs: dict[str, str], digits: dict[str, str]
) -> list[str]:
    """The lines with every field as it was repaired, over which the composite digit is made."""
    rows = [list(line) for line in lines]
    for parts, found in ((form.parts, signs), (form.checks, digits)):
        for name, part in parts.items():
            rows[part.line][part.start : part.end] = found[name]
    return ["".join(row) for row in rows]


def _whole_number(signs: dict[str, str], digits: dict[str, str], form: Form) -> tuple[str, bool]:
    """The number and whether its digit holds. O and 0 are left as read: a guess may hold too.

    A number longer than nine signs goes on in the optional field (Doc 9303-5, note j).
    """
    number, digit = signs["number"], digits["number"]
    if digit == FILLER and form is TD1:
        rest = signs["optional"].split(FILLER, 1)[0]
        longer = number + rest[:-1]
        return longer.strip(FILLER), bool(rest) and check_digit(longer) == rest[-1]
    return number.strip(FILLER), check_digit(number) == digit


def _words(names: str) -> str:
    return " ".join(names.replace(FILLER, " ").split())


def _day(digits: str, today: date, *, is_past: bool) -> str:
    """An ISO date of YYMMDD, or nothing. Births lie behind us; expiry within fifty years."""
    if not re.fullmatch(r"[0-9]{6}", digits):
        return ""
    year = 2000 + int(digits[:2])
    if is_past and (year, int(digits[2:4]), int(digits[4:])) > (today.year, today.month, today.day):
        year -= 100
    if not is_past and year > today.year + 50:
        year -= 100
    try:
        return date(year, int(digits[2:4]), int(digits[4:])).isoformat()
    except ValueError:
        return ""
