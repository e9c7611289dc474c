"""A third look, where a value is missing or in doubt: at the place where it ought to stand."""

from statistics import median

from kyc.ocr import strips
from kyc.ocr.engine import Word
from kyc.ocr.rows import Segment, plain
from kyc.ocr.sheet import Sheet
from kyc.ocr.strips import Strip

LARGER = 1.35  # a value beside its label, where no other tells how large values are
BELOW = 1.9  # heights of a letter from the middle of a label to that of the value below


def read(sheet: Sheet, names: set[str], found: dict[str, list[Segment]]) -> dict[str, list[Word]]:
    """For each of these names whose label is known, the words at the place of its value."""
    zones = {}
    for label in sheet.anchors():
        if label.label in names and label.label not in zones:
            zones[label.label] = _zone(sheet, label, found)
    words = strips.read(sheet.view, list(zones.values()))
    return {
        name: _without_label(sheet, _on_line(found, zone))
        for (name, zone), found in zip(zones.items(), words, strict=False)
    }


def _without_label(sheet: Sheet, words: list[Word]) -> list[Word]:
    """The words after what is left of the label, where only its code was seen before."""
    while words and len(said := plain(words[0].text)) > 4 and sheet.labels.find(said):
        words = words[1:]
    return words


def _on_line(words: list[Word], zone: Strip) -> list[Word]:
    """The words that stand on the line and near each other: the rest is dirt of the paper."""
    kept: list[Word] = []
    for word in words:
        base = zone.bottom - 0.2 * zone.letter + zone.slope * (word.left - zone.left)
        level = -0.35 < (word.bottom - base) / zone.letter < 0.45
        if not level or not 0.6 < word.letter / zone.letter < 2.1:
            continue
        if kept and word.left - kept[-1].right > 2.5 * zone.letter:
            break
        kept.append(word)
    return kept


def _zone(sheet: Sheet, label: Segment, found: dict[str, list[Segment]]) -> Strip:
    values = [parts[0] for parts in found.values() if parts]
    letter = median(part.height for part in values) if values else LARGER * label.height
    slope = sheet.slope_near(label)
    last = max((seg.right for seg in [*sheet.anchors(), *values]), default=label.right)
    end = min(sheet.next_label(label) - 0.8 * letter, last + 4 * letter)
    if sheet.is_sideways:
        start = label.right + 0.35 * letter
        base = _base(label) + slope * (start - label.left)
    else:
        start = label.left - letter
        base = _base(label) + _drop(sheet, found, label)
    if end - start < 2 * letter:
        end = start + 12 * letter
    # Little room above: under a label, the tails of its letters would be read as a line.
    return Strip(start, base - 1.1 * letter, end, base + 0.2 * letter, letter, slope, room=0.15)


def _base(segment: Segment) -> float:
    """The line the first word stands on."""
    word = segment.words[0]
    return word.bottom - (0.26 * word.letter if word.hangs else 0)


def _drop(sheet: Sheet, found: dict[str, list[Segment]], label: Segment) -> float:
    """How far below its label's line a value stands on this paper."""
    drops = [
        _base(found[seg.label][0]) - _base(seg)
        for seg in sheet.anchors()
        if seg.label and found.get(seg.label)
    ]
    usual = [drop for drop in drops if 0 < drop < 5 * label.height]
    return median(usual) if usual else BELOW * label.height
