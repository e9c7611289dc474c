"""The registration certificate as others print it: cards, coded sheets, tables, old forms."""

from tests.papers import decor, look, vehicles
from tests.papers.layouts import layout
from tests.papers.look import entry
from tests.papers.measuring import entries

GROUNDS = ((226, 230, 226), (218, 226, 232), (232, 228, 218), (230, 224, 232))
OLD = ((222, 214, 196), (212, 218, 206), (232, 224, 204), (224, 220, 212))
CODES = {
    "plate": "A", "first_registration": "B", "holder": "C.1", "address": "C.3", "make": "D.1",
    "type": "D.2", "model": "D.3", "chassis_number": "E", "laden": "F.1", "curb_weight": "G.1",
    "issue_date": "I", "class": "J", "displacement": "P.1", "energy": "P.3", "fiscal_power": "P.6",
    "seats": "S.1", "payload": "C.U.", "colour": "R",
}  # fmt: skip
WORDS = (
    {
        "plate": "Numéro d'immatriculation", "first_registration": "1ère immatriculation",
        "holder": "Titulaire du certificat", "address": "Adresse du titulaire", "make": "Marque",
        "type": "Type, variante", "model": "Dénomination commerciale",
        "chassis_number": "N° d'identification du véhicule", "laden": "Masse maximale",
        "curb_weight": "Masse à vide", "payload": "Charge utile", "issue_date": "Établi le",
        "class": "Genre national", "displacement": "Cylindrée", "energy": "Type de carburant",
        "fiscal_power": "Puissance administrative", "seats": "Places assises", "colour": "Couleur",
    },
    {
        "plate": "Laharana|Immatriculation", "first_registration": "Daty nampiasana|1ère M.E.C.",
        "holder": "Tompony|Propriétaire", "address": "Adiresy|Domicile", "make": "Marika|Marque",
        "type": "Karazany|Type", "model": "Modely|Modèle", "chassis_number": "Sasy|Châssis n°",
        "laden": "Lanja feno|PTAC", "curb_weight": "Lanja foana|Poids à vide",
        "payload": "Entana zaka|Charge utile", "issue_date": "Daty|Établi le",
        "class": "Sokajy|Genre", "displacement": "Haben'ny motera|Cylindrée",
        "energy": "Solika|Énergie", "fiscal_power": "Hery|Puissance fiscale",
        "seats": "Toerana|Nombre de places", "colour": "Loko|Couleur",
    },
)  # fmt: skip
OLD_WORDS = (
    {
        "plate": "Numéro minéralogique", "first_registration": "Mis en circulation le",
        "holder": "Nom et prénoms du propriétaire", "address": "Demeurant à",
        "make": "Marque du véhicule", "type": "Type", "model": "Modèle",
        "chassis_number": "Numéro du châssis", "curb_weight": "Poids mort (kg)",
        "payload": "Charge utile (kg)", "issue_date": "Délivré le", "class": "Genre",
        "displacement": "Cylindrée cm3", "energy": "Carburant", "fiscal_power": "Puissance CV",
        "seats": "Nombre de places", "colour": "Couleur", "laden": "P.T.C.",
    },
    {
        "plate": "IMMATRICULÉ SOUS LE N°", "first_registration": "1ère CIRCULATION",
        "holder": "PROPRIÉTAIRE", "address": "ADRESSE", "make": "MARQUE", "type": "TYPE",
        "model": "MODÈLE", "chassis_number": "N° DE SÉRIE DU TYPE", "curb_weight": "POIDS A VIDE",
        "payload": "CHARGE UTILE", "issue_date": "FAIT LE", "class": "GENRE",
        "displacement": "CYLINDRÉE", "energy": "SOURCE D'ÉNERGIE", "fiscal_power": "PUISSANCE",
        "seats": "PLACES", "colour": "COULEUR", "laden": "PTC",
    },
)  # fmt: skip
TITLES = (
    "CERTIFICAT D'IMMATRICULATION DE VÉHICULE",
    "TARATASIM-PIARA - CARTE GRISE",
    "CARTE GRISE N°",
)
CLASSES = ("VP", "CTTE", "CAM", "MTL", "TCP", "QM")


class _Certificate:
    """A certificate being filled in."""

    def __init__(self, sheet, rng, *, manner=None, size=2.2, label=1.35, words=WORDS, old=False):
        manner = manner or rng.choice(("printed", "printed", "typed"))
        self.sheet, self.rng = sheet, rng
        self.look = look.choose(
            rng, sheet.part, manner=manner, wordings=words, size=size, label=label
        )
        self.look.words = dict(self.look.words)
        self.look.days = rng.choice(("slash", "slash", "dot", "dash", "spaced"))
        self.rows = self._rows(vehicles.vehicle(rng))
        sheet.colour = rng.choice(OLD if old else GROUNDS)
        sheet.image.paste(sheet.colour, (0, 0, sheet.image.width, sheet.image.height))
        decor.guilloche(sheet, strength=rng.randint(6, 14), tint=(100, 120, 140))

    def _rows(self, car):
        """Every entry: field → (as written, truth); without a truth it is no field."""
        rng, day, who = self.rng, self.look.day, car.holder
        cut = rng.choice((" ", " ", "", "-", "  "))
        kilos, volume = rng.choice(("", " kg", " KG")), rng.choice(("", " cm3", " CM3"))
        maker = "".join(rng.choices("ABCDEGHJKLMNPRSTUV12345678", k=rng.randint(4, 8)))
        return {
            "plate": (f"{car.plate[:4]}{cut}{car.plate[4:]}", car.plate),
            "first_registration": (day(car.first_registration), car.first_registration.isoformat()),
            "holder": (self.look.text(who.full_name), who.full_name.upper()),
            "address": (self.look.text(who.address), who.address.upper()),
            "make": (car.make, car.make),
            "type": (maker, None),
            "model": (car.model, car.model),
            "chassis_number": (car.chassis_number, car.chassis_number),
            "laden": (f"{car.curb_weight + car.payload}{kilos}", None),
            "curb_weight": (f"{car.curb_weight}{kilos}", str(car.curb_weight)),
            "payload": (f"{car.payload}{kilos}", str(car.payload)),
            "issue_date": (day(car.issue_date), car.issue_date.isoformat()),
            "class": (rng.choice(CLASSES), None),
            "displacement": (f"{car.displacement}{volume}", str(car.displacement)),
            "energy": (rng.choice(vehicles.ENERGIES[car.energy]), car.energy),
            "fiscal_power": (
                rng.choice((f"{car.fiscal_power}", f"{car.fiscal_power} CV")),
                str(car.fiscal_power),
            ),
            "seats": (rng.choice((f"{car.seats}", f"{car.seats:02}")), str(car.seats)),
            "colour": (car.colour, car.colour),
        }

    def codes(self, manner):
        """Have codes for labels: alone ("bare"), or before the words ("A. …", "(A) …")."""
        shape = {"bare": "{0}", "dot": "{0}. {1}", "bracket": "({0}) {1}"}[manner]
        entries.speak(self.look, "last")
        for field, code in CODES.items():
            self.look.words[field] = shape.format(code, self.look.words[field])

    def title(self, x, y, *, room, size=2.0):
        """The republic and what the paper is; return the line below."""
        pen = self.look.heading.but(size=size)
        self.sheet.write("REPOBLIKAN'I MADAGASIKARA", x, y, pen, anchor="m", room=room)
        small = pen.but(size=size * 0.62, bold=False)
        self.sheet.write("MINISTÈRE DE L'INTÉRIEUR", x, y + size * 1.3, small, anchor="m")
        y += size * 3.1
        text = self.rng.choice(TITLES)
        if text.endswith("N°"):
            text += f" {self.rng.randint(10000, 999999)}"
        self.sheet.write(text, x, y, pen.but(size=size * 0.95), anchor="m", room=room)
        return y + size * 1.4

    def put(self, field, x, y, *, end, how="right", column=None):
        """One entry; return how far down it came."""
        text, truth = self.rows[field]
        return entry(
            self.sheet, self.look, field if truth is not None else None, text, x, y, end=end,
            truth=truth, how=how, column=column, label=self.look.words[field],
        )  # fmt: skip

    def lines(self, rows, y, *, edges, lead, how="right"):
        """Lines of entries in columns beginning at `edges`, of which the last is the end."""
        for row in rows:
            low = y
            for place, field in enumerate(row):
                end = edges[-1] if place == len(row) - 1 else edges[place + 1] - 2
                low = max(low, self.put(field, edges[place], y, end=end, how=how))
            y = low + lead * (1 if low == y or how == "below" else 0.8)
        return y

    def seal(self, x, y, radius=9):
        """The registration centre's seal."""
        decor.round_stamp(
            self.sheet, x, y, radius, text="CENTRE IMMATRICULATEUR",
            strength=self.rng.uniform(0.3, 0.5),
        )  # fmt: skip


@layout("carte_grise", size=(86, 54), weight=1.3)
def plastic_coded(sheet, rng):
    """A plastic card: code and word small above each value, three columns where it can."""
    form = _Certificate(sheet, rng, manner="printed", size=1.75, label=1.1)
    form.codes(rng.choice(("dot", "bracket")))
    sheet.corner = 3.2
    decor.flag(sheet, 4, 3.5, 4)
    y = form.title(48, 5, room=70, size=1.45) + 1.2
    rows = (
        ("plate", "first_registration"), ("holder",), ("address",), ("make", "model"),
        ("chassis_number", "colour"), ("energy", "fiscal_power"), ("curb_weight", "issue_date"),
    )  # fmt: skip
    form.lines(rows, y, edges=(4, 46, 83), lead=2.75, how="below")


@layout("carte_grise", size=(150, 106), weight=1.2)
def coded_leaf(sheet, rng):
    """A leaf with bold codes down its left edge and a second column for what is technical."""
    form = _Certificate(sheet, rng, size=2.2, label=1.7)
    form.codes("bare" if rng.random() < 0.6 else "dot")
    is_bare = form.look.words["plate"] == "A"
    form.look.label = form.look.label.but(bold=is_bare, size=1.9 if is_bare else 1.3)
    y = form.title(75, 8, room=110) + 4
    sheet.line(6, y - 4, 144, y - 4, colour=(110, 120, 130))
    rows = (
        ("plate", "first_registration", "issue_date"), ("holder",), ("address",),
        ("make", "type", "model"), ("chassis_number", "class"),
        ("laden", "curb_weight", "payload"), ("displacement", "energy", "fiscal_power"),
        ("seats", "colour"),
    )  # fmt: skip
    for row in rows:
        edges = {1: (8, 140), 2: (8, 88, 144), 3: (8, 54, 100, 144)}[len(row)]
        how = "right" if is_bare else "below"
        y = form.lines((row,), y, edges=edges, lead=7.8 if is_bare else 4.6, how=how)
    form.seal(118, 92, 10)
    decor.signature(sheet, 70, 98, 24)


@layout("carte_grise", size=(118, 150), weight=0.9)
def registration_table(sheet, rng):
    """A table on a tall sheet: what is asked at the left, what is answered at the right."""
    form = _Certificate(sheet, rng, size=2.2, label=1.6)
    entries.speak(form.look, rng.choice(("both", "last")))
    y = form.title(59, 9, room=98) + 3
    fields = (
        "plate", "first_registration", "holder", "address", "make", "model", "chassis_number",
        "class", "colour", "energy", "fiscal_power", "displacement", "seats", "curb_weight",
        "payload", "issue_date",
    )  # fmt: skip
    column = 9 + entries.longest(sheet, form.look, fields) + 3
    for field in fields:
        sheet.frame(7, y, 111, y + 7, width=0.13, colour=(120, 120, 124))
        form.put(field, 9, y + 4.9, end=110, how="column", column=column)
        y += 7
    sheet.line(column - 1.5, y - 7 * len(fields), column - 1.5, y, width=0.13)
    form.seal(96, 140, 8.5)


@layout("carte_grise", size=(160, 112))
def old_leaf(sheet, rng, *, manner=None):
    """The form of earlier days, filled in above ruled lines."""
    form = _Certificate(
        sheet, rng, manner=manner or "typed", size=2.3, label=1.6, words=OLD_WORDS, old=True
    )
    y = form.title(80, 9, room=120, size=2.3) + 5
    rows = (
        ("plate", "first_registration"), ("holder",), ("address",), ("make", "model"),
        ("chassis_number", "colour"), ("energy", "fiscal_power"), ("displacement", "seats"),
        ("curb_weight", "payload"),
    )  # fmt: skip
    for row in rows:
        edges = (8, 152) if len(row) == 1 else (8, 88, 152)
        for place, field in enumerate(row):
            text, truth = form.rows[field]
            entries.ruled(
                sheet, form.look, field, text, edges[place], y, end=edges[place + 1] - 2,
                truth=truth,
            )  # fmt: skip
        y += 8.4
    text, truth = form.rows["issue_date"]
    entries.ruled(sheet, form.look, "issue_date", text, 90, y + 2, end=140, truth=truth)
    form.seal(60, y + 5, 10)


@layout("carte_grise", size=(170, 100), weight=0.6)
def old_captions(sheet, rng):
    """A form whose captions stand small below the dotted lines."""
    form = _Certificate(sheet, rng, manner="typed", size=2.3, label=1.5, words=OLD_WORDS, old=True)
    y = form.title(85, 8, room=130) + 6
    rows = (
        ("plate", "make", "model"), ("holder", "address"), ("chassis_number", "colour"),
        ("energy", "fiscal_power", "displacement"), ("seats", "curb_weight", "payload"),
        ("first_registration", "issue_date"),
    )  # fmt: skip
    for row in rows:
        wide = 156 / len(row)
        for place, field in enumerate(row):
            text, truth = form.rows[field]
            left = 7 + wide * place
            entries.captioned(
                sheet, form.look, field, text, left, y, end=left + wide - 4, truth=truth
            )
        y += 11.5
    form.seal(146, 86, 10)


@layout("carte_grise", size=(160, 112), handwritten=True)
def old_leaf_by_hand(sheet, rng):
    """The form of earlier days filled in with a pen."""
    old_leaf(sheet, rng, manner="hand")
