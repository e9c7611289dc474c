"""Reading passports and residents' cards: by the zone that is printed for machines."""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations

from kyc.ocr import picture, second
from kyc.ocr.lines import Line, joined, whole
from kyc.ocr.pages import Page
from kyc.ocr.reading import FIELDS, Box, Field, Reading
from kyc.ocr.zones import mrz, mrz_forms
from kyc.ocr.zones.mrz_forms import FILLER

CHECKED = ("number", "birth_date", "expiry")
RIVAL, MOST = 0.02, 10  # how likely another sign must be to be tried; how many are
HOLDING = 2  # check digits without which lines are no zone
SHORTEST = 20  # signs of a line that may belong to a zone
SMALL = 0.4  # share of letters that are small, beyond which no zone was misread
NAMED = 10  # the same where it has the mark between surname and given names
LONGEST = 46  # the same of the longest, two counted too much
APART = 4.0  # heights between pieces of one row: fillers that were not seen
CERTAIN, LIKELY, DOUBTFUL = 0.995, 0.9, 0.4


@dataclass(frozen=True)
class Found:
    """A zone with the lines of the picture it stands on."""

    zone: mrz.Zone
    lines: list[Line]
    is_settled: bool = False  # signs were read otherwise than was likeliest, so that it holds


def read(page: Page, *, checked: Sequence[str] = ()) -> Reading | None:
    """What the zone of this page says, or None where there is none.

    `checked` are its lines as somebody else read them, all of whose check digits hold: only the
    line of names, on which no digit says anything, is then this reader's.
    """
    found = _find([line for line in _down(_joined(page.lines)) if _is_row(line.text)])
    if not found:
        return None
    if checked:
        found = _with(found, checked)
    elif not found.zone.holds:
        found = _settled(found)
    if not found:
        return None
    other = _second(page, found)
    fields = {name: _field(page, found, other, name) for name in FIELDS["mrz"]}
    return Reading(kind="mrz", fields=fields, text="\n".join(found.zone.rows), kind_confidence=0.99)


def _down(lines: Sequence[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: line.left[1] + line.right[1])


def _is_row(text: str) -> bool:
    if sum(sign.islower() for sign in text) > SMALL * sum(sign.isalpha() for sign in text):
        return False  # a label and what stands behind it
    bare = mrz.clean(text)
    if len(bare) >= NAMED and FILLER * 2 in bare:
        return True
    return len(bare) >= SHORTEST and (FILLER in bare or sum(c.isdigit() for c in bare) > 9)


def _joined(lines: Sequence[Line]) -> list[Line]:
    """Rows that were found in pieces, whole again; all other lines as they are."""
    rows: list[Line] = []
    for line in sorted(lines, key=lambda line: line.left[0]):
        at = next((at for at, row in enumerate(rows) if _goes_on(row, line)), None)
        if at is None:
            rows.append(line)
        else:
            rows[at] = joined([whole(rows[at]), whole(line)])
    return rows


def _goes_on(row: Line, line: Line) -> bool:
    """Whether a line goes on with a row of a zone: on its level, as high, close behind."""
    both = row.text + line.text
    if FILLER not in both or both.upper() != both or len(mrz.clean(both)) > LONGEST:
        return False
    gap = line.left[0] - row.right[0]
    rise = (line.left[1] - row.right[1]) - gap * math.tan(row.angle)
    return (
        -row.height < gap < APART * row.height
        and abs(rise) < 0.4 * row.height
        and 0.6 < row.height / line.height < 1.6
    )


def _find(lines: list[Line]) -> Found | None:
    zone = mrz.find([line.text for line in lines], today=_today())
    if not zone or sum(zone.checks.values()) < HOLDING or not zone.surname:
        return None
    kept = [line for line in lines if _is_kept(line.text)]
    return Found(zone, kept[zone.first : zone.first + len(zone.rows)])


def _with(found: Found, checked: Sequence[str]) -> Found | None:
    """The zone with the lines that have check digits read so, or None where that comes to none."""
    form = mrz_forms.BY_NAME[found.zone.form]
    if [len(row) for row in checked] != [form.width] * form.lines:
        return None
    digits = {part.line for part in form.checks.values()}
    rows = [checked[at] if at in digits else row for at, row in enumerate(found.zone.rows)]
    zone = mrz.parse(rows, form, today=_today())
    return Found(zone, found.lines, is_settled=True) if zone.holds else None


def _settled(found: Found) -> Found:
    """The zone with its doubtful signs read as those rivals with which every check digit holds."""
    zone, form = found.zone, mrz_forms.BY_NAME[found.zone.form]
    options: list[tuple[float, int, int, str]] = []
    for row, line in enumerate(found.lines):
        chars = [char for char in line.chars if mrz.clean(char.text)]
        if len(chars) == form.width:
            options += [
                (likely, row, at, sign)
                for at, char in enumerate(chars)
                for rival, likely in char.rivals.items()
                if likely > RIVAL and (sign := mrz.clean(rival)) != zone.rows[row][at] and sign
            ]
    best = heapq.nlargest(MOST, options)
    holding: list[tuple[float, mrz.Zone]] = []
    for changes in (*combinations(best, 1), *combinations(best, 2)):
        rows = [list(row) for row in zone.rows]
        for _likely, row, at, sign in changes:
            rows[row][at] = sign
        read = mrz.parse(["".join(row) for row in rows], form, today=_today())
        if read.holds:
            holding.append((math.prod(change[0] for change in changes), read))
    if not holding:
        return found
    _, settled = max(holding, key=lambda each: each[0])
    return replace(found, zone=replace(settled, first=zone.first), is_settled=True)


def _is_kept(text: str) -> bool:
    """Whether `mrz.find` looks at this line at all."""
    bare = mrz.clean(text)
    return FILLER in bare or len(bare) >= 26


def _second(page: Page, found: Found) -> mrz.Zone | None:
    """The same lines by the second reader."""
    strips = [picture.strip(page.image, line.quad, room=0.3, tall=0.1) for line in found.lines]
    rows = ["".join(word.text for word in words) for words in second.read(strips)]
    return mrz.find(rows, today=_today())


def _field(page: Page, found: Found, other: mrz.Zone | None, name: str) -> Field:
    zone = found.zone
    least = min(char.score for line in found.lines for char in line.chars)
    if name == "checks":
        sure = zone.holds and not found.is_settled
        if not zone.holds and other and _with_digits(other) == _with_digits(zone):
            sure = not mrz.may_hold(zone, today=_today())
        return Field(zone.holds, CERTAIN if sure else LIKELY, sure, _box(page, found, name))
    value = getattr(zone, name)
    if not value:
        return Field()
    agrees = other is not None and getattr(other, name) == value
    if name in CHECKED:
        backed = zone.checks.get("composite", False) and not found.is_settled
        sure = zone.checks[name] and (backed or agrees)
        sure = sure and not (name == "number" and mrz.has_twin(zone, today=_today()))
    else:
        sure = zone.holds and (agrees or least > 0.9)
    sure = sure and mrz.is_known(name, value)
    confidence = CERTAIN if sure else LIKELY if zone.holds else DOUBTFUL
    return Field(value, confidence, sure, _box(page, found, name))


def _with_digits(zone: mrz.Zone) -> list[str]:
    """The lines that bear check digits."""
    lines = {part.line for part in mrz_forms.BY_NAME[zone.form].checks.values()}
    return [row for at, row in enumerate(zone.rows) if at in lines]


def _box(page: Page, found: Found, name: str) -> Box:
    """Where a field stands: its signs are all equally wide."""
    corners = [point for line in found.lines for point in line.quad]
    if name != "checks":
        form = mrz_forms.BY_NAME[found.zone.form]
        line, start, end = mrz_forms.place(form, found.zone.rows, name)
        corners = _piece(found.lines[line], start / form.width, end / form.width)
    points, size = page.original(corners)
    return picture.box_of(points, size)


def _piece(line: Line, start: float, end: float) -> list:
    a, b, c, d = line.quad

    def along(one, other, share):
        return one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])

    return [along(a, b, start), along(a, b, end), along(d, c, end), along(d, c, start)]


def _today():
    return datetime.now(UTC).date()
