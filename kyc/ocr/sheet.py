"""Which piece of text is the value of which label: beside it, below it, or by its form."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low

from kyc.ocr.labels import Label, Labels
from kyc.ocr.lines import Line, Point, Span, joined, plain, whole

Fits = Callable[[str, Span], bool]

INLINE, RIGHT, BELOW, FORM, PLACE = "inline", "right", "below", "form", "place"
VALUELESS = ("_heading", "_unknown")  # labels behind which nothing stands
WAYS = (INLINE, RIGHT, BELOW, FORM, PLACE)
FARTHEST = 30.0  # heights of a label between it and a value beside it
DEEPEST = 3.2  # heights between the middles of a label and of a value below it
UNUSUAL = 0.8  # cost of a way in which hardly any other value of this paper stands
UNFIT = 3.0  # cost of a text that no value of this kind may be
OWNED = 0.8  # cost of a text below a label that has a label beside it
WHOLE = 0.75  # likeness of a label with what stands behind it to a longer one
NEARER = 0.75  # of the way to one text, up to which another is clearly nearer
NUMBERING = re.compile(r"\W*\(\w{1,3}\)\W*")  # what stands before a label, and is no value
MOSTLY = 2  # times as many values above their labels as elsewhere: captions
APART, PIECES = 0.2, 2.5  # cost of a text in two pieces; heights between them at most
NEAR = 8.0  # heights of a text within which that one stands
ALIGNED = 1.0  # heights between the beginnings of what stands in one column
WIDE_APART = 6.0  # heights between two columns
FORMAL = 3  # labels that make a column of labels
FARTHEST_HEAD = 30  # signs of a label before its value
ALIKE = 0.68  # likeness of what begins a line to a label
DOUBTED = 2.0  # cost of what may be the rest of a label
READ_WELL = 0.95  # mean likelihood of a line's signs from which it is what it says
RARE = 0.34  # share of the commonest way under which another is unusual


@dataclass(frozen=True, eq=False)
class Value:
    """A piece of text taken for a field's value, how it was found, and by which label."""

    span: Span
    way: str
    label: Label | None = None


class Flow:
    """The direction of the text around a point: lines are not parallel under a slanting camera."""

    def __init__(self, lines: Sequence[Line]):
        import numpy as np

        long = [line for line in lines if line.length > 4 * line.height] or list(lines)
        self.centre, self.slope = (0.0, 0.0), np.zeros(3)
        if not long:
            return
        middle = median_low([line.angle for line in long])  # of one of them: it is kept
        kept = [line for line in long if abs(line.angle - middle) < 0.1]
        points = np.array([_middle(line) for line in kept])
        self.centre = tuple(points.mean(axis=0))
        weights = np.array([line.length for line in kept])
        places = np.c_[np.ones(len(kept)), (points - self.centre) / 1000]
        pull = np.diag([0.0, 400.0, 400.0])  # few lines say little of how directions change
        angles = np.array([line.angle for line in kept])
        normal = places.T @ (weights[:, None] * places) + pull
        self.slope = np.linalg.solve(normal, places.T @ (weights * angles))

    def angle(self, point: Point) -> float:
        """In radians, at this point of the picture."""
        x, y = ((point[axis] - self.centre[axis]) / 1000 for axis in (0, 1))
        return float(self.slope[0] + self.slope[1] * x + self.slope[2] * y)

    def apart(self, one: Point, other: Point) -> Point:
        """How far `other` lies along the text from `one`, and how far below, in pixels."""
        x, y = other[0] - one[0], other[1] - one[1]
        angle = self.angle(((one[0] + other[0]) / 2, (one[1] + other[1]) / 2))
        return (
            x * math.cos(angle) + y * math.sin(angle),
            y * math.cos(angle) - x * math.sin(angle),
        )


def _middle(line: Line) -> Point:
    return (line.left[0] + line.right[0]) / 2, (line.left[1] + line.right[1]) / 2


def _end(place: Label | Span) -> Point:
    return place.span.right if isinstance(place, Label) else place.right


def _places(value: Value) -> set[tuple[Line, int]]:
    """Where a value begins; of one joined from several, where each of them does."""
    return {(part.line, part.start) for part in value.span.line.parts or (value.span,)}


def _guessed(found: dict[Line, list[Label]], labels: Labels) -> dict[Line, list[Label]]:
    """For lines with no label we know those that were read too badly, each name only once."""
    known = {label.name for each in found.values() for label in each}
    guesses: dict[str, Label] = {}
    for line, each in found.items():
        head = each[0].span if each and each[0].name == "_unknown" else None
        if each and not head or not head and line.score > READ_WELL:
            continue
        span = head or whole(line)
        figures = sum(char.text.isdigit() for char in span.chars)
        guess = labels.guess(span.text) if figures < 3 else None
        if not guess or guess[0] in known or guess[0].startswith("_"):
            continue
        name, alike = guess
        if name not in guesses or alike > guesses[name].likeness:
            guesses[name] = Label(name, span, alike)
    return {label.span.line: [label] for label in guesses.values()}


def _guessed_heads(found: dict[Line, list[Label]], labels: Labels) -> dict[Line, list[Label]]:
    """For lines that begin where others have a label before their value, what they begin with."""
    first = [each[0] for each in found.values() if each and each[0].span.start == 0]
    inline = [label for label in first if plain(label.span.line.text[label.span.end :])]
    if len(inline) < FORMAL or 2 * len(inline) < len(first):
        return {}
    flow = Flow([label.span.line for label in first])
    known = {label.name for each in found.values() for label in each}
    guesses: dict[str, Label] = {}
    for line, each in found.items():
        ways = [abs(flow.apart(label.span.left, line.left)[0]) for label in inline]
        if each or line.score > READ_WELL or sum(way < line.height for way in ways) < FORMAL:
            continue
        for match in re.finditer(r"\S[\s.:]+(?=\S{3})", line.text[:FARTHEST_HEAD]):
            guess = labels.guess(line.text[: match.start() + 1], least=3)
            if guess and guess[1] >= ALIKE and guess[0] not in known:
                best = guesses.get(guess[0])
                if best is None or guess[1] > best.likeness:
                    guesses[guess[0]] = Label(guess[0], Span(line, 0, match.end()), guess[1])
    return {label.span.line: [label] for label in guesses.values()}


class Sheet:
    """The lines of a paper with the labels of one kind found in them."""

    def __init__(self, lines: Sequence[Line], labels: Labels):
        self.lines = list(lines)
        self.vocabulary = labels
        self.labels: list[Label] = []
        self.free: list[Span] = []
        self.inline: dict[Label, Span] = {}
        self.down = 1  # or -1 where values stand above their labels: BELOW is then above
        found = {line: labels.within(line) for line in self.lines}
        found |= _guessed(found, labels)
        found |= _guessed_heads(found, labels)
        for line in self.lines:
            self._take(line, found[line])
        marked = {label.span.line for label in self.labels}
        self.flow = Flow([line for line in self.lines if line in marked] or self.lines)
        self.uncut = self.free
        self.free = self._cut()

    def _cut(self) -> list[Span]:
        return [piece for span in self.uncut for piece in self._in_columns(span)]

    def _in_columns(self, span: Span) -> list[Span]:
        """A text that runs on under several labels of one row, cut where each of them begins."""
        heads = []
        for label in self.labels:
            along, down = self.flow.apart(span.left, label.span.left)
            down *= self.down
            if 0.4 < -down / span.height < DEEPEST and label not in self.inline:
                heads.append((along / span.height, down / span.height, label))
        own = [head for head in heads if abs(head[0]) < ALIGNED]
        if not own:
            return [span]
        nearest = max(down for _, down, _ in own)
        cuts = []
        for along, down, label in heads:
            if along > WIDE_APART and abs(down - nearest) < 0.6:
                cuts += self._blank_before(span, label)
        ends = [span.start, *sorted(set(cuts)), span.end]
        return [Span(span.line, a, b).stripped() for a, b in pairwise(ends) if b > a]

    def _blank_before(self, span: Span, label: Label) -> list[int]:
        """The blank of a text that stands where a label above begins, if any does."""
        blanks = []
        for place in range(span.start + 1, span.end):
            if span.line.chars[place - 1].text == " ":
                sign = Span(span.line, place, place + 1)
                off = abs(self.flow.apart(sign.left, label.span.left)[0])
                blanks += [(off, place)] if off < ALIGNED * span.height else []
        return [min(blanks)[1]] if blanks else []

    @property
    def named(self) -> set[str]:
        """The names of the labels found."""
        return {label.name for label in self.labels}

    def _take(self, line: Line, labels: list[Label]) -> None:
        self.labels += labels
        if not labels:
            if plain(line.text):
                self.free.append(whole(line).stripped())
            return
        head = line.text[: labels[0].span.start]
        if plain(head) and not NUMBERING.fullmatch(head):
            self.free.append(Span(line, 0, labels[0].span.start).stripped())
        ends = [label.span.start for label in labels[1:]] + [len(line.chars)]
        for label, end in zip(labels, ends, strict=True):
            rest = Span(line, label.span.end, end).stripped()
            if plain(rest.text):
                self.inline[label] = rest

    def values(self, fits: Fits) -> dict[str, Value]:
        """For each name the text that most likely is its value; a text is one field's only."""
        if self._is_captioned(fits):
            self.down = -1
            self.free = self._cut()
        offers = [
            offer
            for label in self.labels
            if label.name not in VALUELESS
            for offer in self._offers(label, fits)
        ]
        usual = Counter(value.way for cost, name, value in offers if cost < UNFIT)
        most = max(usual.values(), default=0)
        ranked = sorted(
            (
                (cost + (UNUSUAL if usual[value.way] < RARE * most else 0), name, value)
                for cost, name, value in offers
            ),
            key=lambda offer: offer[0],
        )
        found: dict[str, Value] = {}
        taken: set[tuple[Line, int]] = set()
        for cost, name, value in ranked:
            places = _places(value)
            if name in found or places & taken or (cost >= UNFIT and not name.startswith("_")):
                continue
            found[name] = value
            taken |= places
        return found

    def _is_captioned(self, fits: Fits) -> bool:
        """Whether labels stand below the values: what fits is above most of them, and nearer."""
        above = elsewhere = 0
        for label in self.labels:
            if label.name.startswith("_"):
                continue
            fitting = [span for span in self.free if fits(label.name, span)]
            if label in self.inline or any(self._beside(label, span) for span in fitting):
                elsewhere += 1
                continue
            near = [
                down
                for span in fitting
                for height in [(label.span.height + span.height) / 2]
                for along, down in [self.flow.apart(label.span.left, span.left)]
                if 0.55 * height < abs(down) < DEEPEST * height and abs(along) < 2 * height
            ]
            up = min((-down for down in near if down < 0), default=math.inf)
            low = min((down for down in near if down > 0), default=math.inf)
            above += up < NEARER * low
            elsewhere += low < NEARER * up
        return above >= FORMAL and above > MOSTLY * elsewhere

    def by_form(self, form: re.Pattern, taken: Sequence[Value]) -> Value | None:
        """The only text left over that has this form."""
        used = {(value.span.line, value.span.start) for value in taken}
        spans = [s for s in (*self.free, *self.inline.values()) if (s.line, s.start) not in used]
        spans += [whole(label.span.line) for label in self.labels]
        hits: dict[str, Span] = {}
        for span in spans:
            for match in form.finditer(span.text):
                start = span.start + match.start()
                hits.setdefault(plain(match[0]), Span(span.line, start, start + len(match[0])))
        return Value(next(iter(hits.values())), FORM) if len(hits) == 1 else None

    def _offers(self, label: Label, fits: Fits):
        """What may be this label's value, each with a cost: (cost, name, value)."""
        offers = []
        doubted = label in self.inline and self._may_be_label(label)
        if label in self.inline:
            offers.append((DOUBTED if doubted else 0.0, INLINE, self.inline[label]))
        if label not in self.inline or doubted:
            offers += [
                (cost, RIGHT, span) for span in self.free if (cost := self._beside(label, span))
            ]
        if not any(fits(label.name, span) for _, _, span in offers):
            offers += self._joined(label, offers)
        below = [(cost, BELOW, span) for span in self.free if (cost := self._below(label, span))]
        if below and not any(fits(label.name, span) for _, _, span in below):
            below += [
                (cost + APART, BELOW, row) for cost, _, span in below for row in self._row(span)
            ]
        offers += below
        doubt = 1.5 * (1 - label.likeness)
        for cost, way, span in offers:
            unfit = 0 if fits(label.name, span) else UNFIT
            yield cost + doubt + unfit, label.name, Value(span, way, label)

    def _row(self, span: Span) -> list[Span]:
        """A text with what goes on with it to its right, found in a piece of its own."""
        for other in self.free:
            x, y = self.flow.apart(span.right, other.left)
            if -0.6 < x / span.height < PIECES and abs(y) < 0.5 * span.height:
                return [whole(joined([span, other]))]
        return []

    def _may_be_label(self, label: Label) -> bool:
        """Whether what stands behind a label is more of it, badly read: the value comes beside."""
        text = self.inline[label].text
        is_short = len(plain(text)) <= 3 and not any(sign.isdigit() for sign in text)
        is_twin = "/" in text and not any(sign.isdigit() for sign in text)
        if is_short or is_twin or self.vocabulary.means(label.name, text):
            return True
        both = label.span.text + text
        return not re.search(r"\d", text) and self.vocabulary.means(label.name, both, WHOLE)

    def _joined(self, label: Label, offers: list) -> list:
        """What stands in a row beside a label, in boxes or far apart, as one text."""
        parts = [span for cost, way, span in offers if way == INLINE and cost < DOUBTED]
        parts += [span for span in self.free if self._beside(label, span)]
        parts.sort(key=lambda span: self.flow.apart(label.span.right, span.left)[0])
        if len(parts) < 2:
            return []
        return [(0.6, RIGHT, whole(joined(parts[:count]))) for count in range(2, len(parts) + 1)]

    def _beside(self, label: Label, span: Span) -> float:
        height = label.span.height
        along, across = self.flow.apart(label.span.right, span.left)
        level = max(height, span.height)
        if not -0.6 * height < along < FARTHEST * height or abs(across) > 0.62 * level:
            return 0.0
        if self._label_between(label, along, across):
            return 0.0
        return 0.2 + 0.6 * abs(across) / level + 0.03 * max(0.0, along) / height

    def _label_between(self, label: Label, along: float, across: float) -> bool:
        for other in self.labels:
            if other is label:
                continue
            x, y = self.flow.apart(label.span.right, other.span.left)
            if 0 < x < along and abs(y - across) < 0.6 * label.span.height:
                return True
        return False

    def _below(self, label: Label, span: Span) -> float:
        height = (label.span.height + span.height) / 2
        along, across = self.flow.apart(label.span.left, span.left)
        across *= self.down
        if not 0.55 * height < across < DEEPEST * height or not -2.0 * height < along < 5 * height:
            return 0.0
        for other in self.labels:
            x, y = self.flow.apart(label.span.left, other.span.left)
            y *= self.down
            if other is not label and abs(x - along) < 4 * height and 0.4 * height < y < across:
                return 0.0
        owned = OWNED if self._has_label_beside(span, label) else 0.0
        return owned + 0.5 + 0.4 * max(0.0, across / height - 1.0) + 0.12 * abs(along) / height

    def _has_label_beside(self, span: Span, above: Label) -> bool:
        """Whether a label stands to the left of a text, with nothing between them."""
        others: list[Label | Span] = [*self.labels, *self.free]
        lefts = [
            (x, other)
            for other in others
            if other is not above and other is not span
            for x, y in [self.flow.apart(_end(other), span.left)]
            if 0 < x < NEAR * span.height and abs(y) < 0.5 * span.height
        ]
        nearest = min(lefts, key=lambda left: left[0], default=(0.0, None))[1]
        return isinstance(nearest, Label) and nearest.name not in VALUELESS

    def spans(self) -> list[Span]:
        """All text that is no label."""
        return [*self.free, *self.inline.values()]
