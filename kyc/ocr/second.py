"""The second reader, which errs in other places: Tesseract over pieces laid level on one page."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from kyc.ocr import deadline
from kyc.ocr.deadline import Unreadable

LANGUAGES = "fra"  # there is no Malagasy model; English beside it costs time and finds nothing
SECONDS = 20
BLOCK = 6  # page segmentation mode: one block of lines
HEIGHT = 40  # pixels of a strip
GAP = 26  # pixels between strips
MARGIN = 30  # pixels around the page
LOWEST = 10  # pixels: anything less high is dirt

# One thread is two to five times faster than four that wait for each other.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")


@dataclass(frozen=True)
class Word:
    """A word in the pixels of the image read; `confidence` is 0 to 1."""

    text: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float


def words(image: Image.Image, *, mode: int = BLOCK) -> list[Word]:
    """All words Tesseract sees, in its own order; raises `Unreadable`."""
    import pytesseract

    left = deadline.left()
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


def read(strips: Sequence[Any]) -> list[list[Word]]:
    """The words of each strip, a line of text each, BGR."""
    import numpy as np

    if not strips:
        return []
    even = [_even(strip) for strip in strips]
    width = max(strip.shape[1] for strip in even) + 2 * MARGIN
    page = np.full((len(even) * (HEIGHT + GAP) + 2 * MARGIN, width), 255, np.uint8)
    for place, strip in enumerate(even):
        top = MARGIN + place * (HEIGHT + GAP)
        page[top : top + HEIGHT, MARGIN : MARGIN + strip.shape[1]] = strip
    found: list[list[Word]] = [[] for _ in strips]
    for word in words(Image.fromarray(page)):
        place = int(((word.top + word.bottom) / 2 - MARGIN + GAP / 2) // (HEIGHT + GAP))
        if 0 <= place < len(found):
            found[place].append(word)
    return [sorted(row, key=lambda word: word.left) for row in found]


def _even(strip: Any) -> Any:
    """In grey levels, `HEIGHT` high, the paper's own brightness divided out."""
    import cv2
    import numpy as np

    grey = cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY)
    width = max(8, round(grey.shape[1] * HEIGHT / grey.shape[0]))
    way = cv2.INTER_AREA if grey.shape[0] > HEIGHT else cv2.INTER_CUBIC
    grey = cv2.resize(grey, (width, HEIGHT), interpolation=way)
    paper = cv2.dilate(grey, np.ones((15, 15), np.uint8))
    paper = cv2.GaussianBlur(paper, (0, 0), 8).astype(np.float32)
    even = grey.astype(np.float32) * 250 / (paper + 1)
    low = float(np.percentile(even, 2))
    even = (even - low) * 255 / max(20.0, 245 - low)
    return np.clip(even, 0, 255).astype(np.uint8)
