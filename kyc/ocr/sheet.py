"""A paper as read: its rows of segments, which are labels, and which value belongs to which."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from kyc.ocr import strips
from kyc.ocr.engine import Word
from kyc.ocr.labels import Labels
from kyc.ocr.rows import Segment, plain, rows_of, segments_of
from kyc.ocr.strips import Strip
from kyc.ocr.view import View

FAR = 16  # heights of a letter between a label and its value on the right
NEXT = 3.5  # heights of a letter between two parts of one value
DEEP = 4.2  # heights of a letter from the middle of a label to that of the value below


@dataclass
class Sheet:
    """The words of one view, put into rows and matched with the labels of one kind of paper."""

    view: View
    labels: Labels
    rows: list[list[Segment]] = field(default_factory=list)

    @classmethod
    def of(cls, view: View, words: list[Word], labels: Labels) -> "Sheet":
        """The sheet these words of the view make."""
        rows = [segments_of(row, labels.within(row)) for row in rows_of(words)]
        return cls(view, labels, rows)

    @property
    def named(self) -> set[str]:
        """The different labels found: what tells a kind of paper, and which way is up."""
        return {seg.label for seg in self.segments() if seg.label and seg.label != "_other"}

    @property
    def merit(self) -> float:
        """How well this view shows the paper: its labels, and how surely they were read."""
        sure = [word.confidence for seg in self.segments() if seg.label for word in seg.words]
        return len(self.named) + (sum(sure) / len(sure) if sure else 0.0)

    @property
    def slope(self) -> float:
        """How much the paper's lines sink a pixel to the right, on the whole."""
        slopes = [seg.slope for seg in self.segments() if seg.label and seg.slope is not None]
        return median(slopes) if slopes else 0.0

    def segments(self) -> list[Segment]:
        """All segments, row by row."""
        return [segment for row in self.rows for segment in row]

    def anchors(self) -> list[Segment]:
        """The labels that may have a value, without the heading of the paper."""
        return [seg for seg in self.segments() if seg.label and seg.label != "_heading"]

    def slope_near(self, segment: Segment) -> float:
        """The direction of the text here: its own, or that of the nearest line that has one."""
        if segment.slope is not None and len(plain(segment.text)) > 7:
            return segment.slope
        known = [seg for seg in self.segments() if seg.slope is not None and seg.label]
        close = sorted(known, key=lambda seg: abs(seg.middle - segment.middle))[:3]
        return median(seg.slope or 0.0 for seg in close) if close else 0.0

    def look_again(self) -> None:
        """Read every segment that may be a value once more, and find the labels missed before."""
        doubtful = self._doubtful()
        pieces = [self._strip(segment) for segment in doubtful]
        for segment, words in zip(doubtful, strips.read(self.view, pieces), strict=False):
            segment.reread = words
            self._name_late(segment)

    def _strip(self, segment: Segment) -> Strip:
        slope = self.slope_near(segment)
        sunk = slope * (segment.words[-1].left - segment.left)
        top, bottom = segment.top - min(0, sunk), segment.bottom - max(0, sunk)
        if bottom - top < segment.height:
            top, bottom = segment.top, segment.bottom
        return Strip(segment.left, top, segment.right, bottom, segment.height, slope)

    def _doubtful(self) -> list[Segment]:
        known = self.anchors()
        if not known:
            return []
        letter = median(seg.height for seg in known)
        top = min(seg.top for seg in known) - 6 * letter
        bottom = max(seg.bottom for seg in known) + 14 * letter
        left = min(seg.left for seg in known) - 4 * letter
        return [
            seg
            for seg in self.segments()
            if not seg.label
            and top < seg.middle < bottom
            and seg.right > left
            and 0.5 * letter < seg.height < 3.2 * letter
            and plain(seg.text)
        ][: strips.MOST]

    def _name_late(self, segment: Segment) -> None:
        """A label read too badly at first may be plain when its strip is read alone."""
        said = "".join(word.text for word in segment.reread)
        if "." in said and len(said) < 5 and (name := self.labels.code(said)):
            segment.label = name
        said = plain(said)
        if 4 <= len(said) <= 44 and (found := self.labels.find(said)) and found[1] > 0.8:
            segment.label = found[0]

    def values(self, fits: Callable[[str, list[Segment]], bool]) -> dict[str, list[Segment]]:
        """For each label's name, the segments of its value: right of it, or else below.

        `fits` says whether segments may be a value of that name at all.
        """
        right = {id(seg): self._right_of(row, n) for row, n, seg in self._label_places()}
        below = {id(seg): self._below(row, n) for row, n, seg in self._label_places()}
        first, second = (right, below) if self.is_sideways else (below, right)
        found: dict[str, list[Segment]] = {}
        taken: set[int] = set()
        for choice in (first, second):
            for _row, _n, seg in self._label_places():
                parts = [part for part in choice[id(seg)] if id(part) not in taken]
                if parts and seg.label not in found and fits(seg.label, parts):
                    found[seg.label] = parts
                    taken.update(id(part) for part in parts)
        return found

    @property
    def is_sideways(self) -> bool:
        """Whether the values of this paper stand right of their labels, and not below."""
        places = list(self._label_places())
        beside = sum(1 for row, n, _ in places if self._right_of(row, n))
        under = sum(1 for row, n, _ in places if not self._right_of(row, n) and self._below(row, n))
        return beside >= under

    def _label_places(self):
        for row in self.rows:
            for place, segment in enumerate(row):
                if segment.label and segment.label != "_heading":
                    yield row, place, segment

    def _right_of(self, row: list[Segment], place: int) -> list[Segment]:
        last, reach = row[place], float(FAR)
        parts: list[Segment] = []
        for segment in row[place + 1 :]:
            gap = segment.left - last.right
            if segment.label or gap > reach * max(last.height, segment.height):
                break
            if parts and not 0.6 < segment.height / parts[0].height < 1.6:
                break
            if plain(segment.text):
                parts.append(segment)
                last, reach = segment, NEXT
        return parts

    def _below(self, row: list[Segment], place: int) -> list[Segment]:
        label = row[place]
        after = self.next_label(label)
        best: list[Segment] = []
        nearest = DEEP * label.height
        for other in self.rows:
            for n, segment in enumerate(other):
                deep = segment.middle - label.middle
                starts = label.left - 2 * label.height < segment.left < label.right
                if segment.label or not starts or not 0.7 * label.height < deep < nearest:
                    continue
                if plain(segment.text) and segment.left < after:
                    nearest = deep
                    best = [segment, *self._right_of(other, n)]
        return [part for part in best if part.left < after]

    def by_form(self, form: re.Pattern, taken: list[Segment]) -> list[Segment]:
        """The one segment that both looks read in this form, or nothing."""
        known = {id(segment) for segment in taken}
        alike = [
            seg
            for seg in self.segments()
            if not seg.label
            and id(seg) not in known
            and form.fullmatch(seg.text)
            and form.fullmatch(" ".join(word.text for word in seg.reread))
        ]
        return alike if len(alike) == 1 else []

    def next_label(self, label: Segment) -> float:
        """Where, on the same line, the next label begins: the end of this one's column."""
        level = [
            seg.left
            for seg in self.anchors()
            if seg.label != label.label
            and seg.left > label.right
            and abs(seg.middle - label.middle) < 1.5 * label.height
        ]
        return min(level, default=float("inf"))
