"""Values whose labels were not read: what stands, in order, between those that were found."""

from collections.abc import Sequence
from statistics import median

from kyc.ocr.lines import Span, broken, joined, whole
from kyc.ocr.sheet import BELOW, PLACE, VALUELESS, Fits, Sheet, Value

COLUMN = 14.0  # heights of a line between the beginnings of what belongs to one column
SMALLER = 0.88  # of the height of values: print of labels
READABLE = 0.75  # mean likelihood of the signs of a line that may be a value
APART = 4.0  # heights by which another column is nearer
ALIKE = 0.8  # how much less high than another piece of one print a piece may be
CLOSE = 1.0  # heights between two pieces of one text
NEXT_LINE = 1.9  # heights from one line of a text to the next
POOR = 0.1  # share of lines read badly, from which on labels are missing
CLEAR = 0.85  # mean likelihood of the signs of a line that may go on with a text


def between(
    sheet: Sheet,
    found: dict[str, Value],
    order: Sequence[str],
    fits: Fits,
    beside: Sequence[str] = (),
) -> dict[str, Value]:
    """The fields of `order` that are missing and whose place holds as many texts as are missing.

    `order` is that of the paper from the top down; a name that begins with `_` may be absent. What
    stands nearer to the fields of `beside` is theirs.
    """
    known = [name for name in order if name in found]
    if not known:
        return {}
    more: dict[str, Value] = {}
    for start, end in zip([None, *known], [*known, None], strict=True):
        first = order.index(start) + 1 if start else 0
        last = order.index(end) if end else len(order)
        missing = [name for name in order[first:last] if name not in found]
        if missing:
            spans = _gap(sheet, found, start, end, beside)
            more |= _assigned(missing, spans, fits)
    return more


def _assigned(missing: list[str], spans: list[Span], fits: Fits) -> dict[str, Value]:
    """Each missing field with the text in its turn, where there is only one way to do so."""
    needed = [name for name in missing if not name.startswith("_")]
    for names in (missing, needed):
        usable = [span for span in spans if any(fits(name, span) for name in names)]
        pairs = list(zip(names, usable, strict=False))
        if len(usable) == len(names) and all(fits(name, span) for name, span in pairs):
            return {name: Value(span, PLACE) for name, span in pairs if name in needed}
    return {}


def _is_nearer(sheet: Sheet, span: Span, own: Sequence[Span], others: Sequence[Span]) -> bool:
    """Whether a text stands in the column of others, clearly."""
    here, there = (
        min((abs(sheet.flow.apart(span.left, each.left)[0]) for each in some), default=1e9)
        for some in (own, others)
    )
    return there + APART * span.height < here


def _is_among_labels(sheet: Sheet, span: Span, anchor: Span) -> bool:
    """Whether a text begins where labels do, and values elsewhere."""
    if abs(sheet.flow.apart(anchor.left, span.left)[0]) < 3 * span.height:
        return False
    alone = [
        label.span
        for label in sheet.labels
        if label not in sheet.inline and label.name not in VALUELESS
    ]
    near = [each for each in alone if abs(sheet.flow.apart(each.left, span.left)[0]) < span.height]
    return len(near) >= 2


def _gap(
    sheet: Sheet,
    found: dict[str, Value],
    start: str | None,
    end: str | None,
    other_names: Sequence[str],
) -> list[Span]:
    """The texts left over below one value and above another, in one column with them."""
    anchor = found[start or end or ""].span
    own = [found[name].span for name in (start, end) if name]
    beside = [found[name].span for name in other_names if name in found]
    taken = {line for value in found.values() for line in value.span.line.sources}
    headings = [label.span for label in sheet.labels if label.name == "_heading"]

    def depth(place: Span) -> float:
        return sheet.flow.apart(anchor.left, place.left)[1]

    top = depth(found[start].span) if start else max((depth(h) for h in headings), default=-1e9)
    bottom = depth(found[end].span) if end else 1e9
    room = 0.4 * anchor.height

    def is_in_last_row(span: Span) -> bool:
        if not end:
            return False
        along = sheet.flow.apart(span.right, found[end].span.left)[0]
        return abs(depth(span) - bottom) < 0.5 * anchor.height and along > 0

    least = max(0.7 * anchor.height, _small_print(sheet, found))
    inside = [
        span
        for span in sheet.spans()
        if span.line not in taken
        and (top + room < depth(span) < bottom - room or is_in_last_row(span))
        and abs(sheet.flow.apart(anchor.left, span.left)[0]) < COLUMN * anchor.height
        and span.line.score > READABLE
        and not _is_nearer(sheet, span, own, beside)
        and not _is_among_labels(sheet, span, anchor)
        and least < span.height < 1.6 * anchor.height
    ]
    return sorted(inside, key=depth)


def _small_print(sheet: Sheet, found: dict[str, Value]) -> float:
    """The height up to which lines are labels, where these are set smaller; or nothing."""
    marked = {label.span.line for label in sheet.labels if label.name not in VALUELESS}
    alone = marked - {span.line for span in sheet.inline.values()}
    small = [line.height for line in alone]
    large = [each.span.height for each in found.values() if each.span.line not in marked]
    if not small or not large or median(small) > SMALLER * median(large):
        return 0.0
    return 0.65 * median(small) + 0.35 * median(large)


def completed(
    sheet: Sheet, found: dict[str, Value], beside: Sequence[str], below: Sequence[str], fits: Fits
) -> dict[str, Value]:
    """Values with what goes on close beside them, and those of `below` on the next line."""
    more: dict[str, Value] = {}
    for name in beside:
        value = found.get(name)
        if not value or value.span.line.is_broken:
            continue
        span = value.span
        left = _left_over(sheet, found | more)
        if rest := _beside(sheet, span, left):
            span = whole(joined([_before(sheet, span, rest), rest]))
        fitting = [each for each in left if fits(name, each)]
        is_sure = name in below and _is_clear(sheet)  # else a label may not have been seen
        if is_sure and (rest := _below(sheet, span, fitting, _reach(sheet, value))):
            span = broken([span, rest])
        if span is not value.span:
            more[name] = Value(span, value.way, value.label)
    return more


def _is_clear(sheet: Sheet) -> bool:
    poor = [line for line in sheet.lines if line.score < CLEAR]
    return len(poor) < POOR * len(sheet.lines)


def _reach(sheet: Sheet, value: Value) -> float:
    """How far down a text may go on, in heights: under labels not farther than a value stands."""
    if value.way != BELOW or value.label is None:
        return NEXT_LINE
    down = sheet.flow.apart(value.label.span.left, value.span.left)[1]
    return min(NEXT_LINE, 1.2 * down / value.span.height)


def _left_over(sheet: Sheet, found: dict[str, Value]) -> list[Span]:
    taken = {line for value in found.values() for line in value.span.line.sources}
    return [span for span in sheet.free if span.line not in taken]


def _is_like(one: Span, other: Span) -> bool:
    """Whether two pieces are of one print: as high, and both in capitals or neither."""
    is_high = ALIKE < other.height / one.height < 1 / ALIKE
    return is_high and one.text.isupper() == other.text.isupper()


def _beside(sheet: Sheet, span: Span, left: Sequence[Span]) -> Span | None:
    """What was cut off from the end of a text."""
    for other in left:
        along, across = sheet.flow.apart(span.right, other.left)
        is_next = -0.8 < along / span.height < CLOSE and abs(across) < 0.35 * span.height
        if (
            is_next
            and not _is_labelled(sheet, other)
            and ALIKE < other.height / span.height < 1 / ALIKE
        ):
            return other
    return None


def _is_labelled(sheet: Sheet, span: Span) -> bool:
    """Whether a label stands right above a text, which then is another's value."""
    above = (sheet.flow.apart(label.span.left, span.left) for label in sheet.labels)
    return any(
        abs(along) < 1.5 * span.height and 0.4 < down / span.height < 2.5 for along, down in above
    )


def _before(sheet: Sheet, span: Span, other: Span) -> Span:
    """Without the signs at its end that another piece has again."""
    end = span.end
    while end > span.start + 1:
        last = Span(span.line, end - 1, end)
        if sheet.flow.apart(last.left, other.left)[0] > 0.1 * span.height:
            break
        end -= 1
    return Span(span.line, span.start, end).stripped()


def _below(sheet: Sheet, span: Span, left: Sequence[Span], reach: float) -> Span | None:
    """The line that begins under the beginning of a text, with nothing before it in its row."""
    for other in left:
        along, across = sheet.flow.apart(span.left, other.left)
        is_under = abs(along) < span.height and 0.7 < across / span.height < reach
        is_clear = other.line.score > CLEAR and _is_like(span, other)
        if is_under and is_clear and not _is_after_any(sheet, other):
            return other
    return None


def _is_after_any(sheet: Sheet, span: Span) -> bool:
    places = (sheet.flow.apart(span.left, line.right) for line in sheet.lines)
    return any(
        along < 0.5 * span.height and abs(across) < 0.6 * span.height for along, across in places
    )
