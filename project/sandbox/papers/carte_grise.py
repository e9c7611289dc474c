"""Drawing a carte grise: plain labels over their values, or coded as on a French certificate."""

import random

from PIL import Image

from project.sandbox.papers.sheet import Sheet, in_figures

GREY = (84, 90, 96)
GREEN = (34, 84, 66)
ENERGY_CODES = {"petrol": "ES", "diesel": "GO", "electric": "EL", "hybrid": "EH"}
ENERGY_WORDS = {
    "petrol": "ESSENCE",
    "diesel": "GASOIL",
    "electric": "ÉLECTRIQUE",
    "hybrid": "HYBRIDE",
}


def draw_carte_grise(vehicle: dict, *, seed) -> Image.Image:
    """This vehicle's registration certificate; the seed chooses the layout and its details."""
    rng = random.Random(f"carte grise {seed}")
    return rng.choice((_plain, _coded))(vehicle, rng)


def _plate(vehicle: dict) -> str:
    plate = vehicle["plate"]
    figures = plate.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f"{figures} {plate[len(figures) :]}"


def _heading(sheet: Sheet, title: str, *, size: int, ink) -> None:
    middle = sheet.image.width / 2
    sheet.write(
        (middle, 70), "REPOBLIKAN'I MADAGASIKARA", face="Sans-Bold", size=size, ink=ink, anchor="ms"
    )
    sheet.write((middle, 70 + size * 1.4), title, face="Sans", size=size, ink=ink, anchor="ms")


def _plain(vehicle: dict, rng: random.Random) -> Image.Image:
    sheet = Sheet((1400, 960), paper=(236, 238, 226), wave=(208, 222, 196), rng=rng)
    sheet.flag(70, 50, 100)
    _heading(sheet, "CERTIFICAT D'IMMATRICULATION", size=34, ink=GREEN)
    typed = rng.choice(("SansMono-Bold", "SansCondensed-Bold", "Sans-Bold"))
    day = in_figures(vehicle["first_registration"], rng.choice("/-"))
    rows = [
        (("Numéro d'immatriculation", _plate(vehicle)), ("Date de 1ère circulation", day)),
        (("Marque", vehicle["make"]), ("Modèle", vehicle["model"])),
        (("Numéro de châssis", vehicle["chassis_number"]), ("Couleur", vehicle["colour"])),
        (("Propriétaire", vehicle["holder"]), ("Places assises", vehicle["seats"])),
        (
            ("Source d'énergie", ENERGY_WORDS[vehicle["energy"]]),
            ("Puissance fiscale", f"{vehicle['fiscal_power']} CV"),
        ),
        (
            ("Poids à vide", f"{vehicle['curb_weight']} kg"),
            ("Charge utile", f"{vehicle['payload']} kg"),
        ),
    ]
    for line, pair in enumerate(rows):
        for left, (label, value) in zip((90, 900), pair, strict=True):
            top = 200 + line * 104
            sheet.write((left, top), label, face="Sans", size=24, ink=GREEN)
            sheet.write((left + 3, top + 42), value, face=typed, size=34)
    sheet.specimen(460, 840, 480)
    return sheet.image


def _coded(vehicle: dict, rng: random.Random) -> Image.Image:
    sheet = Sheet((1500, 1060), paper=(226, 230, 234), wave=(206, 212, 220), rng=rng)
    _heading(sheet, "CERTIFICAT D'IMMATRICULATION - CARTE GRISE", size=34, ink=(60, 66, 84))
    typed = rng.choice(("SansMono", "SansMono-Bold", "Sans", "SansCondensed-Bold"))
    laden = int(vehicle["curb_weight"]) + int(vehicle["payload"])
    issued = f"{rng.randint(1, 28):02d}/{rng.randint(1, 12):02d}/2025"
    rows = [
        (0, "A", "N° d'immatriculation", _plate(vehicle)),
        (1, "B", "1ère immat.", in_figures(vehicle["first_registration"])),
        (0, "C.1", "Titulaire", vehicle["holder"]),
        (0, "D.1", "Marque", vehicle["make"]),
        (1, "D.2", "Type", f"{rng.choice('RSTVZ')}{rng.randint(1000, 99999)}"),
        (0, "D.3", "Dén. commerciale", vehicle["model"]),
        (0, "E", "N° d'identification", vehicle["chassis_number"]),
        (0, "F.2", "", str(laden)),
        (1, "G.1", "", vehicle["curb_weight"]),
        (0, "J.1", "Genre", rng.choice(("VP", "CTTE"))),
        (1, "P.3", "Énergie", ENERGY_CODES[vehicle["energy"]]),
        (0, "P.6", "", vehicle["fiscal_power"]),
        (1, "S.1", "", vehicle["seats"]),
        (0, "R", "Couleur", vehicle["colour"]),
        (1, "I", "Date du certificat", issued),
    ]
    top = 150
    for column, code, label, value in rows:
        top += 0 if column else 80
        left = 800 if column else 80
        end = sheet.write((left, top), code, face="Sans-Bold", size=26, ink=GREY)
        if label:
            end = sheet.write((end + 12, top), label, face="Sans", size=24, ink=GREY)
        sheet.write((end + 28, top), value, face=typed, size=36)
    sheet.stamp(1290, 400, 110, "CENTRE IMMATRICULATEUR * ")
    sheet.specimen(500, 935, 500)
    return sheet.image
