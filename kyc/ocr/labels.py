"""Finding printed labels among words, however badly read."""

import re
from difflib import SequenceMatcher
from functools import lru_cache

from kyc.ocr.engine import Word
from kyc.ocr.rows import plain

LONGEST = 7  # words of a label
Match = tuple[int, int, str]


class Labels:
    """The labels of one kind of paper: a name for each printed variant, and codes such as D.1.

    A name that begins with `_` is known only so that it is not taken for a value.
    """

    def __init__(self, printed: dict[str, tuple[str, ...]], codes: dict[str, str] | None = None):
        self.names = {plain(text): name for name, texts in printed.items() for text in texts}
        self.codes = codes or {}
        self.find = lru_cache(maxsize=4096)(self._find)

    def _find(self, text: str) -> tuple[str, float] | None:
        """The label this plain text is, and how alike from 0 to 1."""
        if text in self.names:
            return self.names[text], 1.0
        best = None
        for variant, name in self.names.items():
            if len(variant) < 4 or abs(len(variant) - len(text)) > 0.3 * len(variant):
                continue
            matcher = SequenceMatcher(None, variant, text, autojunk=False)
            floor = best[1] if best else _threshold(len(variant))
            if matcher.real_quick_ratio() < floor or matcher.quick_ratio() < floor:
                continue
            if (alike := matcher.ratio()) >= floor:
                best = (name, alike)
        return best

    def code(self, text: str) -> str | None:
        """The name behind a code as printed at the head of a line, `D.1` or `P.6`."""
        bare = re.sub(r"[^A-Z0-9.]", "", text.upper()).strip(".")
        if re.fullmatch(r"[5S8]\.?[1I]", bare):
            bare = "S.1"
        if re.fullmatch(r"[A-Z]\d", bare):
            bare = f"{bare[0]}.{bare[1]}"
        return self.codes.get(re.sub(r"\.[IL|]$", ".1", bare))

    def within(self, row: list[Word]) -> list[Match]:
        """The labels of a row: (first word, word after the last, name), left to right."""
        found = []
        for start in range(len(row)):
            for end in range(start + 1, min(len(row), start + LONGEST) + 1):
                if match := self._window(row, start, end):
                    found.append((match[1], start, end, match[0]))
        taken: set[int] = set()
        kept: list[Match] = []
        for _weight, start, end, name in sorted(found, reverse=True):
            if taken.isdisjoint(range(start, end)):
                taken.update(range(start, end))
                kept.append((start, end, name))
        return self._with_codes(row, sorted(kept))

    def _window(self, row: list[Word], start: int, end: int) -> tuple[str, float] | None:
        text = plain("".join(word.text for word in row[start:end]))
        if not plain(row[start].text) or not 3 <= len(text) <= 44:
            return None
        if any(
            b.left - a.right > 2.5 * max(a.letter, b.letter) for a, b in _pairs(row, start, end)
        ):
            return None
        first = start == 0 or row[start].left - row[start - 1].right > 0.9 * row[start].letter
        match = self.find(text)
        if not match or (len(text) < 5 and not first):
            return None
        if not first and match[1] < 0.85:
            return None
        # A mark at the end, the colon, belongs to the label; a word more does not.
        return match[0], len(text) * (2 * match[1] - 1) + (0.01 if end - start > 1 else 0)

    def _with_codes(self, row: list[Word], kept: list[Match]) -> list[Match]:
        """Codes before a label join it; codes with no label beside them are labels themselves."""
        if not self.codes:
            return kept
        inside = {place for start, end, _ in kept for place in range(start, end)}
        starts = {start: (end, name) for start, end, name in kept}
        result = []
        for place, word in enumerate(row):
            head = place == 0 or word.left - row[place - 1].right > 1.2 * word.letter
            if place in inside or not head or len(word.text) > 5:
                continue
            sign = word.text[:1].isupper() or any(c.isdigit() or c == "." for c in word.text)
            name = self.code(word.text) if sign else None
            if place + 1 in starts:
                end, said = starts.pop(place + 1)
                result.append((place, end, said))
            elif name and ("." in word.text or self._stands_off(row, place)):
                result.append((place, place + 1, name))
        return sorted(result + [(start, *rest) for start, rest in starts.items()])

    def _stands_off(self, row: list[Word], place: int) -> bool:
        """Whether something follows, a little way off: a make may be called C3 too."""
        if place + 1 >= len(row):
            return False
        following = row[place + 1]
        return 0.45 < (following.left - row[place].right) / following.letter < 6


def _threshold(length: int) -> float:
    return 0.86 if length < 6 else 0.8 if length < 9 else 0.74


def _pairs(row: list[Word], start: int, end: int):
    return zip(row[start : end - 1], row[start + 1 : end], strict=True)
