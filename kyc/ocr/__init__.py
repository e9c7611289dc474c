"""Reading papers: `read(jpeg, kind=…)` gives the fields of a CIN or a carte grise."""

import math
import time
from types import ModuleType

from PIL import Image

from kyc.ocr import carte_grise, cin, decide, engine, view, zones
from kyc.ocr.engine import Word
from kyc.ocr.reading import FIELDS, Field, Reading
from kyc.ocr.rows import Segment
from kyc.ocr.sheet import Sheet

__all__ = ["FIELDS", "Field", "Reading", "read"]

KINDS = {"cin": cin, "carte_grise": carte_grise}
ENOUGH = 4  # labels that settle which way is up
KNOWN = 2  # labels under which a paper is of no kind we know
CROOKED = 0.02  # a slope of the lines worth another, straighter look
PATIENCE = 25  # seconds after which no other direction is tried


def read(jpeg: bytes, *, kind: str) -> Reading:
    """Read our own picture of a paper: `cin`, `carte_grise`, or `auto` to find out which.

    Fields that cannot be read are None; boxes are in the picture's pixels. Raises
    `engine.Unreadable` where Tesseract does not answer in time.
    """
    kinds = list(KINDS) if kind == "auto" else [kind]
    name, sheet = _best_sheet(view.grey_of(jpeg), kinds)
    text = "\n".join(" ".join(part.text for part in row) for row in sheet.rows)
    if kind == "auto" and len(sheet.named) < KNOWN:
        return Reading(kind="unknown", text=text)
    sheet.look_again()
    return Reading(kind=name, fields=_fields(sheet, KINDS[name]), text=text)


def _best_sheet(grey: Image.Image, kinds: list[str]) -> tuple[str, Sheet]:
    """The direction and the kind under which most labels are found."""
    started = time.monotonic()
    angles = view.directions(grey)
    tried = [_sheet_at(grey, angle, kinds) for angle in angles.likely]
    for angle in angles.turned:
        best = max(len(sheet.named) for _, sheet in tried)
        if best >= ENOUGH or time.monotonic() - started > PATIENCE:
            break
        tried.append(_sheet_at(grey, angle, kinds))
    name, sheet = max(tried, key=lambda each: each[1].merit)
    if abs(sheet.slope) > CROOKED:
        angle = sheet.view.angle + math.degrees(math.atan(sheet.slope))
        straight = _sheet_at(grey, angle, [name])[1]
        sheet = max(sheet, straight, key=lambda each: each.merit)
    return name, sheet


def _sheet_at(grey: Image.Image, angle: float, kinds: list[str]) -> tuple[str, Sheet]:
    seen = view.turned(grey, angle)
    words = engine.words(seen.ink(), mode=engine.SPARSE)
    sheets = [(name, Sheet.of(seen, words, KINDS[name].LABELS)) for name in kinds]
    return max(sheets, key=lambda each: len(each[1].named))


def _fields(sheet: Sheet, kind: ModuleType) -> dict[str, Field]:
    repairs = kind.REPAIRS

    def fits(name: str, parts: list[Segment]) -> bool:
        return name not in repairs or bool(decide.looks_of(parts, [], repairs[name]))

    values = sheet.values(fits)
    for name, form in kind.FORMS.items():
        if name not in values:
            taken = [part for parts in values.values() for part in parts]
            values[name] = sheet.by_form(form, taken)
    found = _decided(sheet, repairs, values, {})
    doubtful = {name for name, field in found.items() if not field.confident}
    found |= _decided(sheet, repairs, values, zones.read(sheet, doubtful, values))
    found = {name: field for name, field in found.items() if field.value}
    if kind is carte_grise:
        carte_grise.derive(found)
    return {name: field for name, field in found.items() if not name.startswith("_")}


def _decided(sheet: Sheet, repairs, values, seen: dict[str, list[Word]]) -> dict[str, Field]:
    """Each field by all looks at it, `seen` being the words at the place it ought to stand."""
    return {
        name: decide.field_of(
            decide.looks_of(values.get(name, []), seen.get(name, []), repair), sheet.view
        )
        for name, repair in repairs.items()
        if name in seen or not seen
    }
