"""Values the finder of lines overlooked, a single figure most often: read where a label says."""

import math
from types import ModuleType
from typing import Any

from kyc.ocr import engine, picture
from kyc.ocr.labels import Label
from kyc.ocr.lines import Char, Line, Point, Quad
from kyc.ocr.pages import Page
from kyc.ocr.sheet import Sheet

NEAR, FARTHEST = 2.5, 7.0  # heights of a label to the right of it
NEAREST = 1.2  # heights of free room without which nothing can stand there
TALL = 1.2  # heights of the label of what is looked at
SURE = 0.8  # likelihood of its doubtfullest sign under which nothing was seen
MOST = 6  # labels: where more have no value, they are labels of another paper's


def found(page: Page, sheet: Sheet, kind: ModuleType, missing: set[str]) -> Sheet:
    """The sheet with what stands to the right of the labels of these fields, if anything does."""
    bare = [
        label
        for label in sheet.labels
        if label.name in missing and label.likeness > 0.8 and label not in sheet.inline
    ]
    if not 0 < len(bare) <= MOST:
        return sheet
    more = [line for label in bare if (line := _beside(page, sheet, kind, label))]
    return Sheet([*sheet.lines, *more], kind.LABELS) if more else sheet


def _beside(page: Page, sheet: Sheet, kind: ModuleType, label: Label) -> Line | None:
    """What stands in the free room to the right of a label, if it may be its value."""
    free = _room(sheet, label)
    # A figure alone in a long strip is easily overlooked once more.
    for room in sorted({min(NEAR, free), free}):
        quad = _quad(sheet, label, room)
        chars = engine.recognise([picture.strip(page.image, quad)])[0] if room > NEAREST else []
        scores = [char.score for char in chars if char.text.isalnum()]
        if scores and min(scores) > SURE and kind.REPAIRS[label.name](chars):
            return _tight(quad, chars, label.span.height)
    return None


def _room(sheet: Sheet, label: Label) -> float:
    """How many heights of a label are free to its right."""
    height = label.span.height
    ahead = [FARTHEST]
    for line in sheet.lines:
        x, y = sheet.flow.apart(label.span.right, line.left)
        if line is not label.span.line and x > 0 and abs(y) < 0.8 * height:
            ahead.append(x / height - 0.3)
    return min(ahead)


def _quad(sheet: Sheet, label: Label, room: float) -> Any:
    """The room beside a label, in the direction of the text around it."""
    import numpy as np

    x1, y1 = label.span.right
    angle = sheet.flow.angle((x1, y1))
    along = np.array([math.cos(angle), math.sin(angle)])
    down = np.array([-along[1], along[0]])
    height = label.span.height
    start, end = np.array([x1, y1]) + 0.1 * height * along, np.array([x1, y1])
    end = end + room * height * along
    half = TALL / 2 * height * down
    return np.array([start - half, end - half, end + half, start + half], np.float32)


def _tight(quad: Any, chars: list[Char], height: float) -> Line:
    """The line around the signs alone."""
    a, b, c, d = ((float(x), float(y)) for x, y in quad)
    reach = 0.45 * height / max(1.0, math.dist(a, b))
    first = max(0.0, chars[0].at - reach)
    last = min(1.0, chars[-1].at + reach)
    share = max(1e-6, last - first)
    signs = tuple(
        Char(char.text, char.score, (char.at - first) / share, char.rivals) for char in chars
    )
    corners: Quad = (_on(a, b, first), _on(a, b, last), _on(d, c, last), _on(d, c, first))
    return Line(corners, signs)


def _on(one: Point, other: Point, share: float) -> Point:
    return one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])
