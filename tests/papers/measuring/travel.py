"""Passports, residents' cards and identity cards of several states, with their zones."""

import string

from tests.papers import decor, look, mrz, people, zone
from tests.papers.layouts import layout
from tests.papers.look import entry
from tests.papers.measuring import entries

# Issuers as the zone writes them: the country as the page does, and the word for its people.
STATES = {
    "MDG": ("REPOBLIKAN'I MADAGASIKARA", "MALAGASY"), "BEL": ("BELGIQUE", "BELGE"),
    "CAN": ("CANADA", "CANADIAN"), "KEN": ("REPUBLIC OF KENYA", "KENYAN"),
    "TZA": ("TANZANIA", "TANZANIAN"), "LKA": ("SRI LANKA", "SRI LANKAN"),
    "PAK": ("PAKISTAN", "PAKISTANI"), "ESP": ("ESPAÑA", "ESPAÑOLA"), "CHE": ("SUISSE", "SUISSE"),
    "NOR": ("NORGE", "NORSK"), "TUR": ("TÜRKIYE", "TURKISH"), "UTO": ("UTOPIA", "UTOPIAN"),
    "JPN": ("JAPAN", "JAPANESE"), "EGY": ("EGYPT", "EGYPTIAN"), "PRT": ("PORTUGAL", "PORTUGUESA"),
}  # fmt: skip
STRANGERS = {
    "BEL": ("VERMEULANT", "Lise Marie"), "CAN": ("OUELLETTIER", "Benoît"),
    "KEN": ("WANJIKARI", "Grace Achieng"), "TZA": ("MWAKASEGA", "Juma"),
    "LKA": ("PERERATNA", "Nimal Kumara"), "PAK": ("QURAISHAN", "Bilal"),
    "ESP": ("GARCÍA-MONTELL", "Lucía"), "CHE": ("D'ABBADIER", "Jean-Luc"),
    "NOR": ("BERGSMARK", "Ingrid"), "TUR": ("ÖZDEMIRLI", "Emre"), "UTO": ("SPECKMAN", "Ada Maria"),
    "JPN": ("TAKASHIRO", "Haruka"), "EGY": ("EL MASRAWI", "Mona"),
    "PRT": ("FERREIRINHO DA COSTA", "João Pedro"),
}  # fmt: skip
WORDS = (
    {
        "surname": "Nom / Surname (1)", "given_names": "Prénoms / Given names (2)",
        "nationality": "Nationalité / Nationality (3)", "birth_date": "Né(e) le / Born on (4)",
        "birth_place": "À / At (5)", "sex": "Sexe / Sex (6)",
        "issue_date": "Délivré le / Issued on (7)", "expiry": "Valable jusqu'au / Valid until (8)",
        "number": "Numéro / Number", "authority": "Autorité / Authority (9)",
    },
    {
        "surname": "Anarana / Surname", "given_names": "Fanampin'anarana / Forenames",
        "nationality": "Zom-pirenena / Citizenship", "birth_date": "Daty nahaterahana / Birth date",
        "birth_place": "Toerana / Birthplace", "sex": "L/V - F/M", "issue_date": "Nomena / Issue",
        "expiry": "Lany andro / Expiry", "number": "Laharana / Document number",
        "authority": "Nanome / Issued by",
    },
)  # fmt: skip
GROUNDS = ((234, 240, 236), (236, 230, 240), (240, 236, 226), (226, 236, 244), (242, 232, 228))
DAYS = ("english", "slash", "dot", "spaced", "english_dash")


def _document(rng, types, *, issuer=None, length=9):
    somebody = people.person(rng)
    issuer = issuer or rng.choice(("MDG", "MDG", *STATES))
    nationality = issuer
    if types[0] in ("A", "AR", "R"):  # A resident is of another nation than the card.
        nationality = rng.choice([code for code in STATES if code != "MDG"])
    names = (somebody.surname, somebody.given_names)
    if nationality != "MDG":
        names = STRANGERS[nationality]
    optional = "".join(rng.choices(string.digits, k=rng.choice((0, 0, 6, 7))))
    return mrz.Document(
        document_type=rng.choice(types),
        issuer=issuer,
        number=zone.number(rng, length),
        nationality=nationality,
        sex=somebody.sex,
        surname=names[0],
        given_names=names[1],
        birth_date=somebody.birth_date,
        expiry=people.date_between(rng, 2024, 2036),
        optional=optional,
    )


class _Page:
    """A page of a document being drawn."""

    def __init__(self, sheet, rng, document, *, size, label=1.15):
        self.sheet, self.rng, self.document = sheet, rng, document
        self.look = look.choose(
            rng, sheet.part, manner="printed", wordings=WORDS, size=size, label=label
        )
        self.look.days = rng.choice(DAYS)
        self.look.capitals = rng.random() < 0.7
        sheet.colour = rng.choice(GROUNDS)
        sheet.image.paste(sheet.colour, (0, 0, sheet.image.width, sheet.image.height))
        tint = rng.choice(((150, 120, 80), (80, 120, 150), (140, 100, 150)))
        decor.guilloche(sheet, strength=rng.randint(10, 24), tint=tint)
        issued = people.date_between(rng, 2016, 2023)
        self.rows = {
            "surname": self.look.text(document.surname),
            "given_names": self.look.text(document.given_names),
            "nationality": STATES[document.nationality][1],
            "sex": document.sex,
            "birth_date": self.look.day(document.birth_date),
            "birth_place": self.look.text(rng.choice(people.PLACES)),
            "issue_date": self.look.day(issued),
            "expiry": self.look.day(document.expiry),
            "number": document.number,
            "authority": rng.choice(("MID", "DGSN", "PRÉFECTURE", "MINISTRY OF INTERIOR")),
        }

    def title(self, text, x, y, *, room, size=2.0):
        """What the document is."""
        self.sheet.write(text, x, y, self.look.heading.but(size=size), room=room)

    def put(self, rows, y, *, edges, lead):
        """Rows of entries with small labels above, in columns; the last edge is the end."""
        for row in rows:
            for place, field in enumerate(row):
                end = edges[-1] if place == len(row) - 1 else edges[place + 1] - 2
                label = self.look.label
                words = self.look.words[field]
                small = label.size * min(1, (end - edges[place]) / self.sheet.length(words, label))
                self.look.label = label.but(size=small)
                entry(
                    self.sheet, self.look, None, self.rows[field], edges[place], y, end=end,
                    how="below", label=words,
                )  # fmt: skip
                self.look.label = label
            y += lead

    def zone(self, shape, y):
        """The lines for machines."""
        zone.write(self.sheet, self.rng, self.document, shape, y)


@layout("mrz", size=(125, 88), paper="passport", weight=1.2)
def passport_ghost(sheet, rng):
    """A passport's page with the portrait at the left and its pale double at the right: TD3."""
    page = _Page(sheet, rng, _document(rng, ("P", "P", "PO")), size=2.0)
    decor.portrait(sheet, 102, 34, 15, 19)
    veil = sheet.image.crop((sheet.px(102), sheet.px(34), sheet.px(118), sheet.px(54)))
    veil = veil.point(lambda value: round(200 + value * 0.2))
    sheet.image.paste(veil, (sheet.px(102), sheet.px(34)))
    sheet.corner = 3
    page.title(f"{STATES[page.document.issuer][0]}", 40, 8, room=76, size=2.2)
    page.title("PASSEPORT / PASSPORT", 6, 8, room=32, size=1.7)
    decor.portrait(sheet, 6, 13, 32, 41)
    rows = (
        ("surname",), ("given_names",), ("nationality", "number"), ("birth_date", "sex"),
        ("birth_place",), ("issue_date", "expiry"),
    )  # fmt: skip
    page.put(rows[:2], 13.5, edges=(42, 119), lead=8)
    page.put(rows[2:], 29.5, edges=(42, 72, 101), lead=8)
    page.zone("TD3", 74)


@layout("mrz", size=(125, 90), paper="passport", weight=1)
def passport_lines(sheet, rng):
    """An older passport: labels in a column, entries beside them, portrait at the right: TD3."""
    page = _Page(sheet, rng, _document(rng, ("P", "PN")), size=2.1, label=1.25)
    page.title(f"PASSPORT - {STATES[page.document.issuer][0]}", 7, 9, room=80)
    decor.portrait(sheet, 87, 8, 31, 40)
    y = 17
    fields = ("number", "surname", "given_names", "nationality", "sex", "birth_date", "birth_place")
    column = 7 + entries.longest(sheet, page.look, fields) + 2
    for field in (*fields, "expiry"):
        text = page.rows[field]
        entry(sheet, page.look, None, text, 7, y, end=85, how="column", column=column,
              label=page.look.words[field])  # fmt: skip
        y += 6.4
    decor.round_stamp(sheet, 86, 55, 8, strength=0.35)
    page.zone("TD3", 75.5)


@layout("mrz", size=(86, 54), paper="resident_card")
def resident_back(sheet, rng):
    """The back of a resident's card: three lines below a few entries: TD1."""
    document = _document(rng, ("AR", "R", "A"), issuer="MDG")
    page = _Page(sheet, rng, document, size=1.6, label=1.0)
    sheet.corner = 3.2
    page.put((("birth_place", "authority"), ("issue_date", "expiry")), 6, edges=(5, 42, 82), lead=7)
    note = page.look.label.but(size=1.2)
    sheet.write("Ity karatra ity dia an'ny Fanjakana / Carte propriété de l'État", 5, 22, note)
    decor.signature(sheet, 58, 29, 16)
    page.zone("TD1", 37.5)


@layout("mrz", size=(86, 54), paper="identity_card", weight=0.8)
def identity_back(sheet, rng):
    """The back of a state's identity card, a small portrait beside the entries: TD1."""
    foreign = rng.choice([code for code in STATES if code not in ("MDG", "UTO")])
    page = _Page(sheet, rng, _document(rng, ("ID", "I"), issuer=foreign), size=1.6, label=1.0)
    sheet.corner = 3.2
    page.title(STATES[foreign][0], 5, 5.5, room=50, size=1.7)
    decor.portrait(sheet, 71, 4, 11, 14)
    page.put((("birth_place",), ("authority",)), 10, edges=(5, 66), lead=7)
    sheet.frame(5, 24, 81, 29, colour=(60, 60, 66), fill=(60, 60, 66))
    page.zone("TD1", 37)


@layout("mrz", size=(105, 74), paper="resident_card")
def residence_card(sheet, rng):
    """A large resident's card, all on one side: TD2."""
    document = _document(rng, ("R", "AR", "A"), issuer="MDG")
    page = _Page(sheet, rng, document, size=1.85)
    sheet.corner = 3
    decor.flag(sheet, 6, 4, 5)
    page.title("KARATRA FIPETRAHANA / CARTE DE SÉJOUR", 17, 7.5, room=80, size=1.9)
    decor.portrait(sheet, 75, 13, 25, 32)
    rows = (("surname",), ("given_names",), ("nationality", "sex"), ("birth_date", "number"),
            ("issue_date", "expiry"))  # fmt: skip
    page.put(rows, 13.5, edges=(6, 40, 73), lead=8)
    page.zone("TD2", 62)
