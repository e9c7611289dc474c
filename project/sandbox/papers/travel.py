"""Drawing a passport's page and a resident's card, each with its zone for machines."""

import random
from functools import cache

from PIL import Image, ImageFont

from project.sandbox.papers.sheet import Sheet, in_figures

OCR_B = "/usr/share/fonts/opentype/ocr-b/OCRB.otf"  # package fonts-ocr-b
GREY = (92, 96, 104)
BLUE = (40, 56, 104)
INK = (24, 24, 28)
PITCH = 2.54  # millimetres from sign to sign, ICAO Doc 9303-3


def draw_passport(holder: dict, *, seed) -> Image.Image:
    """The page of a passport that shows its holder, 125 mm wide, at 12 pixels a millimetre."""
    rng = random.Random(f"passport {seed}")
    paper, wave = rng.choice(
        (((234, 232, 222), (206, 214, 196)), ((228, 234, 238), (196, 212, 222)))
    )
    sheet = Sheet((1500, 1056), paper=paper, wave=wave, rng=rng)
    sheet.write((90, 80), "REPOBLIKAN'I MADAGASIKARA", face="Serif-Bold", size=36, ink=BLUE)
    sheet.write((1410, 80), "PASIPAORO / PASSEPORT", face="Sans", size=28, ink=BLUE, anchor="rs")
    sheet.portrait(90, 170, 360)
    rows = [
        ("Laharana / N°", holder["number"]),
        ("Anarana / Nom", holder["surname"]),
        ("Fanampin'anarana / Prénoms", holder["given_names"]),
        ("Zom-pirenena / Nationalité", holder["nationality"]),
        ("Teraka / Né(e) le", in_figures(holder["birth_date"])),
        ("L/V / Sexe", holder["sex"]),
        ("Manan-kery / Expire le", in_figures(holder["expiry"])),
    ]
    _fields(sheet, rows, left=500, top=150, step=88)
    sheet.specimen(960, 640, 440)
    _zone(sheet, passport_zone(holder), bottom=944, step=76, density=12)
    return sheet.image


def draw_resident_card(holder: dict, *, seed) -> tuple[Image.Image, Image.Image]:
    """Front and back of a card, 85.6 mm wide, at 14 pixels a millimetre; the back has the zone."""
    rng = random.Random(f"resident card {seed}")
    front = Sheet((1200, 756), paper=(236, 230, 232), wave=(214, 204, 212), rng=rng)
    front.write((60, 80), "REPOBLIKAN'I MADAGASIKARA", face="Serif-Bold", size=34, ink=BLUE)
    front.write((60, 122), "KARATRY NY MPONINA / CARTE DE RÉSIDENT", face="Sans", size=24, ink=BLUE)
    front.portrait(60, 200, 270)
    rows = [
        ("Anarana / Nom", holder["surname"]),
        ("Fanampin'anarana / Prénoms", holder["given_names"]),
        ("Zom-pirenena / Nationalité", holder["nationality"]),
        ("Teraka / Né(e) le", in_figures(holder["birth_date"])),
        ("Manan-kery / Valable jusqu'au", in_figures(holder["expiry"])),
    ]
    _fields(front, rows, left=380, top=200, step=86)
    front.specimen(760, 640, 380)
    back = Sheet((1200, 756), paper=(236, 230, 232), wave=(214, 204, 212), rng=rng)
    back.write((60, 90), "Natao tao / Délivrée à", face="Sans", size=22, ink=GREY)
    back.write((60, 134), "ANTANANARIVO", face="Sans-Bold", size=32)
    back.signature(80, 300, 260)
    back.stamp(640, 220, 110, "REPOBLIKAN'I MADAGASIKARA * ")
    back.specimen(800, 340, 340)
    _zone(back, card_zone(holder), bottom=690, step=60, density=14)
    return front.image, back.image


def passport_zone(holder: dict) -> list[str]:
    """The two lines of 44 signs of a passport (TD3)."""
    names = f"P<{holder['issuer']}{_names(holder)}"
    personal = "<" * 14
    parts = [
        _checked(holder["number"].ljust(9, "<")),
        _checked(_six(holder["birth_date"])),
        _checked(_six(holder["expiry"])) + _checked(personal),
    ]
    second = f"{parts[0]}{holder['nationality']}{parts[1]}{holder['sex']}{parts[2]}"
    return [names[:44].ljust(44, "<"), second + _digit("".join(parts))]


def card_zone(holder: dict) -> list[str]:
    """The three lines of 30 signs of a card (TD1)."""
    number = _checked(holder["number"].ljust(9, "<")) + "<" * 15
    born, ends = _checked(_six(holder["birth_date"])), _checked(_six(holder["expiry"]))
    optional = "<" * 11
    digit = _digit(number + born + ends + optional)
    return [
        f"AR{holder['issuer']}{number}",
        f"{born}{holder['sex']}{ends}{holder['nationality']}{optional}{digit}",
        _names(holder)[:30].ljust(30, "<"),
    ]


def _names(holder: dict) -> str:
    both = (holder["surname"], holder["given_names"])
    return "<<".join(name.replace("'", "").replace("-", "<").replace(" ", "<") for name in both)


def _six(day: str) -> str:
    return day[2:4] + day[5:7] + day[8:10]


def _checked(signs: str) -> str:
    return signs + _digit(signs)


def _digit(signs: str) -> str:
    """Weights 7, 3, 1; digits count as they are, A is 10 and Z is 35, a filler is nothing."""
    total = 0
    for place, sign in enumerate(signs):
        worth = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".find(sign)
        total += max(worth, 0) * (7, 3, 1)[place % 3]
    return str(total % 10)


def _fields(sheet: Sheet, rows, *, left: int, top: int, step: int) -> None:
    for label, value in rows:
        sheet.write((left, top), label, face="SansCondensed", size=21, ink=GREY)
        sheet.write((left + 2, top + 40), value, face="Sans-Bold", size=32)
        top += step


def _zone(sheet: Sheet, lines: list[str], *, bottom: int, step: int, density: int) -> None:
    """Print the lines, the last of them standing on `bottom`, sign by sign at the true pitch."""
    pitch = PITCH * density
    letters = _letters(round(pitch / 0.76))
    left = (sheet.image.width - pitch * len(lines[0])) / 2
    for row, line in enumerate(reversed(lines)):
        for place, sign in enumerate(line):
            at = (left + place * pitch, bottom - row * step)
            sheet.draw.text(at, sign, font=letters, fill=INK, anchor="ls")


@cache
def _letters(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(OCR_B, size)
