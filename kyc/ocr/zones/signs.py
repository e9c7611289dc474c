"""Reading the signs of a zone one by one: their places on the line, then their shapes.

A zone is printed in one face, OCR-B, at one pitch. So each sign is compared with 37 shapes: rows of
fillers, over which Tesseract stumbles, are read like everything else.
"""

from dataclasses import dataclass
from functools import cache
from math import sqrt
from operator import mul

from PIL import Image, ImageOps

from kyc.ocr.zones.bands import Band
from kyc.ocr.zones.ocr_b import HEIGHT, SHAPES, WIDTH
from kyc.ocr.zones.view import View

CELL = 24  # pixels of a strip from sign to sign
SIDE = 2  # cells left on both sides of a row: its ends are not known exactly
STRETCH = 3  # pixels by which two signs may stand nearer or further apart: perspective
STIFF = 6.0  # what a pixel of that costs, squared, in grey levels
LOST = 0.3  # what ink costs that is left out at an end
ROOM = 0.9  # heights of a letter kept above and below the middle of a row
FRAME = (0.8, 1.3)  # cells: what is compared of a sign
CLOSE = 0.15  # by how much less alike another sign may be, and still be thought of
# Figures are three signs of four in a number, and hardly any issuer has O or I in its own.
RARE = dict.fromkeys("ABCDEFGHJKLMNPQRSTUVWXYZ", 0.015) | {"O": 0.04, "I": 0.04}
TALL = 2.4 / 2.54  # a capital's height in pitches
SEEMS = 0.9  # of the height of a row, blurred and not quite straight, is its letters'
KINDS = {
    "digits": "0123456789",
    "check": "0123456789<",
    "letters": "ABCDEFGHIJKLMNOPQRSTUVWXYZ<",
    "any": "".join(SHAPES),
}


@dataclass(frozen=True)
class Sign:
    """One sign, how alike it is to its shape (0 to 1), and by how much more than to others."""

    text: str
    likeness: float
    others: tuple[tuple[str, float], ...] = ()

    @property
    def margin(self) -> float:
        """By how much it is nearer than the next."""
        return min((less for _, less in self.others), default=CLOSE)


@dataclass(frozen=True)
class Row:
    """The signs of a row, and where each begins in the view; one more place ends the last."""

    signs: list[Sign]
    edges: list[float]
    band: Band

    @property
    def text(self) -> str:
        return "".join(sign.text for sign in self.signs)

    @property
    def likeness(self) -> float:
        return sum(sign.likeness for sign in self.signs) / len(self.signs)


def read(view: View, band: Band, kinds: list[str]) -> Row:
    """The signs of a row, of which each place allows `digits`, `letters` or `any`."""
    scale = CELL * len(kinds) / band.length
    # The camera may have leant over: then letters are less high than their pitch makes them.
    heights = (TALL * CELL / scale, SEEMS * band.height)
    strips = [_strip(view.even, band, scale, height) for height in heights]
    edges = _edges(strips[0], len(kinds))
    few = range(0, len(kinds), 5)
    ink = max(strips, key=lambda ink: sum(_at(ink, edges, place, kinds).likeness for place in few))
    signs = [_at(ink, edges, place, kinds) for place in range(len(kinds))]
    start = band.left - SIDE * CELL / scale
    return Row(signs, [start + edge / scale for edge in edges], band)


def _at(ink: Image.Image, edges: list[int], place: int, kinds: list[str]) -> Sign:
    return _sign(ink, edges[place], edges[place + 1], kinds[place])


def _strip(even: Image.Image, band: Band, scale: float, letter: float) -> Image.Image:
    """The row set straight, its letters one cell high: white ink on black."""
    down = CELL * TALL / letter
    left, top = band.left - SIDE * CELL / scale, band.y - ROOM * letter
    width = round(band.length * scale) + 2 * SIDE * CELL
    height = round(2 * ROOM * letter * down)
    way = (1 / scale, 0, left, band.slope / scale, 1 / down, top - band.slope * (band.left - left))
    piece = even.transform(
        (width, height), Image.Transform.AFFINE, way, Image.Resampling.BICUBIC, fillcolor=250
    )
    return ImageOps.invert(piece.point(lambda value: max(0, min(255, round((value - 60) * 1.35)))))


def _edges(ink: Image.Image, count: int) -> list[int]:
    """Where the signs are parted: the cheapest cuts, by ink under them and by uneven spacing."""
    third = ink.height // 4
    middle = ink.crop((0, third, ink.width, ink.height - third))
    profile = middle.resize((ink.width, 1), Image.Resampling.BOX).tobytes()
    far = float("inf")
    reach = 2 * SIDE * CELL
    before = [0.0]
    for value in profile:
        before.append(before[-1] + LOST * value)
    cost = [before[x] + profile[x] if x <= reach else far for x in range(ink.width)]
    steps = [
        (step, STIFF * (step - CELL) ** 2) for step in range(CELL - STRETCH, CELL + STRETCH + 1)
    ]
    came: list[list[int]] = []
    for sign in range(count):
        fresh, back = [far] * ink.width, [0] * ink.width
        first = (sign + 1) * (CELL - STRETCH)
        for x in range(first, min(ink.width, reach + (sign + 1) * (CELL + STRETCH))):
            price, step = min((cost[x - step] + extra, step) for step, extra in steps if step <= x)
            fresh[x], back[x] = price + profile[x], step
        cost = fresh
        came.append(back)
    x = min(range(ink.width), key=lambda end: cost[end] + before[-1] - before[end])
    edges = [x]
    for back in reversed(came):
        x -= back[x]
        edges.append(x)
    return edges[::-1]


def _sign(ink: Image.Image, left: int, right: int, kind: str) -> Sign:
    cell = ink.crop((left, 0, right, ink.height))
    x, y = _centre(cell)
    wide, high = FRAME[0] * CELL, FRAME[1] * CELL
    # One sample more on every side, for small shifts.
    wide, high = wide * (WIDTH + 2) / WIDTH, high * (HEIGHT + 2) / HEIGHT
    room = Image.new("L", (cell.width + 2 * CELL, cell.height + 2 * CELL))
    room.paste(cell, (CELL, CELL))
    x, y = x + CELL, y + CELL
    box = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
    seen = room.resize((WIDTH + 2, HEIGHT + 2), Image.Resampling.BILINEAR, box=box).tobytes()
    rare = RARE if kind == "any" else {}
    looks = [_normal(_window(seen, dx, dy)) for dx in (0, 1, 2) for dy in (0, 1, 2)]
    scores = sorted(
        (
            (max(sum(map(mul, look, shape)) for look in looks) - rare.get(text, 0.0), text)
            for text, shape in _shapes()
            if text in KINDS[kind]
        ),
        reverse=True,
    )
    best, text = scores[0]
    near = tuple((other, best - score) for score, other in scores[1:] if best - score < CLOSE)
    return Sign(text, max(0.0, best), near)


def _centre(cell: Image.Image) -> tuple[float, float]:
    """The centre of its ink."""
    across = cell.resize((cell.width, 1), Image.Resampling.BOX).tobytes()
    down = cell.resize((1, cell.height), Image.Resampling.BOX).tobytes()
    return _mean(across), _mean(down)


def _mean(weights: bytes) -> float:
    floor = min(weights)
    total = sum(weight - floor for weight in weights) or 1
    return sum((weight - floor) * (place + 0.5) for place, weight in enumerate(weights)) / total


def _window(seen: bytes, dx: int, dy: int) -> list[int]:
    wide = WIDTH + 2
    return [
        value
        for row in range(dy, dy + HEIGHT)
        for value in seen[row * wide + dx : row * wide + dx + WIDTH]
    ]


def _normal(values: list[int]) -> list[float]:
    """Without what is common to all, and of length one: only the shape is left."""
    mean = sum(values) / len(values)
    length = sqrt(sum((value - mean) ** 2 for value in values)) or 1.0
    return [(value - mean) / length for value in values]


@cache
def _shapes() -> list[tuple[str, list[float]]]:
    return [(text, _normal([int(grey, 16) for grey in rows])) for text, rows in SHAPES.items()]
