"""Figures that stand in boxes of their own: one row of them is one line, its gaps read again."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Any

from kyc.ocr import engine, picture
from kyc.ocr.days import TO_FIGURE
from kyc.ocr.lines import Chars, Line, Point, Quad, Span, joined, whole

LONG = 12  # figures of a CIN: what is longer needs nothing more
FEW = 5  # figures that make a row
PIECES = 3  # so much in pieces that boxes must part them
WIDE = 0.85  # heights from figure to figure in boxes; in plain print they stand closer
WIDEST = 7.0  # heights between figures of one row, where some are missing
LEVEL = 0.4  # heights
SURE = 0.6  # likelihood of a figure where none was detected
LIKELY = 0.3  # the same where one must stand, between others
TALL = 0.35  # heights above and below a row in which its boxes show
MISSING = (1.75, 1.5)  # ways from figure to figure beyond which one is missing, likelier first
CELL = 0.4  # of the way from figure to figure, at either side of its middle
INK = 0.86  # of the paper's brightness
FIGURES = re.compile(r"[\dOIlSB .|]{1,36}")


@dataclass(frozen=True)
class _Figure:
    """One figure: where its middle is, how high it is, and the piece it was read in."""

    middle: Point
    height: float
    piece: Span


def filled(image: Any, lines: Sequence[Line]) -> list[Line]:
    """The lines, with each row of boxes as one of them."""
    left = list(lines)
    for row in list(_rows(lines)):
        pieces = list(dict.fromkeys(figure.piece for figure in row))
        if len(pieces) < PIECES or not FEW <= len(row) < LONG + 1:
            continue
        pitch = _pitch(row)
        if pitch < WIDE * row[0].height:
            continue
        found = _looked_for(image, row, pitch) if len(row) < LONG else []
        ranked = sorted([*pieces, *found], key=lambda piece: _along(row, piece.left))
        whole_row = joined(ranked)
        left = [line for line in left if line not in whole_row.sources] + [whole_row]
    return left


def are(span: Span) -> bool:
    """Whether it is such a row."""
    figures = list(_figures(span))
    if len(figures) < FEW or not FIGURES.fullmatch(span.text):
        return False
    return _pitch(figures) > WIDE * span.height


def bare(image: Any, span: Span) -> Any:
    """The figures laid level and side by side without their boxes."""
    import numpy as np

    figures = list(_figures(span))
    is_tight = bool(span.line.parts)  # of the figures alone, not of the boxes around them
    high, pitch = span.height, _pitch(figures)
    tall = TALL if is_tight else 0.0
    strip = _unboxed(picture.strip(image, span.quad, room=TALL, tall=tall), high, is_tight=is_tight)
    margin = round((0.2 if is_tight else 0.1) * high)
    low = strip[margin:-margin]
    half = round(CELL * pitch)
    middles = (round(TALL * high + math.dist(span.left, each.middle)) for each in figures)
    return np.hstack([low[:, max(0, middle - half) : middle + half] for middle in middles])


def _unboxed(strip: Any, high: float, *, is_tight: bool) -> Any:
    """Without strokes that are longer than those of figures so high."""
    import cv2
    import numpy as np

    grey = cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY)
    paper = cv2.GaussianBlur(cv2.dilate(grey, np.ones((15, 15), np.uint8)), (0, 0), 6)
    ink = (grey < INK * paper.astype(np.float32)).astype(np.uint8)
    down, across = round((1.1 if is_tight else 0.75) * high), round(0.9 * high)
    frames = np.zeros_like(ink)
    for wider, long in (((1, 3), (down, 1)), ((3, 1), (1, across))):
        thick = cv2.dilate(ink, np.ones(wider, np.uint8))
        frames |= cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones(long, np.uint8))
    return cv2.inpaint(strip, cv2.dilate(frames, np.ones((3, 3), np.uint8)), 3, cv2.INPAINT_TELEA)


def _rows(lines: Sequence[Line]) -> Iterator[list[_Figure]]:
    """Figures that stand side by side, each in one row only."""
    pieces = [whole(line) for line in lines if FIGURES.fullmatch(line.text)]
    pieces.sort(key=lambda piece: piece.left)
    while pieces:
        row = [pieces.pop(0)]
        for piece in list(pieces):
            if _follows(row[-1], piece):
                row.append(piece)
                pieces.remove(piece)
        yield [figure for piece in row for figure in _figures(piece)]


def _follows(last: Span, piece: Span) -> bool:
    x, y = piece.left[0] - last.right[0], piece.left[1] - last.right[1]
    height = max(last.height, piece.height)
    is_level = abs(y - x * math.tan(last.line.angle)) < LEVEL * height or abs(y) < LEVEL * height
    return -0.5 * height < x < WIDEST * height and is_level


def _figures(piece: Span) -> Iterator[_Figure]:
    for place, char in enumerate(piece.chars):
        if char.text.isalnum():
            sign = Span(piece.line, piece.start + place, piece.start + place + 1)
            yield _Figure(_middle(sign.left, sign.right), piece.height, piece)


def _middle(one: Point, other: Point) -> Point:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _pitch(row: Sequence[_Figure]) -> float:
    """From the middle of a figure to that of the next, where none is missing between them."""
    steps = sorted(math.dist(one.middle, other.middle) for one, other in pairwise(row))
    return median(steps[: max(1, (len(steps) + 1) // 2)])


def _along(row: Sequence[_Figure], point: Point) -> float:
    """How far a point lies in the direction of the row."""
    (x0, y0), (x1, y1) = row[0].middle, row[-1].middle
    length = math.dist(row[0].middle, row[-1].middle) or 1.0
    return ((point[0] - x0) * (x1 - x0) + (point[1] - y0) * (y1 - y0)) / length


def _looked_for(image: Any, row: Sequence[_Figure], pitch: float) -> list[Span]:
    """The figures that complete a row: groups of them stand apart too, with none between them."""
    found: list[Span] = []
    for least in MISSING:
        found = _around(image, row, pitch, least)
        if len(row) + len(found) == LONG:
            break
    return found


def _around(image: Any, row: Sequence[_Figure], pitch: float, least: float) -> list[Span]:
    """What stands in the boxes between these, then in those at either end."""
    inner = [place for one, other in pairwise(row) for place in _between(one, other, pitch, least)]
    found = _read(image, [_quad(row, place, pitch) for place in inner], LIKELY)
    if len(found) < len(inner) or len(row) + len(found) > LONG:
        return []
    spans = [span for span in found if span]
    if len(spans) < len(inner):
        return spans
    for end, way in ((row[-1], 1), (row[0], -1)):
        middle = end.middle
        while len(row) + len(spans) < LONG:
            # Between groups of three the way is longer.
            places = [_moved(row, middle, way * step * pitch) for step in (1.0, 1.25, 1.5)]
            tried = _read(image, [_quad(row, place, pitch) for place in places], SURE)
            best = max(filter(None, tried), key=lambda span: span.score, default=None)
            if not best:
                break
            spans.append(best)
            middle = places[tried.index(best)]
    return spans


def _between(one: _Figure, other: _Figure, pitch: float, least: float) -> Iterator[Point]:
    steps = math.dist(one.middle, other.middle) / pitch
    count = round(steps) if steps > least else 1
    for step in range(1, count):
        share = step / count
        (x0, y0), (x1, y1) = one.middle, other.middle
        yield x0 + share * (x1 - x0), y0 + share * (y1 - y0)


def _moved(row: Sequence[_Figure], point: Point, far: float) -> Point:
    (x0, y0), (x1, y1) = row[0].middle, row[-1].middle
    length = math.dist(row[0].middle, row[-1].middle) or 1.0
    return point[0] + far * (x1 - x0) / length, point[1] + far * (y1 - y0) / length


def _quad(row: Sequence[_Figure], middle: Point, pitch: float) -> Quad:
    """The corners of the box around a place in the row."""
    height = median(figure.height for figure in row)
    across = _moved(row, (0.0, 0.0), 0.42 * pitch)
    down = (-across[1] / (0.84 * pitch) * height, across[0] / (0.84 * pitch) * height)

    def corner(x: int, y: int) -> Point:
        return (
            middle[0] + x * across[0] + y * down[0],
            middle[1] + x * across[1] + y * down[1],
        )

    return corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)


def _read(image: Any, quads: Sequence[Quad], least: float) -> list[Span | None]:
    """The figure in each box, or nothing where none is seen."""
    if not quads:
        return []
    read = engine.recognise([picture.strip(image, quad) for quad in quads])
    return [_one(quad, chars, least) for quad, chars in zip(quads, read, strict=True)]


def _one(quad: Quad, chars: Chars, least: float) -> Span | None:
    signs = [char for char in chars if char.text.isalnum()]
    figure = signs[0].text.translate(TO_FIGURE) if len(signs) == 1 else ""
    if not figure.isdecimal() or signs[0].score < least:
        return None
    return whole(Line(quad, (replace(signs[0], text=figure),)))
