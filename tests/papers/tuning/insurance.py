"""The insurance certificate: cards for the pocket, slips for the windscreen, letters."""

import datetime

from tests.papers import dates, decor, look, people, prose, vehicles
from tests.papers.layouts import layout
from tests.papers.look import entry

COMPANIES = (
"ASSURANCES ARO", "SANLAM MADAGASCAR", "FIAROVANA ASSURANCES", "MAHERY VIE ET BIENS",
        "TSARA FIANTOHANA", "OCEAN INDIEN ASSURANCES", "COMPAGNIE BAOBAB",
        "MUTUELLE DES TRANSPORTEURS",
"NY HAVANA", "ALLIANZ MADAGASCAR", "GRANDE ILE ASSURANCE", "RAVINALA ASSURANCES",
        "FITAHIANA S.A.", "ASSUREURS REUNIS DU SUD", "MUTUELLE VOARA", "AIGLE ROUGE ASSURANCES",
)  # fmt: skip
WORDS = (
{
            "policy_number": "Police N° :", "holder": "Souscripteur :",
            "plate": "Immatriculation :",
            "make": "Marque :", "start": "Valable du :", "expiry": "au :", "issue": "Fait le :",
            "use": "Usage :",
        },
        {
            "policy_number": "Contrat n°", "holder": "Nom de l'assuré", "plate": "N° immat.",
            "make": "Marque et type", "start": "Date d'effet", "expiry": "Date d'échéance",
            "issue": "Établi le", "use": "Usage",
        },
{
            "policy_number": "N° DE POLICE", "holder": "ASSURÉ", "plate": "VÉHICULE IMMATRICULÉ",
            "make": "GENRE ET MARQUE", "start": "DU", "expiry": "AU", "issue": "DATE D'ÉMISSION",
            "use": "CATÉGORIE",
        },
        {
            "policy_number": "Laharan'ny fifanekena / Policy No.", "holder": "Tompony / Insured",
            "plate": "Laharana / Reg. No.", "make": "Marika / Make", "start": "Manomboka / From",
            "expiry": "Mifarana / Expires", "issue": "Natao ny / Issued", "use": "Fampiasana / Use",
        },
)  # fmt: skip
TITLES = (
    "ATTESTATION D'ASSURANCE",
    "CARTE D'ASSURANCE AUTOMOBILE",
    "KARATRA FIANTOHANA - CERTIFICATE OF INSURANCE",
    "ATTESTATION D'ASSURANCE AUTOMOBILE",
)
USES = (
    "Promenade et affaires",
    "Taxi",
    "Transport privé",
    "TPM",
    "Transport public de marchandises",
)
GROUNDS = ((226, 240, 226), (230, 236, 246), (248, 240, 220), (250, 250, 246), (246, 228, 230))


def _policy_number(rng):
    year = rng.randint(2018, 2026)
    return rng.choice(
        (
            f"{rng.randint(100, 999)}/{rng.randint(1000, 999999)}",
            f"{rng.choice('ABCDP')}{rng.randint(100000, 9999999)}",
            f"{rng.randint(10, 99)}.{rng.randint(100, 999)}.{rng.randint(1000, 9999)}",
            f"{rng.randint(10000000, 99999999)}",
            f"AUTO-{year}-{rng.randint(1, 99999):05}",
            f"{rng.randint(100, 999)} {rng.randint(100, 999)} {rng.randint(100, 999)}",
        )
    )


def _contract(looks, rng):
    """Every entry: field → (as written, truth)."""
    car = vehicles.vehicle(rng)
    start = people.date_between(rng, 2019, 2026)
    length = rng.choice((90, 180, 364, 364, 364))
    expiry = start + datetime.timedelta(days=length)
    number, cut = _policy_number(rng), rng.choice((" ", "", "-"))
    issued = start - datetime.timedelta(days=rng.randint(0, 12))
    return {
        "company": rng.choice(COMPANIES),
        "policy_number": (number, number),
        "holder": (looks.text(car.holder.full_name), None),
        "plate": (f"{car.plate[:4]}{cut}{car.plate[4:]}", car.plate),
        "make": (f"{car.make} {car.model}", None),
        "start": (looks.day(start), None),
        "expiry": (
            looks.day(expiry) + rng.choice(("", "", " à 24h00", " minuit")),
            expiry.isoformat(),
        ),
        "issue": (looks.day(issued), None),
        "use": (rng.choice(USES), None),
    }


class _Certificate:
    """A certificate being written."""

    def __init__(self, sheet, rng, *, size=2.2, manner=None):
        self.sheet, self.rng = sheet, rng
        manner = manner or rng.choice(("typed", "printed", "printed"))
        self.look = look.choose(rng, sheet.part, manner=manner, wordings=WORDS, size=size)
        self.look.days = rng.choice((*dates.FIGURES, "french", "capitals"))
        self.rows = _contract(self.look, rng)
        sheet.colour = rng.choice(GROUNDS)
        sheet.image.paste(sheet.colour, (0, 0, sheet.image.width, sheet.image.height))
        decor.guilloche(sheet, strength=rng.randint(5, 13), tint=(120, 140, 150))

    def head(self, x, y, *, anchor="m", room=None, size=1.25):
        """The company and the paper's name."""
        pen = self.look.heading.but(size=self.look.heading.size * size)
        room = room or self.sheet.width * 0.8
        company = self.rows["company"]
        self.sheet.write(company, x, y, pen, anchor=anchor, room=room, field="company")
        y += pen.size * 1.9
        small = pen.but(size=pen.size * 0.75)
        title = self.rng.choice(TITLES)
        self.sheet.write(title, x, y, small, anchor=anchor, room=room)
        return y + small.size * 2

    def put(self, field, x, y, *, end, how="right", column=None):
        """One entry."""
        text, truth = self.rows[field]
        return entry(
            self.sheet, self.look, field if truth is not None else None, text, x, y, end=end,
            truth=truth, how=how, column=column, label=self.look.words[field],
        )  # fmt: skip

    def sealed(self, x, y):
        """The agency's stamp."""
        if self.rng.random() < 0.5:
            decor.round_stamp(self.sheet, x, y, 9.5, text=self.rows["company"])
        else:
            lines = (self.rows["company"], "Agence " + self.rng.choice(people.PLACES))
            decor.line_stamp(self.sheet, x, y, lines)


@layout("insurance", size=(105, 74))
def pocket_card(sheet, rng):
    """A card for the pocket, a line an entry."""
    paper = _Certificate(sheet, rng)
    y = paper.head(52, 8) + 1
    how = rng.choice(("right", "leader", "column"))
    column = 6 + max(sheet.length(text, paper.look.label) for text in paper.look.words.values()) + 2
    for field in ("policy_number", "holder", "plate", "make"):
        y = paper.put(field, 6, y, end=100, how=how, column=column) + 8
    paper.put("start", 6, y, end=54)
    paper.put("expiry", 56, y, end=101)
    paper.sealed(82, 64)


@layout("insurance", size=(150, 105))
def certificate_cells(sheet, rng):
    """A ruled form, labels above their values."""
    paper = _Certificate(sheet, rng, size=2.5)
    y = paper.head(75, 9, size=1.4) + 2
    lines = (
        ("policy_number", "issue"),
        ("holder",),
        ("make", "plate"),
        ("start", "expiry"),
        ("use",),
    )
    for line in lines:
        bounds = (7, 143) if len(line) == 1 else (7, 78, 143)
        for place, field in enumerate(line):
            sheet.frame(bounds[place], y, bounds[place + 1], y + 11, width=0.2)
            paper.put(field, bounds[place] + 1.5, y + 3, end=bounds[place + 1] - 2, how="below")
        y += 11
    paper.sealed(118, y + 9)


@layout("insurance", size=(148, 140), weight=0.6)
def letter_of_cover(sheet, rng):
    """A letter saying that somebody is insured."""
    paper = _Certificate(sheet, rng, size=2.2)
    y = paper.head(12, 12, anchor="l", size=1.3) + 6
    rows, plain = paper.rows, paper.look.label.but(size=1.9, colour=(40, 40, 44))
    pen = paper.look.value
    y = prose.flow(
        sheet, rng,
        (
            ("Nous soussignés attestons que le véhicule", plain), (rows["make"][0], pen),
            ("immatriculé", plain), (rows["plate"][0], pen, "plate", rows["plate"][1]),
            ("appartenant à", plain), (rows["holder"][0], pen), ("est garanti par la police n°",
            plain),
            (rows["policy_number"][0], pen, "policy_number", rows["policy_number"][1]),
            ("pour la période du", plain), (rows["start"][0], pen), ("au", plain),
            (rows["expiry"][0], pen, "expiry", rows["expiry"][1]), ("inclus.", plain),
        ),
        12, y, end=136, lead=6.8,
    )  # fmt: skip
    sheet.write(f"Antananarivo, le {rows['issue'][0]}", 80, y + 14, plain)
    paper.sealed(105, y + 30)


@layout("insurance", size=(90, 90))
def windscreen_slip(sheet, rng):
    """A square slip for the windscreen, large values."""
    paper = _Certificate(sheet, rng, size=2.9)
    sheet.frame(2, 2, 88, 88, colour=(60, 110, 80), width=0.8)
    y = paper.head(45, 10, size=1.3) + 3
    for field in ("policy_number", "plate", "make", "expiry"):
        y = paper.put(field, 7, y, end=84, how="below") + 6.6
    paper.put("issue", 7, y, end=60)
    if rng.random() < 0.6:
        paper.sealed(68, 76)


@layout("insurance", size=(110, 80))
def two_column_card(sheet, rng):
    """A folded card: contract on the left, period on the right."""
    paper = _Certificate(sheet, rng, size=2.1)
    y = paper.head(6, 8, anchor="l", room=96) + 2
    sheet.line(60, y - 3, 60, 76, colour=(130, 140, 150))
    left = y
    for field in ("policy_number", "holder", "plate", "make"):
        left = paper.put(field, 6, left, end=58.5, how="below") + 6
    right = y
    for field in ("start", "expiry", "use", "issue"):
        right = paper.put(field, 63, right, end=106, how="below") + 6
    paper.sealed(88, 71)


@layout("insurance", size=(148, 150), weight=0.6)
def schedule(sheet, rng):
    """A policy's schedule: a column of labels, a column of values."""
    paper = _Certificate(sheet, rng, size=2.3)
    y = paper.head(74, 12, size=1.4) + 5
    column = (
        12 + max(sheet.length(text, paper.look.label) for text in paper.look.words.values()) + 5
    )
    for field in ("holder", "policy_number", "use", "make", "plate", "issue", "start", "expiry"):
        y = paper.put(field, 12, y, end=138, how="column", column=column) + 9.5
    paper.sealed(108, y + 8)
    decor.signature(sheet, 20, y + 14, 30)


@layout("insurance", size=(105, 74), handwritten=True)
def pocket_card_by_hand(sheet, rng):
    """The pocket card filled in with a pen."""
    paper = _Certificate(sheet, rng, manner="hand")
    y = paper.head(52, 8) + 1.5
    for field in ("policy_number", "holder", "plate", "make"):
        y = paper.put(field, 6, y, end=100, how="leader") + 8.4
    paper.put("start", 6, y, end=53)
    paper.put("expiry", 55, y, end=102)


@layout("insurance", size=(110, 80), handwritten=True)
def two_column_card_by_hand(sheet, rng):
    """A card with its entries under each other, filled in with a pen."""
    paper = _Certificate(sheet, rng, manner="hand")
    y = paper.head(6, 8, anchor="l", room=96) + 3
    for field in ("policy_number", "plate", "make", "start", "expiry"):
        y = paper.put(field, 6, y, end=104, how="leader") + 9.5
