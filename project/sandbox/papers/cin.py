"""Drawing a CIN: the large beige card with dotted lines, and the small one."""

import random

from PIL import Image

from project.sandbox.papers.sheet import Sheet, in_figures, in_words

GREY = (92, 96, 100)
BLUE = (44, 58, 110)


def draw_cin(person: dict, *, seed) -> tuple[Image.Image, Image.Image]:
    """Front and back of this person's card; the seed chooses the layout and its details."""
    rng = random.Random(f"cin {seed}")
    return rng.choice((_large, _small))(person, rng)


def _large(person: dict, rng: random.Random):
    return _large_front(person, rng), _large_back(person, rng)


def _small(person: dict, rng: random.Random):
    return _small_front(person, rng), _small_back(person, rng)


def _beige(rng: random.Random) -> Sheet:
    return Sheet((1500, 1060), paper=(238, 230, 208), wave=(222, 210, 182), rng=rng)


def _pale(rng: random.Random) -> Sheet:
    return Sheet((1300, 830), paper=(232, 236, 240), wave=(204, 216, 226), rng=rng)


def _heading(sheet: Sheet, *, size: int, ink) -> None:
    middle = sheet.image.width / 2
    lines = (
        ("Serif-Bold", size, "REPOBLIKAN'I MADAGASIKARA"),
        ("Sans", size * 6 // 10, "Fitiavana - Tanindrazana - Fandrosoana"),
        ("Serif-Bold", size * 9 // 10, "KARA-PANONDROM-PIRENENA"),
        ("Sans", size * 7 // 10, "(Carte Nationale d'Identité)"),
    )
    y = size * 2
    for face, height, text in lines:
        sheet.write((middle, y), text, face=face, size=height, ink=ink, anchor="ms")
        y += size * 12 // 10


def _dotted(sheet: Sheet, rows, *, left: int, top: int, step: int, typed: str) -> int:
    """Rows of label, dots and typed value on the dots; return where the next row would be."""
    right = sheet.image.width - 70
    for label, value, indent in rows:
        end = sheet.write((left + indent, top), label, face="Sans", size=26, ink=GREY)
        sheet.dots(end + 10, right, top + 3, ink=GREY)
        sheet.write((end + 34, top), value, face=typed, size=36)
        top += step
    return top


def _large_front(person: dict, rng: random.Random) -> Image.Image:
    sheet = _beige(rng)
    sheet.flag(70, 60, 110)
    _heading(sheet, size=44, ink=(56, 70, 60))
    sheet.write((1250, 90), f"N° {rng.randint(100000, 999999)} B", face="Sans", size=24, ink=GREY)
    sheet.portrait(80, 480, 300)
    typed = rng.choice(("SansMono-Bold", "SansMono", "Serif-Bold"))
    rows = [
        ("ANARANA / Nom", person["surname"], 0),
        ("FANAMPIN'ANARANA / Prénoms", person["given_names"], 0),
        ("TERAKA TAMIN'NY / Né(e) le", in_words(person["birth_date"]), 350),
        ("TAO / à", person["birth_place"], 350),
        ("FAMANTARANA MANOKANA / Signes part.", rng.choice(("NÉANT", "TSY MISY")), 350),
    ]
    below = _dotted(sheet, rows, left=70, top=350, step=78, typed=typed)
    number = " ".join(person["number"][place : place + 3] for place in range(0, 12, 3))
    end = sheet.write((420, below + 20), "LAHARANA / N°", face="Sans", size=26, ink=GREY)
    box = (end + 16, below - 36, end + 560, below + 40)
    sheet.draw.rectangle(box, outline=(150, 146, 132), width=2)
    sheet.write((end + 40, below + 20), number, face="SansMono-Bold", size=42)
    sheet.specimen(480, 900, 560)
    return sheet.image


def _large_back(person: dict, rng: random.Random) -> Image.Image:
    sheet = _beige(rng)
    typed = rng.choice(("SansMono-Bold", "SansMono", "Serif-Bold"))
    rows = [
        ("FONENANA / Domicile", person["address"], 0),
        ("BORIBORINTANY / Arrondissement", person["issue_place"], 0),
        ("ASA ATAO / Profession", person["occupation"], 0),
        ("RAY / Père", person["father"], 0),
        ("RENY / Mère", person["mother"], 0),
        ("NATAO TAO / Fait à", person["issue_place"], 0),
        ("TAMIN'NY / Le", in_words(person["issue_date"]), 0),
    ]
    _dotted(sheet, rows, left=80, top=130, step=84, typed=typed)
    sheet.stamp(1200, 850, 120, "REPOBLIKAN'I MADAGASIKARA * DISTRIKA * ")
    sheet.signature(820, 860, 260)
    sheet.specimen(110, 830, 560)
    return sheet.image


def _stacked(sheet: Sheet, rows, *, left: int, top: int, step: int, typed: str) -> None:
    for label, value in rows:
        sheet.write((left, top), label, face="SansCondensed", size=22, ink=BLUE)
        sheet.write((left + 4, top + 42), value, face=typed, size=36)
        top += step


def _small_front(person: dict, rng: random.Random) -> Image.Image:
    sheet = _pale(rng)
    sheet.flag(50, 50, 90)
    _heading(sheet, size=34, ink=BLUE)
    typed = rng.choice(("SansMono-Bold", "SansCondensed-Bold", "Sans-Bold"))
    number = " ".join(person["number"][place : place + 3] for place in range(0, 12, 3))
    rows = [
        ("ANARANA/Nom", person["surname"]),
        ("FANAMPIN'ANARANA/Prénoms", person["given_names"]),
        ("TERAKA TAMIN'NY/Né(e) le", in_figures(person["birth_date"])),
        ("TAO/à", person["birth_place"]),
        ("LAHARANA/N°", number),
    ]
    _stacked(sheet, rows, left=70, top=260, step=108, typed=typed)
    sheet.portrait(960, 250, 260)
    sheet.specimen(850, 660, 400)
    return sheet.image


def _small_back(person: dict, rng: random.Random) -> Image.Image:
    sheet = _pale(rng)
    typed = rng.choice(("SansMono-Bold", "SansCondensed-Bold", "Sans-Bold"))
    rows = [
        ("FONENANA/Domicile", person["address"]),
        ("ASA ATAO/Profession", person["occupation"]),
        ("RAY/Père", person["father"]),
        ("RENY/Mère", person["mother"]),
        ("NATAO TAO/Fait à", person["issue_place"]),
        ("TAMIN'NY/Le", in_figures(person["issue_date"])),
    ]
    _stacked(sheet, rows, left=70, top=80, step=108, typed=typed)
    sheet.stamp(1090, 520, 100, "DISTRIKA * REPOBLIKAN'I MADAGASIKARA * ")
    sheet.signature(700, 640, 220)
    sheet.specimen(850, 690, 400)
    return sheet.image
