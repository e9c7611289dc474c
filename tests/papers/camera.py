"""Photographing a sheet: where it lies, how it is lit, what the camera does to it."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from tests.papers import table


@dataclass(frozen=True)
class Level:
    """How bad a picture may be; ranges are drawn from evenly, chances are parts of one."""

    turn: float  # degrees to either side
    perspective: float  # part of the paper's side a corner may be off
    density: tuple  # pixels a millimetre
    quality: tuple  # of the JPEG
    blur: tuple = (0.0, 0.0)  # sigma in pixels
    motion: tuple = (0.0, 0.0)  # pixels
    noise: tuple = (0.0, 0.0)  # sigma in grey levels
    glare: float = 0.0
    shadow: float = 0.0
    clutter: float = 0.0  # chance of other things, some with print on them, on the table
    is_scan: bool = False


LEVELS = {
    "clean": Level(0.6, 0.0, (11.811, 11.811), (88, 95), noise=(0.5, 2.0), is_scan=True),
    "moderate": Level(
        8, 0.04, (9.5, 13), (55, 80), (0.2, 0.6), noise=(2, 5), glare=0.45, shadow=0.3, clutter=0.5
    ),
    "hard": Level(
        12, 0.07, (6.8, 9), (35, 55), (0.7, 1.3), (1.0, 3.2), (6, 12), 0.7, shadow=0.7, clutter=0.9
    ),
}


@dataclass(frozen=True)
class Shot:
    """What was drawn for one picture: kept in the truth."""

    turn: float
    perspective: float
    density: float
    quality: int
    blur: float
    motion: float
    noise: float
    has_glare: bool
    has_shadow: bool
    has_clutter: bool
    is_scan: bool

    def as_json(self):
        """The shot as it stands in the truth."""
        return {
            key: round(value, 3) if isinstance(value, float) else value
            for key, value in vars(self).items()
        }


def aim(rng, level):
    """Draw a shot of a level."""
    limits = LEVELS[level]
    return Shot(
        turn=rng.uniform(-limits.turn, limits.turn),
        perspective=limits.perspective,
        density=rng.uniform(*limits.density),
        quality=rng.randint(*limits.quality),
        blur=rng.uniform(*limits.blur),
        motion=rng.uniform(*limits.motion),
        noise=rng.uniform(*limits.noise),
        has_glare=rng.random() < limits.glare,
        has_shadow=rng.random() < limits.shadow,
        has_clutter=rng.random() < limits.clutter,
        is_scan=limits.is_scan,
    )


def take(sheet, shot, rng, *, quarter=0):
    """The picture (BGR) of a sheet, and the boxes of its fields in it, as polygons.

    `quarter` turns the paper by so many right angles before the camera turns it a little more.
    """
    corners, size = _corners(sheet, shot, rng, quarter)
    flat = np.asarray(sheet.image)[:, :, ::-1]
    high, wide = flat.shape[:2]
    source = np.float32([[0, 0], [wide, 0], [wide, high], [0, high]])
    matrix = cv2.getPerspectiveTransform(source, np.float32(corners))
    ground = table.draw(rng, size, shot, part=sheet.part)
    mask = cv2.warpPerspective(_outline(sheet, wide, high), matrix, size)
    _drop_shadow(ground, mask, shot, rng)
    picture = cv2.warpPerspective(flat, matrix, size, flags=cv2.INTER_AREA)
    picture = _over(ground, picture, mask)
    picture = _lit(picture, corners, shot, rng)
    picture = _blurred(picture, shot, rng)
    picture = _noisy(picture, shot, rng)
    return picture, _polygons(sheet, matrix)


def _outline(sheet, wide, high):
    mask = np.zeros((high, wide), np.uint8)
    radius = sheet.px(sheet.corner)
    cv2.rectangle(mask, (radius, 0), (wide - radius, high), 255, -1)
    cv2.rectangle(mask, (0, radius), (wide, high - radius), 255, -1)
    for x in (radius, wide - radius - 1):
        for y in (radius, high - radius - 1):
            cv2.circle(mask, (x, y), radius, 255, -1)
    return mask


def _corners(sheet, shot, rng, quarter):
    """Where the paper's corners come to lie, and the size of the picture."""
    wide, high = sheet.width * shot.density, sheet.height * shot.density
    off = shot.perspective
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]])
    pull = np.array([[rng.uniform(0, off), rng.uniform(0, off)] for _ in range(4)])
    inward = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    corners = corners + pull * inward * [wide, high]
    angle = math.radians(shot.turn + 90 * quarter)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    corners = corners @ turn
    around = (0.02, 0.06) if shot.is_scan else (0.04, 0.16)
    margins = np.array([rng.uniform(*around) for _ in range(4)]) * max(wide, high)
    corners = corners - corners.min(0) + margins[:2]
    size = np.ceil(corners.max(0) + margins[2:]).astype(int)
    return corners, (int(size[0]), int(size[1]))


def _polygons(sheet, matrix):
    found = {}
    for field, (x0, y0, x1, y1) in sheet.boxes.items():
        box = np.float32([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]]) * sheet.scale
        polygon = cv2.perspectiveTransform(box, matrix)[0]
        found[field] = [[round(float(x), 1), round(float(y), 1)] for x, y in polygon]
    return found


def _over(ground, picture, mask):
    """The paper upon the table, its edge softened."""
    part = cv2.merge([mask] * 3)
    return cv2.add(
        cv2.multiply(picture, part, scale=1 / 255),
        cv2.multiply(ground, 255 - part, scale=1 / 255),
    )


def _drop_shadow(ground, mask, shot, rng):
    reach = shot.density * rng.uniform(0.4, 1.6)
    move = np.float32([[0.25, 0, rng.uniform(-reach, reach) / 4], [0, 0.25, reach / 4]])
    small = cv2.warpAffine(mask, move, (mask.shape[1] // 4 + 1, mask.shape[0] // 4 + 1))
    small = cv2.GaussianBlur(small, (0, 0), max(0.6, reach / 5))
    dark = 255 - cv2.resize(small, mask.shape[::-1]) // 4
    cv2.multiply(ground, cv2.merge([dark] * 3), ground, scale=1 / 255)


def _lit(picture, corners, shot, rng):
    """Light that falls unevenly, a shadow, a lamp's reflection; worked out small, then enlarged."""
    if shot.is_scan:
        return picture
    high, wide = (max(8, side // 16) for side in picture.shape[:2])
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    x, y = x / wide, y / high
    angle = rng.uniform(0, 2 * math.pi)
    slope = (x - 0.5) * math.cos(angle) + (y - 0.5) * math.sin(angle)
    gain = rng.uniform(0.86, 1.02) + slope * rng.uniform(0.05, 0.3)
    if shot.has_shadow:
        gain *= _shade(x, y, rng)
    warm = rng.uniform(-0.07, 0.07)
    light = np.dstack([gain * (1 - warm), gain, gain * (1 + warm)])
    white = _glare(x, y, corners, picture.shape, rng) if shot.has_glare else None
    size = picture.shape[1::-1]
    lit = cv2.multiply(
        picture, cv2.resize(np.clip(light * 128, 0, 255).astype(np.uint8), size), scale=1 / 128
    )
    if white is None:
        return lit
    part = cv2.merge([cv2.resize((white * 255).astype(np.uint8), size)] * 3)
    # lit + (255 - lit) * part
    return cv2.add(lit, cv2.multiply(255 - lit, part, scale=1 / 255))


def _shade(x, y, rng):
    """The shadow of a hand or of a telephone: a soft edge across the picture."""
    angle, place = rng.uniform(0, 2 * math.pi), rng.uniform(-0.25, 0.3)
    soft = rng.uniform(0.02, 0.09)
    along = (x - 0.5) * math.cos(angle) + (y - 0.5) * math.sin(angle) - place
    return 1 - rng.uniform(0.2, 0.42) / (1 + np.exp(-along / soft))


def _glare(x, y, corners, shape, rng):
    """A bright spot or streak somewhere on the paper; it washes out, it seldom wipes out."""
    spread = [rng.random() for _ in range(4)]
    at = (np.array(spread)[:, None] * corners).sum(0) / sum(spread)
    across, down = x - at[0] / shape[1], y - at[1] / shape[0]
    angle = rng.uniform(0, math.pi)
    along = across * math.cos(angle) + down * math.sin(angle)
    aside = -across * math.sin(angle) + down * math.cos(angle)
    is_streak = rng.random() < 0.4
    long, short = (rng.uniform(0.3, 0.6), rng.uniform(0.03, 0.06)) if is_streak else (
        rng.uniform(0.07, 0.2), rng.uniform(0.06, 0.14))  # fmt: skip
    return rng.uniform(0.4, 0.72) * np.exp(-((along / long) ** 2) - (aside / short) ** 2)


def _blurred(picture, shot, rng):
    if shot.motion > 1:
        reach = math.ceil(shot.motion) | 1
        kernel = np.zeros((reach + 2, reach + 2), np.float32)
        angle, middle = rng.uniform(0, math.pi), (reach + 1) / 2
        for step in np.linspace(-shot.motion / 2, shot.motion / 2, 21):
            at = middle + step * math.cos(angle), middle + step * math.sin(angle)
            left, top = int(at[0]), int(at[1])
            for dx in (0, 1):
                for dy in (0, 1):
                    part = (1 - abs(at[0] - left - dx)) * (1 - abs(at[1] - top - dy))
                    if part > 0:
                        kernel[top + dy, left + dx] += part
        picture = cv2.filter2D(picture, -1, kernel / kernel.sum())
    if shot.blur > 0.15:
        picture = cv2.GaussianBlur(picture, (0, 0), shot.blur)
    return picture


def _noisy(picture, shot, rng):
    """Grain: mostly of brightness, a little of colour; one tile, laid out again and again."""
    random = np.random.default_rng(rng.getrandbits(64))
    grey = random.standard_normal((512, 512, 1), np.float32)
    colour = random.standard_normal((512, 512, 3), np.float32)
    # Weights that keep the sum's sigma at the shot's.
    tile = ((grey * 0.9 + colour * 0.436) * shot.noise).round().astype(np.int16)
    high, wide = picture.shape[:2]
    laid = np.tile(tile, (high // 512 + 1, wide // 512 + 1, 1))[:high, :wide]
    return cv2.add(picture, laid, dtype=cv2.CV_8U)


def develop(picture, shot):
    """The picture as the bytes of a JPEG."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, shot.quality])[1].tobytes()
