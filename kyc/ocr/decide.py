"""From several looks at a value to one, with the evidence for it: agree, or keep quiet."""

import math
from dataclasses import dataclass
from difflib import SequenceMatcher

from kyc.ocr.lines import Char, Chars, plain
from kyc.ocr.second import Word
from kyc.ocr.sheet import BELOW, FORM, PLACE, RIGHT, Value
from kyc.ocr.values import Repair

FLOOR = 1e-4


@dataclass(frozen=True)
class Look:
    """What one look made of a value: None where it is nothing that may stand there."""

    value: str | None
    chars: Chars

    @property
    def least(self) -> float:
        """The likelihood of its doubtfullest sign."""
        return min((c.score for c in self.chars if c.text.isalnum()), default=0.0)

    @property
    def mean(self) -> float:
        """The mean likelihood of its signs."""
        scores = [char.score for char in self.chars if char.text.isalnum()]
        return sum(scores) / len(scores) if scores else 0.0


@dataclass(frozen=True)
class Found:
    """A value, where it stands, and what speaks for it: numbers that calibration weighs."""

    value: str
    place: Value
    evidence: tuple[float, ...]
    is_doubtful: bool = False  # for other reasons than how it was read


EVIDENCE = (
    "least",  # how doubtful the doubtfullest sign is, as a logarithm
    "mean",
    "same",  # the second reader says exactly so
    "alike",  # it says so but for blanks and accents
    "differs",  # it says something else
    "near",  # how alike what it says is
    "again",  # the first reader says so of the piece alone
    "against",  # it says something else of the piece alone
    "right",
    "below",
    "form",
    "place",
    "label",  # how unlike its label what was taken for it is
    "length",
    "blanks",  # blanks may have been dropped
    "small",  # how much less high than a clear one its line is
    "page",  # how doubtful the whole page is, as a logarithm
)
CLEAR = 30.0  # pixels of a line that is easily read


def look(chars: Chars, repair: Repair) -> Look:
    """What this reading of a piece comes to."""
    return Look(repair(chars), chars)


def chars_of(words: list[Word]) -> list[Char]:
    """Tesseract's words as signs."""
    chars: list[Char] = []
    for word in words:
        if chars:
            chars.append(Char(" "))
        chars += [Char(sign, word.confidence) for sign in word.text]
    return chars


def settle(
    first: Look, second: Look, again: Look | None, place: Value, *, page: float
) -> Found | None:
    """The value most looks agree on, or the first reader's; None where none has any.

    `page` is the mean likelihood of the signs of the whole page.
    """
    second, again = _whole(second, first, place), again and _whole(again, first, place)
    looks = [each for each in (first, again, second) if each is not None and each.value]
    if not looks:
        return None
    backed = max(
        looks, key=lambda one: sum(_same(one, other) for other in looks) - 0.1 * looks.index(one)
    )
    value = _spelling(backed, looks)
    evidence = _evidence(value, backed, first, second, again, place)
    small = max(0.0, 1 - place.span.height / CLEAR)
    return Found(value, place, (*evidence, small, math.log(max(FLOOR, 1.0001 - page))))


def _whole(look: Look, first: Look, place: Value) -> Look:
    """This look, or one at nothing where what it saw had been cut off with the label before it."""
    seen, whole = (plain("".join(char.text for char in each.chars)) for each in (look, first))
    is_cut = place.span.start > 0 and seen != whole and whole.endswith(seen)
    return Look(None, ()) if is_cut and first.value else look


def _same(one: Look, other: Look) -> bool:
    return plain(one.value or "") == plain(other.value or "")


def _spelling(backed: Look, looks: list[Look]) -> str:
    """The spelling most looks have; of two, that with more blanks and accents: those get lost."""
    values = [each.value or "" for each in looks if _same(each, backed)]
    return max(
        values, key=lambda value: (values.count(value), value.count(" "), value == backed.value)
    )


def _evidence(
    value: str, backed: Look, first: Look, second: Look, again: Look | None, place: Value
):
    says = second.value or ""
    same, alike = says == value, plain(says) == plain(value)
    near = SequenceMatcher(None, plain(value), plain(says), autojunk=False).ratio() if says else 0.0
    own = first if first.value and _same(first, backed) else backed
    likeness = place.label.likeness if place.label else 1.0
    return (
        math.log(max(FLOOR, 1.0001 - own.least)),
        math.log(max(FLOOR, 1.0001 - own.mean)),
        float(same),
        float(alike and not same),
        float(bool(says) and not alike),
        near,
        float(again is not None and again.value == value),
        float(again is not None and again.value != value),
        float(place.way == RIGHT),
        float(place.way == BELOW),
        float(place.way == FORM),
        float(place.way == PLACE),
        1.0 - likeness,
        len(value) / 20,
        float(first.value != value),
    )
