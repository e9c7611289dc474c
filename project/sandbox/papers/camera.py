"""Photographing a paper: a table under it, a hand that is not quite steady, a lamp to one side."""

import io
import random

from PIL import Image, ImageChops, ImageFilter

TURN = {"clean": 0.6, "moderate": 4.0, "hard": 12.0}  # degrees
LEAN = {"clean": 0.004, "moderate": 0.022, "hard": 0.035}  # corner displacement, share of the width
BLUR = {"clean": 0.0, "moderate": 0.9, "hard": 1.0}  # pixels
GRAIN = {"clean": 0.01, "moderate": 0.045, "hard": 0.06}  # share of full scale
SHADE = {"clean": 12, "moderate": 80, "hard": 120}  # grey levels, the lit to the dark corner
QUALITY = {"clean": 92, "moderate": 72, "hard": 45}  # of the JPEG
ROOM = {"clean": (1.12, 1.14), "moderate": (1.12, 1.14), "hard": (1.3, 1.5)}  # table around it
NEAR = {"clean": 1.0, "moderate": 1.0, "hard": 0.65}  # pixels of the photograph for one drawn
TABLES = ((120, 92, 66), (88, 92, 98), (64, 84, 74), (168, 160, 148), (92, 64, 52))


def photograph(image: Image.Image, *, seed, level: str = "clean") -> Image.Image:
    """The paper as a telephone would see it, at level `clean` (a scanner), `moderate` or `hard`."""
    rng = random.Random(f"photograph {seed} {level}")
    if NEAR[level] != 1:
        image = image.resize((round(image.width * NEAR[level]), round(image.height * NEAR[level])))
    size = (int(image.width * ROOM[level][0]), int(image.height * ROOM[level][1]))
    corners, turn = _pose(image, size, rng, level)
    paper = _lay(image, size, corners, turn)
    shape = _lay(Image.new("L", image.size, 255), size, corners, turn)
    scene = Image.composite(paper, _table(size, rng, level), shape)
    scene = ImageChops.multiply(scene, _lamp(size, rng, SHADE[level]))
    scene = scene.filter(ImageFilter.GaussianBlur(BLUR[level] * (0.6 + 0.6 * rng.random())))
    scene = Image.blend(scene, _grain(size, rng), GRAIN[level])
    return Image.open(io.BytesIO(as_jpeg(scene, quality=QUALITY[level]))).convert("RGB")


def as_jpeg(image: Image.Image, *, quality: int = 90) -> bytes:
    """The picture as a JPEG file."""
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def _pose(image: Image.Image, size, rng: random.Random, level: str):
    """Where the four corners of the paper are seen, and how it is turned, in degrees."""
    left, top = (size[0] - image.width) / 2, (size[1] - image.height) / 2
    right, bottom = left + image.width, top + image.height
    lean = LEAN[level] * image.width
    corners = [
        (x + rng.uniform(-lean, lean), y + rng.uniform(-lean, lean))
        for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))
    ]
    return corners, rng.uniform(-TURN[level], TURN[level])


def _lay(image: Image.Image, size, corners, turn: float) -> Image.Image:
    source = ((0, 0), (image.width, 0), (image.width, image.height), (0, image.height))
    laid = image.transform(
        size,
        Image.Transform.PERSPECTIVE,
        _perspective(corners, source),
        resample=Image.Resampling.BICUBIC,
    )
    return laid.rotate(turn, resample=Image.Resampling.BICUBIC)


def _perspective(seen, source) -> list[float]:
    """The eight coefficients that send each corner as seen back to its source corner."""
    rows = []
    for (x, y), (u, v) in zip(seen, source, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for pivot in range(8):
        best = max(range(pivot, 8), key=lambda row: abs(rows[row][pivot]))
        rows[pivot], rows[best] = rows[best], rows[pivot]
        rows[pivot] = [value / rows[pivot][pivot] for value in rows[pivot]]
        for row in range(8):
            if row != pivot:
                factor = rows[row][pivot]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[pivot], strict=True)]
    return [row[8] for row in rows]


def _table(size, rng: random.Random, level: str) -> Image.Image:
    colour = (226, 226, 224) if level == "clean" else rng.choice(TABLES)
    veins = Image.frombytes("L", (4, 90), rng.randbytes(360)).resize(size, Image.Resampling.BICUBIC)
    veins = veins.point(lambda value: 235 + value // 13)
    return ImageChops.multiply(Image.new("RGB", size, colour), Image.merge("RGB", [veins] * 3))


def _lamp(size, rng: random.Random, depth: int) -> Image.Image:
    spots = bytes(255 - rng.randint(0, depth) for _ in range(9))
    light = Image.frombytes("L", (3, 3), spots).resize(size, Image.Resampling.BICUBIC)
    return Image.merge("RGB", [light] * 3)


def _grain(size, rng: random.Random) -> Image.Image:
    grey = Image.frombytes("L", size, rng.randbytes(size[0] * size[1]))
    return Image.merge("RGB", [grey] * 3)
