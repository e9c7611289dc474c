"""Receipts of the police for lost papers: forms and letters."""

from tests.papers import dates, decor, look, people, prose, vehicles
from tests.papers.layouts import layout
from tests.papers.look import entry

OFFICES = (
    "COMMISSARIAT DE POLICE",
    "COMMISSARIAT CENTRAL",
    "BRIGADE DE GENDARMERIE",
    "POLICE NATIONALE",
    "POSTE AVANCÉ DE POLICE",
    "COMPAGNIE DE GENDARMERIE",
)
TITLES = (
    "ATTESTATION DE PERTE",
    "RÉCÉPISSÉ DE DÉCLARATION DE PERTE",
    "FANAMARINANA FAHAVEREZAN-TARATASY",
    "DÉCLARATION DE PERTE",
)
WORDS = (
{
            "surname": "Nom :", "given_names": "Prénoms :", "birth_date": "Né(e) le :",
            "birth_place": "à :", "address": "Domicile :", "number": "CIN N° :",
            "plate": "Véhicule n° :", "make": "Marque :", "issue_date": "Fait le :",
            "lost": "Pièce perdue :",
        },
        {
            "surname": "ANARANA / Nom", "given_names": "FANAMPINY / Prénoms",
            "birth_date": "TERAKA / Né(e) le", "birth_place": "TAO / à",
            "address": "FONENANA / Adresse",
            "number": "KARA-PANONDRO / CIN", "plate": "Immatriculation", "make": "Marque",
            "issue_date": "Délivré le", "lost": "TARATASY VERY / Objet",
        },
{
            "surname": "Le déclarant (nom)", "given_names": "(prénoms)",
            "birth_date": "Date de naissance", "birth_place": "Lieu", "address": "Demeurant à",
            "number": "Titulaire de la CIN numéro", "plate": "Plaque", "make": "Marque du véhicule",
            "issue_date": "Date de la déclaration", "lost": "A perdu",
        },
)  # fmt: skip
CARD, CERTIFICATE = "carte nationale d'identité", "carte grise"


class _Receipt:
    """A receipt being written for somebody who lost a paper."""

    def __init__(self, sheet, rng, *, manner=None, size=2.4):
        self.sheet, self.rng = sheet, rng
        manner = manner or rng.choice(("typed", "typed", "printed"))
        self.look = look.choose(
            rng, sheet.part, manner=manner, wordings=WORDS, size=size, label=1.8
        )
        self.look.days = rng.choice((*dates.FIGURES, "french", "capitals"))
        self.car, self.person = vehicles.vehicle(rng), people.person(rng)
        self.lost = rng.choice((CARD, CARD, CERTIFICATE))
        sheet.colour = rng.choice(((250, 250, 246), (246, 242, 230), (240, 238, 232)))
        sheet.image.paste(sheet.colour, (0, 0, sheet.image.width, sheet.image.height))
        self.rows = self._rows()

    def _rows(self):
        who, car, looks = self.person, self.car, self.look
        cut = self.rng.choice(("", " "))
        day = people.date_between(self.rng, 2021, 2026)
        number = cut.join(who.number[at : at + 3] for at in range(0, 12, 3))
        return {
            "surname": (who.surname, who.surname),
            "given_names": (looks.text(who.given_names), who.given_names.upper()),
            "birth_date": (looks.day(who.birth_date), who.birth_date.isoformat()),
            "birth_place": (looks.text(who.birth_place), who.birth_place.upper()),
            "address": (looks.text(who.address), who.address.upper()),
            "number": (number, who.number),
            "plate": (f"{car.plate[:4]} {car.plate[4:]}", car.plate),
            "make": (car.make, car.make),
            "issue_date": (looks.day(day), day.isoformat()),
            "lost": (looks.text(self.lost), None),
        }

    def head(self, y=9):
        """The office at the left, the motto at the right, the title below."""
        sheet, pen = self.sheet, self.look.label.but(size=1.7)
        office, place = self.rng.choice(OFFICES), self.rng.choice(people.PLACES)
        sheet.write(f"{office} - {place.upper()}", 8, y, pen.but(bold=True), room=sheet.width * 0.5)
        sheet.write(
            f"N° {self.rng.randint(12, 2400)} /DP/{self.rng.randint(21, 26)}", 8, y + 4.5, pen
        )
        sheet.write("REPOBLIKAN'I MADAGASIKARA", sheet.width - 8, y, pen, anchor="r", room=48)
        title = self.rng.choice(TITLES)
        y += 15
        pen = self.look.heading.but(size=2.8)
        sheet.write(title, sheet.width / 2, y, pen, anchor="m", room=sheet.width - 20)
        return y + 10

    def told(self):
        """The fields in order; those of a vehicle only where its certificate was lost."""
        names = ["surname", "given_names", "birth_date", "birth_place", "address", "number", "lost"]
        return names + (["plate", "make"] if self.lost == CERTIFICATE else [])

    def put(self, field, x, y, *, end, how, column=None):
        """One entry."""
        text, truth = self.rows[field]
        return entry(
            self.sheet, self.look, field if truth is not None else None, text, x, y, end=end,
            truth=truth, how=how, column=column, label=self.look.words[field],
        )  # fmt: skip

    def part_of(self, field):
        """A field as a part of running text."""
        text, truth = self.rows[field]
        return (text, self.look.value, field, truth) if truth and text else (text, self.look.value)

    def sealed(self, x, y):
        """Seal, name and scrawl of the officer."""
        decor.round_stamp(self.sheet, x, y, 12, strength=self.rng.uniform(0.35, 0.65))
        decor.signature(self.sheet, x - 8, y + 6, 30)


def _form(sheet, rng, *, how, lead, manner=None):
    receipt = _Receipt(sheet, rng, manner=manner)
    y = receipt.head()
    words = (receipt.look.words[field] for field in receipt.told())
    column = 10 + max(sheet.length(text, receipt.look.label) for text in words) + 3
    for field in receipt.told():
        y = receipt.put(field, 10, y, end=sheet.width - 10, how=how, column=column) + lead
    receipt.put("issue_date", sheet.width * 0.45, y + 3, end=sheet.width - 8, how="right")
    receipt.sealed(sheet.width * 0.72, min(y + 20, sheet.height - 13))


def _letter(sheet, rng, opening, *, manner=None):
    receipt = _Receipt(sheet, rng, manner=manner)
    plain = receipt.look.label.but(size=2.0, colour=(40, 40, 44))
    if receipt.look.manner == "typed":
        plain = receipt.look.value
    y = receipt.head()
    told = receipt.part_of
    parts = [
        (opening, plain), told("surname"), told("given_names"), (", né(e) le", plain),
        told("birth_date"), ("à", plain), told("birth_place"), (", demeurant au", plain),
        told("address"), (", titulaire de la CIN n°", plain), told("number"),
        (", a déclaré ce jour avoir perdu sa", plain), told("lost"),
    ]  # fmt: skip
    if receipt.lost == CERTIFICATE:
        parts += [("du véhicule", plain), told("make"), ("immatriculé", plain), told("plate")]
    parts += [
        (". En foi de quoi la présente est délivrée pour servir et valoir ce que de droit.", plain)
    ]
    y = prose.flow(
        sheet, rng, [each for each in parts if each[0]], 12, y, end=sheet.width - 10, lead=7.4
    )
    y = prose.flow(
        sheet, rng, [("Fait à", plain), (rng.choice(people.PLACES), receipt.look.value), ("le",
        plain),
        told("issue_date")], sheet.width * 0.35, y + 12, end=sheet.width - 6, lead=7,
    )  # fmt: skip
    receipt.sealed(sheet.width * 0.72, y + 18)


@layout("attestation", size=(148, 150))
def loss_form(sheet, rng):
    """A form of the police with dotted lines."""
    _form(sheet, rng, how="leader", lead=9)


@layout("attestation", size=(148, 140))
def loss_letter(sheet, rng):
    """A letter: I, the undersigned, attest."""
    _letter(
        sheet,
        rng,
        "Nous soussigné, Commissaire de Police, attestons que le (la) nommé(e)",
    )


@layout("attestation", size=(148, 145))
def loss_slip(sheet, rng):
    """A slip with a column of values."""
    _form(sheet, rng, how=rng.choice(("column", "right")), lead=8.4)


@layout("attestation", size=(165, 140))
def gendarme_letter(sheet, rng):
    """A letter of the gendarmes."""
    _letter(sheet, rng, "Il est certifié par la présente que")


@layout("attestation", size=(148, 150), handwritten=True)
def loss_form_by_hand(sheet, rng):
    """The form filled in with a pen."""
    _form(sheet, rng, how="leader", lead=9.5, manner="hand")


@layout("attestation", size=(165, 150), handwritten=True)
def gendarme_letter_by_hand(sheet, rng):
    """The gendarmes' letter with what is personal written with a pen."""
    _letter(sheet, rng, "Il est certifié par la présente que", manner="hand")
