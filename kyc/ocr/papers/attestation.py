"""The attestation of a loss: a form with labels, or a letter in sentences."""

import re

from kyc.ocr import days, places, values
from kyc.ocr.labels import Label, Labels
from kyc.ocr.lines import Span, plain, whole
from kyc.ocr.papers import births, cin, names, prose, vehicle_words
from kyc.ocr.sheet import FORM, INLINE, Sheet, Value

PRINTED = {
    **{name: cin.PRINTED[name] for name in ("surname", "birth_date", "birth_place", "address")},
    "given_names": (
        *cin.PRINTED["given_names"],
        "Prénoms du déclarant",
        "Prénom(s) du déclarant",
    ),
    "number": (
        *cin.PRINTED["number"][:3],
        "Kara-panondro",
        "CIN",
        "C.I.N.",
        "CIN N°",
        "N° CIN",
        "N° de CIN",
        "N° de la CIN",
        "Numéro CIN",
        "Numéro de CIN",
        "CIN du déclarant",
        "Carte nationale d'identité",
        "Carte nationale d'identité N°",
        "Carte d'identité N°",
        "Titulaire de la CIN N°",
        "Pièce d'identité",
        "Laharan'ny CIN",
    ),
    "plate": (
        "Immatriculation",
        "N° d'immatriculation",
        "Numéro d'immatriculation",
        "Immatriculation du véhicule",
        "Véhicule immatriculé",
        "Véhicule n°",
        "N° du véhicule",
        "N° minéralogique",
        "Plaque",
        "N° de plaque",
        "Laharan'ny fiara",
        "Laharana fiara",
    ),
    "make": (
        "Marque",
        "Marque du véhicule",
        "Marque et type",
        "Véhicule de marque",
        "Karazana fiara",
        "Marika",
    ),
    "issue_date": (
        "Délivré le",
        "Délivrée le",
        "Fait le",
        "Établi le",
        "Établie le",
        "Date",
        "Daty",
        "Date de délivrance",
        "Date d'établissement",
        "Date de l'attestation",
        "Date de la déclaration",
        "Date de déclaration",
        "Déclaré le",
        "Récépissé établi le",
        "Natao tamin'ny",
        "Natao ny",
        "Tamin'ny",
        "Androany",
    ),
    "issue_place": ("Fait à", "Natao tao", "Délivré à"),
    "_whole_name": (
        *names.BOTH,
        "Nom et prénoms du déclarant",
        "Nom du déclarant",
        "Déclarant",
        "Déclarante",
        "Le déclarant",
        "Déclarant(e)",
        "Identité",
        "Identité du déclarant",
        "Concerne",
        "Intéressé(e)",
        "Bénéficiaire",
        "Délivré à M.",
        "Le nommé",
        "La nommée",
        "Le (la) nommé(e)",
        "Nommé(e)",
        "Le soussigné",
        "Le (la) soussigné(e)",
        "Je soussigné",
        "Je soussigné(e)",
        "Ny mpanambara",
    ),
    "_birth": births.BOTH,
    "_parents": ("Fils de", "Fille de", "Fils/fille de", "Et de", "Père", "Mère", "Zanaky"),
    "_loss": (
        "Date de perte",
        "Date de la perte",
        "Perdu le",
        "Lieu de perte",
        "Lieu de la perte",
        "Circonstances",
        "Daty nahaverezana",
    ),
    "_end": ("Valable jusqu'au", "Validité", "Expire le", "Valable"),
    "_office": ("Commissariat", "Brigade", "Bureau", "Enregistré sous le n°", "Registre", "Réf"),
    "_object": (
        "Objet",
        "Objet perdu",
        "Objets perdus",
        "Taratasy very",
        "Pièce perdue",
        "Pièce égarée",
        "Pièces perdues",
        "Document perdu",
        "Documents perdus",
        "Nature de la pièce",
        "Nature du document",
        "Type de document",
    ),
    "_heading": (
        "Repoblikan'i Madagasikara",
        "Attestation de perte",
        "Récépissé de déclaration de perte",
        "Déclaration de perte",
        "Certificat de perte",
        "Avis de perte",
        "Fanambarana fahaverezana",
        "Fanambarana fahaverezan-taratasy",
        "Fanamarinana fahaverezan-taratasy",
        "Spécimen",
    ),
}

LABELS = Labels(PRINTED, tails=cin.TAILS, heads=cin.HEADS)
FORMS = {
    "number": cin.FORMS["number"],
    "plate": re.compile(r"(?<![A-Z0-9])\d{4}[ -]?[ADFMTU][A-Z]{1,2}(?![A-Z0-9])"),
}
SIGNS = (
    "Déclaration de perte",
    "Attestation de perte",
    "Certificat de perte",
    "Avis de perte",
    "Fanambarana very",
    "Fanambarana fahaverezana",
)
LOSS = re.compile("PERTE|PERDU|FAHAVEREZ|TARATASYVERY|FAVERY|LOSTDOCUMENT")
TOLD = 6.0  # merit of a paper that tells of a loss: what was lost is named on it too
OTHER_DAYS = ("birth_date", "_birth", "_loss", "_end")
FEW = 4  # things a letter says of somebody: with fewer it is a form
NAMING = {"surname", "given_names", "_whole_name"}
ASKED = NAMING | {"birth_date", "birth_place", "_birth", "address", "number", "_parents", "_object"}
FORMAL = 3  # labels at the head of lines, from which on this is a form
SURE = 0.88  # likeness of a label that makes a form
LONG = ("_whole_name", "given_names", "address")  # what may go on on the next line
ORDER = ("surname", "given_names", "birth_date", "birth_place", "address", "number")
BROKEN = (*LONG, "surname", "birth_place")  # what may go on beside itself
BESIDES = ("birth_date", "birth_place", "address", "number", "plate", "make")
REPAIRS: dict[str, values.Repair] = {
    "surname": names.told,
    "given_names": names.told,
    "birth_date": values.day,
    "birth_place": values.name,
    "address": values.line,
    "number": values.number,
    "plate": values.plate,
    "make": vehicle_words.make,
    "issue_date": values.day,
    "_whole_name": names.told,
    "_birth": values.day,
    "_loss": values.line,
    "_end": values.line,
}


def merit(sheet: Sheet) -> float:
    """Of a sheet, besides its labels: no other paper tells of a loss."""
    return TOLD if any(LOSS.search(plain(line.text)) for line in sheet.lines) else 0.0


def sentences(sheet: Sheet) -> dict[str, Value]:
    """What a letter says, or nothing where this is a form."""
    if _is_form(sheet):
        return {}
    text = prose.running(sheet)
    said = prose.said(text)
    if "name" not in said or len(said) < FEW:
        return {}
    start, end = said.pop("name")
    more = {name: Value(prose.piece(text, *ends), FORM) for name, ends in said.items()}
    return more | names.parted(text, start, end)


def _is_form(sheet: Sheet) -> bool:
    """Whether names and other things are asked for at the heads of lines."""
    heads = {label.name for label in sheet.labels if _heads_its_line(label)} & ASKED
    return len(heads) >= FORMAL and bool(heads & NAMING)


def _heads_its_line(label: Label) -> bool:
    before = label.span.line.text[: label.span.start]
    return label.likeness > SURE and not plain(before) and not label.span.text[:1].islower()


def others(sheet: Sheet, found: dict[str, Value]) -> dict[str, Value]:
    """Surname and given names, day and place of birth where one label stands for both."""
    more = places.completed(sheet, found, BROKEN, LONG, _fits)
    more |= births.parted(found | more) | _issued(sheet, found)
    if "make" not in found and (make := _make(sheet)):
        more["make"] = make
    more |= names.named(found | more)
    if _is_form(sheet):
        more |= _born(sheet, found | more)
        more |= places.between(sheet, found | more, ORDER, _fits)
        more |= _said_besides(sheet, found | more)
    return more


def _born(sheet: Sheet, found: dict[str, Value]) -> dict[str, Value]:
    """The only other day so long before that of the paper that somebody has grown up since."""
    if "birth_date" in found or "issue_date" not in found:
        return {}
    issued = values.day(found["issue_date"].span.chars) or ""
    left = {
        day: span
        for span in (*sheet.free, *sheet.inline.values())
        if (day := values.day(span.chars)) and int(day[:4]) + cin.GROWN <= int(issued[:4])
    }
    return {"birth_date": Value(next(iter(left.values())), FORM)} if len(left) == 1 else {}


def _fits(name: str, span: Span) -> bool:
    is_date = values.day(span.chars) is not None
    return REPAIRS[name](span.chars) is not None and is_date == (name == "birth_date")


def _said_besides(sheet: Sheet, found: dict[str, Value]) -> dict[str, Value]:
    """What a form says in a sentence rather than behind a label."""
    text = prose.running(sheet)
    said = {
        name: ends
        for name, ends in prose.said(text).items()
        if name in BESIDES and name not in found
    }
    return {name: Value(prose.piece(text, *ends), FORM) for name, ends in said.items()}


def _make(sheet: Sheet) -> Value | None:
    """The first of the makes we know that begins a text."""
    for span in sheet.spans():
        word = re.match(r"\S+", span.text)
        if word and vehicle_words.is_make(word[0]):
            return Value(Span(span.line, span.start, span.start + word.end()), FORM)
    return None


def _issued(sheet: Sheet, found: dict[str, Value]) -> dict[str, Value]:
    """The last day on the paper that nothing else claims is its own."""
    labelled = [
        (day, Value(span, INLINE, label))
        for label, span in sheet.inline.items()
        if label.name == "issue_date" and (day := values.day(span.chars))
    ]
    if "issue_date" in found:  # an older one is that of a paper this one names
        known = values.day(found["issue_date"].span.chars) or ""
        later = [each for each in labelled if each[0] > known]
        return {"issue_date": max(later, key=lambda each: each[0])[1]} if later else {}
    taken = {line for name in OTHER_DAYS if name in found for line in found[name].span.line.sources}
    born = values.day(found["birth_date"].span.chars) if "birth_date" in found else None
    told = [
        (day, span)
        for line in sheet.lines
        if line not in taken
        and not prose.NUMBER.search(line.text)
        and (day := values.day((span := whole(line)).chars))
        and day != born
    ]
    past = [each for each in told if each[0] <= days.today()]
    last = max(past or told, key=lambda each: each[0], default=None)
    return {"issue_date": Value(last[1], FORM)} if last else {}
