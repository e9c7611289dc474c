"""Putting words into rows, and rows into segments that belong together."""

import re
import unicodedata
from dataclasses import dataclass, field
from statistics import median

from kyc.ocr.engine import Word

GLUED = re.compile(r"^(.*[A-Za-zÀ-ÿ°)]{2}[:.]+)([A-Za-zÀ-ÿ0-9].+)$")
WIDE_GAP = 2.2  # heights of a letter: more space than that begins another segment
JUMP = 1.35  # ratio of heights: small print beside a large value


@dataclass
class Segment:
    """Words side by side that are a label or a value; `reread` is what the second look gave."""

    words: list[Word]
    label: str | None = None
    reread: list[Word] = field(default_factory=list)

    @property
    def left(self) -> float:
        return self.words[0].left

    @property
    def right(self) -> float:
        return max(word.right for word in self.words)

    @property
    def top(self) -> float:
        return min(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        return max(word.bottom for word in self.words)

    @property
    def height(self) -> float:
        """The height of a capital."""
        return median(word.letter for word in self.words)

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def slope(self) -> float | None:
        """How much the line sinks a pixel to the right, or None where it is too short to tell."""
        level = [word for word in self.words if not word.hangs and len(word.text) > 1]
        if not level:
            return None
        run = (level[-1].left + level[-1].right - level[0].left - level[0].right) / 2
        if run < 5 * self.height:
            return None
        return max(-0.2, min(0.2, (level[-1].bottom - level[0].bottom) / run))

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def plain(text: str) -> str:
    """Capitals and figures only, accents gone: what labels are compared by."""
    bare = unicodedata.normalize("NFKD", text.replace("°", ""))
    return re.sub(r"[^A-Z0-9]", "", bare.upper())


def rows_of(words: list[Word]) -> list[list[Word]]:
    """Chains of words, each the nearest on the right of the one before, top to bottom."""
    waiting = sorted((part for word in words for part in _unglued(word)), key=lambda w: w.left)
    rows: list[list[Word]] = []
    for word in waiting:
        near = [row for row in rows if any(_follows(last, word) for last in row[-3:])]
        if near:
            min(near, key=lambda row: abs(row[-1].middle - word.middle)).append(word)
        else:
            rows.append([word])
    return sorted(rows, key=lambda row: row[0].middle)


def _follows(last: Word, word: Word) -> bool:
    tall = max(last.letter, word.letter)
    short = min(last.letter, word.letter)
    gap = word.left - last.right
    level = abs(last.bottom - word.bottom) < 0.55 * tall or (
        abs(last.middle - word.middle) < 0.45 * tall
    )
    # Boxes overlap where small print and large share a line: -6 lets them.
    return -6 * tall < gap < 25 * tall and level and short > 0.4 * tall


def _unglued(word: Word) -> list[Word]:
    """A label and its value read as one word, such as `Nom:RABE`, taken apart."""
    found = GLUED.match(word.text)
    if not found:
        return [word]
    head, tail = found.groups()
    cut = word.left + (word.right - word.left) * len(head) / len(word.text)
    return [
        Word(head, word.confidence, word.left, word.top, cut, word.bottom),
        Word(tail, word.confidence, cut, word.top, word.right, word.bottom),
    ]


def segments_of(row: list[Word], labels: list[tuple[int, int, str]]) -> list[Segment]:
    """The row cut around its labels (first word, end, name), at wide gaps and at jumps of size."""
    named = {start: (end, name) for start, end, name in labels}
    segments: list[Segment] = []
    place, fresh = 0, True
    while place < len(row):
        if place in named:
            end, name = named[place]
            segments.append(Segment(row[place:end], label=name))
            place, fresh = end, True
            continue
        if fresh or _apart(segments[-1], row[place]):
            segments.append(Segment([row[place]]))
        else:
            segments[-1].words.append(row[place])
        place, fresh = place + 1, False
    return segments


def _apart(segment: Segment, word: Word) -> bool:
    last = segment.words[-1]
    letter = max(last.letter, word.letter)
    if word.left - last.right > WIDE_GAP * letter:
        return True
    sizes = sorted((segment.height, word.letter))
    solid = len(plain(word.text)) > 1 and len(plain(segment.text)) > 1
    return solid and sizes[1] > JUMP * sizes[0]
