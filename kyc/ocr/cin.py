"""The CIN: its printed labels in Malagasy and French, and what stands behind each."""

import re

from kyc.ocr import values
from kyc.ocr.labels import Labels

PRINTED = {
    "surname": (("Anarana",), ("Nom", "Nom de famille")),
    "given_names": (("Fanampin'anarana", "Fanampiny"), ("Prénoms", "Prénom", "Prénom(s)")),
    "birth_date": (("Teraka tamin'ny", "Teraka"), ("Né(e) le", "Né le", "Date de naissance")),
    "birth_place": (("Tao", "Teraka tao"), ("à", "Lieu de naissance", "Né(e) à")),
    "_marks": (
        ("Famantarana manokana",),
        ("Signes particuliers", "Signes part.", "Signe particulier"),
    ),
    "number": (("Laharana", "Laharan'ny karapanondro"), ("N°", "Numéro", "CIN N°")),
    "address": (("Fonenana", "Adiresy"), ("Domicile", "Adresse", "Résidence")),
    "_district": (("Boriborintany", "Kaominina"), ("Arrondissement", "Commune")),
    "occupation": (("Asa atao", "Asa"), ("Profession", "Occupation")),
    "father": (("Ray", "Ray niteraka", "Anaran'ny ray"), ("Père", "Nom du père")),
    "mother": (("Reny", "Reny niteraka", "Anaran'ny reny"), ("Mère", "Nom de la mère")),
    "issue_place": (("Natao tao", "Natao"), ("Fait à", "Délivrée à", "Délivré à")),
    "issue_date": (
        ("Tamin'ny", "Natao tamin'ny"),
        ("Le", "Fait le", "Délivrée le", "Délivré le", "Date de délivrance"),
    ),
    "_heading": (
        ("Repoblikan'i Madagasikara", "Kara-panondrom-pirenena"),
        ("Carte nationale d'identité", "Fitiavana - Tanindrazana - Fandrosoana", "Spécimen"),
    ),
}


def _both(malagasy: tuple[str, ...], french: tuple[str, ...]) -> tuple[str, ...]:
    pairs = [f"{one} / {other}" for one in malagasy for other in french]
    return (*pairs, *malagasy, *(word for word in french if len(word) > 2))


LABELS = Labels({name: _both(*words) for name, words in PRINTED.items()})

# What can only be one thing is known by its form where its label was not read.
FORMS = {"number": re.compile(r"(?:\d{3} ?){3}\d{3}")}

# Fields that are printed together: where two are seen, the others ought to be there.
SIDES = (
    {"number", "surname", "birth_date", "birth_place"},
    {"address", "occupation", "father", "mother", "issue_date", "issue_place"},
)

REPAIRS: dict[str, values.Repair] = {
    "number": values.number,
    "surname": values.name,
    "given_names": values.name,
    "birth_date": values.day,
    "birth_place": values.name,
    "address": values.line,
    "occupation": values.line,
    "father": values.name,
    "mother": values.name,
    "issue_date": values.day,
    "issue_place": values.name,
}
