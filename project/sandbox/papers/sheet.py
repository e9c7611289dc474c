"""A sheet of security paper and what can be printed on it."""

import math
import random
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = Path("/usr/share/fonts/truetype/dejavu")  # package fonts-dejavu-core
BLACK = (18, 18, 22)
RED = (190, 36, 44)
MONTHS = (
    *("JANVIER", "FÉVRIER", "MARS", "AVRIL", "MAI", "JUIN"),
    *("JUILLET", "AOÛT", "SEPTEMBRE", "OCTOBRE", "NOVEMBRE", "DÉCEMBRE"),
)


@cache
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """A DejaVu face, for instance `Sans-Bold`, at a height in pixels."""
    return ImageFont.truetype(str(FONTS / f"DejaVu{name}.ttf"), size)


class Sheet:
    """A picture under way: its paper is printed, words and signs are added."""

    def __init__(self, size: tuple[int, int], *, paper, wave, rng: random.Random):
        self.rng = rng
        self.image = Image.new("RGB", size, paper)
        self.draw = ImageDraw.Draw(self.image)
        self._waves(wave)

    def _waves(self, colour) -> None:
        width, height = self.image.size
        for top in range(-30, height + 30, 9):
            phase, swing = self.rng.random() * 6, 5 + 4 * self.rng.random()
            line = [
                (x, top + swing * math.sin(x / 38 + phase) + 6 * math.sin(x / 141))
                for x in range(0, width + 12, 12)
            ]
            self.draw.line(line, fill=colour, width=1)

    def write(self, at, text: str, *, face: str, size: int, ink=BLACK, anchor="ls") -> float:
        """Print a line with its baseline at `at`; return the x where it ends."""
        letters = font(face, size)
        self.draw.text(at, text, font=letters, fill=ink, anchor=anchor)
        return at[0] + letters.getlength(text)

    def dots(self, start: float, end: float, y: float, *, ink) -> None:
        """A dotted leader for a value to be typed on."""
        for x in range(int(start), int(end), 10):
            self.draw.ellipse((x, y, x + 2, y + 2), fill=ink)

    def flag(self, x: int, y: int, width: int) -> None:
        third, height = width // 3, width * 2 // 3
        self.draw.rectangle((x, y, x + width, y + height), fill="white", outline=(150, 150, 150))
        self.draw.rectangle((x + third, y, x + width, y + height // 2), fill=(214, 40, 48))
        self.draw.rectangle((x + third, y + height // 2, x + width, y + height), fill=(20, 130, 72))

    def portrait(self, x: int, y: int, width: int) -> None:
        """A head and shoulders that resemble nobody."""
        height = width * 5 // 4
        photo = Image.new("RGB", (width, height), (222, 226, 230))
        draw = ImageDraw.Draw(photo)
        skin = self.rng.choice(((122, 84, 60), (150, 106, 76), (96, 66, 48)))
        shirt = self.rng.choice(((70, 84, 120), (120, 64, 70), (72, 104, 88)))
        middle = width // 2
        draw.ellipse((width * 0.05, height * 0.72, width * 0.95, height * 1.4), fill=shirt)
        draw.rectangle((middle - 22, height * 0.58, middle + 22, height * 0.78), fill=skin)
        draw.ellipse((width * 0.25, height * 0.12, width * 0.75, height * 0.68), fill=(30, 24, 22))
        draw.ellipse((width * 0.29, height * 0.22, width * 0.71, height * 0.7), fill=skin)
        self.image.paste(photo, (x, y))
        self.draw.rectangle((x, y, x + width, y + height), outline=(130, 130, 130), width=2)

    def stamp(self, x: int, y: int, radius: int, text: str, *, ink=(126, 96, 170)) -> None:
        """A round stamp, its words running along the rim."""
        for r in (radius, radius - 4, radius * 6 // 10):
            self.draw.ellipse((x - r, y - r, x + r, y + r), outline=ink, width=2)
        letters = font("Sans-Bold", radius // 5)
        for place, letter in enumerate(text):
            turn = 2 * math.pi * place / len(text)
            tile = Image.new("L", (radius // 3, radius // 3))
            ImageDraw.Draw(tile).text(
                (radius // 6, radius // 6), letter, font=letters, fill=255, anchor="mm"
            )
            tile = tile.rotate(-math.degrees(turn), resample=Image.Resampling.BICUBIC)
            rim = radius * 0.79
            corner = (
                int(x + rim * math.sin(turn) - radius / 6),
                int(y - rim * math.cos(turn) - radius / 6),
            )
            self.image.paste(Image.new("RGB", tile.size, ink), corner, tile)

    def signature(self, x: int, y: int, width: int) -> None:
        phase = self.rng.random() * 3
        line = [
            (x + step * width / 60, y + 22 * math.sin(step / 3.1 + phase) * math.sin(step / 17))
            for step in range(60)
        ]
        self.draw.line(line, fill=(40, 50, 120), width=4, joint="curve")

    def specimen(self, x: int, y: int, width: int) -> None:
        """The mark that keeps anybody from taking this for a real paper."""
        height = width // 5
        self.draw.rounded_rectangle((x, y, x + width, y + height), 12, outline=RED, width=5)
        self.write(
            (x + width / 2, y + height / 2),
            "SPÉCIMEN",
            face="Sans-Bold",
            size=width // 7,
            ink=RED,
            anchor="mm",
        )


def in_words(day: str) -> str:
    """`1990-05-12` as a registry office types it: `12 MAI 1990`."""
    year, month, number = day.split("-")
    return f"{number} {MONTHS[int(month) - 1]} {year}"


def in_figures(day: str, mark: str = "/") -> str:
    """`1990-05-12` as `12/05/1990`."""
    return mark.join(reversed(day.split("-")))
