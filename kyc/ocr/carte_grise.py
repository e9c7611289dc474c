"""The carte grise: its labels, the codes of a French-type certificate, and what they name."""

import re
from dataclasses import replace

from kyc.ocr import values
from kyc.ocr.labels import Labels
from kyc.ocr.reading import Field

PRINTED = {
    "plate": (
        "N° d'immatriculation",
        "Numéro d'immatriculation",
        "Numéro immatriculation",
        "N° immatriculation",
        "Immatriculation",
        "N° minéralogique",
        "Laharana",
    ),
    "chassis_number": (
        "N° d'identification",
        "Numéro d'identification",
        "N° d'identification du véhicule",
        "N° de série / Châssis (VIN)",
        "N° de série",
        "Numéro de série",
        "Numéro de série du type",
        "N° dans la série du type",
        "N° de châssis",
        "Numéro de châssis",
        "N° châssis",
        "Châssis",
        "VIN",
    ),
    "make": ("Marque", "Marque du véhicule"),
    "model": (
        "Modèle",
        "Type commercial",
        "Dén. commerciale",
        "Dénomination commerciale",
        "Désignation commerciale",
        "Appellation commerciale",
    ),
    "first_registration": (
        "Date 1ère mise en circulation",
        "Date de 1ère mise en circulation",
        "Date de première mise en circulation",
        "1ère mise en circulation",
        "Première mise en circulation",
        "Mise en circulation",
        "Date de 1ère circulation",
        "1ère circulation",
        "Première circulation",
        "Date 1ère immat.",
        "1ère immat.",
        "Date 1ère immatriculation",
        "Date de première immatriculation",
        "Première immatriculation",
    ),
    "holder": (
        "Titulaire",
        "Propriétaire",
        "Nom du propriétaire",
        "Nom du titulaire",
        "Nom et prénoms",
        "Tompony",
    ),
    "seats": (
        "Places assises",
        "Nombre de places",
        "Nombre de places assises",
        "Nb de places",
        "Nbre de places",
        "Places",
    ),
    "fiscal_power": (
        "Puissance",
        "Puissance fiscale",
        "Puissance administrative",
        "Puissance (CV)",
        "Puissance fiscale (CV)",
    ),
    "energy": ("Énergie", "Source d'énergie", "Carburant", "Type de carburant"),
    "colour": ("Couleur", "Couleur du véhicule", "Couleur dominante", "Loko"),
    "curb_weight": ("Poids à vide", "Poids à vide (kg)", "Masse à vide", "Poids vide"),
    "payload": ("Charge utile", "Charge utile (kg)"),
    "_laden": ("PTAC", "Poids total autorisé en charge"),
    "_heading": (
        "Repoblikan'i Madagasikara",
        "Certificat d'immatriculation",
        "Certificat d'immatriculation - Carte grise",
        "d'immatriculation",
        "d'immatriculation - Carte grise",
        "Carte grise",
        "Spécimen",
    ),
    "_other": (
        "Adresse",
        "Type",
        "Genre",
        "Carrosserie",
        "Cylindrée",
        "Date d'édition",
        "Date du certificat",
        "Date de délivrance",
        "Date d'émission",
        "Fait à",
        "Nature",
        "Domicile",
        "Poids total",
    ),
}

CODES = {
    "A": "plate",
    "B": "first_registration",
    "C.1": "holder",
    "D.1": "make",
    "D.3": "model",
    "E": "chassis_number",
    "G": "_running",
    "G.1": "curb_weight",
    "F.2": "_laden",
    "P.3": "energy",
    "P.6": "fiscal_power",
    "S.1": "seats",
    **dict.fromkeys(("C.3", "D.2", "F.1", "F.3", "H", "I", "J", "J.1", "J.2", "J.3"), "_other"),
    **dict.fromkeys(("K", "P.1", "P.2", "Q", "S.2", "U.1", "U.2", "V.7", "V.9", "X.1"), "_other"),
}

LABELS = Labels(PRINTED, CODES)

FORMS = {
    "plate": re.compile(r"\d{4} ?[ADFMTU][A-Z]{1,2}"),
    "chassis_number": re.compile(r"(?=(?:.*\d){5})(?=(?:.*[A-Z]){2})[A-HJ-NPR-Z0-9]{17}"),
}

# What every certificate shows.
SIDES = ({"plate", "chassis_number", "make", "model", "first_registration", "holder"},)

REPAIRS: dict[str, values.Repair] = {
    "plate": values.plate,
    "chassis_number": values.chassis,
    "make": values.model,
    "model": values.model,
    "first_registration": values.day,
    "holder": values.name,
    "seats": values.quantity(1, 120),
    "fiscal_power": values.quantity(1, 99),
    "energy": values.energy,
    "colour": values.name,
    "curb_weight": values.quantity(40, 40000),
    "payload": values.quantity(20, 40000),
    "_laden": values.quantity(60, 60000),
    "_running": values.quantity(40, 40000),
}


def derive(found: dict[str, Field]) -> None:
    """Weights that are printed under other names: unladen as in running order, payload by sum."""
    if "curb_weight" not in found and "_running" in found:
        found["curb_weight"] = found["_running"]
    laden, empty = found.get("_laden"), found.get("curb_weight")
    if "payload" in found or not laden or not empty:
        return
    rest = int(laden.value or 0) - int(empty.value or 0)
    if 20 <= rest <= 40000:
        found["payload"] = replace(
            laden,
            value=str(rest),
            confidence=round(laden.confidence * empty.confidence, 2),
            confident=laden.confident and empty.confident,
        )
