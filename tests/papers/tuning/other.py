"""Papers that are none of those asked for: what must be called unknown, not read as something."""

from tests.papers import decor, faces, look, people, prose
from tests.papers.layouts import layout
from tests.papers.sheet import Pen

GROUNDS = ((252, 252, 250), (246, 242, 230), (236, 242, 248), (250, 240, 240))
FIRMS = (
    "Menuiserie Hazo",
    "Cabinet Lanitra",
    "Hôtel des Palmes",
    "Agence Vohitra",
    "Imprimerie Soratra",
    "Salon Voninkazo",
    "Clinique Aina",
    "Studio Feo",
)
LETTERS = (
    "J'ai l'honneur de solliciter de votre haute bienveillance l'autorisation d'organiser une "
    "kermesse dans la cour de l'école. Les bénéfices serviront à la réfection du toit de la "
    "bibliothèque. Dans l'attente d'une suite favorable, veuillez agréer mes salutations.",
    "Nous vous informons que la distribution d'eau sera suspendue pendant les travaux de la "
    "rue principale. Nous vous prions de nous excuser pour la gêne occasionnée.",
    "Manasa antsika rehetra hanatrika ny fivoriana lehibe hatao ao amin'ny trano fokonolona. "
    "Hodinihina amin'izany ny fanamboarana ny lalana sy ny fantsona. Misaotra mialoha.",
    "Please note that the library will be closed during the week of the inventory. Books may "
    "be returned through the slot beside the entrance at any time. We thank you.",
)
SUBJECTS = ("Malagasy", "Français", "Mathématiques", "Histoire", "Physique", "Anglais", "Sport")
DISHES = ("Romazava", "Ravitoto", "Mine sao", "Soupe chinoise", "Brochettes", "Achards", "Koba")


def _ground(sheet, rng):
    sheet.colour = rng.choice(GROUNDS)
    sheet.image.paste(sheet.colour, (0, 0, sheet.image.width, sheet.image.height))


def _pens(sheet, rng, size=2.3):
    """Something for titles and something for the rest."""
    manner = rng.choice(("printed", "typed"))
    looks = look.choose(rng, sheet.part, manner=manner, size=size)
    face = faces.choose(rng, rng.choice(("sans", "serif")), part=sheet.part)
    return Pen(face, size * 1.7, (40, 44, 70), bold=True), looks


def _letter(sheet, rng):
    _ground(sheet, rng)
    title, looks = _pens(sheet, rng)
    somebody = people.person(rng)
    sheet.write(somebody.full_name, 12, 14, looks.value)
    sheet.write(looks.day(people.date_between(rng, 2015, 2026)), 90, 24, looks.value, room=50)
    y = 42
    for word in rng.sample(LETTERS, 2):
        y = prose.flow(sheet, rng, [(word, looks.value)], 12, y, end=136, lead=6.4) + 11
    decor.signature(sheet, 95, y + 6, 30)


def _visiting_card(sheet, rng):
    _ground(sheet, rng)
    title, looks = _pens(sheet, rng, size=2.0)
    somebody = people.person(rng)
    sheet.write(rng.choice(FIRMS), 6, 12, title, room=70)
    sheet.write(somebody.full_name, 6, 26, looks.value.but(size=2.4), room=74)
    for place, text in enumerate((somebody.occupation, somebody.address, people.phone(rng))):
        sheet.write(text, 6, 34 + 5 * place, looks.value, room=74)


def _table(sheet, rng, title, names, marks):
    _ground(sheet, rng)
    heading, looks = _pens(sheet, rng)
    sheet.write(title, sheet.width / 2, 14, heading, anchor="m", room=sheet.width - 16)
    y = 28
    for name in rng.sample(names, len(names) - rng.randint(0, 2)):
        sheet.write(name, 12, y, looks.value)
        sheet.write(rng.choice(marks), sheet.width - 14, y, looks.value, anchor="r")
        sheet.line(10, y + 2, sheet.width - 10, y + 2, width=0.12)
        y += 7.5


@layout("unknown", size=(148, 150), paper="letter")
def private_letter(sheet, rng):
    """A letter about something else."""
    _letter(sheet, rng)


@layout("unknown", size=(86, 54), paper="visiting_card")
def visiting_card(sheet, rng):
    """A card as large as an identity card."""
    _visiting_card(sheet, rng)


@layout("unknown", size=(120, 100), paper="school_report")
def school_report(sheet, rng):
    """Marks of a pupil."""
    marks = tuple(f"{mark}/20" for mark in range(6, 19))
    _table(sheet, rng, "BULLETIN DE NOTES", SUBJECTS, marks)


@layout("unknown", size=(148, 150), paper="letter")
def public_notice(sheet, rng):
    """A notice to everybody."""
    _letter(sheet, rng)


@layout("unknown", size=(90, 58), paper="visiting_card")
def shop_card(sheet, rng):
    """A shop's card."""
    _visiting_card(sheet, rng)


@layout("unknown", size=(110, 110), paper="menu")
def menu(sheet, rng):
    """What there is to eat."""
    marks = tuple(f"{price} 000" for price in range(4, 30, 2))
    _table(sheet, rng, "LA CARTE", DISHES, marks)
