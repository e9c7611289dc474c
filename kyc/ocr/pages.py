"""A picture as lines of text, whichever way round the paper lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median
from typing import Any

from kyc.ocr import engine, picture
from kyc.ocr.lines import Char, Line, Quad
from kyc.ocr.papers import boxes

EDGE = 4  # pixels: what lies nearer to the picture's edge is cut off by it
LOWEST = 9  # pixels: nobody can read smaller print
BUDGET = 26000  # pixels of strips, 48 high, that are read at most: some two seconds
ROLL = 1.9  # widths from which a picture high is one of a roll
FEW = 3  # lines beside which those at the edge are read too
LEVEL = 0.8  # a mean score under which lines may stand on their head
CLEAR, SEVERAL = 0.93, 6  # a mean score that so many lines never reach on their side or head
SAMPLE = 5  # lines turned over to find out
SHOWN = 40  # of 255 levels of grey between a sign and its paper, under which people see none


@dataclass(frozen=True)
class Page:
    """The picture turned upright, and its lines in its pixels."""

    image: Any
    quarters: int
    lines: list[Line]
    is_text: bool = False  # the lines are what the file says of itself, not what was seen

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, turned as it is."""
        return self.image.shape[1], self.image.shape[0]

    def original(self, points: list) -> tuple[list, tuple[int, int]]:
        """These points in the picture as it is stored, and that picture's size."""
        width, height = self.size
        back = (4 - self.quarters) % 4
        stored = (width, height) if back % 2 == 0 else (height, width)
        return [picture.turned_point(point, self.size, back) for point in points], stored

    @property
    def is_clear(self) -> bool:
        """Whether it reads so well that it cannot lie another way round."""
        scores = [line.score for line in self.lines]
        return len(scores) >= SEVERAL and mean(scores) > CLEAR

    @property
    def text(self) -> str:
        """Everything that was read, from the top down."""
        return "\n".join(line.text for line in sorted(self.lines, key=lambda line: line.left[1]))


def read(image: Any) -> Page:
    """The lines of a picture, turned so that most of them stand upright."""
    quads = engine.detect(image)
    quarters = 1 if _lie(quads) else 0
    if quarters:
        quads = [_turned(quad, image, quarters) for quad in quads]
        image = picture.turned(image, quarters)
    lines = _lines(image, quads)
    if lines and _reads_better_turned(image, lines):
        quads = [_turned(quad, image, 2) for quad in quads]
        image = picture.turned(image, 2)
        lines, quarters = _lines(image, quads), quarters + 2
    return Page(image, quarters, boxes.filled(image, lines))


def of_text(image: Any, text: Sequence[dict]) -> Page:
    """The same of a PDF's own text: lines with their signs, edges, top and bottom in pixels.

    Signs the picture does not show are left out: white on white, under a stain, never painted.
    """
    import cv2

    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    lines = [_line_of_text(grey, **line) for line in text]
    return Page(image, 0, [line for line in lines if line.chars], is_text=True)


def _line_of_text(grey: Any, *, text: str, edges: list[float], top: float, bottom: float) -> Line:
    left, right = edges[0], max(edges[-1], edges[0] + 1)
    chars = tuple(
        Char(sign, 1.0, ((one + other) / 2 - left) / (right - left))
        for sign, (one, other) in zip(text, pairwise(edges), strict=True)
        if sign.isspace() or _is_shown(grey, (min(one, other), top, max(one, other), bottom))
    )
    quad = ((left, top), (right, top), (right, bottom), (left, bottom))
    return Line(quad, chars if any(char.text.isalnum() for char in chars) else ())


def _is_shown(grey: Any, box: tuple[float, float, float, float]) -> bool:
    """Whether anything stands in this box of the picture."""
    left, top, right, bottom = (round(edge) for edge in box)
    piece = grey[top : max(bottom, top + 1), left : max(right, left + 1)]
    return bool(piece.size) and int(piece.max()) - int(piece.min()) >= SHOWN


def turned(page: Page, quarters: int) -> Page:
    """The same picture read another way round."""
    image = picture.turned(page.image, quarters)
    lines = boxes.filled(image, _lines(image, engine.detect(image)))
    return Page(image, (page.quarters + quarters) % 4, lines)


def _lie(quads: Sequence[Any]) -> bool:
    """Whether most of the text runs upwards or downwards."""
    standing = sum(_longest(quad) for quad in quads if picture.is_standing(quad))
    flat = sum(
        _longest(q) for q in quads if not picture.is_standing(q) and _longest(q) > 2 * _low(q)
    )
    return standing > flat


def _longest(quad: Any) -> float:
    return (
        max(float(((quad[1] - quad[0]) ** 2).sum()), float(((quad[2] - quad[1]) ** 2).sum())) ** 0.5
    )


def _low(quad: Any) -> float:
    return (
        min(float(((quad[1] - quad[0]) ** 2).sum()), float(((quad[2] - quad[1]) ** 2).sum())) ** 0.5
    )


def _turned(quad: Any, image: Any, quarters: int) -> Any:
    import numpy as np

    size = (image.shape[1], image.shape[0])
    points = [picture.turned_point((x, y), size, quarters) for x, y in quad]
    return np.array(_clockwise(points), np.float32)


def _clockwise(points: list) -> list:
    """The same corners, from the top left on: turning moved them on by one or two."""
    first = min(range(4), key=lambda place: sum(points[place]))
    return points[first:] + points[:first]


def _lines(image: Any, quads: Sequence[Any]) -> list[Line]:
    """What the quads hold; lines cut off by the picture's edge only where there is little else."""
    height, width = image.shape[:2]
    fit = [q for q in quads if _low(q) >= LOWEST and not picture.is_standing(q)]
    inner = [quad for quad in fit if not _is_cut(quad, width, height)]
    chosen = inner if len(inner) >= FEW else fit
    chosen = _affordable(chosen, width, height)
    strips = [picture.strip(image, quad) for quad in chosen]
    read = zip(chosen, engine.recognise(strips), strict=True)
    return [Line(_corners(quad), tuple(chars)) for quad, chars in read if chars]


def _corners(quad: Any) -> Quad:
    a, b, c, d = ((float(x), float(y)) for x, y in quad)
    return a, b, c, d


def _is_cut(quad: Any, width: int, height: int) -> bool:
    left, right = quad[:, 0].min() < EDGE, quad[:, 0].max() > width - 1 - EDGE
    above, below = quad[:, 1].min() < EDGE, quad[:, 1].max() > height - 1 - EDGE
    return bool(left or right or above or below)


def _affordable(quads: list[Any], width: int, height: int) -> list[Any]:
    """As many as there is time for, those nearest to the middle of the picture first.

    Of a roll those nearest to its ends: what was bought is told between who sold it and for how
    much.
    """
    is_roll = height > ROLL * width

    def distance(quad: Any) -> float:
        x, y = quad.mean(axis=0)
        off = abs(y / height - 0.5)
        return abs(x / width - 0.5) / (4 if is_roll else 1) + (0.5 - off if is_roll else off)

    kept: list[Any] = []
    spent = 0.0
    for quad in sorted(quads, key=distance):
        cost = max(float(engine.NARROWEST), _longest(quad) / max(_low(quad), 1.0) * engine.HEIGHT)
        if kept and spent + cost > BUDGET:
            continue
        kept.append(quad)
        spent += cost
    return kept


def _reads_better_turned(image: Any, lines: list[Line]) -> bool:
    """Whether the lines make more sense upside down."""
    if mean(line.score for line in lines) >= LEVEL:
        return False
    middle = median(line.length for line in lines)
    sample = sorted(lines, key=lambda line: abs(line.length - middle))[:SAMPLE]
    strips = [picture.turned(picture.strip(image, line.quad), 2) for line in sample]
    over = engine.recognise(strips)
    scores = [mean(char.score for char in chars) if chars else 0.0 for chars in over]
    return mean(scores) > mean(line.score for line in sample) + 0.05
