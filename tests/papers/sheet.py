"""A sheet of paper measured in millimetres: what is written on it, and where."""

from dataclasses import dataclass, replace

from PIL import Image, ImageDraw

from tests.papers.faces import Face

# How far below its size a text may be set to fit its place before it runs over.
SMALLEST = 0.6


@dataclass(frozen=True)
class Pen:
    """What writes: a face, the height of its capitals in millimetres, a colour and a manner."""

    face: Face
    size: float
    colour: tuple = (30, 30, 34)
    bold: bool = False
    manner: str = "printed"  # printed, typed or hand

    def but(self, **changes):
        """The same pen with something else."""
        return replace(self, **changes)


class Sheet:
    """A paper being drawn; `fields` and `boxes` (millimetres) say what was written where.

    `facts` are other truths: no field is read for them, but they help to understand a paper.
    """

    def __init__(self, size, scale, rng, *, part="tuning", colour=(250, 250, 248)):
        self.width, self.height = size
        self.scale = scale
        self.rng = rng
        self.part = part
        self.colour = colour
        self.image = Image.new("RGB", (self.px(size[0]), self.px(size[1])), colour)
        self.draw = ImageDraw.Draw(self.image)
        self.fields = {}
        self.boxes = {}
        self.facts = {}
        # A typewriter's sheet is never quite straight on its form: all it types is off by this.
        self.shift = rng.uniform(-0.5, 0.9), rng.uniform(-0.55, 0.35)
        self.corner = 0.0

    def px(self, millimetres):
        """Millimetres in pixels of the drawing."""
        return round(millimetres * self.scale)

    def length(self, text, pen):
        """How long a text would be, in millimetres."""
        text = pen.face.written(text, bold=pen.bold)
        font = pen.face.font(pen.size * self.scale, bold=pen.bold)
        # A hand sets its letters wider than its face has them, see _hand().
        wider = 1.08 if pen.manner == "hand" else 1.0
        return font.getlength(text) / self.scale * wider

    def write(self, text, x, y, pen, *, anchor="l", room=None, field=None, truth=None):
        """Write on the line at `y`; return the pen's box. With `field` it is part of the truth."""
        text = pen.face.written(text, bold=pen.bold)
        if pen.manner == "typed":
            x, y = x + self.shift[0], y + self.shift[1]
        if room and self.length(text, pen) > room:
            pen = pen.but(size=pen.size * max(SMALLEST, room / self.length(text, pen)))
        x -= self.length(text, pen) * {"l": 0, "m": 0.5, "r": 1}[anchor]
        box = _WAYS[pen.manner](self, text, x, y, pen)
        if field:
            self.note(field, text if truth is None else truth, box)
        return box

    def note(self, field, truth, box):
        """Say that a field stands in a box; a second box is joined to the first."""
        self.fields[field] = truth
        old = self.boxes.get(field, box)
        self.boxes[field] = (*map(min, old[:2], box[:2]), *map(max, old[2:], box[2:]))

    def line(self, x0, y0, x1, y1, *, colour=(120, 120, 120), width=0.2):
        """A ruled line."""
        ends = [(self.px(x0), self.px(y0)), (self.px(x1), self.px(y1))]
        self.draw.line(ends, fill=colour, width=max(1, self.px(width)))

    def dots(self, x0, x1, y, *, colour=(110, 110, 110), step=1.0):
        """A dotted leader."""
        radius = max(0.5, 0.11 * self.scale)
        while x0 < x1:
            at = x0 * self.scale, y * self.scale
            self.draw.ellipse(
                [at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius], fill=colour
            )
            x0 += step

    def frame(self, x0, y0, x1, y1, *, colour=(90, 90, 90), width=0.25, fill=None, radius=0):
        """A rectangle, ruled and perhaps filled."""
        corners = [self.px(value) for value in (x0, y0, x1, y1)]
        self.draw.rounded_rectangle(
            corners, self.px(radius), fill=fill, outline=colour, width=max(1, self.px(width))
        )

    def cut(self, height):
        """Tear the paper off below `height`, as a till does."""
        self.height = min(self.height, height)
        self.image = self.image.crop((0, 0, self.image.width, self.px(self.height)))
        self.draw = ImageDraw.Draw(self.image)

    def _put(self, text, x, y, pen, colour, font):
        stroke = pen.face.stroke * pen.size * self.scale / 200
        self.draw.text(
            (x * self.scale, y * self.scale),
            text,
            font=font,
            fill=colour,
            anchor="ls",
            stroke_width=stroke,
        )

    def _box(self, x, y, end, pen):
        return (x, y - pen.size * 1.25, max(end, x + 0.5), y + pen.size * 0.35)


def _printed(sheet, text, x, y, pen):
    font = pen.face.font(pen.size * sheet.scale, bold=pen.bold)
    sheet._put(text, x, y, pen, pen.colour, font)
    return sheet._box(x, y, x + font.getlength(text) / sheet.scale, pen)


def _typed(sheet, text, x, y, pen):
    """Every key strikes a little higher or lower, harder or softer."""
    font = pen.face.font(pen.size * sheet.scale, bold=pen.bold)
    start, rng = x, sheet.rng
    for sign in text:
        if sign != " ":
            soft = min(1.0, abs(rng.gauss(0, 0.16)))
            colour = tuple(
                round(ink + (ground - ink) * 0.6 * soft)
                for ink, ground in zip(pen.colour, sheet.colour, strict=True)
            )
            sheet._put(sign, x, y + rng.gauss(0, 0.03) * pen.size, pen, colour, font)
        x += font.getlength(sign) / sheet.scale
    return sheet._box(start, y, x, pen)


def _hand(sheet, text, x, y, pen):
    """Words climb and sink, letters grow, shrink and stand closer or farther."""
    start, rng = x, sheet.rng
    slope = rng.uniform(-0.012, 0.006)
    for word in text.split(" "):
        size = pen.size * rng.uniform(0.95, 1.06)
        font = pen.face.font(size * sheet.scale, bold=pen.bold)
        for sign in word:
            up = y + (x - start) * slope + rng.gauss(0, 0.035) * pen.size
            sheet._put(sign, x, up, pen, pen.colour, font)
            x += font.getlength(sign) / sheet.scale * rng.uniform(0.98, 1.1)
        x += pen.size * rng.uniform(0.45, 0.75)
    end = x - pen.size * 0.5
    low = min(y, y + (end - start) * slope)
    return (start, low - pen.size * 1.35, end, y + pen.size * 0.5)


_WAYS = {"printed": _printed, "typed": _typed, "hand": _hand}
