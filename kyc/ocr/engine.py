"""Tesseract: the words of an image, with their places and its confidence."""

import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from PIL import Image

LANGUAGES = "fra+eng"  # there is no Malagasy model, and this pair reads it best
SECONDS = 40
WHOLE = 50  # seconds for all that is asked about one picture: a task has sixty
LOWEST = 10  # pixels: anything less high is dirt
SPARSE, BLOCK = 11, 6  # page segmentation modes

# One thread is two to five times faster than four that wait for each other.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")


_ends: ContextVar[float] = ContextVar("ends", default=math.inf)


class Unreadable(Exception):
    """Tesseract gave no answer in time, or none at all."""


@contextmanager
def one_picture() -> Iterator[None]:
    """What is asked within is about one picture, and has WHOLE seconds together."""
    token = _ends.set(time.monotonic() + WHOLE)
    try:
        yield
    finally:
        _ends.reset(token)


@dataclass(frozen=True)
class Word:
    """A word in the pixels of the image read; `confidence` is 0 to 1."""

    text: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def letter(self) -> float:
        """The height of a capital, guessed from which letters rise and which hang."""
        rises = any(c.isupper() or c.isdigit() or c in "bdfhiklt°é'" for c in self.text)
        return self.height / ((1.0 if rises else 0.74) + (0.26 if self.hangs else 0.0))

    @property
    def hangs(self) -> bool:
        """Whether a letter goes below the line."""
        return any(c in "gjpqyçQ,;()/|" for c in self.text)


def words(image: Image.Image, *, mode: int) -> list[Word]:
    """All words Tesseract sees, in its own order; raises `Unreadable`."""
    import pytesseract  # it brings numpy along, which pages have no use for

    left = _ends.get() - time.monotonic()
    if left <= 0:
        raise Unreadable("no time is left for this picture")
    try:
        table = pytesseract.image_to_data(
            image,
            lang=LANGUAGES,
            config=f"--psm {mode} --dpi 300",
            timeout=min(SECONDS, left),
            output_type=pytesseract.Output.DICT,
        )
    except (RuntimeError, pytesseract.TesseractError) as error:
        raise Unreadable(str(error)) from error
    columns = (table[name] for name in ("text", "conf", "left", "top", "width", "height"))
    return [
        Word(text.strip(), float(sure) / 100, x, y, x + width, y + height)
        for text, sure, x, y, width, height in zip(*columns, strict=True)
        if float(sure) >= 0 and height >= LOWEST and any(letter.isalnum() for letter in text)
    ]
