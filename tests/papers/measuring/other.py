"""Papers of daily life that are none of those asked for, and must be called unknown."""

from tests.papers import decor, faces, look, people, prose
from tests.papers.layouts import layout
from tests.papers.sheet import Pen

GROUNDS = ((253, 253, 250), (248, 244, 234), (240, 246, 244), (246, 240, 248))
FIRMS = ("Cabinet médical Fahasalamana", "Dispensaire Sainte-Aurore", "Clinique du Marais")
SCHOOLS = ("LYCÉE ANDRANOMENA", "ÉCOLE LES FLAMBOYANTS", "COLLÈGE SOAMIANDRY")
CLUBS = ("CLUB DE BASKET MITSINJO", "BIBLIOTHÈQUE DU QUARTIER", "CHORALE FEON'NY ALA")
REMEDIES = (
    "Paracétamol 500 mg, 1 comprimé matin et soir", "Sirop pour la toux, 2 cuillères par jour",
    "Vitamine C, 1 comprimé le matin", "Pommade, 2 applications par jour", "Repos de trois jours",
    "Sérum salé, lavage du nez", "Amoxicilline 1 g, pendant six jours",
)  # fmt: skip
LETTERS = (
    "Le Chef d'établissement soussigné certifie que l'élève ci-dessus est inscrit sur les "
    "registres de l'école pour l'année scolaire en cours et suit régulièrement les cours.",
    "Ny Talen'ny sekoly dia manamarina fa mpianatra ato amin'ny sekoly ity voalaza ity, ary "
    "manaraka ny fampianarana ara-dalàna isan'andro.",
)
STOPS = ("Analavory", "Gare du Sud", "Marché neuf", "Pont rouge", "Stade", "Terminus", "Lycée")


def _pens(sheet, rng, *, size=2.2):
    sheet.colour = rng.choice(GROUNDS)
    sheet.image.paste(sheet.colour, (0, 0, sheet.image.width, sheet.image.height))
    looks = look.choose(rng, sheet.part, manner=rng.choice(("printed", "typed")), size=size)
    ink = rng.choice(((30, 60, 110), (90, 30, 40), (30, 30, 34)))
    face = faces.choose(rng, rng.choice(("sans", "serif")), part=sheet.part)
    return Pen(face, size * 1.5, ink, bold=True), looks


@layout("unknown", size=(148, 160), paper="prescription")
def prescription(sheet, rng):
    """What a doctor prescribed."""
    title, looks = _pens(sheet, rng)
    doctor = people.person(rng)
    sheet.write(rng.choice(FIRMS), 12, 14, title, room=120)
    sheet.write(f"Dr {doctor.full_name}", 12, 22, looks.value, room=120)
    sheet.write(f"Tél. {people.phone(rng)}", 12, 28, looks.label)
    sheet.line(12, 33, 136, 33)
    sheet.write("ORDONNANCE", 74, 44, title, anchor="m")
    sheet.write(looks.day(people.date_between(rng, 2018, 2026)), 96, 53, looks.value, room=44)
    y = 66
    for remedy in rng.sample(REMEDIES, rng.randint(2, 5)):
        y = prose.flow(sheet, rng, [("- " + remedy, looks.value)], 16, y, end=134, lead=6) + 9
    decor.round_stamp(sheet, 112, min(146, y + 12), 10, text="DOCTEUR EN MEDECINE", strength=0.4)
    decor.signature(sheet, 98, min(144, y + 12), 26)


@layout("unknown", size=(148, 130), paper="school_certificate")
def school_paper(sheet, rng):
    """That somebody goes to school."""
    title, looks = _pens(sheet, rng)
    pupil = people.person(rng)
    sheet.write(rng.choice(SCHOOLS), 74, 14, title, anchor="m", room=130)
    text = rng.choice(("CERTIFICAT DE SCOLARITÉ", "FANAMARINAM-PIANARANA"))
    sheet.write(text, 74, 27, title.but(size=title.size * 0.8), anchor="m", room=130)
    sheet.write(f"Élève : {pupil.full_name}", 14, 42, looks.value, room=120)
    sheet.write(
        f"Classe : {rng.choice(('6ème A', '3ème B', 'Seconde', 'CM2'))}", 14, 50, looks.value
    )
    y = prose.flow(sheet, rng, [(rng.choice(LETTERS), looks.value)], 14, 62, end=134, lead=6.6)
    decor.signature(sheet, 92, min(118, y + 20), 28)


@layout("unknown", size=(86, 54), paper="membership_card")
def membership_card(sheet, rng):
    """A club's card with a portrait: as large as other cards, and none of them."""
    title, looks = _pens(sheet, rng, size=1.9)
    member = people.person(rng)
    sheet.corner = 3
    sheet.write(rng.choice(CLUBS), 43, 8, title, anchor="m", room=78)
    sheet.write("CARTE DE MEMBRE", 43, 13, looks.label.but(size=1.6), anchor="m")
    decor.portrait(sheet, 5, 17, 22, 28)
    lines = (
        member.surname, member.given_names, f"Adhérent {rng.randint(12, 999)}",
        f"Saison {rng.randint(2018, 2026)}",
    )  # fmt: skip
    for place, text in enumerate(lines):
        sheet.write(text, 31, 23 + 6 * place, looks.value, room=50)


@layout("unknown", size=(120, 150), paper="timetable")
def timetable(sheet, rng):
    """When buses leave."""
    title, looks = _pens(sheet, rng)
    line = rng.randint(101, 199)
    sheet.write(f"LIGNE {line} - HORAIRES", 60, 14, title, anchor="m", room=104)
    pen, y = looks.value.but(size=1.9), 30
    for stop in rng.sample(STOPS, rng.randint(4, 7)):
        sheet.write(stop, 10, y, pen, room=34)
        for place in range(4):
            hour = f"{5 + place * 4 + rng.randint(0, 2)}h{rng.randint(0, 59):02}"
            sheet.write(hour, 56 + place * 16, y, pen, anchor="m")
        sheet.line(8, y + 2.4, 112, y + 2.4, width=0.12)
        y += 9
    sheet.cut(y + rng.uniform(6, 30))
