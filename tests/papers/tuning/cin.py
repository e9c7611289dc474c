"""The national identity card: large and small, its two sides, typed, printed or by hand."""

from tests.papers import decor, look, people
from tests.papers.layouts import layout
from tests.papers.look import entry, written

BEIGE = ((240, 228, 196), (236, 222, 186), (244, 234, 208), (232, 222, 198))
PALE = ((226, 238, 230), (240, 240, 236), (228, 232, 244), (246, 236, 232))
MONTHS = ("french", "capitals", "capitals", "slash", "dash")
WORDS = (
{
            "surname": "ANARANA / Nom :", "given_names": "FANAMPIN'ANARANA / Prénoms :",
            "birth_date": "TERAKA TAMIN'NY / Né(e) le :", "birth_place": "TAO / à :",
            "signs": "FAMANTARANA MANOKANA / Signes part. :", "number": "LAHARANA / N° :",
            "address": "FONENANA / Domicile :", "quarter": "BORIBORINTANY / Arrondissement :",
            "occupation": "ASA ATAO / Profession :", "father": "RAY / Père :",
            "mother": "RENY / Mère :", "issue_place": "NATAO TAO / Fait à :",
            "issue_date": "TAMIN'NY / le :",
        },
        {
            "surname": "ANARANA", "given_names": "FANAMPINY", "birth_date": "TERAKA TAMIN'NY",
            "birth_place": "TAO", "signs": "FAMANTARANA MANOKANA", "number": "LAHARANA",
            "address": "FONENANA", "quarter": "BORIBORINTANY", "occupation": "ASA ATAO",
            "father": "ANARAN'NY RAY", "mother": "ANARAN'NY RENY", "issue_place": "NATAO TAO",
            "issue_date": "TAMIN'NY",
        },
        {
            "surname": "Nom", "given_names": "Prénoms", "birth_date": "Né(e) le",
            "birth_place": "à", "signs": "Signes particuliers", "number": "N°",
            "address": "Domicile", "quarter": "Arrondissement", "occupation": "Profession",
            "father": "Fils/fille de", "mother": "et de", "issue_place": "Fait à",
            "issue_date": "le",
        },
{
            "surname": "Anarana (Nom)", "given_names": "Fanampin'anarana (Prénoms)",
            "birth_date": "Teraka tamin'ny (Date de naissance)",
            "birth_place": "Tao (Lieu de naissance)", "signs": "Famantarana manokana",
            "number": "Laharan'ny karatra (Numéro)", "address": "Fonenana (Adresse)",
            "quarter": "Boriborintany", "occupation": "Asa atao (Profession)",
            "father": "Zanak'i (Père)", "mother": "sy (Mère)", "issue_place": "Natao tao (Fait à)",
            "issue_date": "Tamin'ny (Le)",
        },
        {
            "surname": "ANARANA -", "given_names": "FANAMPIN'ANARANA -",
            "birth_date": "TERAKA T@ -", "birth_place": "TAO -", "signs": "FAMANTARANA -",
            "number": "CIN N° -", "address": "FONENANA -", "quarter": "BORIBORINTANY -",
            "occupation": "ASA -", "father": "RAY -", "mother": "RENY -",
            "issue_place": "NOMENA TAO -", "issue_date": "NY -",
        },
)  # fmt: skip
SIGNS = ("Néant", "Tsy misy", "1,68 m", "1,73 m", "Cicatrice joue G", "Grain de beauté")


def _grouped(number, rng):
    """Twelve digits as cards show them."""
    gap = rng.choice((" ", " ", " ", ".", "  "))
    return gap.join(number[at : at + 3] for at in range(0, 12, 3))


def _heading(sheet, looks, y, *, title="KARA-PANONDROM-PIRENENA", room=None, x=None):
    middle = sheet.width / 2 if x is None else x
    room = room or sheet.width * 0.6
    lead = looks.heading.size * 1.65
    republic = sheet.rng.choice(("REPOBLIKAN'I MADAGASIKARA", "REPOBLIKAN'NY MADAGASIKARA"))
    lines = [(republic, 1.0), ("Fitiavana - Tanindrazana - Fandrosoana", 0.68)]
    lines += [(title, 1.0), ("(Carte Nationale d'Identité)", 0.72)]
    for text, size in lines:
        pen = looks.heading.but(size=looks.heading.size * size, bold=size == 1)
        sheet.write(text, middle, y, pen, anchor="m", room=room)
        y += lead * (0.86 if size < 1 else 1)
    return y


def _paper(sheet, rng, colours):
    sheet.colour = rng.choice(colours)
    sheet.image.paste(sheet.colour, (0, 0, sheet.image.width, sheet.image.height))
    decor.rosette(
        sheet, sheet.width * rng.uniform(0.4, 0.6), sheet.height * 0.5, sheet.height * 0.24
    )
    decor.guilloche(sheet, strength=rng.randint(8, 18))


def _front(looks, somebody, rng):
    """The front's fields in their order, as (field, as written, truth)."""
    return (
        ("surname", somebody.surname, somebody.surname),
        ("given_names", looks.text(somebody.given_names), somebody.given_names.upper()),
        ("birth_date", looks.day(somebody.birth_date), somebody.birth_date.isoformat()),
        ("birth_place", looks.text(somebody.birth_place), somebody.birth_place.upper()),
    )


def _back(looks, somebody, rng):
    issued = people.date_between(rng, max(1985, somebody.birth_date.year + 18), 2025)
    place = rng.choice(people.PLACES)
    return (
        ("address", looks.text(somebody.address), somebody.address.upper()),
        ("quarter", looks.text(somebody.quarter), None),
        ("occupation", looks.text(somebody.occupation), somebody.occupation.upper()),
        ("father", looks.text(somebody.father), somebody.father.upper()),
        ("mother", looks.text(somebody.mother), somebody.mother.upper()),
        ("issue_place", looks.text(place), place.upper()),
        ("issue_date", looks.day(issued), issued.isoformat()),
    )


def _entries(sheet, looks, rows, x, y, *, end, lead, how, column=None):
    for field, text, truth in rows:
        told = field if truth is not None else None
        down = entry(
            sheet, looks, told, text, x, y, end=end, truth=truth, how=how, column=column,
            label=looks.words[field],
        )  # fmt: skip
        y = down + lead * (1 if how == "below" or down == y else 0.75)
    return y


def _looks(sheet, rng, manner=None, size=2.3):
    manner = manner or rng.choice(("typed", "typed", "printed"))
    looks = look.choose(rng, sheet.part, manner=manner, wordings=WORDS, size=size)
    looks.days = rng.choice(MONTHS)
    return looks


def _number(sheet, looks, number, rng, x, y, *, end, how="right"):
    entry(sheet, looks, "number", _grouped(number, rng), x, y, end=end, truth=number, how=how)


def _boxed(sheet, looks, number, x, y, *, width):
    """Twelve little boxes, a digit in each."""
    sheet.write(looks.words["number"], x, y, looks.label)
    start = x + sheet.length(looks.words["number"], looks.label) + 2
    step = min(5.4, (width - start + x) / 13)
    high = looks.value.size * 1.75
    for place, digit in enumerate(number):
        left = start + place * step + (place // 3) * step * 0.25
        sheet.frame(left, y - high * 0.82, left + step * 0.92, y + high * 0.25, width=0.15)
        box = sheet.write(digit, left + step * 0.46, y, looks.value, anchor="m")
        sheet.note("number", number, box)


def _stamped(sheet, rng, x, y, radius=9.5):
    """A seal, mostly where it belongs; some officers hit the text."""
    if rng.random() < 0.85:
        if rng.random() < 0.35:
            x, y = x - rng.uniform(8, 24), y + rng.uniform(-8, 4)
        decor.round_stamp(sheet, x, y, radius, strength=rng.uniform(0.3, 0.6))


@layout("cin", size=(150, 106))
def beige_leaf(sheet, rng, *, manner=None):
    """Both sides side by side on one large leaf, folded in the middle."""
    looks, somebody = _looks(sheet, rng, manner), people.person(rng)
    _paper(sheet, rng, BEIGE)
    _heading(sheet, looks, 9, x=40, room=58)
    sheet.line(75, 3, 75, 103, colour=(190, 176, 150))
    how = rng.choice(("leader", "below"))
    lead = 8.6 if how == "leader" else 5.4
    y = _entries(sheet, looks, _front(looks, somebody, rng)[:2], 6, 28, end=73, lead=lead, how=how)
    decor.portrait(sheet, 6, y - 2, 22, 28)
    low = _front(looks, somebody, rng)[2:]
    _entries(sheet, looks, low, 31, y + 2, end=74, lead=lead + 1, how="below")
    _number(sheet, looks, somebody.number, rng, 6, 92, end=73)
    _entries(sheet, looks, _back(looks, somebody, rng), 79, 12, end=147, lead=lead, how=how)
    _stamped(sheet, rng, 124, 84, 11)
    decor.signature(sheet, 90, 94, 26)


@layout("cin", size=(105, 74))
def beige_front(sheet, rng, *, manner=None):
    """The large card's front, portrait on the left, the number in boxes or not."""
    looks, somebody = _looks(sheet, rng, manner), people.person(rng)
    _paper(sheet, rng, BEIGE)
    decor.flag(sheet, 5, 4, 6)
    y = _heading(sheet, looks, 6.5) + 1.5
    decor.portrait(sheet, 5, y + 4, 21, 26)
    how = rng.choice(("right", "leader"))
    rows = _front(looks, somebody, rng)
    y = _entries(sheet, looks, rows[:1], 5, y + 1, end=102, lead=6.6, how=how)
    rows += (("signs", looks.text(rng.choice(SIGNS)), None),)
    _entries(sheet, looks, rows[1:], 29, y, end=102, lead=6.6, how=how)
    if rng.random() < 0.5:
        _boxed(sheet, looks, somebody.number, 6, 68.5, width=94)
    else:
        _number(sheet, looks, somebody.number, rng, 29, 68, end=102)
    _stamped(sheet, rng, rng.uniform(24, 34), 58)


@layout("cin", size=(90, 60), weight=1.3)
def small_front(sheet, rng, *, manner=None):
    """The small card: labels above their values, portrait on the right."""
    looks, somebody = _looks(sheet, rng, manner, size=2.1), people.person(rng)
    _paper(sheet, rng, PALE)
    sheet.corner = 3
    looks.heading = looks.heading.but(size=1.8)
    decor.flag(sheet, 4, 4, 5)
    y = _heading(sheet, looks, 5.4)
    decor.portrait(sheet, 66, 19, 20, 25)
    rows = _front(looks, somebody, rng)
    _entries(sheet, looks, rows, 5, y + 1.2, end=64, lead=3.6, how="below")
    _number(sheet, looks, somebody.number, rng, 5, 56.5, end=64)
    _stamped(sheet, rng, 66, 45, 8)


@layout("cin", size=(105, 74), paper="cin_back", weight=0.6)
def beige_back(sheet, rng, *, manner=None):
    """The other side: where somebody lives, whose child, and who issued the card."""
    looks, somebody = _looks(sheet, rng, manner), people.person(rng)
    _paper(sheet, rng, BEIGE)
    how = rng.choice(("leader", "right"))
    _entries(sheet, looks, _back(looks, somebody, rng), 6, 10, end=101, lead=7.4, how=how)
    decor.fingerprint(sheet, 6, 57, 12, 15)
    _stamped(sheet, rng, 84, 60)
    decor.signature(sheet, 52, 66, 22)


@layout("cin", size=(106, 150))
def beige_tall(sheet, rng, *, manner=None):
    """A tall leaf: the front above, the other side below its fold."""
    looks, somebody = _looks(sheet, rng, manner), people.person(rng)
    _paper(sheet, rng, BEIGE)
    _heading(sheet, looks, 8, title="KARAPANONDROM-PIRENENA")
    decor.portrait(sheet, 80, 22, 21, 27)
    how = rng.choice(("leader", "right", "column"))
    rows = _front(looks, somebody, rng) + (("signs", looks.text(rng.choice(SIGNS)), None),)
    if how == "column":
        column = 10 + max(sheet.length(looks.words[row[0]], looks.label) for row in rows[:1])
    else:
        column = None
    y = _entries(sheet, looks, rows[:2], 6, 32, end=79, lead=8, how=how, column=column)
    y = _entries(sheet, looks, rows[2:], 6, y, end=79, lead=8, how=how, column=column)
    _boxed(sheet, looks, somebody.number, 6, 73.5, width=95)
    sheet.line(2, 78, 104, 78, colour=(190, 176, 150))
    _entries(sheet, looks, _back(looks, somebody, rng), 6, 87, end=102, lead=7.3, how="leader")
    _stamped(sheet, rng, 82, 137, 10.5)
    decor.signature(sheet, 30, 142, 30)


@layout("cin", size=(110, 76))
def beige_columns(sheet, rng, *, manner=None):
    """The large card's front with a column of values, portrait below on the right."""
    looks, somebody = _looks(sheet, rng, manner), people.person(rng)
    _paper(sheet, rng, BEIGE)
    y = _heading(sheet, looks, 6.5, x=46) + 2
    sheet.write(looks.words["number"], 6, y, looks.label)
    start = max(30, 8 + sheet.length(looks.words["number"], looks.label))
    written(
        sheet, looks, "number", _grouped(somebody.number, rng), start, y, end=84,
        truth=somebody.number,
    )  # fmt: skip
    decor.portrait(sheet, 85, 20, 21, 27)
    _entries(sheet, looks, _front(looks, somebody, rng), 6, y + 7.5, end=83, lead=4.2, how="below")
    _stamped(sheet, rng, rng.uniform(74, 86), 52)
    decor.fingerprint(sheet, 88, 55, 12, 15)


@layout("cin", size=(86, 54), weight=1.3)
def small_card(sheet, rng, *, manner=None):
    """A card as large as a bank's: portrait on the left, short labels."""
    looks, somebody = _looks(sheet, rng, manner, size=1.95), people.person(rng)
    _paper(sheet, rng, PALE)
    sheet.corner = 3.2
    looks.heading = looks.heading.but(size=1.6)
    looks.label = looks.label.but(size=looks.label.size * 0.9)
    y = _heading(sheet, looks, 4.6, x=50)
    decor.portrait(sheet, 4, 14, 19, 24)
    _entries(sheet, looks, _front(looks, somebody, rng), 26, y + 0.8, end=84, lead=3.4, how="below")
    pen = looks.value.but(size=looks.value.size * 1.2)
    sheet.write(
        _grouped(somebody.number, rng), 5, 50, pen, field="number", truth=somebody.number, room=60
    )
    sheet.write(looks.words["number"], 5, 45.6, looks.label, room=19)
    _stamped(sheet, rng, 74, 44, 7.5)


@layout("cin", size=(86, 54), paper="cin_back", weight=0.6)
def small_back(sheet, rng, *, manner=None):
    """The small card's other side, two columns of short entries."""
    looks, somebody = _looks(sheet, rng, manner, size=1.9), people.person(rng)
    _paper(sheet, rng, PALE)
    sheet.corner = 3.2
    looks.label = looks.label.but(size=1.3)
    rows = _back(looks, somebody, rng)
    _entries(sheet, looks, rows[:5], 4, 5, end=82, lead=3.4, how="below")
    place, day = rows[5:]
    _entries(sheet, looks, (place,), 4, 42, end=42, lead=4, how="below")
    _entries(sheet, looks, (day,), 45, 42, end=84, lead=4, how="below")
    _stamped(sheet, rng, 73, 32, 7.5)
    decor.signature(sheet, 30, 50.5, 18)


@layout("cin", size=(105, 74), handwritten=True)
def beige_front_by_hand(sheet, rng):
    """The large front filled in with a pen."""
    beige_front(sheet, rng, manner="hand")


@layout("cin", size=(150, 106), handwritten=True)
def beige_leaf_by_hand(sheet, rng):
    """The large leaf filled in with a pen."""
    beige_leaf(sheet, rng, manner="hand")


@layout("cin", size=(106, 150), handwritten=True)
def beige_tall_by_hand(sheet, rng):
    """The tall leaf filled in with a pen."""
    beige_tall(sheet, rng, manner="hand")


@layout("cin", size=(110, 76), handwritten=True)
def beige_columns_by_hand(sheet, rng):
    """The front with its column filled in with a pen."""
    beige_columns(sheet, rng, manner="hand")
