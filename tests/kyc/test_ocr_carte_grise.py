"""Wordings of cartes grises, read without fault or nearly so: what is taken for which field."""

import numpy as np
import pytest

from kyc.ocr import decide, engine, overlooked
from kyc.ocr.lines import Char, Span, whole
from kyc.ocr.pages import Page
from kyc.ocr.papers import carte_grise, vehicle_words
from kyc.ocr.sheet import INLINE, Sheet, Value
from kyc.ocr.values import day, quantity
from tests.kyc.test_ocr_wordings import line, row, values_of


def signs(text, score=0.99):
    return tuple(Char(sign, score, (at + 0.5) / len(text)) for at, sign in enumerate(text))


def test_codes_stand_for_their_fields_though_the_blank_behind_them_got_lost():
    found = values_of(
        "carte_grise",
        "CERTIFICAT D'IMMATRICULATION",
        "A3453-TJL",
        "B10-02-1997",
        "C.1 RAVELOMANANINA FITIA",
        "D.1 HONDA",
        "ERHZ160721775",
        "P.6 1 4",
        "I 04-09-2003",
    )
    assert (found["plate"], found["chassis_number"]) == ("3453TJL", "RHZ160721775")
    assert (found["first_registration"], found["issue_date"]) == ("1997-02-10", "2003-09-04")
    assert found["fiscal_power"] == "14"


def test_words_joined_to_a_label_by_a_slash_are_part_of_it_and_no_value():
    found = values_of(
        "carte_grise",
        "CARTE GRISE",
        row("A Laharana / Numéro d'immatriculation", "", "I Nosoratana / Fait le")[::2],
        row("1234 TAB", "", "12/05/2003")[::2],
        "D.1 Fanamboarana / Marque",
        "RENAULT",
        "E Laharan'ny zavatra / N° châssis",
        "HL37247876",
    )
    assert (found["plate"], found["issue_date"]) == ("1234TAB", "2003-05-12")
    assert (found["make"], found["chassis_number"]) == ("RENAULT", "HL37247876")


def test_a_name_before_a_slash_is_no_part_of_the_label_behind_it():
    found = values_of(
        "carte_grise", "CARTE GRISE", "Titulaire : RABE Jean / Adresse : Lot 3 Isotry"
    )
    assert found["holder"] == "RABE JEAN"
    assert found["address"] == "Lot 3 Isotry"


def test_what_stands_beside_its_own_label_is_not_the_value_of_the_one_above():
    """On a paper most of whose values stand below their labels."""
    found = values_of(
        "carte_grise",
        row("IMMATRICULATION", "MARQUE", "ENERGIE"),
        row("9960 TLS", "FORD", "ESSENCE"),
        row("TITULAIRE", "MODELE", "COULEUR"),
        row("RABE Clarisse", "RANGER", "NOIR"),
        [(900, "PV"), (1010, "1657")],
        [(900, "CU"), (1010, "2629")],
    )
    assert (found["curb_weight"], found["payload"]) == ("1657", "2629")


def test_a_value_below_its_label_may_have_been_found_in_two_pieces():
    found = values_of(
        "cin",
        "KARA-PANONDROM-PIRENENA",
        row("ANARANA", "TERAKA TAMIN'NY"),
        [(100, "RAKOTO"), (500, "05 DÉCEMBRE"), (700, "1984")],
    )
    assert found["birth_date"] == "1984-12-05"


@pytest.mark.parametrize("read", ["D HYUNDAI", "1HYUNDAI", "01 HYUNDAI", "HYUNDAI"])
def test_the_rest_of_a_code_is_no_part_of_a_make(read):
    assert vehicle_words.make(signs(read)) == "HYUNDAI"


def test_a_chassis_number_is_found_by_its_form_though_a_nought_was_read_as_a_letter():
    found = values_of("carte_grise", "CARTE GRISE", "WFOZF32N1XK168988", "Marque : FORD")
    assert found["chassis_number"] == "WF0ZF32N1XK168988"


def test_the_title_in_malagasy_is_nobodys_name():
    found = values_of("carte_grise", "KARATRA VOLONDAVENONA", "Marque : FORD", "1234 TAB")
    assert "holder" not in found


@pytest.mark.parametrize(
    ("printed", "cut", "repair", "value"),
    [("26", "6", quantity(1, 120), "26"), ("29/03/2008", "9/03/2008", day, "2008-03-29")],
)
def test_looks_at_a_piece_that_was_cut_too_short_do_not_outvote_the_whole(
    printed, cut, repair, value
):
    text = line(f"Places assises{printed}", 100, 100)
    span = Span(text, len("Places assises"), len(text.chars))
    looks = [decide.look(signs(each), repair) for each in (printed, cut, cut)]
    found = decide.settle(looks[0], looks[1], looks[2], Value(span, INLINE), page=0.99)
    assert found.value == value
    alone = Value(whole(line(printed, 100, 100)), INLINE)
    if cut == "6":
        assert decide.settle(*looks, alone, page=0.99).value == "6"  # nothing was cut off there


def test_a_figure_the_finder_overlooked_is_read_where_its_label_says(monkeypatch):
    sheet = Sheet([line("Marque : FORD", 100, 100), line("Places", 100, 200)], carte_grise.LABELS)
    page = Page(np.full((400, 900, 3), 255, np.uint8), 0, sheet.lines)
    read = [list(signs("7"))]
    monkeypatch.setattr(engine, "recognise", lambda strips: read)
    found = overlooked.found(page, sheet, carte_grise, {"seats"})
    assert found.values(lambda _name, _span: True)["seats"].span.text == "7"
    read[0] = list(signs("7", score=0.5))
    assert overlooked.found(page, sheet, carte_grise, {"seats"}) is sheet
    read[0] = list(signs("Genre"))
    assert overlooked.found(page, sheet, carte_grise, {"seats"}) is sheet


def test_a_page_of_many_clear_lines_is_not_turned_about():
    clear = [line("CARTE", 100, 50 * at) for at in range(8)]
    image = np.zeros((9, 9, 3), np.uint8)
    assert Page(image, 0, clear).is_clear
    assert not Page(image, 0, clear[:3]).is_clear


CAPTIONS = (
    row("1203 TGS", "MERCEDES-BENZ", "ACTROS"),
    row("Immatriculation", "Marque", "Modèle"),
    row("RABE Hery", "LOT VF E 224 ITAOSY", "NOIR"),
    row("Propriétaire", "Adresse", "Couleur"),
    row("DIESEL", "19 CV", "2494"),
    row("Énergie", "Puissance", "Cylindrée cm3"),
    row("1903 kg", "3473 kg", "07-05-1981"),
    row("Poids mort (kg)", "Charge utile (kg)", "Mis en circulation le"),
)


@pytest.mark.parametrize("down", [True, False])
def test_a_paper_tells_whether_its_values_stand_above_their_labels_or_below(down):
    """However evenly its lines are spaced."""
    pairs = zip(CAPTIONS[1::2], CAPTIONS[::2], strict=True)
    rows = [each for labels, said in pairs for each in (labels, said)] if down else CAPTIONS
    found = values_of("carte_grise", "CARTE GRISE", *rows)
    assert (found["plate"], found["make"], found["model"]) == ("1203TGS", "MERCEDES-BENZ", "ACTROS")
    assert (found["holder"], found["colour"]) == ("RABE HERY", "NOIR")
    assert found["address"] == "LOT VF E 224 ITAOSY"
    assert (found["fiscal_power"], found["displacement"]) == ("19", "2494")
    assert (found["curb_weight"], found["payload"]) == ("1903", "3473")
    assert (found["energy"], found["first_registration"]) == ("diesel", "1981-05-07")


def test_a_name_above_its_label_is_not_cut_where_the_row_above_has_one():
    found = values_of(
        "carte_grise",
        "CARTE GRISE",
        *CAPTIONS[:2],
        [(100, "RATSIMANARIVELO FLORENT LALAINA"), (900, "NOIR")],
        [(100, "Propriétaire"), (900, "Couleur")],
        *CAPTIONS[4:],
    )
    assert found["holder"] == "RATSIMANARIVELO FLORENT LALAINA"


def test_a_unit_or_the_rest_of_a_label_is_no_value():
    found = values_of(
        "carte_grise",
        "CARTE GRISE",
        row("Cylindré cm3", "998 cm3"),
        row("Charge atle", "1449 kg"),
        row("(1) Établi le", "12/05/2003"),
        row("N° DE SÉRIE DU TYPE", "MR0V1LSVX1V161660"),
        row("Adresse du titutaire", "LOT III G 178 ANJOMA"),
    )
    assert (found["displacement"], found["payload"]) == ("998", "1449")
    assert (found["issue_date"], found["chassis_number"]) == ("2003-05-12", "MR0V1LSVX1V161660")
    assert found["address"] == "LOT III G 178 ANJOMA"
    assert "seats" not in found


def test_a_figure_alone_is_no_number_of_seats_where_the_power_is_missing():
    rows = ("CARTE GRISE", "1203 TGS", "CR 3 dl", "RABE Clarisse", "4")
    assert "seats" not in values_of("carte_grise", *rows)
    assert values_of("carte_grise", *rows, "19 CV")["seats"] == "4"


def test_an_e_glued_to_a_chassis_number_may_be_its_code_or_its_first_letter():
    text = line("EZR1020092631", 100, 100)
    sheet = Sheet([text], carte_grise.LABELS)
    place = Value(Span(text, 1, len(text.chars)), INLINE, sheet.labels[0])
    found = {"chassis_number": decide.Found("ZR1020092631", place, ())}
    assert carte_grise.doubts(sheet, found) == {"chassis_number"}


def test_a_day_is_no_chassis_number_and_a_lot_no_name():
    assert carte_grise.REPAIRS["chassis_number"](signs("30.11.2025")) is None
    assert carte_grise.REPAIRS["chassis_number"](signs("30112025")) == "30112025"
    said = signs("RABE Justin Éric Lot VF P 86 Ankorondrano")
    assert carte_grise.REPAIRS["holder"](said) == "RABE JUSTIN ÉRIC"
    assert carte_grise.REPAIRS["holder"](signs("LOTIA Jean")) == "LOTIA JEAN"
