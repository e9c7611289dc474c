"""The second look at a zone for machines: sign by sign, by their likeness to the type OCR-B."""

from dataclasses import dataclass
from datetime import UTC, datetime
from math import atan, degrees

from PIL import Image

from kyc.ocr import deadline
from kyc.ocr.reading import FIELDS, Box, Field, Reading
from kyc.ocr.zones import bands, mrz, mrz_forms, settle, signs, view
from kyc.ocr.zones.mrz_forms import FORMS, Form
from kyc.ocr.zones.settle import Settled
from kyc.ocr.zones.signs import Row
from kyc.ocr.zones.view import Directions, View

READABLE = 0.75  # likeness under which rows are something else, or stand on their head
SURE = 0.06  # a margin that no wrong sign was seen to have
CERTAIN, LIKELY, DOUBTFUL = 0.99, 0.7, 0.4
CROOKED = 0.04  # a slope of the rows worth a straighter look
CHECKED = ("number", "birth_date", "expiry")


@dataclass(frozen=True)
class Found:
    """A zone, and where and how surely its signs were read."""

    zone: mrz.Zone
    text: str
    form: Form | None = None
    settled: Settled | None = None
    view: View | None = None

    def reading(self) -> Reading:
        """All its fields, each as sure as its signs and its check digit make it."""
        fields = {name: self._field(name) for name in FIELDS["mrz"]}
        return Reading(kind="mrz", fields=fields, text=self.text)

    def _field(self, name: str) -> Field:
        zone = self.zone
        if name == "checks":
            clear = min(self._margin(part) for part in CHECKED if part in zone.checks) >= SURE
            return Field(zone.holds, CERTAIN if clear else LIKELY, clear, self._box(name))
        value = getattr(zone, name)
        if not value:
            return Field()
        holds = zone.checks[name] if name in CHECKED else zone.holds
        sure = holds and mrz.is_known(name, value) and self._margin(name) >= SURE
        sure = sure and not (name == "number" and mrz.has_twin(zone, today=_today()))
        confidence = CERTAIN if sure else LIKELY if holds else DOUBTFUL
        return Field(value, confidence, sure, self._box(name))

    def _margin(self, name: str) -> float:
        if self.settled is None:
            return 0.0
        margins = self.settled.margins
        if name in margins:
            return margins[name]
        return margins["names"] if "names" in margins else margins["issuer"]

    def _box(self, name: str) -> Box | None:
        """Where it stands in the picture."""
        if self.settled is None or self.form is None or self.view is None:
            return None
        rows = self.settled.rows
        if name == "checks":
            corners = [_frame(row, 0, self.form.width) for row in rows]
        else:
            line, start, end = mrz_forms.place(self.form, [row.text for row in rows], name)
            corners = [_frame(rows[line], start, end)]
        left, top, right, bottom = zip(*corners, strict=True)
        return self.view.box(min(left), min(top), max(right), max(bottom))


def read(grey: Image.Image) -> Reading:
    """What a zone says, or a reading without values."""
    angles = view.directions(grey)
    found = find(grey, angles, is_sure=True)
    return found.reading() if found else Reading(kind="mrz")


def find(grey: Image.Image, angles: Directions, *, is_sure: bool = False) -> Found | None:
    """The zone of this picture, or None.

    Unless `is_sure` that there is one, the picture is not turned about where nothing looks so.
    """
    has_rows = is_sure
    for place, angle in enumerate((*angles.likely, *angles.turned)):
        if place >= len(angles.likely) and not has_rows:
            break
        deadline.left()
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
    for form in (form for form in FORMS if form.lines == len(stack)):
        rows = _rows(seen, stack, form)
        if sum(row.likeness for row in rows) < READABLE * len(rows):
            continue
        if (other := mrz_forms.sister(form, rows[0].text)) is not form:
            form, rows = other, _rows(seen, stack, other)
        settled = settle.settle(rows, form)
        zone = mrz.parse(settled.lines, form, today=_today())
        if zone.birth_date and zone.surname and (zone.expiry or "expiry" not in form.parts):
            return Found(zone, "\n".join(settled.lines), form, settled, seen)
    return None


def _rows(seen: View, stack: list[bands.Band], form: Form) -> list[Row]:
    kinds = form.kinds()
    return [signs.read(seen, band, kind) for band, kind in zip(stack, kinds, strict=True)]


def _today():
    return datetime.now(UTC).date()


def _frame(row: Row, start: int, end: int) -> tuple[float, float, float, float]:
    left, right = row.edges[start], row.edges[end]
    middles = row.band.at(left), row.band.at(right)
    half = row.band.height * 0.65
    return left, min(middles) - half, right, max(middles) + half
