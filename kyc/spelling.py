"""One person's names in two spellings: what is levelled, what two people are found alike by.

Names of Madagascar are long, written by ear, and their order is free; many people have only one.
"""

import re
import unicodedata
from datetime import date
from difflib import SequenceMatcher
from itertools import combinations

WORDS = 6  # of one person that are looked at
SHORTEST = 3  # letters of a word that is searched for
ALIKE = 0.82  # of two words' letters, in their order
YEARS = 1  # by which a year of birth that is "about" may differ

# What sounds the same and is written in several ways; in this order.
LEVELLED = (
    ("PH", "F"),
    ("OU", "O"),
    ("AO", "O"),
    ("OA", "O"),
    ("DZ", "Z"),
    ("DJ", "Z"),
    ("TZ", "TS"),
    ("CH", "S"),
    ("X", "KS"),
    *((letter, sound) for letter, sound in zip("YJCQUW", "IZKKOV", strict=True)),
)


def words(text: str) -> list[str]:
    """The words of a name as they sound: no accents, no silent letters, none doubled."""
    plain = unicodedata.normalize("NFKD", text).upper()
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return [_sound(word) for word in re.findall(r"[A-Z]+", plain.replace("'", ""))]


def _sound(word: str) -> str:
    for written, sound in LEVELLED:
        word = word.replace(written, sound)
    # Silent within a word; at its beginning it may stand as an initial.
    word = word[:1] + word[1:].replace("H", "")
    word = re.sub(r"(.)\1+", r"\1", word)
    # The last vowel is hardly heard, and often left out or another.
    return word[:-1] if len(word) > SHORTEST and word[-1] in "AEIO" else word


def keys(name: str, born: date, *, about: bool) -> set[str]:
    """What a person is searched for by: two people of whom one may be the other share one.

    A word with the day of birth, whichever of day and month came first; or two words with the year.
    """
    known = sorted({word for word in words(name) if len(word) >= SHORTEST})[:WORDS]
    years = range(born.year - YEARS, born.year + YEARS + 1) if about else [born.year]
    found = {f"{one} {other} {year}" for one, other in combinations(known, 2) for year in years}
    if not about:
        found |= {f"{word} {_day(born)}" for word in known}
    return found


def _day(born: date) -> str:
    low, high = sorted((born.day, born.month))
    return f"{born.year}-{low}-{high}"


def is_same_name(one: str, other: str) -> bool:
    """Whether two names may be one person's: each word of the shorter has its like in the longer.

    An initial is like any word it begins; but one whole word at least must be alike.
    """
    short, long = sorted((words(one), words(other)), key=len)
    whole = 0
    for word in short:
        like = max(long, key=lambda each: _likeness(word, each), default="")
        if _likeness(word, like) < ALIKE:
            return False
        long = [each for place, each in enumerate(long) if place != long.index(like)]
        whole += min(len(word), len(like)) >= SHORTEST
    return whole >= 1


def _likeness(one: str, other: str) -> float:
    if min(len(one), len(other)) == 1:
        return float(one[0] == other[0])
    return SequenceMatcher(None, one, other).ratio() if one and other else 0.0
