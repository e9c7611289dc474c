"""What years in a pocket do to a paper: folds, stains, fading, lamination, dirt."""

import cv2
import numpy as np
from PIL import Image, ImageDraw

CHANCES = {"clean": 0.25, "moderate": 0.5, "hard": 0.6}


def age(sheet, *, level, is_card=False):
    """Wear a sheet as its level allows; the names of what was done to it."""
    rng, chance = sheet.rng, CHANCES[level]
    done = []
    for name, wear in (_CARD if is_card else _PAPER).items():
        if rng.random() < chance * wear[1]:
            pixels = wear[0](np.asarray(sheet.image), sheet)
            sheet.image = Image.fromarray(np.ascontiguousarray(pixels))
            done.append(name)
    sheet.draw = ImageDraw.Draw(sheet.image)
    return done


def _smooth(sheet, shape, cells):
    random = np.random.default_rng(sheet.rng.getrandbits(64))
    small = random.random(cells, np.float32)
    return cv2.resize(small, shape[1::-1], interpolation=cv2.INTER_CUBIC)


def _darkened(pixels, shade):
    """The pixels times a shade between 0 and 2."""
    part = np.clip(shade * 127, 0, 255).astype(np.uint8)
    return cv2.multiply(pixels, cv2.merge([part] * 3) if part.ndim == 2 else part, scale=1 / 127)


def _fold(pixels, sheet):
    """One or two creases right across: a light ridge beside a dark valley."""
    for _ in range(sheet.rng.choice((1, 1, 2))):
        if sheet.rng.random() < 0.5:
            pixels = _creased(pixels, sheet)
        else:
            pixels = _creased(pixels.transpose(1, 0, 2), sheet).transpose(1, 0, 2)
    return pixels


def _creased(pixels, sheet):
    """An upright crease: one line's shade, laid a little askew over all lines."""
    high, wide = pixels.shape[:2]
    far = (np.arange(wide) - wide * sheet.rng.uniform(0.3, 0.7)) / sheet.scale
    crease = -0.22 * np.exp(-((far / 0.16) ** 2)) + 0.1 * np.exp(-(((far - 0.4) / 0.3) ** 2))
    # Beyond the crease the paper lies at another angle to the light, and is darker.
    shade = 1 + crease - 0.02 * (1 + np.tanh(far / 8))
    laid = np.broadcast_to((shade * 127).clip(0, 255).astype(np.uint8), (high, wide))
    askew = np.float32([[1, sheet.rng.uniform(-0.01, 0.01), 0], [0, 1, 0]])
    laid = cv2.warpAffine(
        np.ascontiguousarray(laid), askew, (wide, high), borderMode=cv2.BORDER_REPLICATE
    )
    return cv2.multiply(np.ascontiguousarray(pixels), cv2.merge([laid] * 3), scale=1 / 127)


def _stain(pixels, sheet):
    """The ring a cup or a drop left."""
    high, wide = pixels.shape[:2]
    at = sheet.rng.uniform(0, wide), sheet.rng.uniform(0, high)
    radius = sheet.rng.uniform(6, 18) * sheet.scale
    left, top = (max(0, int(middle - radius * 1.2)) for middle in at)
    pixels = pixels.copy()
    patch = pixels[top : int(at[1] + radius * 1.2), left : int(at[0] + radius * 1.2)]
    y, x = np.ogrid[0 : patch.shape[0], 0 : patch.shape[1]]
    far = np.hypot(x + left - at[0], y + top - at[1]).astype(np.float32) / radius
    brown = 0.06 * (far < 1) + 0.12 * np.exp(-(((far - 1) / 0.05) ** 2))
    patch[:] = _darkened(patch, 1 - brown[..., None] * np.float32([0.7, 1.0, 1.6]))
    return pixels


def _fading(pixels, sheet):
    """Ink gone pale in places: never so far that it cannot be read."""
    pale = np.clip(_smooth(sheet, pixels.shape, (4, 5)), 0, 1) * sheet.rng.uniform(0.15, 0.33)
    part = cv2.merge([(pale * 255).astype(np.uint8)] * 3)
    ground = np.empty_like(pixels)
    ground[:] = sheet.colour
    return cv2.add(
        cv2.multiply(pixels, 255 - part, scale=1 / 255), cv2.multiply(ground, part, scale=1 / 255)
    )


def _dirt(pixels, sheet):
    shade = 1 - 0.16 * np.clip(_smooth(sheet, pixels.shape, (7, 9)) - 0.35, 0, 1)
    return _darkened(pixels, shade)


def _lamination(pixels, sheet):
    """Plastic: bubbles and a sheen that runs across."""
    sheen = _smooth(sheet, pixels.shape, (3, 12))
    part = cv2.merge([np.clip(sheen * 34, 0, 60).astype(np.uint8)] * 3)
    return cv2.add(pixels, cv2.multiply(255 - pixels, part, scale=1 / 160))


def _scratches(pixels, sheet):
    image = pixels.copy()
    for _ in range(sheet.rng.randint(2, 7)):
        x, y = sheet.rng.uniform(0, image.shape[1]), sheet.rng.uniform(0, image.shape[0])
        dx, dy = (sheet.rng.uniform(-14, 14) * sheet.scale for _ in range(2))
        shade = sheet.rng.randint(200, 240)
        cv2.line(image, (int(x), int(y)), (int(x + dx), int(y + dy)), (shade,) * 3, 1, cv2.LINE_AA)
    return image


_PAPER = {
    "fold": (_fold, 0.7), "stain": (_stain, 0.35), "fading": (_fading, 0.4), "dirt": (_dirt, 0.6),
    "lamination": (_lamination, 0.2),
}  # fmt: skip
_CARD = {
    "lamination": (_lamination, 0.5), "scratches": (_scratches, 0.6), "fading": (_fading, 0.25),
    "dirt": (_dirt, 0.4),
}  # fmt: skip
