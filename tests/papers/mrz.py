"""The zone machines read on travel documents (ICAO 9303): its lines, with true check digits."""

import unicodedata
from dataclasses import dataclass

WEIGHTS = (7, 3, 1)
VALUES = {sign: place for place, sign in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {
    "<": 0
}
SHAPES = {"TD1": (3, 30), "TD2": (2, 36), "TD3": (2, 44)}


@dataclass(frozen=True)
class Document:
    """What a zone says; dates are days, names as people write them."""

    document_type: str
    issuer: str
    number: str
    nationality: str
    sex: str
    surname: str
    given_names: str
    birth_date: object
    expiry: object
    optional: str = ""


def check(text):
    """The check digit of a text."""
    return str(sum(VALUES[sign] * WEIGHTS[at % 3] for at, sign in enumerate(text)) % 10)


def bare(name):
    """A name as the zone has it: plain capitals; hyphens are spaces, apostrophes are left out."""
    plain = unicodedata.normalize("NFD", name.upper().replace("-", " ").replace("'", ""))
    return "".join(sign for sign in plain if sign == " " or "A" <= sign <= "Z")


def _names(document, length):
    whole = f"{bare(document.surname)}<<{bare(document.given_names)}".replace(" ", "<")
    return whole[:length].ljust(length, "<")


def lines(document, shape):
    """The lines of the zone, and where each field stands: {field: (line, first, last + 1)}."""
    number = document.number.ljust(9, "<")
    number += check(number)
    birth = f"{document.birth_date:%y%m%d}"
    birth += check(birth)
    expiry = f"{document.expiry:%y%m%d}"
    expiry += check(expiry)
    start = document.document_type.ljust(2, "<") + document.issuer.ljust(3, "<")
    nation = document.nationality.ljust(3, "<")
    if shape == "TD1":
        first = start + number + document.optional.ljust(15, "<")
        second = birth + document.sex + expiry + nation + "<" * 11
        second += check(first[5:] + second[:7] + second[8:15] + second[18:29])
        return [first, second, _names(document, 30)], {
            "document_type": (0, 0, 2), "issuer": (0, 2, 5), "number": (0, 5, 14),
            "birth_date": (1, 0, 6), "sex": (1, 7, 8), "expiry": (1, 8, 14),
            "nationality": (1, 15, 18), "names": (2, 0, 30),
        }  # fmt: skip
    first = start + _names(document, 39 if shape == "TD3" else 31)
    second = number + nation + birth + document.sex + expiry
    optional = document.optional.ljust(14 if shape == "TD3" else 7, "<")
    if shape == "TD3":
        optional += check(optional) if optional.strip("<") else "<"
    second += optional
    second += check(second[:10] + second[13:20] + second[21:])
    return [first, second], {
        "document_type": (0, 0, 2), "issuer": (0, 2, 5), "names": (0, 5, len(first)),
        "number": (1, 0, 9), "nationality": (1, 10, 13), "birth_date": (1, 13, 19),
        "sex": (1, 20, 21), "expiry": (1, 21, 27),
    }  # fmt: skip


def said(document, rows, places):
    """What the zone itself tells: names without accents, cut where the line ended."""
    line, start, end = places["names"]
    surname, _, given = rows[line][start:end].partition("<<")
    return {
        "document_type": document.document_type,
        "issuer": document.issuer,
        "number": document.number,
        "nationality": document.nationality,
        "birth_date": document.birth_date.isoformat(),
        "sex": document.sex,
        "expiry": document.expiry.isoformat(),
        "surname": surname.strip("<").replace("<", " "),
        "given_names": given.strip("<").replace("<", " "),
        "checks": True,
    }
