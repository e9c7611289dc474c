"""Running text: words and fields one after the other, broken into lines."""

# What a typist breaks at the end of a line; numbers and days go to the next whole.
BROKEN = ("address", "given_names", "holder")


def flow(sheet, rng, parts, x, y, *, end, lead):
    """Write parts, each (text, pen) or (text, pen, field, truth), from x to `end`.

    Return the last line's height. A field broken across two lines has a box around both.
    """
    at, gap = x, 0
    for text, pen, *told in parts:
        field, truth = told or (None, None)
        if text[0] in ",.":
            at -= gap
        if field and field not in BROKEN and at + sheet.length(text, pen) > end:
            at, gap, y = x, 0, y + lead
        for piece, is_new in _pieces(sheet, text, pen, at, x, end):
            if is_new:
                at, gap, y = x, 0, y + lead
            if not piece:
                continue
            box = sheet.write(piece, at, y, pen)
            if field:
                sheet.note(field, truth, box)
            gap = pen.size * 0.75
            at = box[2] + gap
            if pen.manner == "typed":
                at -= min(0, sheet.shift[0])
    return y


def _pieces(sheet, text, pen, at, x, end):
    """The text cut where lines end, as (piece, whether it begins a new line)."""
    words, line, is_new = text.split(" "), "", False
    for word in words:
        longer = f"{line} {word}".strip()
        if at + sheet.length(longer, pen) > end and (line or (at > x and word not in ",.")):
            yield line, is_new
            line, is_new, at = word, True, x
        else:
            line = longer
    yield line, is_new
