"""One paper from a seed: laid out, worn, photographed, with its truth."""

import random
from dataclasses import dataclass

from tests.papers import camera, layouts, wear
from tests.papers.sheet import Sheet

# The drawing is finer than the picture by this much.
FINER = 1.25


@dataclass(frozen=True)
class Paper:
    """A picture as the bytes of a JPEG, and what is true of it."""

    jpeg: bytes
    truth: dict


def draw(kind, *, seed, level="clean", part="tuning", handwritten=False, turned=False, layout=None):
    """Draw one paper. The same arguments give the same bytes.

    `turned` lays it on its side or upside down, in degrees clockwise in the truth; `layout` names
    one of the kind's layouts.
    """
    rng = random.Random(f"{kind} {seed} {level} {part} {handwritten} {turned} {layout}")
    chosen = layouts.choose(rng, kind, part=part, handwritten=handwritten, name=layout)
    shot = camera.aim(rng, level)
    sheet = Sheet(chosen.size, shot.density * FINER, rng, part=part)
    chosen.draw(sheet, rng)
    worn = wear.age(sheet, level=level, is_card=sheet.corner > 0)
    quarter = rng.choice((1, 2, 3)) if turned else 0
    picture, boxes = camera.take(sheet, shot, rng, quarter=quarter)
    truth = {
        "kind": chosen.kind,
        "paper": chosen.paper,
        "layout": chosen.name,
        "part": part,
        "level": level,
        "seed": seed,
        "handwritten": handwritten,
        "turned": quarter * 90,
        "fields": sheet.fields,
        "boxes": boxes,
        "size": [picture.shape[1], picture.shape[0]],
        "facts": sheet.facts,
        "wear": worn,
        "camera": shot.as_json(),
    }
    return Paper(camera.develop(picture, shot), truth)
