"""Lines of text as read, sign by sign, and where they lie in the picture."""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

# What is printed with a dot at its end.
ABBREVIATED = re.compile(
    r"(?:[^\W\d_]\.[^\W\d_]|\b(?i:inc|ltd|bhd|co|corp|cie|ltée|pty|pte|gmbh))\.$"
)
Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]


@dataclass(frozen=True)
class Char:
    """A sign, how likely it is, where along its line it stands (0 to 1), what else it may be."""

    text: str
    score: float = 1.0
    at: float = 0.0
    rivals: dict[str, float] = field(default_factory=dict)

    def among(self, allowed: str) -> "Char | None":
        """This sign, or the likeliest of its rivals, that is one of these."""
        if self.text in allowed:
            return self
        fitting = {sign: score for sign, score in self.rivals.items() if sign in allowed}
        if not fitting:
            return None
        best = max(fitting, key=fitting.__getitem__)
        return Char(best, fitting[best], self.at, self.rivals)


Chars = Sequence[Char]


def text_of(chars: Chars) -> str:
    """The signs in a row."""
    return "".join(char.text for char in chars)


def plain(text: str) -> str:
    """Nothing but capitals and figures, without accents: for comparing what was read."""
    bare = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE"))
    return "".join(sign for sign in bare.upper() if sign.isascii() and sign.isalnum())


@dataclass(frozen=True, eq=False)
class Line:
    """A line of text. `quad` holds its corners from the top left on, clockwise, in pixels."""

    quad: Quad
    chars: tuple[Char, ...]
    is_broken: bool = False  # it goes on below, where its quad does not reach
    parts: tuple["Span", ...] = ()  # what it was joined from

    @cached_property
    def text(self) -> str:
        return text_of(self.chars)

    @property
    def sources(self) -> tuple["Line", ...]:
        """The lines as they were read of which this one is made."""
        sources = (source for part in self.parts for source in part.line.sources)
        return tuple(dict.fromkeys(sources)) or (self,)

    @cached_property
    def score(self) -> float:
        """The mean likelihood of its signs."""
        return sum(char.score for char in self.chars) / len(self.chars) if self.chars else 0.0

    @cached_property
    def left(self) -> Point:
        return _between(self.quad[0], self.quad[3], 0.5)

    @cached_property
    def right(self) -> Point:
        return _between(self.quad[1], self.quad[2], 0.5)

    @cached_property
    def length(self) -> float:
        return math.dist(self.left, self.right)

    @cached_property
    def height(self) -> float:
        return (math.dist(self.quad[0], self.quad[3]) + math.dist(self.quad[1], self.quad[2])) / 2

    @cached_property
    def angle(self) -> float:
        """Of its direction, in radians."""
        return math.atan2(self.right[1] - self.left[1], self.right[0] - self.left[0])


@dataclass(frozen=True, eq=False)
class Span:
    """A piece of a line: from sign `start` to before sign `end`."""

    line: Line
    start: int
    end: int

    @property
    def chars(self) -> tuple[Char, ...]:
        return self.line.chars[self.start : self.end]

    @cached_property
    def text(self) -> str:
        return text_of(self.chars)

    @cached_property
    def score(self) -> float:
        """The least likelihood of its signs, blanks left out."""
        return min((char.score for char in self.chars if char.text != " "), default=0.0)

    @cached_property
    def edges(self) -> tuple[float, float]:
        """Where it begins and ends along its line, from 0 to 1."""
        chars = self.line.chars
        begins, ends = 0.0, 1.0
        if self.start > 0:
            begins = (chars[self.start - 1].at + chars[self.start].at) / 2
        if self.end < len(chars):
            ends = (chars[self.end - 1].at + chars[self.end].at) / 2
        return begins, ends

    @cached_property
    def quad(self) -> Quad:
        """Its corners in the picture."""
        begins, ends = self.edges
        a, b, c, d = self.line.quad
        return (
            _between(a, b, begins),
            _between(a, b, ends),
            _between(d, c, ends),
            _between(d, c, begins),
        )

    @cached_property
    def left(self) -> Point:
        return _between(self.quad[0], self.quad[3], 0.5)

    @cached_property
    def right(self) -> Point:
        return _between(self.quad[1], self.quad[2], 0.5)

    @property
    def height(self) -> float:
        return self.line.height

    @property
    def pieces(self) -> tuple["Span", ...]:
        """What of it can be looked at alone: itself, or its part of each line."""
        if not self.line.is_broken:
            return (self,)
        return tuple(piece for part in self.line.parts for piece in part.pieces)

    def stripped(self) -> "Span":
        """Without what is neither letter nor figure at its ends."""
        start, end = self.start, self.end
        chars = self.line.chars
        while start < end and not chars[start].text.isalnum():
            start += 1
        while end > start and not chars[end - 1].text.isalnum():
            end -= 1
        closed = text_of(chars[start:end])
        if closed.count(")") > closed.count("(") and text_of(chars[self.start : start]) == "(":
            start -= 1
        return Span(self.line, start, end + self._ending(start, end))

    def _ending(self, start: int, end: int) -> int:
        """Signs that belong to what they end: the dot of S.A., the bracket of (M)."""
        said, after = text_of(self.line.chars[start:end]), text_of(self.line.chars[end : self.end])
        closes = after.startswith(")") and said.count("(") > said.count(")")
        return int(closes or (after.startswith(".") and bool(ABBREVIATED.search(said + "."))))


def whole(line: Line) -> Span:
    """All of a line."""
    return Span(line, 0, len(line.chars))


def joined(parts: Sequence[Span]) -> Line:
    """Pieces that stand in a row, left to right, as one line."""
    first, last = parts[0], parts[-1]
    quad = (first.quad[0], last.quad[1], last.quad[2], first.quad[3])
    total = math.dist(first.left, last.right) or 1.0
    chars: list[Char] = []
    for part in parts:
        begins, ends = part.edges
        offset = math.dist(first.left, part.left) / total
        share = math.dist(part.left, part.right) / total / max(1e-6, ends - begins)
        if chars:
            chars.append(Char(" ", 1.0, offset))
        chars += [replace(char, at=offset + (char.at - begins) * share) for char in part.chars]
    pieces = tuple(piece for part in parts for piece in part.line.parts or (part,))
    return Line(quad, tuple(chars), parts=pieces)


def broken(parts: Sequence[Span]) -> Span:
    """Pieces that stand one below the other as one text, shown where the first is."""
    chars: list[Char] = []
    for part in parts:
        chars += [Char(" "), *part.chars] if chars else part.chars
    line = Line(parts[0].quad, tuple(chars), is_broken=True, parts=tuple(parts))
    return whole(line)


def _between(one: Point, other: Point, share: float) -> Point:
    return one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])
