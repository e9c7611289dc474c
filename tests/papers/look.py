"""How one paper looks: its faces, inks, and the way labels and values stand to each other."""

from dataclasses import dataclass, field

from tests.papers import dates, faces
from tests.papers.sheet import Pen

INKS = {
    "printed": ((22, 22, 26), (38, 36, 40), (30, 30, 60)),
    "typed": ((35, 33, 40), (48, 46, 52), (40, 40, 78)),
    "hand": ((28, 44, 120), (24, 24, 32), (40, 60, 140), (30, 30, 90)),
}
# A value that would have to be set smaller than this beside its label is written below it.
SMALL = 0.8
GREYS = ((70, 70, 74), (95, 90, 88), (60, 70, 96), (88, 62, 58))
STYLES = {
    "printed": ("sans", "serif", "narrow", "mono"),
    "typed": ("typewriter",),
    "hand": ("hand",),
}


@dataclass
class Look:
    """Faces and inks of one paper, chosen among those of a part."""

    part: str
    manner: str
    label: Pen
    value: Pen
    heading: Pen
    days: str
    capitals: bool
    words: dict = field(default_factory=dict)

    def text(self, value):
        """A name as this paper writes it: in capitals, or as people are named."""
        return value.upper() if self.capitals else value

    def day(self, day):
        """A day in this paper's manner."""
        return dates.written(day, self.days)


def choose(rng, part, *, manner, wordings=None, size=2.3, label=1.45):
    """A look with values of `size` and labels of `label` millimetres, in one of `wordings`."""
    face = faces.choose(rng, rng.choice(STYLES[manner]), part=part)
    printed = faces.choose(rng, rng.choice(("sans", "sans", "serif", "narrow")), part=part)
    if manner == "hand":
        size *= 1.25
    return Look(
        part=part,
        manner=manner,
        label=Pen(printed, label * rng.uniform(0.95, 1.08), rng.choice(GREYS)),
        value=Pen(
            face,
            size * rng.uniform(0.95, 1.1),
            rng.choice(INKS[manner]),
            bold=manner == "printed" and rng.random() < 0.5,
            manner=manner,
        ),
        heading=Pen(printed, label * 1.5, rng.choice(GREYS), bold=True),
        days=rng.choice(dates.FIGURES * 2 + dates.WORDS),
        capitals=rng.random() < 0.6,
        words=rng.choice(wordings) if wordings else {},
    )


def entry(
    sheet, look, field, value, x, y, *, end, truth=None, how="right", column=None, label=None
):
    """A label and its value at (x, y), not beyond `end`; `how`: right, below, leader, column.

    Return how far down it came, in millimetres.
    """
    label = look.words.get(field, "") if label is None else label
    box = sheet.write(label, x, y, look.label, room=end - x) if label else (x, y, x - 1, y)
    start, line = box[2] + 1.2, y
    if how == "column":
        start = max(start, column)
    if sheet.length(value, look.value) * SMALL > end - start - 1:
        how = "below"
    if how == "below":
        start, line = x, y + look.label.size * 0.7 + look.value.size * 1.35
    if how == "leader":
        sheet.dots(start, end, line + 0.35, colour=look.label.colour)
        start += 1.0
    written(sheet, look, field, value, start, line, end=end, truth=truth)
    return line


def written(sheet, look, field, value, x, y, *, end, truth=None):
    """A value alone, as this look writes it; nothing, if there is nothing to write."""
    if value:
        sheet.write(value, x, y, look.value, room=end - x, field=field, truth=truth)
