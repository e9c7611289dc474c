"""The national identity card as others print it: ruled, in a booklet, as a small plastic card."""

from tests.papers import decor, look, people
from tests.papers.layouts import layout
from tests.papers.look import entry
from tests.papers.measuring import entries

BEIGE = ((238, 226, 192), (243, 232, 205), (230, 218, 188), (240, 224, 190))
PLASTIC = ((232, 238, 240), (236, 234, 222), (226, 236, 222), (240, 232, 238))
DAYS = ("french", "capitals", "capitals", "dot", "slash", "malagasy")
WORDS = (
    {
        "surname": "Anarana :|Nom :", "given_names": "Fanampin'anarana :|Prénoms :",
        "birth_date": "Teraka ny :|Né(e) le :", "birth_place": "Tao :|À :",
        "signs": "Famantarana :|Signes particuliers :", "number": "Laharana|Numéro",
        "address": "Fonenana :|Domicile :", "quarter": "Fokontany|Quartier",
        "occupation": "Asa :|Profession :", "father": "Zanak'i :|Fils ou fille de :",
        "mother": "sy :|et de :", "issue_place": "Natao tao :|Fait à :",
        "issue_date": "Ny :|Le :",
    },
    {
        "surname": "ANARAM-PIANAKAVIANA|NOM DE FAMILLE", "given_names": "FANAMPINY|PRÉNOM(S)",
        "birth_date": "DATY NAHATERAHANA|DATE DE NAISSANCE",
        "birth_place": "TOERANA NAHATERAHANA|LIEU DE NAISSANCE",
        "signs": "FAMANTARANA|SIGNES", "number": "LAHARAN'NY KARATRA|NUMÉRO DE LA CARTE",
        "address": "ADIRESY|ADRESSE", "quarter": "FOKONTANY|FOKONTANY",
        "occupation": "ASA|PROFESSION", "father": "RAINY|NOM DU PÈRE",
        "mother": "RENINY|NOM DE LA MÈRE", "issue_place": "NOMENA TAO|DÉLIVRÉE À",
        "issue_date": "DATY NANOMEZANA|DATE DE DÉLIVRANCE",
    },
    {
        "surname": "Anarana|Nom", "given_names": "Fanampiny|Prénom(s)",
        "birth_date": "Teraka tamin'ny|Né(e) le", "birth_place": "tao|à",
        "signs": "Famantarana|Signes", "number": "N°|N°", "address": "Monina ao|Demeurant à",
        "quarter": "Boriborintany|Arrdt", "occupation": "Asa atao|Métier",
        "father": "Ray|Père", "mother": "Reny|Mère", "issue_place": "Natao teto|Établie à",
        "issue_date": "tamin'ny|le",
    },
)  # fmt: skip
SIGNS = ("Tsy misy", "Néant", "Taille 1,65 m", "1m70", "Fery kely amin'ny handrina")
FRONT = ("surname", "given_names", "birth_date", "birth_place")
BACK = ("address", "occupation", "father", "mother", "issue_place", "issue_date")


class _Card:
    """A card being filled in for somebody."""

    def __init__(self, sheet, rng, *, manner=None, size=2.3, label=1.4, grounds=BEIGE):
        self.sheet, self.rng = sheet, rng
        manner = manner or rng.choice(("typed", "typed", "printed"))
        self.look = look.choose(
            rng, sheet.part, manner=manner, wordings=WORDS, size=size, label=label
        )
        self.look.words = dict(self.look.words)
        self.look.days = rng.choice(DAYS)
        self.person = people.person(rng)
        self.rows = self._rows()
        sheet.colour = rng.choice(grounds)
        sheet.image.paste(sheet.colour, (0, 0, sheet.image.width, sheet.image.height))
        decor.guilloche(sheet, strength=rng.randint(6, 15), tint=(150, 120, 90))

    def _rows(self):
        """Every entry: field → (as written, truth); without a truth it is no field."""
        who, text, day = self.person, self.look.text, self.look.day
        issued = people.date_between(self.rng, max(1986, who.birth_date.year + 18), 2025)
        office = self.rng.choice(people.PLACES)
        return {
            "surname": (who.surname, who.surname),
            "given_names": (text(who.given_names), who.given_names.upper()),
            "birth_date": (day(who.birth_date), who.birth_date.isoformat()),
            "birth_place": (text(who.birth_place), who.birth_place.upper()),
            "signs": (self.rng.choice(SIGNS), None),
            "address": (text(who.address), who.address.upper()),
            "quarter": (text(who.quarter), None),
            "occupation": (text(who.occupation), who.occupation.upper()),
            "father": (text(who.father), who.father.upper()),
            "mother": (text(who.mother), who.mother.upper()),
            "issue_place": (text(office), office.upper()),
            "issue_date": (day(issued), issued.isoformat()),
        }

    def heading(self, x, y, *, room, size=2.0):
        """The republic, its motto, the name of the card; return the line below."""
        pen = self.look.heading.but(size=size)
        title = self.rng.choice(("KARA-PANONDROM-PIRENENA", "KARAPANONDROM-PIRENENA MALAGASY"))
        for text, part in (
            ("REPOBLIKAN'I MADAGASIKARA", 1.0),
            ("Fitiavana - Tanindrazana - Fandrosoana", 0.7),
            (title, 0.95),
            ("CARTE NATIONALE D'IDENTITÉ", 0.7),
        ):
            self.sheet.write(
                text, x, y, pen.but(size=size * part, bold=part > 0.9), anchor="m", room=room
            )
            y += size * (1.25 if part > 0.9 else 1.6)
        return y

    def put(self, fields, x, y, *, end, lead, how="right", column=None):
        """Entries one below the other."""
        for field in fields:
            text, truth = self.rows[field]
            down = entry(
                self.sheet, self.look, field if truth is not None else None, text, x, y, end=end,
                truth=truth, how=how, column=column, label=self.look.words[field],
            )  # fmt: skip
            y = down + lead * (1 if how == "below" or down == y else 0.8)
        return y

    def stack(self, fields, x, y, *, end, lead):
        """Entries with both languages, one below the other."""
        column = entries.longest(self.sheet, self.look, fields) + 2.5
        for field in fields:
            text, truth = self.rows[field]
            entries.stacked(
                self.sheet, self.look, field, text, x, y, column=column, end=end, truth=truth
            )
            y += lead
        return y

    def rule(self, fields, x, y, *, end, lead):
        """Entries on ruled lines."""
        for field in fields:
            text, truth = self.rows[field]
            entries.ruled(self.sheet, self.look, field, text, x, y, end=end, truth=truth)
            y += lead
        return y

    def number(self, x, y, *, end, pen=None, anchor="l"):
        """The number in four groups, without its label."""
        gap = self.rng.choice((" ", "  ", "  ", "."))
        digits = self.person.number
        text = gap.join(digits[at : at + 3] for at in range(0, 12, 3))
        self.sheet.write(
            text, x, y, pen or self.look.value, anchor=anchor, field="number", truth=digits,
            room=end - x if anchor == "l" else end,
        )  # fmt: skip

    def labelled_number(self, x, y, *, end):
        """The number behind its label."""
        box = self.sheet.write(self.look.words["number"], x, y, self.look.label)
        self.number(box[2] + 2, y, end=end)

    def boxed_number(self, x, y, *, width):
        """The number in boxes, its label above them."""
        up = self.look.value.size * 1.75 + 0.8
        self.sheet.write(self.look.words["number"], x, y - up, self.look.label)
        entries.digits_in_boxes(
            self.sheet, self.look, "number", self.person.number, x, y, width=width
        )

    def seal(self, x, y, radius=9):
        """The office's seal, mostly."""
        if self.rng.random() < 0.8:
            decor.round_stamp(self.sheet, x, y, radius, strength=self.rng.uniform(0.3, 0.5))


@layout("cin", size=(112, 82))
def ruled_front(sheet, rng, *, manner=None):
    """A large front: entries on ruled lines, the portrait high at the right, boxes at the foot."""
    card = _Card(sheet, rng, manner=manner)
    entries.speak(card.look, rng.choice(("first", "both", "both", "last")))
    if entries.longest(sheet, card.look, FRONT) > 30:
        entries.speak(card.look, "first")
        card.look.label = card.look.label.but(size=card.look.label.size * 0.85)
    y = card.heading(42, 8, room=72)
    decor.portrait(sheet, 84, 6, 22, 28)
    y = card.rule(FRONT[:2], 6, y + 5.5, end=81, lead=8)
    card.rule((*FRONT[2:], "signs"), 6, y, end=106, lead=8)
    card.boxed_number(20, 76.5, width=72)
    card.seal(rng.uniform(84, 88), 40)


@layout("cin", size=(160, 108))
def booklet(sheet, rng, *, manner=None):
    """A booklet lying open: both languages above each other beside the values."""
    card = _Card(sheet, rng, manner=manner, label=1.6)
    sheet.line(80, 2, 80, 106, colour=(180, 164, 132), width=0.35)
    y = card.heading(41, 9, room=66)
    card.stack(FRONT, 5, y + 6, end=78.5, lead=10)
    decor.portrait(sheet, 6, 69, 24, 31)
    entries.speak(card.look, "last")
    sheet.write(card.look.words["number"], 35, 80, card.look.label)
    card.number(35, 87, end=78)
    card.seal(32, 92)
    y = 14
    for fields in (("address",), ("quarter",), ("occupation",), ("father",), ("mother",)):
        y = card.put(fields, 85, y, end=155, lead=5.6, how="below")
    y = card.put(("issue_place", "issue_date"), 85, y + 4, end=155, lead=8.5)
    decor.signature(sheet, 92, 98, 26)
    card.seal(138, 92, 11)


@layout("cin", size=(86, 54), weight=1.3)
def plastic_front(sheet, rng):
    """A plastic card: portrait at the left, number in large digits at the foot."""
    card = _Card(sheet, rng, manner="printed", size=1.95, label=1.15, grounds=PLASTIC)
    is_paired = card.look.days in ("dot", "slash") and rng.random() < 0.7
    entries.speak(card.look, "last" if is_paired else "both")
    sheet.corner = 3.2
    decor.flag(sheet, 4, 4, 4.4)
    card.heading(48, 5.4, room=66, size=1.55)
    decor.portrait(sheet, 4, 15, 21, 27)
    y = card.put(FRONT[:2], 29, 17, end=83, lead=3.6, how="below")
    if is_paired:
        card.put(("birth_date",), 29, y, end=53, lead=3.6, how="below")
        card.put(("birth_place",), 55, y, end=84, lead=3.6, how="below")
    else:
        card.put(FRONT[2:], 29, y, end=83, lead=3.6, how="below")
    pen = card.look.value.but(size=2.5, bold=True)
    card.number(47, 50.5, end=70, pen=pen, anchor="m")
    decor.rosette(sheet, 78, 46, 5)


@layout("cin", size=(92, 64))
def plain_card(sheet, rng):
    """A small card of board: a column of values, the portrait at the right, number above all."""
    card = _Card(sheet, rng, size=2.1, label=1.3, grounds=PLASTIC + BEIGE)
    entries.speak(card.look, rng.choice(("first", "last")))
    y = card.heading(46, 6.5, room=76, size=1.75)
    decor.portrait(sheet, 69, y + 3, 19, 25)
    card.labelled_number(5, y + 4, end=66)
    fields = (*FRONT, "signs")
    column = 5 + entries.longest(sheet, card.look, fields) + 2
    how = "column" if column < 28 else "below"
    lead = 7.2 if how == "column" else 3.1
    card.put(fields[: 5 if how == "column" else 4], 5, y + 11.5, end=67, lead=lead, how=how,
             column=column)  # fmt: skip
    card.seal(76, 54, 7.5)


@layout("cin", size=(112, 82), paper="cin_back", weight=0.6)
def ruled_back(sheet, rng, *, manner=None):
    """The large card's other side on ruled lines; place and day at the foot."""
    card = _Card(sheet, rng, manner=manner)
    entries.speak(card.look, rng.choice(("first", "last")))
    fields = ("address", "quarter", "occupation", "father", "mother")
    y = card.rule(fields, 6, 11, end=106, lead=8.2)
    card.rule(("issue_place", "issue_date"), 34, y + 2, end=104, lead=8.2)
    decor.fingerprint(sheet, 8, 54, 15, 19)
    decor.signature(sheet, 46, 74, 24)
    card.seal(90, 70, 9)


@layout("cin", size=(86, 54), paper="cin_back", weight=0.6)
def plastic_back(sheet, rng):
    """The plastic card's other side: two columns, labels small above the values."""
    card = _Card(sheet, rng, manner="printed", size=1.85, label=1.1, grounds=PLASTIC)
    entries.speak(card.look, rng.choice(("both", "last")))
    sheet.corner = 3.2
    y = card.put(("address", "father", "mother"), 4, 6, end=82, lead=4.2, how="below")
    low = card.put(("occupation",), 4, y, end=41, lead=4.2, how="below")
    card.put(("quarter",), 45, y, end=82, lead=4.2, how="below")
    card.put(("issue_place",), 4, low, end=41, lead=4.2, how="below")
    card.put(("issue_date",), 45, low, end=82, lead=4.2, how="below")
    decor.signature(sheet, 10, 49.5, 16)
    sheet.write(f"N° {rng.randint(100000, 9999999):07}", 82, 51, card.look.label, anchor="r")


@layout("cin", size=(112, 82), handwritten=True)
def ruled_front_by_hand(sheet, rng):
    """The large front filled in with a pen."""
    ruled_front(sheet, rng, manner="hand")


@layout("cin", size=(160, 108), handwritten=True)
def booklet_by_hand(sheet, rng):
    """The booklet filled in with a pen."""
    booklet(sheet, rng, manner="hand")


@layout("cin", size=(112, 82), paper="cin_back", handwritten=True, weight=0.5)
def ruled_back_by_hand(sheet, rng):
    """The large back filled in with a pen."""
    ruled_back(sheet, rng, manner="hand")
