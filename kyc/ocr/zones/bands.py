"""Finding the zone for machines: two or three long, even rows of close-set signs, one above other.

Pillow and regular expressions do here what an image library of 60 MB would: the rows are sought on
a picture of 900 pixels, where they are some thousand runs of dark pixels.
"""

import re
from dataclasses import dataclass, replace
from itertools import combinations
from math import sqrt

from PIL import Image, ImageChops

from kyc.ocr.zones.view import View

SMALL = 900  # pixels of the picture's longer side, on which rows are sought
DARK = 205  # of 250: under it something is printed, thin strokes being pale when they are reduced
SPREAD = 9  # pixels: signs that stand no further apart than twice that run together
LEAST = 0.25  # of the longer side: rows that are shorter are no zone
SLIM, SLIMMEST = 12, 75  # lengths of a row in its heights
ROWS = (3, 2)
MOST = 3  # stacks worth a look


@dataclass(frozen=True)
class Band:
    """A row of signs, in the pixels of the view: its middle is at `y` at its left end."""

    left: float
    right: float
    y: float
    slope: float
    height: float

    @property
    def length(self) -> float:
        return self.right - self.left

    def at(self, x: float) -> float:
        """The height at which its middle lies there."""
        return self.y + self.slope * (x - self.left)


def find(view: View) -> list[list[Band]]:
    """Stacks of rows that may be a zone, top to bottom; the likeliest first."""
    factor = max(1.0, max(view.even.size) / SMALL)
    size = (round(view.even.width / factor), round(view.even.height / factor))
    small = view.even.resize(size, Image.Resampling.BOX)
    dark = small.point(lambda value: 255 if value < DARK else 0)
    rows = _joined([band for part in _parts(_spread(dark)) if (band := _band(part, max(size)))])
    rows = [row for row in rows if row.length >= LEAST * max(size)]
    stacks = [stack for count in ROWS for stack in _stacks(rows, count)]
    stacks.sort(key=lambda stack: -sum(row.length for row in stack))
    return [[_grown(row, factor) for row in _flush(stack)] for stack in stacks[:MOST]]


def _spread(dark: Image.Image) -> Image.Image:
    """Every dark pixel drawn out to both sides, so that signs of a row touch."""
    right, reach = dark, 0
    while reach < SPREAD:
        step = min(reach + 1, SPREAD - reach)
        right = ImageChops.lighter(right, ImageChops.offset(right, step, 0))
        reach += step
    return ImageChops.lighter(right, ImageChops.offset(right, -SPREAD, 0))


Run = tuple[int, int, int]


def _parts(image: Image.Image) -> list[list[Run]]:
    """What hangs together, each as its runs (y, first x, x after the last)."""
    width, pixels = image.width, image.tobytes()
    parts: dict[int, list[Run]] = {}
    above: list[tuple[Run, int]] = []
    for y in range(image.height):
        here: list[tuple[Run, int]] = []
        for found in re.finditer(rb"\xff{3,}", pixels[y * width : (y + 1) * width]):
            run = (y, found.start(), found.end())
            touched = {name for (_, a, b), name in above if a < run[2] and run[1] < b}
            touched |= {name for (_, a, b), name in here if name in touched}
            name = (
                max(touched, key=lambda one: len(parts[one])) if touched else len(parts) + y * width
            )
            for other in touched - {name}:
                parts[name] += parts.pop(other)
                above = [(each, name if was == other else was) for each, was in above]
                here = [(each, name if was == other else was) for each, was in here]
            parts.setdefault(name, []).append(run)
            here.append((run, name))
        above = here
    return list(parts.values())


def _band(runs: list[Run], longest: int) -> Band | None:
    """The straight row that these runs are, or None: least squares over all their pixels."""
    left, right = min(run[1] for run in runs), max(run[2] for run in runs)
    if right - left < longest * LEAST / 4:
        return None
    n = sx = sy = sxx = sxy = syy = 0.0
    for y, a, b in runs:
        count, middle = b - a, (a + b - 1) / 2
        n, sx, sy = n + count, sx + count * middle, sy + count * y
        sxx += count * (middle**2 + (count**2 - 1) / 12)
        sxy, syy = sxy + count * middle * y, syy + count * y * y
    xx, xy, yy = sxx - sx * sx / n, sxy - sx * sy / n, syy - sy * sy / n
    slope = xy / xx
    height = sqrt(max(0.0, 12 * (yy - slope * xy) / n)) + 1
    # A row is a bar: what is drawn round something, or branches, is not.
    if not 0.6 < n / ((right - left) * height) < 1.3:
        return None
    left, right = left + SPREAD, right - SPREAD
    return Band(left, right, sy / n + slope * (left - sx / n), slope, height)


def _joined(bands: list[Band]) -> list[Band]:
    """Rows that were broken by a stain or a glare, whole again."""
    rows: list[Band] = []
    for band in sorted(bands, key=lambda band: band.left):
        for place, row in enumerate(rows):
            gap = band.left - row.right
            level = abs(row.at(band.left) - band.y) < 0.5 * row.height
            alike = 0.6 < row.height / band.height < 1.6
            if level and alike and -row.height < gap < 6 * row.height:
                rise = band.at(band.right) - row.y
                rows[place] = replace(row, right=band.right, slope=rise / (band.right - row.left))
                break
        else:
            rows.append(band)
    return [row for row in rows if SLIM < row.length / row.height < SLIMMEST]


def _stacks(rows: list[Band], count: int) -> list[list[Band]]:
    ordered = sorted(rows, key=lambda row: row.at((row.left + row.right) / 2))
    return [
        list(stack)
        for stack in combinations(ordered, count)
        if all(_follows(upper, lower) for upper, lower in zip(stack, stack[1:], strict=False))
    ]


def _follows(upper: Band, lower: Band) -> bool:
    """Whether one row stands below another as in a zone."""
    height = max(upper.height, lower.height)
    shared = min(upper.right, lower.right) - max(upper.left, lower.left)
    middle = (upper.left + upper.right) / 2
    return (
        shared > 0.75 * max(upper.length, lower.length)
        and abs(upper.slope - lower.slope) < 0.05
        and min(upper.height, lower.height) > 0.6 * height
        and 1.1 < (lower.at(middle) - upper.at(middle)) / height < 4.5
    )


def _flush(stack: list[Band]) -> list[Band]:
    """All rows from the same beginning to the same end: those of a zone are as long.

    What stands out far has run together with the edge of the paper, or what lies beside it.
    """
    inner = max(row.left for row in stack), min(row.right for row in stack)
    near = 3 * stack[0].height
    left = min(row.left for row in stack if row.left > inner[0] - near)
    right = max(row.right for row in stack if row.right < inner[1] + near)
    return [replace(row, left=left, right=right, y=row.at(left)) for row in stack]


def _grown(row: Band, factor: float) -> Band:
    return Band(
        row.left * factor, row.right * factor, row.y * factor, row.slope, row.height * factor
    )
