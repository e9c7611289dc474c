"""The fields of a sheet: placed, looked at by both readers, settled."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import chain
from statistics import median
from types import ModuleType
from typing import Any

from kyc.ocr import decide, doubts, engine, overlooked, picture, second
from kyc.ocr.decide import Found, Look
from kyc.ocr.lines import Char, Chars, Span, plain
from kyc.ocr.pages import Page
from kyc.ocr.papers import boxes
from kyc.ocr.sheet import Sheet, Value

ROOM = 0.3  # heights of a line around a piece that is looked at alone
SURE = 0.9  # likelihood of the doubtfullest sign under which a piece is looked at again
LIKE = 0.6  # likeness of a label to what the second reader sees of it


def read(page: Page, sheet: Sheet, kind: ModuleType) -> dict[str, Found]:
    """What was found of each field of this kind; nothing on a page without a line."""
    if not sheet.lines:
        return {}
    placed = _placed(sheet, kind)
    missing = sheet.named & kind.REPAIRS.keys() - placed.keys()
    missing = {name for name in missing if not name.startswith("_")}
    if missing and (fuller := overlooked.found(page, sheet, kind, missing)) is not sheet:
        sheet = fuller
        placed = _placed(sheet, kind)
    firsts = {
        name: decide.look(value.span.chars, kind.REPAIRS[name]) for name, value in placed.items()
    }
    strips = {
        name: [_strip(page, piece) for piece in value.span.pieces] for name, value in placed.items()
    }
    words = _by_name(strips, second.read(_all(strips)))
    seconds = {
        name: decide.look(decide.chars_of([*chain(*found)]), kind.REPAIRS[name])
        for name, found in words.items()
    }
    doubtful = {
        name: each for name, each in strips.items() if _is_doubtful(firsts[name], seconds[name])
    }
    signs = _by_name(doubtful, engine.recognise(_all(doubtful)))
    agains = {
        name: decide.look(_in_a_row(found), kind.REPAIRS[name]) for name, found in signs.items()
    }
    clear = median([line.score for line in page.lines] or [0.0])
    found = {
        name: decide.settle(firsts[name], seconds[name], agains.get(name), value, page=clear)
        for name, value in placed.items()
    }
    kept = {name: each for name, each in found.items() if each}
    if hasattr(kind, "derive"):
        kind.derive(kept, sheet)
    kind_name = kind.__name__.rpartition(".")[2]
    unsure = doubts.of(kind_name, kept)
    if doubts.are_two(kind_name, sheet.lines, kind.FORMS):
        unsure |= kept.keys()
    if hasattr(kind, "doubts"):
        unsure |= kind.doubts(sheet, kept)
    return {
        name: replace(each, is_doubtful=each.is_doubtful or name in unsure)
        for name, each in kept.items()
        if not name.startswith("_")
    }


def unseen(page: Page, found: Mapping[str, Found]) -> set[str]:
    """The fields whose labels the second reader does not see: a PDF may hide one under another."""
    labels = {name: each.place.label.span for name, each in found.items() if each.place.label}
    strips = {name: [_strip(page, span)] for name, span in labels.items()}
    seen = _by_name(strips, second.read(_all(strips)))
    said = {name: plain("".join(word.text for word in words)) for name, (words,) in seen.items()}
    return {
        name
        for name, span in labels.items()
        if SequenceMatcher(None, plain(span.text), said[name], autojunk=False).ratio() < LIKE
    }


def _all(strips: Mapping[str, Sequence[Any]]) -> list[Any]:
    return [strip for each in strips.values() for strip in each]


def _by_name(strips: Mapping[str, Sequence[Any]], read: Sequence[Any]) -> dict[str, list[Any]]:
    """What was read of each strip, with the others of the same name."""
    left = iter(read)
    return {name: [next(left) for _ in each] for name, each in strips.items()}


def _in_a_row(found: Sequence[Chars]) -> list[Char]:
    return [*found[0], *chain(*([Char(" "), *chars] for chars in found[1:]))]


def _is_doubtful(first: Look, other: Look) -> bool:
    return first.value is None or first.value != other.value or first.least < SURE


def _placed(sheet: Sheet, kind: ModuleType) -> dict[str, Value]:
    """Where each value stands: by labels and places, by form, by what only this kind knows."""

    def fits(name: str, span: Span) -> bool:
        return name not in kind.REPAIRS or kind.REPAIRS[name](span.chars) is not None

    if hasattr(kind, "sentences") and (said := kind.sentences(sheet)):
        return said
    values = sheet.values(fits)
    for name, form in kind.FORMS.items():
        if name not in values and (value := sheet.by_form(form, list(values.values()))):
            values[name] = value
    if hasattr(kind, "others"):
        values |= kind.others(sheet, values)
    return {name: value for name, value in values.items() if name in kind.REPAIRS}


def _strip(page: Page, span: Span):
    """The piece alone. Nothing of a label to its left comes along, nor the boxes of figures."""
    if boxes.are(span):
        return boxes.bare(page.image, span)
    a, b, c, d = span.quad
    reach = ROOM * span.height / max(1.0, _length(span))
    left = 0.0 if span.start > 0 else reach
    quad = (_along(a, b, -left), _along(b, a, -reach), _along(c, d, -reach), _along(d, c, -left))
    return picture.strip(page.image, quad)


def _length(span: Span) -> float:
    (x0, y0), (x1, y1) = span.left, span.right
    return ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5


def _along(one, other, share: float):
    return one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])
