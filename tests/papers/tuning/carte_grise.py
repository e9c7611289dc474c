"""The vehicle's registration certificate: small card, coded paper, older forms."""

from tests.papers import dates, decor, look, vehicles
from tests.papers.layouts import layout
from tests.papers.look import entry

GROUNDS = ((222, 226, 220), (226, 222, 232), (214, 230, 222), (238, 236, 226), (232, 224, 224))
OLD = ((216, 216, 208), (230, 226, 210), (226, 218, 200), (208, 220, 212))
CODES = {
    "plate": "A", "first_registration": "B", "holder": "C.1", "address": "C.3", "make": "D.1",
    "type": "D.2", "model": "D.3", "chassis_number": "E", "laden": "F.2", "curb_weight": "G.1",
    "issue_date": "I", "class": "J.1", "displacement": "P.1", "energy": "P.3",
    "fiscal_power": "P.6",
    "seats": "S.1", "payload": "CU", "colour": "COUL.",
}  # fmt: skip
WORDS = (
{
            "plate": "N° d'immatriculation", "first_registration": "Date 1ère mise en circulation",
            "holder": "Propriétaire", "address": "Adresse", "make": "Marque", "type": "Type",
            "model": "Modèle", "chassis_number": "N° de série / Châssis", "laden": "PTAC",
            "curb_weight": "Poids à vide", "payload": "Charge utile",
            "issue_date": "Date d'édition",
            "class": "Genre", "displacement": "Cylindrée", "energy": "Energie",
            "fiscal_power": "Puissance", "seats": "Places assises", "colour": "Couleur",
        },
        {
            "plate": "Immatriculation :", "first_registration": "1ère mise en circulation :",
            "holder": "Nom et prénoms :", "address": "Domicile :", "make": "Marque :",
            "type": "Type :", "model": "Dénomination :",
            "chassis_number": "N° dans la série du type :",
            "laden": "P.T.A.C. :", "curb_weight": "P.V. :", "payload": "C.U. :",
            "issue_date": "Délivrée le :", "class": "Genre :", "displacement": "Cylindrée (cm3) :",
            "energy": "Source d'énergie :", "fiscal_power": "Puissance fiscale :",
            "seats": "Nbre de places :", "colour": "Couleur :",
        },
{
            "plate": "Laharana / Numéro d'immatriculation",
            "first_registration": "Mise en circulation",
            "holder": "Tompony / Titulaire", "address": "Fonenana / Adresse",
            "make": "Marika / Marque",
            "type": "Karazana / Type", "model": "Modely / Modèle commercial",
            "chassis_number": "Laharan'ny sasy / N° châssis", "laden": "Poids total",
            "curb_weight": "Poids à vide (kg)", "payload": "Charge utile (kg)",
            "issue_date": "Natao ny / Fait le", "class": "Sokajy / Genre",
            "displacement": "Cylindrée (cc)",
            "energy": "Solika / Carburant", "fiscal_power": "Puissance adm. (CV)",
            "seats": "Toerana / Places", "colour": "Loko / Couleur",
        },
        {
            "plate": "IMMATRICULATION", "first_registration": "DATE DE 1ERE IMMAT.",
            "holder": "TITULAIRE", "address": "DOMICILE", "make": "MARQUE", "type": "TYPE MINES",
            "model": "MODELE", "chassis_number": "VIN / N° CHASSIS", "laden": "PTAC",
            "curb_weight": "PV", "payload": "CU", "issue_date": "DATE DU CERTIFICAT",
            "class": "GENRE", "displacement": "CYL.", "energy": "ENERGIE",
            "fiscal_power": "PUISS. FISC.",
            "seats": "NB PLACES", "colour": "COULEUR",
        },
)  # fmt: skip
TITLES = (
    "CERTIFICAT D'IMMATRICULATION",
    "CARTE GRISE",
    "KARATRA VOLONDAVENONA",
    "CARTE GRISE - CERTIFICAT D'IMMATRICULATION",
)
CLASSES = ("VP", "CTTE", "CAM", "TCP", "MTL", "VASP")


def _rows(looks, car, rng):
    """Every entry: field → (as written, truth); without a truth it is no field."""
    cut = rng.choice((" ", " ", "", "-"))
    power, volume = rng.choice(("", "", " CV", "CV")), rng.choice(("", "", " cm3"))
    kilos = rng.choice(("", "", " kg", " KG"))
    number, letters = car.plate[:4], car.plate[4:]
    return {
        "plate": (f"{number}{cut}{letters}", car.plate),
        "first_registration": (
            looks.day(car.first_registration),
            car.first_registration.isoformat(),
        ),
        "holder": (looks.text(car.holder.full_name), car.holder.full_name.upper()),
        "address": (looks.text(car.holder.address), car.holder.address.upper()),
        "make": (car.make, car.make),
        "type": ("".join(rng.choices("ABCDEGHJKLMNPRSTUV123456789", k=rng.randint(4, 7))), None),
        "model": (car.model, car.model),
        "chassis_number": (car.chassis_number, car.chassis_number),
        "laden": (f"{car.curb_weight + car.payload}{kilos}", None),
        "curb_weight": (f"{car.curb_weight}{kilos}", str(car.curb_weight)),
        "payload": (f"{car.payload}{kilos}", str(car.payload)),
        "issue_date": (looks.day(car.issue_date), car.issue_date.isoformat()),
        "class": (rng.choice(CLASSES), None),
        "displacement": (f"{car.displacement}{volume}", str(car.displacement)),
        "energy": (rng.choice(vehicles.ENERGIES[car.energy]), car.energy),
        "fiscal_power": (f"{car.fiscal_power:02}{power}", str(car.fiscal_power)),
        "seats": (str(car.seats), str(car.seats)),
        "colour": (car.colour, car.colour),
    }


class _Form:
    """A certificate being filled in: its sheet, its look, and what is to be written on it."""

    def __init__(self, sheet, rng, *, manner=None, size=2.2, grounds=GROUNDS, coded=False):
        manner = manner or rng.choice(("typed", "printed", "printed"))
        self.sheet, self.rng = sheet, rng
        self.look = look.choose(rng, sheet.part, manner=manner, wordings=WORDS, size=size)
        self.look.days = rng.choice(dates.FIGURES)
        self.rows = _rows(self.look, vehicles.vehicle(rng), rng)
        if coded:
            named = rng.random() < 0.5
            self.look.words = {
                field: f"{code} {self.look.words[field]}" if named else code
                for field, code in CODES.items()
            }
            if named:
                self.look.label = self.look.label.but(size=self.look.label.size * 0.88)
        sheet.colour = rng.choice(grounds)
        sheet.image.paste(sheet.colour, (0, 0, sheet.image.width, sheet.image.height))
        decor.guilloche(sheet, strength=rng.randint(6, 15), tint=(110, 130, 120))

    def title(self, y, *, x=None, room=None, size=1.0):
        """The republic and the paper's name, centred; the line below them."""
        x, pen = x or self.sheet.width / 2, self.look.heading
        pen = pen.but(size=pen.size * size)
        room = room or self.sheet.width * 0.7
        self.sheet.write("REPOBLIKAN'I MADAGASIKARA", x, y, pen, anchor="m", room=room)
        y += pen.size * 1.75
        title = self.rng.choice(TITLES)
        self.sheet.write(title, x, y, pen, anchor="m", room=room)
        return y + pen.size * 1.4

    def put(self, field, x, y, *, end, how="right", column=None):
        """One entry."""
        text, truth = self.rows[field]
        return entry(
            self.sheet, self.look, field if truth is not None else None, text, x, y, end=end,
            truth=truth, how=how, column=column, label=self.look.words[field],
        )  # fmt: skip

    def grid(self, lines, y, *, edges, lead, how="below"):
        """Lines of entries, each in the columns that begin at `edges`; the last edge is the end."""
        for line in lines:
            low = y
            for place, field in enumerate(line):
                if field:
                    last = len(line) - 1 == place
                    end = edges[-1] if last else edges[place + 1] - 1.5
                    low = max(low, self.put(field, edges[place], y, end=end, how=how))
            y = low + lead
        return y

    def sealed(self, x, y, radius=9):
        """The centre's seal and the chief's scrawl."""
        x += self.rng.uniform(-8, 2) if self.rng.random() < 0.3 else 0
        strength = self.rng.uniform(0.3, 0.6)
        text = "CENTRE IMMATRICULATEUR"
        decor.round_stamp(self.sheet, x, y, radius, text=text, strength=strength)


@layout("carte_grise", size=(86, 54), weight=1.3)
def small_card_named(sheet, rng):
    """A card of plastic, labels above values, two columns."""
    form = _Form(sheet, rng, size=1.8)
    form.look.heading = form.look.heading.but(size=1.7)
    form.look.label = form.look.label.but(size=1.25)
    sheet.corner = 3
    decor.flag(sheet, 4, 3.5, 4.5)
    y = form.title(5.2) + 0.8
    lines = (
        ("plate", "first_registration"), ("make", "model"), ("chassis_number", "energy"),
        ("holder",), ("fiscal_power", "colour"), ("seats", "issue_date"),
    )  # fmt: skip
    form.grid(lines, y, edges=(5, 47, 83), lead=3.1)


@layout("carte_grise", size=(148, 105), weight=1.2)
def coded_paper(sheet, rng):
    """A paper after the French one: codes before the values, in two columns."""
    form = _Form(sheet, rng, coded=True)
    y = form.title(8) + 3
    lines = (
        ("plate", "first_registration"), ("holder",), ("address",), ("make", "type"), ("model",),
        ("chassis_number",), ("laden", "curb_weight"), ("class", "energy"),
        ("fiscal_power", "seats"), ("displacement",), ("issue_date",),
    )  # fmt: skip
    form.grid(lines, y, edges=(8, 84, 144), lead=7.3, how="right")
    form.sealed(124, 84, 10)
    decor.signature(sheet, 96, 96, 26)


@layout("carte_grise", size=(165, 108))
def older_form(sheet, rng, *, manner=None):
    """The form of former years: dotted lines filled in with a machine."""
    form = _Form(sheet, rng, manner=manner or "typed", grounds=OLD)
    y = form.title(8, size=1.1) + 4
    for field in ("plate", "holder", "address"):
        y = form.put(field, 8, y, end=157, how="leader") + 7.6
    lines = (
        ("make", "model"), ("class", "colour"), ("energy", "fiscal_power"), ("displacement",
        "seats"),
        ("curb_weight", "payload"),
    )  # fmt: skip
    top = form.put("chassis_number", 8, y, end=157, how="leader") + 7.6
    y = form.grid(lines, top, edges=(8, 84, 157), lead=7.6, how="leader")
    form.put("first_registration", 8, y, end=82, how="leader")
    form.put("issue_date", 84, y, end=140, how="leader")
    form.sealed(142, 93, 11)


@layout("carte_grise", size=(165, 108), handwritten=True)
def older_form_by_hand(sheet, rng):
    """The older form filled in with a pen."""
    older_form(sheet, rng, manner="hand")


@layout("carte_grise", size=(86, 54), weight=1.3)
def small_card_coded(sheet, rng):
    """A card with bare codes, values beside them."""
    form = _Form(sheet, rng, size=1.8, coded=True)
    form.look.words = dict(CODES)
    form.look.heading = form.look.heading.but(size=1.5)
    form.look.label = form.look.label.but(size=1.5, bold=True)
    sheet.corner = 3
    decor.flag(sheet, 78, 3.2, 3.6)
    y = form.title(4.6, room=58) + 2.2
    lines = (
        ("plate", "first_registration"), ("holder",), ("address",), ("make", "model"),
        ("chassis_number",), ("energy", "fiscal_power"), ("displacement", "seats"),
        ("curb_weight", "issue_date"),
    )  # fmt: skip
    form.grid(lines, y, edges=(5, 45, 83), lead=4.9, how="right")


@layout("carte_grise", size=(150, 105), weight=1.2)
def coded_table(sheet, rng):
    """A paper ruled into cells, the code small in the corner of each."""
    form = _Form(sheet, rng, coded=True)
    y = form.title(7, x=60, room=80) + 1
    lines = (
        ("plate", "first_registration", "issue_date"), ("holder",), ("address",),
        ("make", "model", "type"), ("chassis_number", "class"),
        ("energy", "fiscal_power", "displacement"), ("seats", "curb_weight", "payload"),
        ("colour",),
    )  # fmt: skip
    edges, high = {1: (6, 144), 2: (6, 99, 144), 3: (6, 52, 99, 144)}, 10.4
    for line in lines:
        bounds = edges[len(line)]
        for place, field in enumerate(line):
            sheet.frame(bounds[place], y, bounds[place + 1], y + high, width=0.15)
            form.put(field, bounds[place] + 1.2, y + 2.6, end=bounds[place + 1] - 1, how="below")
        y += high
    form.sealed(126, 93, 9.5)


@layout("carte_grise", size=(210, 99))
def three_leaves(sheet, rng, *, manner=None):
    """A strip folded in three: holder, vehicle, office."""
    form = _Form(sheet, rng, manner=manner or "typed", grounds=OLD)
    for fold in (70, 140):
        sheet.line(fold, 2, fold, 97, colour=(176, 170, 156), width=0.15)
    y = form.title(9, x=35, room=58) + 5
    for field in ("plate", "holder", "address", "first_registration", "issue_date"):
        y = form.put(field, 5, y, end=68, how="below") + 6.4
    y = 12
    for field in ("make", "model", "chassis_number", "colour", "energy", "fiscal_power"):
        y = form.put(field, 75, y, end=138, how="below") + 6.2
    column = 146 + max(
        sheet.length(form.look.words[field], form.look.label) for field in ("displacement", "seats")
    )
    y = 14
    for field in ("displacement", "seats", "curb_weight", "payload"):
        y = form.put(field, 145, y, end=206, how="column", column=column) + 8
    form.sealed(178, 70, 12)
    decor.signature(sheet, 160, 86, 30)


@layout("carte_grise", size=(210, 99), handwritten=True)
def three_leaves_by_hand(sheet, rng):
    """The strip filled in with a pen."""
    three_leaves(sheet, rng, manner="hand")
