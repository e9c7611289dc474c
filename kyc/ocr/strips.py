"""A second look: pieces of lines cut out, set straight, and read again on one clean page."""

from dataclasses import dataclass

from PIL import Image

from kyc.ocr import engine
from kyc.ocr.engine import Word
from kyc.ocr.view import View

LETTER = 34  # height, in pixels, that letters are brought to
GAP = 30  # white pixels between two strips
MOST = 60  # strips on a page
WIDEST = 2600  # pixels


@dataclass(frozen=True)
class Strip:
    """A piece of a line of the view, in its pixels; it sinks `slope` a pixel to the right."""

    left: float
    top: float
    right: float
    bottom: float
    letter: float
    slope: float = 0.0
    room: float = 0.45  # heights of a letter left around it


def read(view: View, strips: list[Strip]) -> list[list[Word]]:
    """The words of each strip, left to right, at their places in the view."""
    strips = strips[:MOST]
    if not strips:
        return []
    cut = [_cut(view.even, strip) for strip in strips]
    width = max(piece.width for piece, _ in cut) + 2 * GAP
    height = sum(piece.height + GAP for piece, _ in cut) + GAP
    page = Image.new("L", (width, height), 255)
    tops, top = [], GAP
    for piece, _scale in cut:
        page.paste(piece, (GAP, top))
        tops.append(top)
        top += piece.height + GAP
    found: list[list[Word]] = [[] for _ in strips]
    for word in engine.words(page, mode=engine.BLOCK):
        place = max((n for n, top in enumerate(tops) if top - GAP / 2 <= word.middle), default=0)
        found[place].append(_placed(word, strips[place], cut[place][1], tops[place]))
    return [sorted(words, key=lambda word: word.left) for words in found]


def _cut(even: Image.Image, strip: Strip) -> tuple[Image.Image, float]:
    room = strip.room * strip.letter
    scale = max(0.4, min(3.0, LETTER / strip.letter))
    width = min(WIDEST, round((strip.right - strip.left + 2 * room) * scale))
    height = round((strip.bottom - strip.top + 2 * room) * scale)
    straight = (1 / scale, 0, strip.left - room, strip.slope / scale, 1 / scale, strip.top - room)
    piece = even.transform(
        (max(width, 8), max(height, 8)),
        Image.Transform.AFFINE,
        straight,
        resample=Image.Resampling.BICUBIC,
        fillcolor=255,
    )
    # Softer than the first look's ink, so that the two looks do not fail alike.
    return piece.point(lambda value: max(0, min(255, round((value - 50) * 1.45)))), scale


def _placed(word: Word, strip: Strip, scale: float, top: int) -> Word:
    room = strip.room * strip.letter
    left = strip.left - room + (word.left - GAP) / scale
    right = strip.left - room + (word.right - GAP) / scale
    sunk = strip.top - room + strip.slope * (left - strip.left)
    return Word(
        word.text,
        word.confidence,
        left,
        sunk + (word.top - top) / scale,
        right,
        sunk + (word.bottom - top) / scale,
    )
