"""Machine-readable zones: found among lines of text, repaired, their check digits told.

Source: ICAO Doc 9303, part 3 (check digits, transliteration).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations, cycle

from kyc.ocr.zones import states
from kyc.ocr.zones.mrz_forms import BY_NAME, FILLER, FORMS, LETTERS, TD1, TD2, Form, Part, sister

# What a reader takes for something else, where only a digit, or only a letter, may stand.
DIGITS = str.maketrans("OQDUILZEASGTB", "0000112345678")
WRONG_FILLERS = str.maketrans("«‹({[£€_-–—.,·*~", FILLER * 16)
# Signs that a row of fillers is mistaken for.
TYPES = frozenset("ACIPV")  # first letters of documents (Doc 9303-4 to 9303-7)
STRAY = 2  # letters
SHORTEST = 10  # signs of a line the fillers of which were not seen
IN_FILLING = re.compile(r"(?<=<<)[KCELSG]+(?=<<|$)")


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
    rows: tuple[str, ...] = ()  # as they were read and mended, at their width
    first: int = 0  # which of the lines it was found among is its first

    @property
    def share(self) -> float:
        """Of its check digits, how many are right, from 0 to 1."""
        return sum(self.checks.values()) / len(self.checks) if self.checks else 0.0

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
    zones = [
        (replace(parse(block, form, today=today), first=at), -missing)
        for form, at, block, missing in _blocks(bare)
    ]
    best = max(zones, key=lambda each: (each[0].share, each[1]), default=(None,))[0]
    return best if best and sum(best.checks.values()) >= 2 else None


def is_known(name: str, value: str) -> bool:
    """Whether there is such a state, or such a kind of document; all else may be anything."""
    if name == "document_type":
        return value[:1] in TYPES
    return name not in ("issuer", "nationality") or value in states.CODES


def may_hold(zone: Zone, *, today: date) -> bool:
    """Whether its check digits would hold if one or two noughts were the letter O, or the reverse.

    No reader tells these two apart for certain, and nothing says which may stand in a number.
    """
    return any(other.holds for other in _swapped(zone, ("number", "optional"), today))


def has_twin(zone: Zone, *, today: date) -> bool:
    """Whether the number's check digit holds for another number too, noughts and O swapped."""
    return any(other.checks["number"] for other in _swapped(zone, ("number",), today))


def _swapped(zone: Zone, names: tuple[str, ...], today: date) -> Iterator[Zone]:
    """The zone with one or two noughts of these fields for the letter O, or the reverse."""
    form = BY_NAME[zone.form]
    places = [
        (part.line, at)
        for name in names
        if (part := form.parts.get(name))
        for at in range(part.start, part.end)
        if zone.rows[part.line][at] in "O0"
    ]
    for swaps in (*combinations(places, 1), *combinations(places, 2)):
        rows = [list(row) for row in zone.rows]
        for line, at in swaps:
            rows[line][at] = "O" if rows[line][at] == "0" else "0"
        yield parse(["".join(row) for row in rows], form, today=today)


def clean(line: str) -> str:
    """A line with nothing but the zone's signs: capitals, digits, fillers."""
    plain = line.upper().translate(WRONG_FILLERS)
    bare = re.sub(r"[^A-Z0-9<]", "", plain)
    return IN_FILLING.sub(lambda run: FILLER * len(run[0]), bare)


def _blocks(lines: list[str]) -> Iterator[tuple[Form, int, list[str], int]]:
    """Neighbouring lines about as long as those of a form, and how many signs they are off."""
    for form in FORMS:
        for at in range(len(lines) - form.lines + 1):
            block = lines[at : at + form.lines]
            if all(_may_be(line, form, place) for place, line in enumerate(block)):
                missing = sum(abs(len(line) - form.width) for line in block)
                fitted = [_fitted(line, form.width) for line in block]
                yield sister(form, fitted[0]), at, fitted, missing


def _may_be(line: str, form: Form, place: int) -> bool:
    """Whether a line has about this width: of many fillers in a row readers lose count or see none.

    The first of a card and every line of names end with fillers where there is nothing to say.
    """
    if len(line) < form.width and place in (0, form.loose):
        return len(line) >= SHORTEST
    slack = 10 if FILLER * 4 in line else 3
    return abs(len(line) - form.width) <= slack


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
    checks = {"number": own}
    for name in ("birth_date", "expiry", "optional"):
        if name in digits:
            checks[name] = check_digit(signs[name]) == digits[name]
    if "optional" in digits and not signs["optional"].strip(FILLER):
        # An empty field may have a filler for its check digit.
        checks["optional"] = digits["optional"] in "0<"
    if form.composite:
        composite = "".join(_cut(whole, part) for part in form.composite)
        checks["composite"] = check_digit(composite) == digits["composite"]
    surname, given_names = _names(signs)
    issuer, nationality = _states(signs)
    return Zone(
        form=form.name,
        document_type=signs["document_type"].strip(FILLER),
        number=number,
        issuer=issuer,
        surname=surname,
        given_names=given_names,
        nationality=nationality,
        birth_date=_day(signs["birth_date"], today, is_past=True),
        sex=signs["sex"] if signs["sex"] in "MF" else "",
        expiry=_day(signs.get("expiry", ""), today, is_past=False),
        checks=checks,
        rows=tuple(whole),
    )


def _names(signs: dict[str, str]) -> tuple[str, str]:
    """Surname and given names; a letter alone after the last of them is a filler misread."""
    if "names" not in signs:
        return _words(signs["surname"]), _words(signs["given_names"])
    surname, _, given_names = signs["names"].partition(FILLER * 2)
    first, *others = given_names.split(FILLER * 2)
    is_more = any(len(other.strip(FILLER)) > STRAY for other in others)
    return _words(surname), _words(given_names if is_more else first)


def _states(signs: dict[str, str]) -> tuple[str, str]:
    """Who issued it, and the holder's nationality: of an old French card the same."""
    said = signs["issuer"].strip(FILLER)
    nation = signs.get("nationality", signs["issuer"]).strip(FILLER)
    return states.mended(said, like=nation), states.mended(nation, like=said)


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

    A number longer than nine signs goes on in the optional field (Doc 9303-5, 4.2.2, note j;
    9303-6 the same).
    """
    number, digit = signs["number"], digits["number"]
    if digit == FILLER and form in (TD1, TD2):
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
