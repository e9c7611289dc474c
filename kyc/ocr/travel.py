"""Reading passports and residents' cards: by the zone that is printed for machines.

Two readers: the signs one by one where the rows of a zone are found, else Tesseract over all.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from math import atan, degrees

from PIL import Image

from kyc.ocr import bands, engine, mrz, settle, signs, view
from kyc.ocr.reading import FIELDS, Box, Field, Reading
from kyc.ocr.rows import rows_of
from kyc.ocr.settle import Settled
from kyc.ocr.signs import Row
from kyc.ocr.view import Directions, View

READABLE = 0.75  # likeness under which rows are something else, or stand on their head
SURE = 0.06  # a margin that no wrong sign was seen to have
CERTAIN, LIKELY, DOUBTFUL = 0.99, 0.7, 0.4
HOLDING = 2  # check digits without which what Tesseract read is no zone
CROOKED = 0.04  # a slope of the rows worth a straighter look
CHECKED = ("number", "birth_date", "expiry")


@dataclass(frozen=True)
class Found:
    """A zone, and where and how surely its signs were read; by Tesseract it has neither."""

    zone: mrz.Zone
    text: str
    form: mrz.Form | None = None
    settled: Settled | None = None
    view: View | None = None

    def reading(self) -> Reading:
        """All its fields, each as sure as its signs and its check digit make it."""
        fields = {name: self._field(name) for name in FIELDS["mrz"]}
        return Reading(kind="mrz", fields=fields, text=self.text)

    def _field(self, name: str) -> Field:
        zone = self.zone
        if name == "checks":
            clear = min((self._margin(part) for part in CHECKED), default=0.0) >= SURE
            return Field(zone.holds, CERTAIN if clear else LIKELY, clear, self._box(name))
        value = getattr(zone, name)
        if not value:
            return Field()
        holds = zone.checks[name] if name in CHECKED else zone.holds
        sure = holds and self._margin(name) >= SURE
        confidence = CERTAIN if sure else LIKELY if holds else DOUBTFUL
        return Field(value, confidence, sure, self._box(name))

    def _margin(self, name: str) -> float:
        if self.settled is None:
            return 0.0
        return self.settled.margins["names" if name in ("surname", "given_names") else name]

    def _box(self, name: str) -> Box | None:
        """Where it stands in the picture."""
        if self.settled is None or self.form is None or self.view is None:
            return None
        rows = self.settled.rows
        if name == "checks":
            corners = [_frame(row, 0, self.form.width) for row in rows]
        else:
            corners = [_frame(*_place(self.form, rows, name))]
        left, top, right, bottom = zip(*corners, strict=True)
        return self.view.box(min(left), min(top), max(right), max(bottom))


def read(grey: Image.Image) -> Reading:
    """What a zone says, or a reading without values. Raises Unreadable."""
    angles = view.directions(grey)
    found = find(grey, angles, is_sure=True) or _by_tesseract(grey, angles)
    return found.reading() if found else Reading(kind="mrz")


def find(grey: Image.Image, angles: Directions, *, is_sure: bool = False) -> Found | None:
    """The zone of this picture, or None.

    Unless `is_sure` that there is one, the picture is not turned about where nothing looks so.
    """
    has_rows = is_sure
    for place, angle in enumerate((*angles.likely, *angles.turned)):
        if place >= len(angles.likely) and not has_rows:
            break
        seen = view.turned(grey, angle)
        stacks = bands.find(seen)
        if stacks and abs(slope := stacks[0][0].slope) > CROOKED:
            seen = view.turned(grey, angle + degrees(atan(slope)))
            stacks = bands.find(seen)
        has_rows = has_rows or bool(stacks)
        for stack in stacks:
            if found := _zone_of(seen, stack):
                return found
    return None


def _zone_of(seen: View, stack: list[bands.Band]) -> Found | None:
    for form in (form for form in mrz.FORMS if form.lines == len(stack)):
        kinds = form.kinds()
        rows = [signs.read(seen, band, kind) for band, kind in zip(stack, kinds, strict=True)]
        if sum(row.likeness for row in rows) < READABLE * len(rows):
            continue
        settled = settle.settle(rows, form)
        zone = mrz.parse(settled.lines, form, today=_today())
        if zone.birth_date and zone.expiry and zone.surname:
            return Found(zone, "\n".join(settled.lines), form, settled, seen)
    return None


def _by_tesseract(grey: Image.Image, angles: Directions) -> Found | None:
    """What Tesseract reads on the whole picture: never certain, but better than nothing."""
    for angle in (*angles.likely, *angles.turned[:1]):
        words = engine.words(view.turned(grey, angle).ink(), mode=engine.BLOCK)
        lines = ["".join(word.text for word in row) for row in rows_of(words)]
        zone = mrz.find(lines, today=_today())
        if zone and sum(zone.checks.values()) >= HOLDING:
            return Found(zone, "\n".join(lines))
    return None


def _today():
    return datetime.now(UTC).date()


def _place(form: mrz.Form, rows: list[Row], name: str) -> tuple[Row, int, int]:
    """The row of a field, and from which sign to which it stands, its fillers left out."""
    part = form.parts["names" if name in ("surname", "given_names") else name]
    row, start = rows[part.line], part.start
    text = row.text[part.start : part.end]
    if name in ("surname", "given_names"):
        surname, _, given_names = text.partition(mrz.FILLER * 2)
        start += 0 if name == "surname" else len(surname) + 2
        text = surname if name == "surname" else given_names
    return row, start, start + max(1, len(text.rstrip(mrz.FILLER)))


def _frame(row: Row, start: int, end: int) -> tuple[float, float, float, float]:
    left, right = row.edges[start], row.edges[end]
    middles = row.band.at(left), row.band.at(right)
    half = row.band.height * 0.65
    return left, min(middles) - half, right, max(middles) + half
