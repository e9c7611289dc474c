"""Preparing a picture for reading: even light, upright lines, letters large enough."""

import io
import math
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter, ImageMath, ImageOps

from kyc.ocr.reading import Box

LONGEST_SIDE = 2000  # pixels; letters of a paper that fills the picture are then 25 to 40 high
LARGEST_SCALE = 2.0
PAPER = 200  # grey level of what comes into view beside the picture
INK = 175  # share of the paper's brightness, of 250, under which something is printed
DOT = 8  # pixels: what is less high than that is no letter
RIVAL = 0.5  # a slant this sharp beside the sharpest may be the paper's, the other the table's
APART = 2.5  # degrees between two slants that are not the same
ACROSS = (1, 2, 4, 8, 16, 32, 64, 128)  # shifts that add up to 255 pixels: no row of letters
DOWN = (1, 2, 4, 8, 16, 32, 8)  # 71 pixels: no stroke of a letter is longer
THIN = (1, 2, 4)  # 7 pixels: a line is less thick than that
SLANT_LIMIT = 10.0  # degrees
SLANT_STEP = 0.5


@dataclass(frozen=True)
class View:
    """The picture turned and scaled, its light divided out, and the way back to its pixels."""

    even: Image.Image
    angle: float
    scale: float
    picture: tuple[int, int]

    def ink(self) -> Image.Image:
        """Black on white, the pale pattern of the paper gone but no edge hardened."""
        return self.even.point(lambda value: max(0, min(255, (value - 90) * 2)))

    def box(self, left: float, top: float, right: float, bottom: float) -> Box:
        """The smallest upright box of the picture around this rectangle of the view."""
        corners = [self._back(x, y) for x in (left, right) for y in (top, bottom)]
        width, height = self.picture
        x0 = max(0, min(width - 1, math.floor(min(x for x, _ in corners))))
        y0 = max(0, min(height - 1, math.floor(min(y for _, y in corners))))
        x1 = max(x0 + 1, min(width, math.ceil(max(x for x, _ in corners))))
        y1 = max(y0 + 1, min(height, math.ceil(max(y for _, y in corners))))
        return [x0, y0, x1 - x0, y1 - y0]

    def _back(self, x: float, y: float) -> tuple[float, float]:
        turn = math.radians(self.angle)
        x, y = x - self.even.width / 2, y - self.even.height / 2
        back_x = (math.cos(turn) * x - math.sin(turn) * y) / self.scale
        back_y = (math.sin(turn) * x + math.cos(turn) * y) / self.scale
        return back_x + self.picture[0] / 2, back_y + self.picture[1] / 2


def grey_of(jpeg: bytes) -> Image.Image:
    """The stored picture in grey levels."""
    with Image.open(io.BytesIO(jpeg)) as image:
        return image.convert("L")


def turned(grey: Image.Image, angle: float, *, unframed: bool = False) -> View:
    """The picture turned by `angle` degrees counter-clockwise, and scaled for reading.

    `unframed` takes frames and rules out too: it saves what stands in a box, but what is left of
    a busy table may then look like text.
    """
    scale = min(LARGEST_SCALE, max(1.0, LONGEST_SIDE / max(grey.size)))
    size = (round(grey.width * scale), round(grey.height * scale))
    large = grey.resize(size, Image.Resampling.LANCZOS) if scale != 1 else grey
    if angle:
        large = large.rotate(angle, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=PAPER)
    even = _even(large)
    even = _without_dots(_without_lines(even) if unframed else even)
    return View(even=even, angle=angle, scale=scale, picture=grey.size)


def _even(grey: Image.Image) -> Image.Image:
    """Every pixel as a share of the paper's brightness around it: no shadow, no glare."""
    small = grey.reduce(6)
    paper = small.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(6))
    paper = paper.resize(grey.size, Image.Resampling.BILINEAR)
    return ImageMath.lambda_eval(
        lambda a: a["convert"](a["min"](a["grey"] * 250 / (a["paper"] + 1), 255), "L"),
        grey=grey,
        paper=paper,
    )


def _without_lines(even: Image.Image) -> Image.Image:
    """Frames and rules gone: what is dark for longer than letters are, and thin."""
    dark = even.point(lambda value: 0 if value < INK else 255)
    for shifts, across, down in ((ACROSS, 1, 0), (DOWN, 0, 1)):
        line = _runs(dark, shifts, across, down)
        solid = _runs(line, THIN, down, across)
        line = ImageChops.lighter(line, ImageChops.invert(_thicker(solid, 2 * down, 2 * across)))
        line = _thicker(_thicker(line, 2 * down, 2 * across), down, across)
        even = ImageChops.lighter(even, ImageChops.invert(line))
    return even


def _runs(dark: Image.Image, shifts: tuple[int, ...], across: int, down: int) -> Image.Image:
    """What is dark without a break for as long as the shifts add up to, in one direction."""
    for shift in shifts:
        dark = ImageChops.lighter(dark, ImageChops.offset(dark, shift * across, shift * down))
    for shift in shifts:
        dark = ImageChops.darker(dark, ImageChops.offset(dark, -shift * across, -shift * down))
    return dark


def _without_dots(even: Image.Image) -> Image.Image:
    """Dotted leaders and hairlines gone: kept is what lies near something as upright as letters."""
    upright = even.point(lambda value: 0 if value < INK else 255)
    for shift in (1, 2, 4):
        upright = ImageChops.lighter(upright, ImageChops.offset(upright, 0, shift))
    upright = ImageChops.offset(upright, 0, -DOT // 2)
    for shift in (1, 2, 4):
        upright = _thicker(upright, 0, shift)
    # Accents stand above their letters, dots below: more is kept upwards.
    upright = ImageChops.darker(upright, ImageChops.offset(upright, 0, -DOT))
    for shift in (1, 2, 4, 8, 16):
        upright = _thicker(upright, shift, 0)
    return ImageChops.lighter(even, upright)


def _thicker(image: Image.Image, across: int, down: int) -> Image.Image:
    both = ImageChops.darker(
        ImageChops.offset(image, across, down), ImageChops.offset(image, -across, -down)
    )
    return ImageChops.darker(image, both)


@dataclass(frozen=True)
class Directions:
    """Angles to try. `likely` are the slants of the text, nearly equal where there are several."""

    likely: list[float]
    turned: list[float]


def directions(grey: Image.Image) -> Directions:
    """The angles at which text may lie level, then those of a paper laid the other ways round."""
    level, upright = _slants(grey), _slants(grey.transpose(Image.Transpose.ROTATE_90))
    peaks = {0: level, 180: level, 90: upright, 270: upright}
    lying = upright[0][1] > 1.5 * level[0][1]
    first, *rest = (90, 270, 0, 180) if lying else (0, 180, 90, 270)
    best, sharpest = peaks[first][0]
    rivals = [
        angle
        for angle, value in peaks[first][1:]
        if value > RIVAL * sharpest and abs(angle - best) >= APART
    ]
    likely = [first + angle for angle in (best, *rivals[:1])]
    return Directions(likely, [turn + peaks[turn][0][0] for turn in rest])


def _slants(grey: Image.Image) -> list[tuple[float, float]]:
    """Angles at which the lines of text may lie level, each with its sharpness, sharpest first.

    Rows of the picture are summed: where text runs level the sums go up and down most. What lies
    beside the paper may have a direction of its own, so there may be several peaks.
    """
    small = grey.copy()
    small.thumbnail((700, 700))
    ink = ImageOps.invert(_even(small).point(lambda value: max(0, min(255, (value - 90) * 2))))
    steps = round(SLANT_LIMIT / SLANT_STEP)
    sharpness = {step: _sharpness(ink, step * SLANT_STEP) for step in range(-steps, steps + 1)}
    peaks = [
        (step * SLANT_STEP, value)
        for step, value in sharpness.items()
        if value >= sharpness.get(step - 1, 0) and value >= sharpness.get(step + 1, 0)
    ]
    return sorted(peaks, key=lambda peak: -peak[1])[:3]


def _sharpness(ink: Image.Image, angle: float) -> float:
    level = ink.rotate(angle, resample=Image.Resampling.BILINEAR, fillcolor=0)
    rows = level.resize((1, level.height), Image.Resampling.BOX).tobytes()
    return float(sum((above - below) ** 2 for above, below in zip(rows, rows[1:], strict=False)))
