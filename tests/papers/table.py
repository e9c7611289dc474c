"""What lies under and around the paper: wood, cloth, tiles, other things with print on them."""

import cv2
import numpy as np
from PIL import Image, ImageDraw

from tests.papers import faces

# Print of other papers: words no field is made of.
PRINT = (
    "procès verbal de la réunion du conseil ordre du jour les membres présents adoptent la",
    "proposition relative aux travaux de la salle commune tatitry ny fivoriana ny mpikambana",
    "rehetra dia nanaiky ny tolo-kevitra momba ny asa fanamboarana the meeting was opened at nine",
    "and the minutes of the last session were read and approved without amendment le secrétaire",
    "rappelle que les cotisations sont dues avant la fin du trimestre et remercie les bénévoles",
    "14 30 2 000 page suite annexe tableau chapitre article alinéa",
)


def draw(rng, size, shot, *, part):
    """A ground of (width, height) as BGR; what print lies on it is in the faces of a part."""
    if shot.is_scan:
        shade = rng.choice((255, 250, 244, 228))
        return np.full((size[1], size[0], 3), shade, np.uint8)
    ground = rng.choice((_wood, _cloth, _tiles, _plain))(rng, size)
    if shot.has_clutter:
        ground = _with_things(rng, ground, part)
    return np.ascontiguousarray(ground)


def _rough(rng, size, cells, seed=None):
    """Smooth noise between 0 and 1: a few cells, enlarged."""
    random = np.random.default_rng(rng.getrandbits(64))
    small = random.random(cells[::-1], np.float32)
    return cv2.resize(small, size, interpolation=cv2.INTER_LINEAR)


def _tinted(shade, colour):
    """A picture of one colour, as light and dark as `shade` says."""
    scaled = [np.clip(shade * channel, 0, 255).astype(np.uint8) for channel in colour]
    return cv2.merge(scaled)


def _small(size, by=2):
    return max(8, size[0] // by), max(8, size[1] // by)


def _wood(rng, size):
    small = _small(size)
    grain = _rough(rng, small, (6, rng.randint(90, 220))) * 0.35 + _rough(rng, small, (3, 30)) * 0.3
    colour = rng.choice(((60, 90, 130), (90, 130, 170), (40, 60, 84), (120, 160, 190)))
    return cv2.resize(_tinted(grain + 0.65, colour), size)


def _cloth(rng, size):
    small = _small(size)
    y, x = np.mgrid[0 : small[1], 0 : small[0]].astype(np.float32)
    weave = 0.06 * (np.sin(x * 1.7) + np.sin(y * 1.7))
    colour = tuple(rng.randint(50, 190) for _ in range(3))
    return cv2.resize(_tinted(0.75 + weave + 0.3 * _rough(rng, small, (9, 7)), colour), size)


def _tiles(rng, size):
    small = _small(size)
    shade = 0.8 + 0.2 * _rough(rng, small, (small[0] // 6, small[1] // 6))
    step = rng.randint(90, 260)
    for start in range(rng.randint(0, step), max(small), step):
        shade[:, start : start + 2] *= 0.72
        shade[start : start + 2] *= 0.72
    colour = rng.choice(((190, 200, 205), (170, 170, 160), (150, 175, 190), (205, 205, 200)))
    return cv2.resize(_tinted(shade, colour), size)


def _plain(rng, size):
    level = rng.choice((40, 90, 150, 200, 225))
    colour = tuple(min(255, level + rng.randint(-18, 18)) for _ in range(3))
    return cv2.resize(_tinted(0.92 + 0.1 * _rough(rng, _small(size, 4), (4, 4)), colour), size)


def _with_things(rng, ground, part):
    """Shapes, and in most pictures a printed page that runs under the paper."""
    image = Image.fromarray(ground)
    wide, high = image.size
    for _ in range(rng.randint(0, 3)):
        at = (
            rng.uniform(-0.1, 1) * wide,
            rng.choice((rng.uniform(-0.1, 0.1), rng.uniform(0.85, 1))) * high,
        )
        far = rng.uniform(0.05, 0.2) * wide
        colour = tuple(rng.randint(20, 235) for _ in range(3))
        box = [at[0], at[1], at[0] + far, at[1] + far * rng.uniform(0.4, 1.2)]
        rng.choice((ImageDraw.Draw(image).ellipse, ImageDraw.Draw(image).rectangle))(
            box, fill=colour
        )
    if rng.random() < 0.75:
        page = _page(rng, round(max(wide, high) * rng.uniform(0.5, 0.8)), part)
        page = page.rotate(rng.uniform(-25, 25), Image.Resampling.BILINEAR, expand=True)
        side = rng.choice(((-0.35, rng.uniform(-0.3, 0.5)), (0.7, rng.uniform(-0.3, 0.5)),
                           (rng.uniform(-0.3, 0.5), -0.35), (rng.uniform(-0.3, 0.5),
                           0.75)))  # fmt: skip
        at = round(side[0] * wide), round(side[1] * high)
        image.paste(page.convert("RGB"), at, page.getchannel("A"))
    return np.array(image)


def _page(rng, side, part):
    """A page of print."""
    page = Image.new("RGBA", (side, side), (*(rng.randint(215, 250),) * 3, 255))
    draw = ImageDraw.Draw(page)
    height = side / rng.uniform(45, 90)
    font = faces.choose(rng, rng.choice(("serif", "sans")), part=part).font(height)
    known = " ".join(PRINT).split()
    y = height * 2
    while y < side:
        words = " ".join(rng.choices(known, k=rng.choice((14, 14, 14, 6))))
        draw.text((height * 2, y), words, font=font, fill=(50, 50, 54), anchor="ls")
        y += height * 2.1
    return page
