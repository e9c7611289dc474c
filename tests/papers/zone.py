"""The zone for machines as it stands on a document, in the one face it is printed in."""

import string

from tests.papers import faces, mrz
from tests.papers.sheet import Pen


def number(rng, length=9):
    """A number as passports and cards have them: two letters at most, then digits."""
    letters = "".join(rng.choices(string.ascii_uppercase, k=rng.choice((0, 1, 2))))
    rest = rng.choice((length, length, length - 1)) - len(letters)
    return letters + "".join(rng.choices(string.digits, k=rest))


def write(sheet, rng, document, shape, y, *, x=None, room=None):
    """Write the zone with its first line at `y`; every field's place is noted."""
    rows, places = mrz.lines(document, shape)
    count = mrz.SHAPES[shape][1]
    room = room or sheet.width - 8
    pitch = min(2.54, room / count) * rng.uniform(0.985, 1.0)
    x = (sheet.width - pitch * count) / 2 + rng.uniform(-1, 1) if x is None else x
    pen = Pen(faces.OCR_B, pitch * 0.96, rng.choice(((24, 24, 26), (40, 38, 40))))
    lead = 6.35 if shape == "TD3" else 5.4 if shape == "TD2" else 5.2
    for line, row in enumerate(rows):
        for place, sign in enumerate(row):
            middle = x + (place + 0.5) * pitch
            sheet.write(sign, middle, y + line * lead, pen, anchor="m")
    told = mrz.said(document, rows, places)
    line, start, end = places.pop("names")
    cut = start + len(rows[line][start:end].partition("<<")[0])
    spans = places | {"surname": (line, start, cut), "given_names": (line, cut + 2, end)}
    if not told["given_names"]:
        del told["given_names"], spans["given_names"]
    sheet.fields.update(told)
    for field, (line, start, end) in spans.items():
        end = start + len(rows[line][start:end].rstrip("<")) if field == "given_names" else end
        base = y + line * lead
        sheet.boxes[field] = (
            x + start * pitch,
            base - pitch * 1.2,
            x + end * pitch,
            base + pitch * 0.3,
        )
