"""Reading papers: `read(jpeg, kind=…)` gives the fields of an identity paper or a carte grise."""

import math
import time
from types import ModuleType

from PIL import Image

from kyc.ocr import carte_grise, cin, decide, engine, travel, view, zones
from kyc.ocr.engine import Unreadable
from kyc.ocr.reading import FIELDS, Field, Reading
from kyc.ocr.rows import Segment
from kyc.ocr.sheet import Sheet

__all__ = ["FIELDS", "Field", "Reading", "Unreadable", "read"]

KINDS = {"cin": cin, "carte_grise": carte_grise}
ENOUGH = 4  # labels that settle which way is up
KNOWN = 2  # labels under which a paper is of no kind we know
CROOKED = 0.02  # a slope of the lines worth another, straighter look
PATIENCE = 25  # seconds after which no other direction is tried


def read(jpeg: bytes, *, kind: str) -> Reading:
    """Read our own picture of a paper: `cin`, `carte_grise`, or `auto` to find out which it is.

    `mrz` reads the zone for machines of a passport or a card. To look for one costs little: `auto`
    does so first.

    Fields that cannot be read are None; boxes are in the picture's pixels. Raises
    `Unreadable` where Tesseract does not answer in time.
    """
    with engine.one_picture():
        return _read(jpeg, kind)


def _read(jpeg: bytes, kind: str) -> Reading:
    grey = view.grey_of(jpeg)
    if kind == "mrz":
        return travel.read(grey)
    angles = view.directions(grey)
    if kind == "auto" and (found := travel.find(grey, angles)):
        return found.reading()
    kinds = list(KINDS) if kind == "auto" else [kind]
    name, sheet = _best_sheet(grey, angles, kinds)
    text = "\n".join(" ".join(part.text for part in row) for row in sheet.rows)
    if kind == "auto" and len(sheet.named) < KNOWN:
        return Reading(kind="unknown", text=text)
    fields = _fields(sheet, KINDS[name])
    if _is_short(fields, sheet, KINDS[name]):
        _, unframed = _sheet_at(grey, sheet.view.angle, [name], unframed=True)
        fields = decide.better(fields, _fields(unframed, KINDS[name]))
    if name == "carte_grise":
        carte_grise.derive(fields)
    shown = {name: field for name, field in fields.items() if not name.startswith("_")}
    return Reading(kind=name, fields=shown, text=text)


def _is_short(fields: dict[str, Field], sheet: Sheet, kind: ModuleType) -> bool:
    """Whether a side of the paper was seen of which something is missing or in doubt."""
    sides = [side for side in kind.SIDES if len(sheet.named & side) >= KNOWN]
    return any(not fields.get(name, Field()).confident for side in sides for name in side)


def _best_sheet(grey: Image.Image, angles: view.Directions, kinds: list[str]) -> tuple[str, Sheet]:
    """The direction and the kind under which most labels are found."""
    started = time.monotonic()
    tried = [_sheet_at(grey, angle, kinds) for angle in angles.likely]
    for angle in angles.turned:
        best = max(len(sheet.named) for _, sheet in tried)
        if (
            best >= ENOUGH
            or not any(sheet.rows for _, sheet in tried)
            or time.monotonic() - started > PATIENCE
        ):
            break
        tried.append(_sheet_at(grey, angle, kinds))
    name, sheet = max(tried, key=lambda each: each[1].merit)
    if abs(sheet.slope) > CROOKED:
        angle = sheet.view.angle + math.degrees(math.atan(sheet.slope))
        straight = _sheet_at(grey, angle, [name])[1]
        sheet = max(sheet, straight, key=lambda each: each.merit)
    return name, sheet


def _sheet_at(
    grey: Image.Image, angle: float, kinds: list[str], *, unframed: bool = False
) -> tuple[str, Sheet]:
    seen = view.turned(grey, angle, unframed=unframed)
    words = engine.words(seen.ink(), mode=engine.SPARSE)
    sheets = [(name, Sheet.of(seen, words, KINDS[name].LABELS)) for name in kinds]
    return max(sheets, key=lambda each: len(each[1].named))


def _fields(sheet: Sheet, kind: ModuleType) -> dict[str, Field]:
    """What three looks at each value give: among the words, alone, and at its place."""
    repairs = kind.REPAIRS

    def fits(name: str, parts: list[Segment]) -> bool:
        return name not in repairs or bool(decide.looks_of(parts, [], repairs[name]))

    sheet.look_again()
    values = sheet.values(fits)
    for name, form in kind.FORMS.items():
        if name not in values:
            taken = [part for parts in values.values() for part in parts]
            values[name] = sheet.by_form(form, taken)
    seen = zones.read(sheet, set(repairs), values)
    looks = {
        name: decide.looks_of(values.get(name, []), seen.get(name, []), repair)
        for name, repair in repairs.items()
    }
    found = {name: decide.field_of(all_looks, sheet.view) for name, all_looks in looks.items()}
    return {name: field for name, field in found.items() if field.value}
