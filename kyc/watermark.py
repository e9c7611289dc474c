"""Writing over a picture, as it is served, who it was served to and when. It is never stored."""

import io
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

QUALITY = 82
# Rows of the text cross a picture, whatever part of it is photographed.
ROWS = 4
LETTERS = 44  # how many fit across the picture, about
STRENGTH = 90  # of 255: to be read over light and dark, and the card to be read under it


def write(jpeg: bytes, text: str) -> bytes:
    """The picture with `text` across it, as a JPEG. The original stays as it is."""
    with Image.open(io.BytesIO(jpeg)) as stored:
        picture = stored.convert("RGB")
    width, height = picture.size
    dark, light = _stamps(text, max(10, round(width / LETTERS * 1.7)))
    step = max(dark.height, height // ROWS)
    for row, top in enumerate(range(step // 2 - dark.height // 2, height, step)):
        # Every other row begins further to the left: no column of the picture stays bare.
        for left in range(-(row % 2) * dark.width // 2, width, dark.width + dark.height):
            picture.paste("white", (left + 2, top + 2), light)
            picture.paste("#333333", (left, top), dark)
    marked = io.BytesIO()
    picture.save(marked, "JPEG", quality=QUALITY)
    return marked.getvalue()


@lru_cache(maxsize=16)
def _stamps(text: str, size: int) -> tuple[Image.Image, Image.Image]:
    """The text as two masks of the same size: the letters, and their fainter edge."""
    font = ImageFont.load_default(size)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text))
    masks = []
    for strength in (STRENGTH, STRENGTH // 2):
        mask = Image.new("L", (right - left + 1, bottom - top + 1))
        ImageDraw.Draw(mask).text((-left, -top), text, fill=strength, font=font)
        masks.append(mask)
    return masks[0], masks[1]
