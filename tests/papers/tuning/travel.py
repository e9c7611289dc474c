"""Passports and residents' cards: pages with a zone for machines, TD1, TD2 and TD3."""

import string

from tests.papers import decor, faces, look, mrz, people, zone
from tests.papers.layouts import layout
from tests.papers.look import entry

# Issuers as the zone writes them, with the country as the page does.
ISSUERS = {
    "MDG": "MADAGASCAR", "FRA": "FRANCE", "COM": "COMORES", "MUS": "MAURITIUS", "IND": "INDIA",
    "CHN": "CHINA", "USA": "UNITED STATES OF AMERICA", "D": "DEUTSCHLAND", "GBR": "UNITED KINGDOM",
    "ZAF": "SOUTH AFRICA", "ITA": "ITALIA", "UTO": "UTOPIA", "SYC": "SEYCHELLES",
}  # fmt: skip
FOREIGN = (
    ("SMITHSON", "John Peter"), ("MÜLLER-HAGEN", "Anna Lena"), ("DUPONCHEL", "Éloïse"), ("KAPOORA",
    "Vikram"),
    ("LI WENG", "Xiaoyu"), ("O'CALLAN", "Deirdre"), ("MBEKANI", "Thabo"), ("SAID-ALIMA",
    "Moinaecha"),
    ("ROSSINELLI", "Giulia Maria"), ("VAN DER HOEK", "Pieter"), ("ERIKSSONE", "Anna Maria"),
)  # fmt: skip
WORDS = (
{
            "surname": "Anarana / Nom / Surname",
            "given_names": "Fanampin'anarana / Prénoms / Given names",
            "nationality": "Nationalité / Nationality",
            "birth_date": "Date de naissance / Date of birth",
            "birth_place": "Lieu de naissance / Place of birth", "sex": "Sexe / Sex",
            "issue_date": "Date de délivrance / Date of issue",
            "expiry": "Date d'expiration / Date of expiry",
            "number": "Passeport N° / Passport No.", "card": "Carte N°",
            "authority": "Autorité / Authority",
        },
{
            "surname": "1. Name", "given_names": "2. First names", "nationality": "3. Nationality",
            "birth_date": "4. Born", "birth_place": "6. Place of birth", "sex": "5. Sex",
            "issue_date": "7. Issued", "expiry": "8. Expires", "number": "Document no.",
            "card": "Titre n°", "authority": "9. Authority",
        },
        {
            "surname": "NOM", "given_names": "PRÉNOMS", "nationality": "NATIONALITÉ",
            "birth_date": "NÉ(E) LE", "birth_place": "À", "sex": "SEXE", "issue_date": "DÉLIVRÉ LE",
            "expiry": "EXPIRE LE", "number": "N°", "card": "N° DU TITRE", "authority": "PAR",
        },
)  # fmt: skip
GROUNDS = ((228, 236, 240), (240, 232, 236), (232, 238, 226), (238, 236, 224), (224, 228, 240))


def _document(rng, kind, *, is_resident=False):
    somebody = people.person(rng)
    surname, given = somebody.surname, somebody.given_names
    issuer = nationality = rng.choice(("MDG", "MDG", "MDG", *ISSUERS))
    if is_resident:
        issuer, nationality = "MDG", rng.choice([each for each in ISSUERS if each != "MDG"])
    if nationality != "MDG":
        surname, given = rng.choice(FOREIGN)
    return mrz.Document(
        document_type=rng.choice(kind),
        issuer=issuer,
        number=zone.number(rng),
        nationality=nationality,
        sex=somebody.sex,
        surname=surname,
        given_names=given,
        birth_date=somebody.birth_date,
        expiry=people.date_between(rng, 2023, 2035),
        optional=rng.choice(("", "", "".join(rng.choices(string.digits, k=7)))),
    )


def _ground(sheet, rng):
    sheet.colour = rng.choice(GROUNDS)
    sheet.image.paste(sheet.colour, (0, 0, sheet.image.width, sheet.image.height))
    tint = rng.choice(((90, 130, 170), (170, 110, 130), (120, 150, 100)))
    decor.guilloche(sheet, strength=rng.randint(12, 26), tint=tint)
    decor.rosette(sheet, sheet.width * 0.6, sheet.height * 0.4, 16, colour=(200, 190, 200))


def _look(sheet, rng, size):
    looks = look.choose(rng, sheet.part, manner="printed", wordings=WORDS, size=size, label=1.2)
    looks.value = looks.value.but(
        face=faces.choose(rng, rng.choice(("sans", "narrow")), part=sheet.part)
    )
    looks.days = rng.choice(("english", "slash", "dot", "spaced"))
    looks.capitals = rng.random() < 0.8
    return looks


def _page(sheet, looks, document, rng, x, y, *, end, lead, number):
    """What people read: two entries beside each other where they are short."""
    issued = people.date_between(rng, 2015, 2022)
    middle = x + (end - x) * rng.uniform(0.48, 0.56)
    rows = (
        (("surname", looks.text(document.surname)),),
        (("given_names", looks.text(document.given_names)),),
        (("nationality", ISSUERS[document.nationality]), ("sex", document.sex)),
        (("birth_date", looks.day(document.birth_date)), (number, document.number)),
        (("issue_date", looks.day(issued)), ("expiry", looks.day(document.expiry))),
    )
    for row in rows:
        for place, (field, text) in enumerate(row):
            left, right = (middle, end) if place else (x, middle - 1 if len(row) > 1 else end)
            entry(
                sheet, looks, None, text, left, y, end=right, how="below", label=looks.words[field]
            )
        y += lead


def _title(sheet, looks, text, x, y, *, room):
    sheet.write(text, x, y, looks.heading, room=room)


@layout("mrz", size=(125, 88), paper="passport", weight=2)
def passport_page(sheet, rng):
    """The page of a passport with the portrait: TD3."""
    looks, document = _look(sheet, rng, 2.2), _document(rng, ("P", "P", "PM"))
    _ground(sheet, rng)
    sheet.corner = 3
    _title(sheet, looks, f"PASSEPORT / PASSPORT   {ISSUERS[document.issuer]}", 8, 9, room=100)
    decor.portrait(sheet, 7, 16, 33, 42)
    _page(sheet, looks, document, rng, 45, 17, end=120, lead=9.2, number="number")
    zone.write(sheet, rng, document, "TD3", 73.5)


@layout("mrz", size=(86, 54), paper="resident_card")
def resident_card_back(sheet, rng):
    """A resident's card, the side with the zone: TD1."""
    looks = _look(sheet, rng, 1.7)
    document = _document(rng, ("AR", "IR", "I", "C"), is_resident=True)
    _ground(sheet, rng)
    sheet.corner = 3.2
    _title(sheet, looks, "KARA-PONENANA / CARTE DE RÉSIDENT", 5, 6, room=70)
    for place, field in enumerate(("birth_place", "authority")):
        text = rng.choice(people.PLACES) if field == "birth_place" else "MID"
        entry(
            sheet,
            looks,
            None,
            text,
            5,
            12 + 8 * place,
            end=60,
            how="below",
            label=looks.words[field],
        )
    decor.signature(sheet, 55, 24, 22)
    zone.write(sheet, rng, document, "TD1", 37.5)


@layout("mrz", size=(105, 74), paper="resident_card")
def resident_card_large(sheet, rng):
    """The larger resident's card, all on one side: TD2."""
    looks = _look(sheet, rng, 1.9)
    document = _document(rng, ("AR", "I", "C"), is_resident=True)
    _ground(sheet, rng)
    sheet.corner = 3
    _title(sheet, looks, "REPOBLIKAN'I MADAGASIKARA - CARTE DE RÉSIDENT", 6, 7, room=92)
    decor.portrait(sheet, 6, 12, 26, 34)
    _page(sheet, looks, document, rng, 37, 13, end=101, lead=8.1, number="card")
    zone.write(sheet, rng, document, "TD2", 62.5)


@layout("mrz", size=(125, 176), paper="passport", weight=1)
def passport_open(sheet, rng):
    """A passport lying open: a page of notes above the one with the zone."""
    looks, document = _look(sheet, rng, 2.2), _document(rng, ("P", "P", "PD"))
    _ground(sheet, rng)
    sheet.corner = 3
    sheet.line(0, 88, 125, 88, colour=(150, 150, 150), width=0.6)
    for place in range(5):
        sheet.line(12, 22 + place * 11, 113, 22 + place * 11, colour=(190, 190, 196), width=0.15)
    _title(sheet, looks, "OBSERVATIONS", 50, 12, room=60)
    _title(sheet, looks, ISSUERS[document.issuer], 45, 97, room=70)
    decor.portrait(sheet, 6, 102, 34, 43)
    _page(sheet, looks, document, rng, 45, 104, end=121, lead=9.2, number="number")
    zone.write(sheet, rng, document, "TD3", 161.5)


@layout("mrz", size=(125, 88), paper="passport", weight=1)
def passport_portrait_right(sheet, rng):
    """A passport's page with the portrait at the right: TD3."""
    looks, document = _look(sheet, rng, 2.1), _document(rng, ("P",))
    _ground(sheet, rng)
    _title(sheet, looks, f"{ISSUERS[document.issuer]} - PASSPORT", 8, 8.5, room=76)
    decor.portrait(sheet, 86, 12, 32, 42)
    _page(sheet, looks, document, rng, 8, 15, end=83, lead=9, number="number")
    zone.write(sheet, rng, document, "TD3", 72)


@layout("mrz", size=(86, 54), paper="resident_card")
def resident_card_entries(sheet, rng):
    """A resident's card whose zone's side repeats some entries: TD1."""
    looks = _look(sheet, rng, 1.6)
    document = _document(rng, ("AR", "I", "AC"), is_resident=True)
    _ground(sheet, rng)
    sheet.corner = 3.2
    entry(sheet, looks, None, document.number, 5, 6, end=45, how="below", label=looks.words["card"])
    entry(
        sheet, looks, None, looks.day(document.expiry), 5, 14, end=45, how="below",
        label=looks.words["expiry"],
    )  # fmt: skip
    decor.fingerprint(sheet, 66, 5, 15, 19)
    decor.round_stamp(sheet, 50, 18, 8, strength=0.4)
    zone.write(sheet, rng, document, "TD1", 36.5)


@layout("mrz", size=(105, 74), paper="resident_card")
def residence_permit(sheet, rng):
    """A permit glued into a booklet, portrait at the right: TD2."""
    looks = _look(sheet, rng, 1.9)
    document = _document(rng, ("AR", "C", "I"), is_resident=True)
    _ground(sheet, rng)
    _title(sheet, looks, "TITRE DE SÉJOUR / FIZAKA-MONINA", 6, 6.5, room=70)
    decor.portrait(sheet, 76, 9, 24, 31)
    _page(sheet, looks, document, rng, 6, 12, end=74, lead=8.2, number="card")
    decor.round_stamp(sheet, 74, 44, 8, strength=0.4)
    zone.write(sheet, rng, document, "TD2", 61.5)
