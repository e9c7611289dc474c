"""Insurance certificates of companies nobody has: slips, green cards, letters, vignettes."""

import datetime

from tests.papers import decor, look, people, prose, vehicles
from tests.papers.layouts import layout
from tests.papers.look import entry
from tests.papers.measuring import entries

COMPANIES = (
    "FIANTRA ASSURANCES", "COMPAGNIE LAKANA", "SOAFARA ASSURANCES SA", "LA PRÉVOYANTE DU CANAL",
    "MUTUELLE VATOLAMPY", "Tsinjo Assurances", "ASSURANCES GÉNÉRALES DE L'IMERINA",
    "CAP SAMBIRANO", "Société Malgache du Risque Routier", "ANTOKA FIAROVANA",
)  # fmt: skip
WORDS = (
    {
        "policy_number": "Numéro du contrat", "holder": "Preneur d'assurance",
        "plate": "Véhicule n°", "make": "Marque et modèle", "start": "Prise d'effet",
        "expiry": "Expire le", "issue": "Délivrée le", "use": "Usage du véhicule",
    },
    {
        "policy_number": "Laharan'ny fifanarahana|Police d'assurance n°",
        "holder": "Ny miantoka|Assuré(e)", "plate": "Laharan'ny fiara|N° d'immatriculation",
        "make": "Karazana|Genre / Marque", "start": "Manan-kery nanomboka|Début de garantie",
        "expiry": "Hatramin'ny|Fin de garantie", "issue": "Natao ny|Fait le",
        "use": "Fampiasana|Usage",
    },
    {
        "policy_number": "POLICE", "holder": "SOUSCRIPTEUR", "plate": "IMMATRICULATION",
        "make": "VÉHICULE", "start": "VALABLE À PARTIR DU", "expiry": "JUSQU'AU",
        "issue": "ÉMISE LE", "use": "USAGE",
    },
)  # fmt: skip
ENGLISH = {
    "policy_number": "N° de police / Policy number", "holder": "Assuré / Insured person",
    "plate": "N° d'immatriculation / Registration", "make": "Marque / Vehicle make",
    "start": "Valable du / Valid from", "expiry": "Valable jusqu'au / Valid until",
    "issue": "Émis le / Date of issue", "use": "Usage / Use of vehicle",
}  # fmt: skip
TITLES = (
    "CERTIFICAT D'ASSURANCE", "ASSURANCE RESPONSABILITÉ CIVILE AUTOMOBILE",
    "FANAMARINANA FIANTOHANA", "ATTESTATION - ASSURANCE DES VÉHICULES",
)  # fmt: skip
USES = ("Affaires et promenade", "Taxi-be", "Usage privé", "Transport de marchandises", "Location")
GROUNDS = ((218, 238, 222), (222, 232, 244), (250, 244, 226), (244, 232, 240), (250, 250, 250))
INKS = ((16, 92, 60), (24, 52, 120), (150, 34, 40), (36, 36, 44), (120, 70, 20))


def _policy_number(rng):
    year, running = rng.randint(2019, 2026), rng.randint(1, 99999)
    return rng.choice(
        (
            f"{rng.randint(101, 899)}/{year}/{running:06}",
            f"MG-{rng.randint(100, 999)}-{rng.randint(1000000, 9999999)}",
            f"0{rng.randint(1, 9)}{rng.randint(100, 999)}-{rng.randint(100000, 999999)}",
            f"RC{rng.randint(1000000, 99999999)}",
            f"{rng.randint(1000, 9999)}.{rng.randint(10, 99)}.{running:05}",
            f"P{year % 100}-{running:05}-{rng.choice('ABCKT')}",
            f"{rng.randint(1000000000, 9999999999)}",
        )
    )


class _Cover:
    """A certificate being filled in."""

    def __init__(self, sheet, rng, *, manner=None, size=2.2, label=1.5, words=WORDS):
        self.sheet, self.rng = sheet, rng
        manner = manner or rng.choice(("printed", "printed", "typed"))
        self.look = look.choose(
            rng, sheet.part, manner=manner, wordings=words, size=size, label=label
        )
        self.look.words = dict(self.look.words)
        entries.speak(self.look, rng.choice(("both", "last")))
        self.look.days = rng.choice(("slash", "slash", "dot", "dash", "french", "french"))
        self.ink = rng.choice(INKS)
        self.company = rng.choice(COMPANIES)
        self.rows = self._rows(vehicles.vehicle(rng))
        sheet.colour = rng.choice(GROUNDS)
        sheet.image.paste(sheet.colour, (0, 0, sheet.image.width, sheet.image.height))
        decor.guilloche(sheet, strength=rng.randint(4, 11), tint=(110, 150, 130))

    def _rows(self, car):
        """Every entry: field → (as written, truth); without a truth it is no field."""
        rng, day = self.rng, self.look.day
        start = people.date_between(rng, 2019, 2026)
        expiry = start + datetime.timedelta(days=rng.choice((29, 89, 181, 364, 364, 364)))
        number, cut = _policy_number(rng), rng.choice((" ", " ", "", "-"))
        return {
            "policy_number": (number, number),
            "holder": (self.look.text(car.holder.full_name), None),
            "plate": (f"{car.plate[:4]}{cut}{car.plate[4:]}", car.plate),
            "make": (f"{car.make} {car.model}", None),
            "start": (day(start), None),
            "expiry": (day(expiry) + rng.choice(("", "", "", " à minuit")), expiry.isoformat()),
            "issue": (day(start - datetime.timedelta(days=rng.randint(0, 20))), None),
            "use": (rng.choice(USES), None),
        }

    def head(self, x, y, *, room, anchor="l", size=3.2, titled=True):
        """The company in its colour, below it what the paper is; return the line below."""
        pen = self.look.heading.but(size=size, colour=self.ink, bold=True)
        self.sheet.write(self.company, x, y, pen, anchor=anchor, room=room, field="company")
        y += size * 1.15 + 1.2
        if titled:
            small = pen.but(size=size * 0.62, colour=self.look.label.colour)
            self.sheet.write(self.rng.choice(TITLES), x, y, small, anchor=anchor, room=room)
            y += size * 1.5
        return y

    def badge(self, x, y, side):
        """The company's mark: a square with its first letter."""
        self.sheet.frame(x, y, x + side, y + side, colour=self.ink, fill=self.ink, radius=side / 5)
        pen = self.look.heading.but(size=side * 0.5, colour=(250, 250, 250), bold=True)
        self.sheet.write(self.company[0], x + side / 2, y + side * 0.75, pen, anchor="m")

    def put(self, field, x, y, *, end, how="right", column=None):
        """One entry; return how far down it came."""
        text, truth = self.rows[field]
        return entry(
            self.sheet, self.look, field if truth is not None else None, text, x, y, end=end,
            truth=truth, how=how, column=column, label=self.look.words[field],
        )  # fmt: skip

    def told(self, story, x, y, *, end, lead):
        """Running text: strings as they are, and fields by their names."""
        plain = self.look.label.but(size=self.look.label.size * 1.15, colour=(44, 44, 48))
        parts = []
        for piece in story:
            text, truth = self.rows.get(piece, (piece, None))
            if truth is not None:
                parts.append((text, self.look.value, piece, truth))
            else:
                parts.append((text, self.look.value if piece in self.rows else plain))
        return prose.flow(self.sheet, self.rng, parts, x, y, end=end, lead=lead)

    def stamp(self, x, y):
        """The agency's stamp."""
        lines = (f"AGENCE DE {self.rng.choice(people.PLACES).upper()}", "LE DIRECTEUR")
        decor.line_stamp(self.sheet, x, y, lines, size=1.7, strength=0.5)
        decor.signature(self.sheet, x - 8, y + 3, 18)


@layout("insurance", size=(112, 76))
def period_slip(sheet, rng):
    """A slip whose period is one sentence: valid from this day to that one."""
    paper = _Cover(sheet, rng)
    paper.badge(6, 5, 11)
    y = paper.head(20, 9.5, room=86) + 4.5
    fields = ("policy_number", "holder", "plate", "make")
    column = 6 + entries.longest(sheet, paper.look, fields) + 2.5
    how = rng.choice(("column", "leader"))
    for field in fields:
        y = paper.put(field, 6, y, end=106, how=how, column=column) + 7.2
    opening = rng.choice(("Valable du", "Période de garantie : du", "Garantie acquise du"))
    paper.told([opening, "start", "au", "expiry"], 6, y + 1.5, end=108, lead=6)
    if y < 54:
        paper.stamp(84, 66)


@layout("insurance", size=(152, 108))
def green_card(sheet, rng):
    """A green card: cells with French and English captions."""
    paper = _Cover(sheet, rng, size=2.4, label=1.35, words=(ENGLISH,))
    y = paper.head(76, 10, room=130, anchor="m", size=3.6) + 1.5
    rows = (
        ("policy_number", "issue"), ("start", "expiry"), ("holder",), ("plate", "make"), ("use",),
    )  # fmt: skip
    for row in rows:
        edges = (8, 144) if len(row) == 1 else (8, 76, 144)
        for place, field in enumerate(row):
            text, truth = paper.rows[field]
            entries.cell(
                sheet, paper.look, field, text, edges[place], y, edges[place + 1], y + 10.5,
                truth=truth,
            )  # fmt: skip
        y += 10.5
    paper.stamp(112, y + 11)
    small = paper.look.label.but(size=1.3)
    sheet.write("À présenter à toute réquisition des autorités.", 8, y + 6, small)


@layout("insurance", size=(84, 84))
def vignette(sheet, rng):
    """A square for the windscreen: the last day in the largest type."""
    paper = _Cover(sheet, rng, manner="printed", size=2.2, label=1.5)
    sheet.frame(2.5, 2.5, 81.5, 81.5, colour=paper.ink, width=0.7, radius=4)
    y = paper.head(42, 10, room=70, anchor="m", size=3.0) + 3
    value = paper.look.value
    for field in ("plate", "policy_number", "make"):
        y = paper.put(field, 8, y, end=77, how="below") + 6
    sheet.line(6, y - 1.5, 78, y - 1.5, colour=paper.ink, width=0.4)
    paper.look.value = value.but(size=3.4, bold=True)
    label = paper.look.words["expiry"]
    sheet.write(label, 42, y + 3, paper.look.label.but(size=1.8, bold=True), anchor="m")
    text, truth = paper.rows["expiry"]
    sheet.write(text, 42, y + 9, paper.look.value, anchor="m", room=70, field="expiry", truth=truth)
    if rng.random() < 0.5:
        paper.look.value = value
        paper.put("issue", 8, 78, end=77)


@layout("insurance", size=(150, 170), weight=0.6)
def agency_letter(sheet, rng):
    """An agency's letter that says who is insured, until when."""
    paper = _Cover(sheet, rng, size=2.2, label=1.8)
    paper.badge(12, 8, 14)
    y = paper.head(30, 14, room=106, size=3.4) + 14
    story = [
        "La compagnie certifie que le véhicule", "make", "portant le numéro", "plate",
        ", propriété de", "holder", ", est couvert en responsabilité civile par le contrat n°",
        "policy_number", ". La garantie prend effet le", "start", "et expire le", "expiry", ".",
    ]  # fmt: skip
    y = paper.told(story, 13, y, end=138, lead=7.4)
    closing = ["La présente attestation est établie pour servir et valoir ce que de droit."]
    y = paper.told(closing, 13, y + 9, end=138, lead=6.4)
    place = rng.choice(people.PLACES)
    y = paper.told([f"{place}, le", "issue"], 84, y + 12, end=144, lead=6)
    paper.stamp(104, y + 13)
    sheet.cut(y + rng.uniform(28, 45))


@layout("insurance", size=(118, 84), handwritten=True)
def ruled_card_by_hand(sheet, rng):
    """A card of an agency's book, filled in with a pen on its lines."""
    paper = _Cover(sheet, rng, manner="hand", size=2.1)
    if entries.longest(sheet, paper.look, ("policy_number",)) > 40:
        entries.speak(paper.look, "last")
        paper.look.label = paper.look.label.but(size=1.2)
    y = paper.head(59, 9, room=104, anchor="m") + 6
    for fields in (("policy_number",), ("holder",), ("plate", "make"), ("start",), ("expiry",)):
        for place, field in enumerate(fields):
            text, truth = paper.rows[field]
            left, end = ((7, 111), (7, 55), (57, 111))[len(fields) - 1 + place]
            entries.ruled(sheet, paper.look, field, text, left, y, end=end, truth=truth)
        y += 10.5
