"""Receipts for lost papers as other offices write them, in French and in Malagasy."""

from tests.papers import decor, look, people, prose, vehicles
from tests.papers.layouts import layout
from tests.papers.look import entry
from tests.papers.measuring import entries

OFFICES = (
    "DIRECTION DE LA SÉCURITÉ PUBLIQUE", "COMMISSARIAT DU 3ème ARRONDISSEMENT",
    "POSTE FIXE DE GENDARMERIE", "TOBIN'NY ZANDARIMARIA", "BORIBORINTANY FAHADIMY",
)  # fmt: skip
TITLES = (
    "CERTIFICAT DE PERTE", "RÉCÉPISSÉ DE PERTE DE PIÈCE", "FANAMBARANA FAHAVEREZANA",
    "ATTESTATION DE DÉCLARATION DE PERTE",
)  # fmt: skip
WORDS = (
    {
        "surname": "Nom du déclarant", "given_names": "Prénoms du déclarant",
        "birth_date": "Date de naissance", "birth_place": "Lieu de naissance",
        "address": "Adresse actuelle", "number": "Numéro de CIN", "plate": "N° d'immatriculation",
        "make": "Marque", "issue_date": "Récépissé établi le", "lost": "Document perdu",
    },
    {
        "surname": "Anarana|Nom", "given_names": "Fanampin'anarana|Prénoms",
        "birth_date": "Teraka ny|Né(e) le", "birth_place": "Tao|À",
        "address": "Monina ao|Domicilié(e) à", "number": "Laharan'ny CIN|N° CIN",
        "plate": "Laharan'ny fiara|N° du véhicule", "make": "Marika|Marque",
        "issue_date": "Natao ny|Délivré le", "lost": "Taratasy very|Pièce égarée",
    },
)  # fmt: skip
CARD, CERTIFICATE = "card", "certificate"
LOST = {
    "fr": {CARD: "carte nationale d'identité", CERTIFICATE: "carte grise"},
    "mg": {CARD: "kara-panondrom-pirenena", CERTIFICATE: "karatra volondavenona"},
}


class _Declaration:
    """What somebody declared lost, being written down."""

    def __init__(self, sheet, rng, *, manner=None, size=2.4, language="fr"):
        self.sheet, self.rng = sheet, rng
        manner = manner or rng.choice(("typed", "printed", "printed"))
        self.look = look.choose(
            rng, sheet.part, manner=manner, wordings=WORDS, size=size, label=1.8
        )
        self.look.words = dict(self.look.words)
        words = ("malagasy",) if language == "mg" else ("french", "french", "capitals")
        self.look.days = rng.choice((*words, "slash", "dot"))
        self.lost = rng.choice((CARD, CARD, CERTIFICATE))
        sheet.colour = rng.choice(((252, 252, 250), (247, 243, 232), (242, 244, 240)))
        sheet.image.paste(sheet.colour, (0, 0, sheet.image.width, sheet.image.height))
        self.rows = self._rows(people.person(rng), vehicles.vehicle(rng), LOST[language][self.lost])

    def _rows(self, who, car, lost):
        text, day = self.look.text, self.look.day
        cut = self.rng.choice((" ", "", "."))
        written_on = people.date_between(self.rng, 2021, 2026)
        return {
            "surname": (who.surname, who.surname),
            "given_names": (text(who.given_names), who.given_names.upper()),
            "birth_date": (day(who.birth_date), who.birth_date.isoformat()),
            "birth_place": (text(who.birth_place), who.birth_place.upper()),
            "address": (text(who.address), who.address.upper()),
            "number": (cut.join(who.number[at : at + 3] for at in (0, 3, 6, 9)), who.number),
            "plate": (f"{car.plate[:4]}{cut.strip('.')}{car.plate[4:]}", car.plate),
            "make": (car.make, car.make),
            "issue_date": (day(written_on), written_on.isoformat()),
            "lost": (text(lost), None),
        }

    def head(self, *, centred):
        """The republic, the office, a running number and the title; return the line below."""
        sheet, pen = self.sheet, self.look.label.but(size=1.8)
        x, anchor = (sheet.width / 2, "m") if centred else (10, "l")
        office = f"{self.rng.choice(OFFICES)} - {self.rng.choice(people.PLACES).upper()}"
        lines = ("REPOBLIKAN'I MADAGASIKARA", "Fitiavana - Tanindrazana - Fandrosoana", office)
        y = 9
        for line in lines:
            sheet.write(line, x, y, pen, anchor=anchor, room=sheet.width - 20)
            y += 4.2
        running = f"N° {self.rng.randint(3, 980):03}/{self.rng.choice(('CP', 'SG', 'PJ'))}"
        sheet.write(f"{running}/{self.rows['issue_date'][1][:4]}", 10, y + 2, pen)
        y += 11
        heading = self.look.heading.but(size=3.0)
        box = sheet.write(
            self.rng.choice(TITLES), sheet.width / 2, y, heading, anchor="m", room=sheet.width - 24
        )
        sheet.line(box[0], y + 1.6, box[2], y + 1.6, colour=heading.colour, width=0.3)
        return y + 11

    def fields(self):
        """What is told, in order; of a vehicle only where its certificate was lost."""
        names = ("surname", "given_names", "birth_date", "birth_place", "address", "number", "lost")
        return names + (("plate", "make") if self.lost == CERTIFICATE else ())

    def put(self, field, x, y, *, end, how, column=None):
        """One entry; return how far down it came."""
        text, truth = self.rows[field]
        return entry(
            self.sheet, self.look, field if truth is not None else None, text, x, y, end=end,
            truth=truth, how=how, column=column, label=self.look.words[field],
        )  # fmt: skip

    def tell(self, story, x, y, *, end, lead):
        """Running text: strings as they are, and fields by their names in braces."""
        plain = self.look.label.but(size=2.1, colour=(36, 36, 40), bold=False)
        if self.look.manner == "typed":
            plain = self.look.value.but(bold=False)
        parts = []
        for piece in story:
            text, truth = self.rows.get(piece, (piece, None))
            if not text:
                continue
            if truth is not None:
                parts.append((text, self.look.value, piece, truth))
            else:
                parts.append((text, self.look.value if piece in self.rows else plain))
        return prose.flow(self.sheet, self.rng, parts, x, y, end=end, lead=lead)

    def sign(self, x, y):
        """Seal, rank and scrawl of the officer, below what was said."""
        rank = self.rng.choice(("L'Officier de Police Judiciaire", "Le Chef de Poste", "Ny Lehibe"))
        self.sheet.write(rank, x, y, self.look.label.but(size=1.9), anchor="m")
        decor.round_stamp(self.sheet, x - 4, y + 13, 11, strength=self.rng.uniform(0.35, 0.55))
        decor.signature(self.sheet, x - 8, y + 12, 28)
        self.sheet.cut(y + self.rng.uniform(28, 36))


@layout("attestation", size=(148, 190))
def office_form(sheet, rng):
    """A form of an office: a colon after each label, the values in a column or ruled."""
    paper = _Declaration(sheet, rng)
    entries.speak(paper.look, rng.choice(("both", "last")))
    y = paper.head(centred=rng.random() < 0.6)
    fields = paper.fields()
    for field in (*fields, "issue_date"):
        paper.look.words[field] += " :"
    column = 12 + entries.longest(sheet, paper.look, fields) + 4
    for field in fields:
        y = paper.put(field, 12, y, end=136, how="column", column=column) + 8.6
    paper.put("issue_date", 66, y + 4, end=138, how="right")
    paper.sign(106, y + 14)


@layout("attestation", size=(150, 190))
def commissioner_letter(sheet, rng):
    """A letter: the commissioner certifies what somebody came to declare."""
    paper = _Declaration(sheet, rng)
    y = paper.head(centred=True)
    story = [
        "Je soussigné, Officier de Police Judiciaire, certifie que Monsieur / Madame", "surname",
        "given_names", ", né(e) le", "birth_date", "à", "birth_place", ", domicilié(e) au",
        "address", ", détenteur de la carte nationale d'identité n°", "number",
        ", s'est présenté(e) à nos services pour déclarer la perte de sa", "lost",
    ]  # fmt: skip
    if paper.lost == CERTIFICATE:
        story += ["du véhicule de marque", "make", "portant le numéro", "plate"]
    story += [". Le présent récépissé lui est remis pour faire valoir ses droits."]
    y = paper.tell(story, 13, y, end=138, lead=7.6)
    place = rng.choice(people.PLACES)
    y = paper.tell(["Fait à", place, ", le", "issue_date"], 60, y + 12, end=140, lead=7)
    paper.sign(104, y + 9)


@layout("attestation", size=(155, 190))
def malagasy_letter(sheet, rng):
    """A letter in Malagasy with the French words offices keep."""
    paper = _Declaration(sheet, rng, language="mg")
    y = paper.head(centred=False)
    story = [
        "Izaho sonia etsy ambany, Lehiben'ny polisy, dia manamarina fa i", "surname",
        "given_names", ", teraka tamin'ny", "birth_date", "tao", "birth_place",
        ", monina ao amin'ny", "address", ", mitondra ny CIN laharana", "number",
        ", dia tonga nanambara fa very ny", "lost",
    ]  # fmt: skip
    if paper.lost == CERTIFICATE:
        story += ["an'ny fiara", "make", "laharana", "plate"]
    story += [". Natao ity fanamarinana ity mba hampiasaina amin'izay ilana azy."]
    y = paper.tell(story, 13, y, end=142, lead=7.6)
    place = rng.choice(people.PLACES)
    y = paper.tell(["Natao tao", place, ", androany", "issue_date"], 60, y + 12, end=146, lead=7)
    paper.sign(108, y + 9)


@layout("attestation", size=(150, 190), handwritten=True)
def ruled_form_by_hand(sheet, rng):
    """A form with ruled lines, filled in with a pen."""
    paper = _Declaration(sheet, rng, manner="hand")
    entries.speak(paper.look, rng.choice(("first", "last")))
    y = paper.head(centred=True)
    for field in paper.fields():
        text, truth = paper.rows[field]
        entries.ruled(sheet, paper.look, field, text, 12, y, end=138, truth=truth)
        y += 9.6
    text, truth = paper.rows["issue_date"]
    entries.ruled(sheet, paper.look, "issue_date", text, 62, y + 3, end=138, truth=truth)
    paper.sign(106, y + 14)
