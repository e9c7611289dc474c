"""Wordings of papers, read without fault: what is taken for which field, and what is doubtful."""

import pytest

from kyc.ocr import decide, doubts, fields, kinds
from kyc.ocr.lines import Char, Line
from kyc.ocr.sheet import BELOW, FORM, RIGHT, Sheet, Value

WIDTH, HEIGHT, STEP = 14, 30, 50  # pixels of a letter, of a line, from line to line


def line(text, x, y, score=0.99):
    """A line that was read without doubt, unless its score says otherwise."""
    right, bottom = x + WIDTH * len(text), y + HEIGHT
    signs = (Char(sign, score, (at + 0.5) / len(text)) for at, sign in enumerate(text))
    return Line(((x, y), (right, y), (right, bottom), (x, bottom)), tuple(signs))


def values_of(kind, *rows):
    """What stands in these rows: each is a text, or texts with a column each and their score."""
    placed = [[(100, row)] if isinstance(row, str) else row for row in rows]
    lines = [
        line(text, x, STEP * at, *score)
        for at, row in enumerate(placed, 2)
        for x, text, *score in row
    ]
    module = kinds.KINDS[kind]
    found = fields._placed(Sheet(lines, module.LABELS), module)
    told = {name: module.REPAIRS[name](value.span.chars) for name, value in found.items()}
    return {name: value for name, value in told.items() if not name.startswith("_")}


def row(*texts):
    """Texts side by side."""
    return [(100 + 400 * at, text) for at, text in enumerate(texts)]


LETTERS = {
    "by whom it concerns": (
        (
            "ATTESTATION DE PERTE",
            "Je soussigné, RAKOTOARISOA Jean Hery, né le 12 mai 1980 à",
            "Antsirabe, domicilié au Lot II M 45 Isotry, titulaire de la",
            "carte nationale d'identité n° 101 231 045 678 délivrée le 03/04/2010 à Tana",
            "déclare avoir perdu la carte grise du véhicule de marque TOYOTA",
            "immatriculé sous le numéro 1234 TAB.",
            "Fait à Antananarivo, le 14 juin 2026",
        ),
        ("RAKOTOARISOA", "JEAN HERY", "1980-05-12", "ANTSIRABE", "101231045678", "2026-06-14"),
    ),
    "by the police": (
        (
            "DECLARATION DE PERTE",
            "L'an deux mille vingt-six et le 12 mars, devant nous MARTIN Paul, Officier de Police",
            "Judiciaire, s'est présentée la nommée RASOA Marie Claire,",
            "née le 15 janvier 1990 à Moramanga, fille de RABE et de RASOA, de",
            "nationalité malagasy, demeurant à Lot III G 4 Isotry, CIN n° 101 232 111 222",
            "du 02/02/2009, laquelle a déclaré avoir perdu son permis.",
            "Fait à Antananarivo le 12/03/2026",
        ),
        ("RASOA", "MARIE CLAIRE", "1990-01-15", "MORAMANGA", "101232111222", "2026-03-12"),
    ),
    "in Malagasy": (
        (
            "FANAMBARANA FAHAVEREZANA",
            "Izaho RANDRIA Koto, teraka tamin'ny 05 Jona 1985 tao Fianarantsoa,",
            "monina ao amin'ny Lot 45 B Ankofafa, manana CIN laharana",
            "201 011 234 567, dia manambara fa very ny karatra maitson'ny fiara",
            "Natao teto Fianarantsoa androany 20 Jolay 2026",
        ),
        ("RANDRIA", "KOTO", "1985-06-05", "FIANARANTSOA", "201011234567", "2026-07-20"),
    ),
}


@pytest.mark.parametrize(("rows", "told"), LETTERS.values(), ids=LETTERS)
def test_a_letter_tells_who_lost_what_whoever_wrote_it(rows, told):
    names = ("surname", "given_names", "birth_date", "birth_place", "number", "issue_date")
    found = values_of("attestation", *rows)
    assert tuple(found.get(name) for name in names) == told


def test_one_label_may_stand_for_two_fields():
    found = values_of(
        "attestation",
        "ATTESTATION DE PERTE",
        row("Nom et prénoms", "RAKOTO Jean Paul"),
        row("Date et lieu de naissance", "12 mai 1980 à Antsirabe"),
        row("Date de la perte", "01 mars 2026"),
        "Fait à Antsirabe, le 04 mars 2026",
    )
    assert (found["surname"], found["given_names"]) == ("RAKOTO", "JEAN PAUL")
    assert (found["birth_date"], found["birth_place"]) == ("1980-05-12", "ANTSIRABE")
    assert found["issue_date"] == "2026-03-04"


def test_a_cin_may_say_parents_and_issue_in_one_line_each():
    found = values_of(
        "cin",
        "Domicile : Lot II M 45 Isotry",
        "Zanak'i RABE Jean sy RASOA Marie",
        "Fait à Antananarivo le 12/05/2005",
    )
    assert (found["father"], found["mother"]) == ("RABE JEAN", "RASOA MARIE")
    assert (found["issue_place"], found["issue_date"]) == ("ANTANANARIVO", "2005-05-12")


def test_a_carte_grise_may_be_a_table_with_its_values_under_the_labels():
    found = values_of(
        "carte_grise",
        "CARTE GRISE",
        row("1. Numéro d'immatriculation", "", "2. Date de 1ère mise en circulation")[::2],
        row("1234 TAB", "", "12/05/2003")[::2],
        row("Genre", "Marque", "Type", "N° dans la série du type"),
        row("VP", "RENAULT", "KC0", "VF1KC0EAF33123456"),
        row("Energie", "Puissance", "Places", "PV"),
        row("GO", "7", "5", "1200"),
    )
    assert found["plate"] == "1234TAB"
    assert found["chassis_number"] == "VF1KC0EAF33123456"
    assert (found["energy"], found["fiscal_power"], found["seats"]) == ("diesel", "7", "5")
    assert found["curb_weight"] == "1200"


def test_codes_in_brackets_part_a_row_of_a_carte_grise():
    found = values_of(
        "carte_grise",
        "(A) Immatriculation : 1234 TAB",
        "(D.1) TOYOTA (D.3) HILUX",
        "(P.1) 2494 (P.2) 75 (P.3) GO (P.6) 12",
    )
    assert (found["make"], found["model"]) == ("TOYOTA", "HILUX")
    assert (found["displacement"], found["energy"], found["fiscal_power"]) == (
        "2494",
        "diesel",
        "12",
    )


def test_an_insurer_may_write_a_letter():
    found = values_of(
        "insurance",
        "SOCIETE D'ASSURANCE ZAFY",
        "Nous certifions que le véhicule de marque KIA immatriculé 1234 TAB est assuré",
        "auprès de notre compagnie sous le contrat n° 778812 pour la période",
        "du 01/02/2026 au 31/01/2027 inclus.",
    )
    assert found == {
        "company": "SOCIETE D'ASSURANCE ZAFY",
        "policy_number": "778812",
        "expiry": "2027-01-31",
        "plate": "1234TAB",
    }


SALES = [
    (
        (
            "GARAGE MAHASOA",
            "FACTURE 2026/0145",
            "Date : 12/03/2026",
            row("Total HT", "", "120 000"),
            row("TVA 20%", "", "24 000"),
            row("Net à payer", "", "144 000 Ar"),
        ),
        ("GARAGE MAHASOA", "2026/0145", "2026-03-12", "144000.00"),
    ),
    (
        (
            "ACME TOOLS LTD",
            row("Invoice", "INV-2026-001"),
            row("Issued", "Jan 12, 2026"),
            row("Subtotal", "$100.00"),
            row("Tax", "$8.00"),
            row("Amount due", "$108.00"),
        ),
        ("ACME TOOLS LTD", "INV-2026-001", "2026-01-12", "108.00"),
    ),
    (
        (
            "LE BAOBAB",
            "Ticket n° 000451",
            "le 12.03.2026 à 14:05",
            "TOTAL TTC 12,50 EUR",
            "CB 20,00",
        ),
        ("LE BAOBAB", "000451", "2026-03-12", "12.50"),
    ),
    (
        ("BOOK STORE SDN BHD", "BILL #: 88123", "DATE 25/12/2018", "ROUNDED TOTAL (RM) : 9.00"),
        ("BOOK STORE SDN BHD", "88123", "2018-12-25", "9.00"),
    ),
]


@pytest.mark.parametrize(("rows", "told"), SALES)
def test_who_sold_when_for_how_much_is_told_in_many_words(rows, told):
    found = values_of("invoice", *rows)
    assert tuple(found.get(name) for name in ("seller", "number", "date", "total")) == told


def read(value, way=RIGHT):
    """A value that both readers agree on."""
    return decide.Found(value, Value(None, way), ())


def test_what_both_readers_see_stays_doubtful_where_it_cannot_be():
    assert doubts.of("cin", {"issue_date": read("2999-01-01")}) == {"issue_date"}
    dates = {"birth_date": read("1990-05-01"), "issue_date": read("1980-05-01")}
    assert doubts.of("cin", dates) == {"birth_date", "issue_date"}
    assert doubts.of("carte_grise", {"seats": read("17", FORM)}) == {"seats"}
    assert doubts.of("carte_grise", {"chassis_number": read("46CDCLT4901023")})
    assert doubts.of("carte_grise", {"chassis_number": read("NZE121-3012345")}) == set()


def test_a_value_that_stands_where_no_other_of_its_paper_does_is_doubtful():
    usual = {name: read("X") for name in ("make", "model", "colour", "energy")}
    assert doubts.of("carte_grise", usual | {"displacement": read("1919", BELOW)}) == {
        "displacement"
    }
