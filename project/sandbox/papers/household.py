"""Drawing what else a dossier shows: a face that is nobody's, and a bill that proves an address."""

import random

from PIL import Image, ImageDraw, ImageFilter

from project.sandbox.papers.sheet import Sheet

INK = (40, 52, 74)
SKINS = ((122, 84, 60), (150, 106, 76), (96, 66, 48))
SHIRTS = ((70, 84, 120), (120, 64, 70), (72, 104, 88))
WALLS = ((206, 212, 208), (222, 212, 196), (196, 206, 218))


def draw_selfie(*, seed) -> Image.Image:
    """A head and shoulders before a wall: drawn, and like nobody."""
    rng = random.Random(f"selfie {seed}")
    width, height = 900, 1200
    photo = Image.new("RGB", (width, height), rng.choice(WALLS))
    draw = ImageDraw.Draw(photo)
    skin, middle = rng.choice(SKINS), width // 2
    draw.ellipse((60, 900, width - 60, 1700), fill=rng.choice(SHIRTS))
    draw.rectangle((middle - 80, 760, middle + 80, 980), fill=skin)
    draw.ellipse((220, 190, 680, 820), fill=(30, 24, 22))
    draw.ellipse((250, 270, 650, 860), fill=skin)
    _face(draw, middle, rng)
    return photo.filter(ImageFilter.GaussianBlur(1.2))


def _face(draw: ImageDraw.ImageDraw, middle: int, rng: random.Random) -> None:
    apart, line = rng.randint(85, 105), (52, 34, 26)
    for x in (middle - apart, middle + apart):
        draw.ellipse((x - 38, 500, x + 38, 544), fill=(244, 242, 238))
        draw.ellipse((x - 17, 503, x + 17, 541), fill=line)
        draw.arc((x - 60, 440, x + 60, 520), 200, 340, fill=line, width=12)
    draw.line((middle, 540, middle - 22, 640, middle + 18, 648), fill=line, width=7, joint="curve")
    draw.arc((middle - 90, 640, middle + 90, 750), 20, 160, fill=(120, 50, 50), width=12)


def draw_proof_of_address(person: dict, *, seed) -> Image.Image:
    """A bill for water and electricity in this person's name, of a company that does not exist."""
    rng = random.Random(f"bill {seed}")
    sheet = Sheet((1240, 1500), paper=(246, 246, 242), wave=(238, 240, 238), rng=rng)
    sheet.write((80, 130), "JIRO SY RANO FAMPISEHOANA", face="Sans-Bold", size=44, ink=INK)
    sheet.write((80, 190), "Faktiora / Facture d'eau et d'électricité", face="Sans", size=30)
    month, power, water = rng.randint(1, 12), rng.randint(30, 260), rng.randint(4, 30)
    rows = [
        ("Laharana / Référence", f"{rng.randint(10**9, 10**10 - 1)}"),
        ("Anarana / Nom", f"{person['surname']} {person['given_names']}"),
        ("Adiresy / Adresse", person["address"]),
        ("Tanàna / Ville", person["issue_place"]),
        ("Volana / Mois", f"{month:02d}/2026"),
        ("Jiro / Électricité", f"{power} kWh"),
        ("Rano / Eau", f"{water} m³"),
        ("Totaliny / Total", f"{power * 620 + water * 1_400:,} Ar".replace(",", " ")),
    ]
    for line, (label, value) in enumerate(rows):
        top = 320 + line * 110
        sheet.write((80, top), label, face="Sans", size=26, ink=INK)
        sheet.write((560, top), value, face="SansMono-Bold", size=34)
    sheet.stamp(1040, 1300, 110, "JIRO SY RANO FAMPISEHOANA * ")
    sheet.specimen(120, 1280, 560)
    return sheet.image
