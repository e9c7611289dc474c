"""From several looks at a value to a field: agree and be sure, or keep quiet."""

from collections import Counter
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from kyc.ocr.engine import Word
from kyc.ocr.reading import Field
from kyc.ocr.rows import Segment, plain
from kyc.ocr.values import Repair
from kyc.ocr.view import View

FAINT = 0.35  # a word at either end read no better than this is dirt
SURE = 0.85  # from here a field may be shown as read without doubt
DISPUTED = 0.6  # the most that is left where two readings differ
GUESS = 0.45  # below this nothing is said
WIDE = 1.8  # heights of a letter: a blank after which a value may have ended
SPLIT = 0.4  # what is left of the confidence then
CLEAR = 0.7  # from here the whole place is taken as read well
AGREED = 0.6  # what agreement alone is worth


@dataclass(frozen=True)
class Look:
    """What one look made of a value."""

    value: str
    confidence: float
    words: tuple[Word, ...]


def looks_of(parts: list[Segment], zone: list[Word], repair: Repair) -> list[Look]:
    """The looks that gave something a value of this type may be."""
    passes = (
        [word for part in parts for word in part.words],
        [word for part in parts for word in part.reread],
        zone,
    )
    looks = [look for words in passes if (look := _look(words, repair))]
    whole = _look(zone, repair)
    if not whole or whole.confidence < CLEAR:
        return looks
    # The whole place was read there: what is but a piece of it was cut short.
    return [look for look in looks if look == whole or not _is_piece(look, whole)]


def _is_piece(look: Look, whole: Look) -> bool:
    part, all_of_it = plain(look.value), plain(whole.value)
    return len(part) < len(all_of_it) and part in all_of_it


def field_of(looks: list[Look], view: View) -> Field:
    """The field most looks agree on, or an empty one."""
    if not looks:
        return Field()
    groups: dict[str, list[Look]] = {}
    for look in looks:
        groups.setdefault(plain(look.value), []).append(look)
    ranked = sorted(groups.values(), key=lambda group: -sum(look.confidence for look in group))
    agreed, others = ranked[0], [look for group in ranked[1:] for look in group]
    confidence = _together(agreed, others)
    if confidence < GUESS:
        return Field()
    words = agreed[0].words
    return Field(
        value=_spelling(agreed),
        confidence=round(confidence, 2),
        confident=confidence >= SURE,
        box=view.box(
            min(word.left for word in words),
            min(word.top for word in words),
            max(word.right for word in words),
            max(word.bottom for word in words),
        ),
    )


def better(fields: dict[str, Field], others: dict[str, Field]) -> dict[str, Field]:
    """Of two readings of one paper, for each field the surer; where they differ none is sure."""
    chosen = {**others, **fields}
    for name in fields.keys() & others.keys():
        one, other = sorted((fields[name], others[name]), key=lambda field: -field.confidence)
        if plain(str(one.value or "")) != plain(str(other.value or "")):
            one = replace(one, confidence=min(one.confidence, DISPUTED), confident=False)
        chosen[name] = one
    return chosen


def _together(agreed: list[Look], others: list[Look]) -> float:
    doubt = 1.0
    for look in agreed:
        doubt *= 1 - look.confidence
    sure = min(0.99, 1 - doubt) if len(agreed) > 1 else 0.84 * agreed[0].confidence
    # Blanks that come and go say nothing of the letters, but the value is not certain.
    if len({look.value.count(" ") for look in agreed}) > 1:
        sure = min(sure, 0.84)
    # Two looks do not err alike over many letters.
    if len(agreed) > 1 and len(plain(agreed[0].value)) > 5:
        sure = max(sure, AGREED)
    return sure * (1 - max((_doubt(agreed[0], other) for other in others), default=0.0))


def _doubt(look: Look, other: Look) -> float:
    """What another reading takes off: less where only a letter or two differ."""
    alike = SequenceMatcher(None, look.value, other.value, autojunk=False).ratio()
    return (0.35 if alike > 0.8 else 0.5) * other.confidence


def _spelling(agreed: list[Look]) -> str:
    """The commonest spelling, or the surest with the accents that any look saw: they get lost."""
    commonest, times = Counter(look.value for look in agreed).most_common(1)[0]
    if times > 1:
        return commonest
    value = max(agreed, key=lambda look: (look.value.count("-"), look.confidence)).value
    seen = [[c for c in look.value if plain(c)] for look in agreed]
    letters = iter(zip(*seen, strict=False))
    return "".join(max(next(letters), key=ord) if plain(c) else c for c in value)


def _look(words: list[Word], repair: Repair) -> Look | None:
    words = list(words)
    while words and (words[-1].confidence < FAINT or not plain(words[-1].text)):
        words.pop()
    while words and not plain(words[0].text):
        words.pop(0)
    while words:
        if value := repair(" ".join(word.text for word in words)):
            sure = _confidence(words) * (SPLIT if _is_split(words) else 1)
            return Look(value, sure, tuple(words))
        # Dirt behind a date or a number spoils it: a short word more may be left out.
        if len(words) == 1 or len(plain(words[-1].text)) > 3:
            return None
        words.pop()
    return None


def _is_split(words: list[Word]) -> bool:
    """Whether a wide blank lies inside: what follows it may be a stamp's."""
    pairs = zip(words, words[1:], strict=False)
    return any(b.left - a.right > WIDE * max(a.letter, b.letter) for a, b in pairs)


def _confidence(words: list[Word]) -> float:
    """The mean over the letters, so that a long word weighs more than a stray mark."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0
