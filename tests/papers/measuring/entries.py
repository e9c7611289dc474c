"""How labels and values stand to each other on the measured papers; words as Malagasy|French."""

from tests.papers.look import written

BLANK = "|"


def speak(looks, language):
    """Have the labels in one language ("first", "last") or in both, beside each other ("both")."""
    for field, words in looks.words.items():
        first, _, last = words.partition(BLANK)
        if not (first and last):
            text = first or last
        else:
            text = {"first": first, "last": last, "both": f"{first.rstrip(' :')} / {last}"}[
                language
            ]
        looks.words[field] = text


def longest(sheet, looks, fields):
    """How long the longest label of some fields is, in millimetres."""
    return max(
        sheet.length(text, looks.label)
        for field in fields
        for text in looks.words[field].split(BLANK)
    )


def stacked(sheet, looks, field, value, x, y, *, column, end, truth=None):
    """The first language above the line, the second small below it, the value beside both."""
    first, _, last = looks.words[field].partition(BLANK)
    small = looks.label.but(size=looks.label.size * 0.82)
    sheet.write(first, x, y - looks.label.size * 0.55, looks.label)
    if last:
        sheet.write(last, x, y + looks.label.size * 0.95, small)
    told = field if truth is not None else None
    written(sheet, looks, told, value, x + column, y, end=end, truth=truth)


def ruled(sheet, looks, field, value, x, y, *, end, column=0, truth=None):
    """The label, and the value on a line that runs to `end`; return where the line is."""
    box = sheet.write(looks.words[field], x, y, looks.label, room=(end - x) * 0.55)
    start = max(box[2] + 1.4, column)
    sheet.line(start, y + 0.9, end, y + 0.9, colour=looks.label.colour, width=0.13)
    told = field if truth is not None else None
    written(sheet, looks, told, value, start + 0.8, y, end=end, truth=truth)
    return y


def captioned(sheet, looks, field, value, x, y, *, end, truth=None):
    """The value on a dotted line, its label small below the line."""
    sheet.dots(x, end, y + 0.6, colour=looks.label.colour)
    small = looks.label.but(size=looks.label.size * 0.9)
    sheet.write(looks.words[field], x, y + 1.2 + small.size * 1.2, small, room=end - x)
    told = field if truth is not None else None
    written(sheet, looks, told, value, x + 1.5, y, end=end, truth=truth)


def cell(sheet, looks, field, value, x0, y0, x1, y1, *, truth=None):
    """A ruled cell: the label small at its top, the value on its floor."""
    sheet.frame(x0, y0, x1, y1, colour=(120, 120, 124), width=0.15)
    label = looks.label
    sheet.write(looks.words[field], x0 + 1, y0 + 0.9 + label.size, label, room=x1 - x0 - 2)
    told = field if truth is not None else None
    floor = y1 - looks.value.size * 0.55
    written(sheet, looks, told, value, x0 + 1.6, floor, end=x1 - 1, truth=truth)


def digits_in_boxes(sheet, looks, field, digits, x, y, *, width, groups=(3, 3, 3, 3)):
    """A box a digit, a gap between the groups; `y` is the line of the digits."""
    gap = 0.45
    step = width / (len(digits) + gap * (len(groups) - 1))
    high = looks.value.size * 1.9
    starts = {sum(groups[:place]) for place in range(1, len(groups))}
    for place, digit in enumerate(digits):
        x += step * gap if place in starts else 0
        top = y - looks.value.size - (high - looks.value.size) / 2
        sheet.frame(x, top, x + step, top + high, colour=looks.label.colour, width=0.16)
        box = sheet.write(digit, x + step / 2, y, looks.value, anchor="m")
        sheet.note(field, digits, box)
        x += step
