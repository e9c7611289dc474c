"""Identity cards and attestations of a loss: layouts and misreadings of their whole class."""

import numpy as np
import pytest

from kyc.ocr import days, decide, doubts, engine, kinds, values
from kyc.ocr.lines import Char, Line, Span, broken, joined, whole
from kyc.ocr.papers import boxes, names
from kyc.ocr.sheet import FORM, INLINE, RIGHT, Value
from tests.kyc.test_ocr_wordings import HEIGHT, STEP, line, row, values_of

FRONT = {
    "surname": "RANDRIAMANANA",
    "given_names": "TAHIRY ODETTE",
    "birth_date": "1990-03-21",
    "birth_place": "FENOARIVO ATSINANANA",
    "number": "305012123456",
}
BACK = {
    "address": "Lot IV B 12 Bis Ambatomena",
    "occupation": "Sans profession",
    "father": "RABE JEAN",
    "mother": "RASOA MARIE",
    "issue_place": "TOAMASINA",
    "issue_date": "2010-07-08",
}
FRONTS = {
    "in English and Malagasy": (
        "Surname/Anarana RANDRIAMANANA",
        "Given names/Fanampin'anarana TAHIRY ODETTE",
        "Date of birth/Daty nahaterahana 21/03/1990",
        "Place of birth/Toerana nahaterahana FENOARIVO ATSINANANA",
        "CIN number/Laharana 305 012 123 456",
    ),
    "with its number on top and a small word alone": (
        "CARTE NATIONALE D'IDENTITE",
        "N° 305 012 123 456",
        "NOM",
        "RANDRIAMANANA",
        "PRENOMS",
        "TAHIRY ODETTE",
        "NE(E) LE",
        "21.03.1990",
        "A",
        "FENOARIVO ATSINANANA",
    ),
    "with two labels for four fields, and figures in boxes": (
        "KARA-PANONDROM-PIRENENA",
        "Anarana sy fanampiny: RANDRIAMANANA Tahiry Odette",
        "Teraka ny 21/03/1990 tao Fenoarivo Atsinanana",
        [(100, "Laharana"), *((400 + 60 * at, sign) for at, sign in enumerate("305012123456"))],
    ),
    "with given names over two lines": (
        "KARA-PANONDROM-PIRENENA",
        row("Anarana", "RANDRIAMANANA"),
        row("Fanampiny", "Tahiry"),
        [(500, "Odette")],
        row("Daty sy toerana nahaterahana", "21/03/1990 Fenoarivo Atsinanana"),
        row("Laharana", "3 0 5 0 1 2 1 2 3 4 5 6"),
    ),
}
BACKS = {
    "with fields we do not know": (
        "Fonenana : Lot IV B 12 Bis Ambatomena",
        "Fokontany : Ambatomena",
        "Kaominina : Toamasina I",
        "Asa atao : Sans profession",
        "Anaran'ny ray : RABE Jean",
        "Anaran'ny reny : RASOA Marie",
        "Natao tao : Toamasina",
        "Tamin'ny : 08 Jolay 2010",
        "Sonian'ny tompony",
    ),
    "with longer labels above their values": (
        "Fonenana ankehitriny / Domicile actuel",
        "Lot IV B 12 Bis Ambatomena",
        "Asa / Profession",
        "SANS PROFESSION",
        "Rainy / Père",
        "RABE JEAN",
        "Reniny / Mère",
        "RASOA MARIE",
        row("Natao tao / Fait à", "Tamin'ny / Le"),
        row("TOAMASINA", "08 JUILLET 2010"),
    ),
    "with parents by small words and one line of issue": (
        "Monina ao : Lot IV B 12 Bis Ambatomena",
        "Asa : Sans profession",
        "Zanak'i : RABE Jean",
        "sy : RASOA Marie",
        "Nomena tao Toamasina ny 08/07/2010",
    ),
    "with twins in brackets that were misread": (
        row("Fonenana (Adrese", "Lot IV B 12 Bis Ambatomena"),
        row("Asa atao (Protesion", "Sans profession"),
        row("Ray (Pére)", "RABE Jean"),
        row("Reny (Mere)", "RASOA Marie"),
        row("Natao tao (Falt", "Toamasina"),
        row("Tamin'ny (Le)", "08/07/2010"),
    ),
}


@pytest.mark.parametrize("rows", FRONTS.values(), ids=FRONTS)
def test_the_front_of_a_card_in_many_wordings(rows):
    assert values_of("cin", *rows) == FRONT


@pytest.mark.parametrize("rows", BACKS.values(), ids=BACKS)
def test_the_back_of_a_card_in_many_wordings(rows):
    told = values_of("cin", *rows)
    assert {name: told[name].casefold() for name in BACK} == {
        name: value.casefold() for name, value in BACK.items()
    }


def test_an_address_goes_on_below_but_not_over_the_next_field():
    rows = (
        [(100, "Domicile :"), (400, "Lot II M 45 Isotry")],
        [(400, "Antananarivo 101")],
        "Profession : Chauffeur",
    )
    assert values_of("cin", *rows)["address"] == "Lot II M 45 Isotry Antananarivo 101"
    rows = (
        row("Domicile :", "Lot II M 45 Isotry"),
        row("Bribrntny", "Analakely"),
        row("Profession :", "Chauffeur"),
    )
    assert values_of("cin", *rows)["address"] == "Lot II M 45 Isotry"


def test_a_back_whose_labels_nobody_can_read_is_read_by_the_order_of_its_fields():
    rows = (
        "LOT IV B 12 BIS AMBATOMENA",
        "AMBATOMENA",
        "COMPTABLE",
        "RABE JEAN",
        "RASOA MARIE",
        row("TOAMASINA", "08 JUILLET 2010"),
    )
    told = values_of("cin", *rows)
    assert told == BACK | {"address": "LOT IV B 12 BIS AMBATOMENA", "occupation": "COMPTABLE"}


def test_the_only_day_on_a_card_is_of_its_issue_where_nobody_born_then_holds_one():
    rows = ("Anarana : RABE", "Fanampiny : Jean", "12/05/2021", "101 231 045 678")
    told = values_of("cin", *rows)
    assert "birth_date" not in told
    assert told["issue_date"] == "2021-05-12"


FORMS = {
    "with a bracket that says what is asked": (
        "DECLARATION DE PERTE",
        "Le déclarant (nom) RAKOTOARISOA",
        "(prénoms) Jean Hery",
        "Date de naissance 12/05/1980",
        "Lieu Antsirabe",
        "Titulaire de la CIN numéro 101 231 045 678",
        "Date de la déclaration 14/06/2026",
    ),
    "with the day of another paper": (
        "RECEPISSE DE PERTE",
        "Le nommé : RAKOTOARISOA",
        "Prénoms : Jean Hery",
        "Né le : 12 mai 1980 à Antsirabe",
        "Porteur de la CIN : 101.231.045.678",
        "délivrée le 04/05/2001 à Antsirabe",
        "Délivré le 14/06/2026",
    ),
    "that says something in a sentence": (
        "DECLARATION DE PERTE",
        "Le (La) soussigné(e) : M. RAKOTOARISOA Jean Hery",
        "Né(e) le : 12 Mai 1980  à Antsirabe",
        "Demeurant à : Lot II M 45 Isotry",
        "Titulaire de la CIN N° : 101 231 045 678  du : 02/02/1999 à : Antsirabe",
        "Fait à Antananarivo, le 14/06/2026",
    ),
    "before an officer who is named too": (
        "PROCES VERBAL DE DECLARATION DE PERTE",
        "Ce jour, quatorze juin deux mille vingt six (14/06/2026) à 10 heures",
        "Devant nous, Inspecteur de Police RABE Paul",
        "Comparaît RAKOTOARISOA Jean Hery, né le 12/05/1980 à Antsirabe,",
        "demeurant : Lot II M 45 Isotry",
        "CIN : 101 231 045 678",
    ),
    "with places of several things": (
        "RECEPISSE DE DECLARATION DE PERTE N° 456/26",
        "Nom et prénoms : RAKOTOARISOA Jean Hery",
        "Né(e) le : 12/05/1980 à : Antsirabe",
        "Fils de : RABE Paul et de : RASOA Marie",
        "CIN n° : 101 231 045 678 du 03/04/2010 à Tana",
        "Lieu et date de perte : Isotry, le 10/06/2026",
        "Antananarivo, le 14 juin 2026",
    ),
}


@pytest.mark.parametrize("rows", FORMS.values(), ids=FORMS)
def test_an_attestation_tells_whose_it_is_in_many_wordings(rows):
    told = values_of("attestation", *rows)
    assert {name: told.get(name) for name in FRONT | {"issue_date": ""}} == {
        "surname": "RAKOTOARISOA",
        "given_names": "JEAN HERY",
        "birth_date": "1980-05-12",
        "birth_place": "ANTSIRABE",
        "number": "101231045678",
        "issue_date": "2026-06-14",
    }


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("RAKOTO Jean Paul", ("RAKOTO", "Jean Paul")),
        ("Jean Paul RAKOTO", ("RAKOTO", "Jean Paul")),
        ("M. RAKOTO Jean", ("RAKOTO", "Jean")),
        ("JEAN PAUL RAKOTOARISOA", ("RAKOTOARISOA", "JEAN PAUL")),
        ("RABE RAKOTOARISOA", ("RABE", "RAKOTOARISOA")),
    ],
)
def test_a_whole_name_parts_into_surname_and_given_names(said, told):
    text = line(said, 0, 0)
    found = names.parted(text, 0, len(said))
    assert tuple(found[name].span.text for name in ("surname", "given_names")) == told


def signs(text, *, wide=()):
    """Signs at even steps, but for those before which there is room for a blank."""
    places, at = [], 0.0
    for place in range(len(text)):
        at += 2.2 if place in wide else 1.0
        places.append(at)
    return [Char(sign, 0.99, place / (at + 1)) for sign, place in zip(text, places, strict=True)]


def test_a_blank_that_got_lost_is_seen_by_its_room():
    assert values.name(signs("RASOANAMBIMANANAERIC", wide=(16,))) == "RASOANAMBIMANANA ERIC"
    assert values.name(signs("RASOANAMBIMANANAERIC")) == "RASOANAMBIMANANAERIC"
    assert values.name(signs("RASOAMIHAMBOLAAndry")) == "RASOAMIHAMBOLA ANDRY"


def test_what_sticks_to_a_value_is_left_out_or_set_off():
    assert values.name(signs("edeRAVELOSOA")) == "RAVELOSOA"
    assert values.name(signs("PNY/M RANDRIAMANARISON")) == "RANDRIAMANARISON"
    assert values.name(signs("17 février 2000")) is None
    assert values.line(signs("LOT IB E 175/6TANAMBAO")) == "LOT IB E 175/6 TANAMBAO"
    assert values.line(signs("Agent de 1'État")) == "Agent de l'État"
    assert values.line(signs("LOT VF $ 174 ISOTRY")) == "LOT VF S 174 ISOTRY"
    assert values.few_words(signs("la asa fin du dia sont jour read")) is None


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("28 ma1 2002", "2002-05-28"),
        ("22 avr11 2001", "2001-04-22"),
        ("18 juin1953", "1953-06-18"),
        ("15-07–1943", "1943-07-15"),
        ("30105/1975", "1975-05-30"),
        ("05/0612001", "2001-06-05"),
        ("0341205198", None),
    ],
)
def test_days_are_read_through_signs_that_look_alike(said, day):
    assert days.read(said, short_years=False) == day


def test_the_first_figure_of_a_number_is_that_of_a_province_where_it_may_be_meant():
    chars = signs("613252240107")
    assert values.number(chars) == "613252240107"
    chars[0] = Char("6", 0.9, chars[0].at, {"5": 0.08, "8": 0.01})
    assert values.number(chars) == "513252240107"


def found(value, way=RIGHT):
    """A value that both readers agree on."""
    return decide.Found(value, Value(None, way), ())


def test_a_number_no_province_or_no_sex_has_is_doubtful_but_stays():
    assert doubts.of("cin", {"number": found("613251240107")}) == {"number"}
    assert doubts.of("cin", {"number": found("513259240107")}) == {"number"}
    assert doubts.of("cin", {"number": found("513251240107", FORM)}) == set()
    usual = {name: found("X", INLINE) for name in ("surname", "given_names", "birth_place")}
    below = {name: found("X", "below") for name in usual}
    assert "number" not in doubts.of("cin", below | {"number": found("513251240107")})


def test_a_text_over_two_lines_keeps_its_blank_and_knows_its_pieces():
    parts = [whole(line("TAHIRY", 400, 0)), whole(line("ODETTE", 100, STEP))]
    span = broken(parts)
    assert values.name(span.chars) == "TAHIRY ODETTE"
    assert list(span.pieces) == parts
    assert span.line.sources == tuple(part.line for part in parts)
    beside = joined(parts)
    assert len(whole(beside).pieces) == 1


PITCH = 60


def boxed(text):
    """Figures in boxes of their own; a blank is one that the detector did not see."""
    return [line(sign, PITCH * at, 0) for at, sign in enumerate(text) if sign != " "]


def test_figures_in_boxes_are_one_number_though_some_were_overlooked(monkeypatch):
    printed = "521352001413"

    def recognise(strips):
        return [next(seen) for _ in strips]

    seen = iter([[Char("O", 0.5)], [Char("3", 0.9)], [Char("8", 0.7)], []])
    monkeypatch.setattr(engine, "recognise", recognise)
    image = np.full((200, 1000, 3), 255, np.uint8)
    (read,) = boxes.filled(image, boxed("521352 0141 "))
    assert values.number(read.chars) == printed
    assert len(read.parts) == len(printed)


def test_figures_that_stand_close_are_left_as_they_are(monkeypatch):
    monkeypatch.setattr(engine, "recognise", lambda strips: pytest.fail("nothing to look for"))
    groups = [line(text, at * 100, 0) for at, text in enumerate(("101", "231", "045", "678"))]
    assert boxes.filled(np.zeros((50, 500, 3), np.uint8), groups) == groups


def test_a_row_of_boxes_is_shown_to_the_second_reader_without_them():
    import cv2

    image = np.full((120, 760, 3), 235, np.uint8)
    for at in range(12):
        left = 10 + PITCH * at
        cv2.rectangle(image, (left, 20), (left + PITCH - 4, 100), (90, 90, 90), 2)
        cv2.putText(image, "1", (left + 18, 75), 0, 1.2, (20, 20, 20), 3)
    quad = ((12, 40), (740, 40), (740, 82), (12, 82))
    text = " ".join("111111111111")
    row_of_boxes = Line(quad, tuple(signs(text)), parts=tuple(map(whole, boxed("1" * 12))))
    span = Span(row_of_boxes, 0, len(text))
    assert boxes.are(span)
    shown = cv2.cvtColor(boxes.bare(image, span), cv2.COLOR_BGR2GRAY)
    assert shown.min() < 60  # the figures
    standing = (shown < 160).mean(axis=0)
    assert standing.max() < 0.9  # no side of a box from top to bottom
    assert shown.shape[0] < 2 * HEIGHT + 30


def test_what_a_detector_ran_together_is_cut_where_the_next_column_has_its_label():
    rows = (
        [(100, "Adresse"), (700, "Nom du père")],
        "LOT 67 HA K 14 TER TANAMBAO BIS LOT STAR B RABEFANOMANANA FITIA",
        [(100, "Profession"), (700, "Nom de la mère")],
        [(100, "COUTURIÈRE"), (700, "RAKOTOZAFYSOA MIALY")],
    )
    told = values_of("cin", *rows)
    assert told["address"] == "LOT 67 HA K 14 TER TANAMBAO BIS LOT STAR B"
    assert told["father"] == "RABEFANOMANANA FITIA"


def test_a_value_that_resembles_a_label_is_a_value_where_it_was_clearly_read():
    rows = (
        "ATTESTATION DE PERTE",
        row("Nom", "RABEMANARISON"),
        row("Prénoms", "VOLA ANDRY ONY"),
        row("Date de naissance", "18-11-1960"),
        row("Lieu", "AMBATOLAMPY"),
    )
    assert values_of("attestation", *rows)["given_names"] == "VOLA ANDRY ONY"
    rows = ("Anarana", "TSARA", "Fanampin'anarana", "Nambinina Tsiky", "Tao", "Toamasina")
    assert values_of("cin", *rows)["given_names"] == "NAMBININA TSIKY"


def test_a_label_that_was_badly_read_is_guessed_at_the_head_of_its_line():
    told = values_of(
        "attestation",
        "DECLARATION DE PERTE",
        "Nom : RABEMANARISON",
        "Prénoms : Vola",
        "Date de naissance : 18/11/1960",
        [(100, "Leu Manjakandriana", 0.8)],
        [(100, "Demeram Lot II Y 266 Ampasika", 0.8)],
    )
    assert told["birth_place"] == "MANJAKANDRIANA"
    assert told["address"] == "Lot II Y 266 Ampasika"


def test_what_tells_of_a_loss_is_an_attestation_though_it_names_a_card():
    texts = (
        "RECEPISSE DE DECLARATION DE PERTE",
        "Anarana / Nom : RABE",
        "Fanampiny / Prénoms : Jean",
        "Objet : CARTE NATIONALE D'IDENTITE",
    )
    lines = [line(text, 100, STEP * at) for at, text in enumerate(texts)]
    assert kinds.ranked(lines, list(kinds.KINDS))[0].name == "attestation"
    assert kinds.ranked(lines[1:], list(kinds.KINDS))[0].name == "cin"


def test_a_plate_whose_first_figure_stands_off_is_not_cut():
    rows = ("DECLARATION DE PERTE", "Nom : RABE", "Prénoms : Jean", "Né le : 12/05/1980")
    assert values_of("attestation", *rows, "Véhicule n°: 8.075.TGT")["plate"] == "8075TGT"
    assert "plate" not in values_of("attestation", *rows, "Lot 8 075 TGT")


def test_the_room_between_groups_of_boxes_is_no_figure_overlooked(monkeypatch):
    groups = ("417", "282", "2 5", "824")
    lines = [
        line(sign, PITCH * (at + 3.6 * group), 0)
        for group, text in enumerate(groups)
        for at, sign in enumerate(text)
        if sign != " "
    ]
    seen = iter([[Char("0", 0.9)]])
    monkeypatch.setattr(engine, "recognise", lambda strips: [next(seen) for _ in strips])
    (read,) = boxes.filled(np.full((200, 1000, 3), 255, np.uint8), lines)
    assert values.number(read.chars) == "417282205824"


@pytest.mark.parametrize(
    "sentence",
    [
        "dia manamarina fa i RANDRIAVOLOLO Jean Justin, teraka tamin'ny",
        "dia manamarina fa iRANDRIAVOLOLO Jean Justin, teraka tamin'ny",
        "dia manamarina faiRANDRIAVOLOLO JEAN JUSTIN, teraka tamin'ny",
    ],
)
def test_a_letter_in_malagasy_names_whom_it_is_about(sentence):
    told = values_of(
        "attestation",
        "FANAMBARANA FAHAVEREZANA",
        "Izaho sonia etsy ambany, Lehiben'ny polisy,",
        sentence,
        "13 0ktobra 1995 tao Ambilobe, monina ao amin'ny Lot II T 73 Isotry, mitondra ny CIN",
        "laharana 311281389185, dia tonga nanambara fa very ny karatra an'ny fiara",
        "PEUGEOT laharana 1517TXY.",
        "Natao tao Betafo, androany 07 Mey 2025",
    )
    assert (told["surname"], told["given_names"]) == ("RANDRIAVOLOLO", "JEAN JUSTIN")
    assert (told["birth_date"], told["make"]) == ("1995-10-13", "PEUGEOT")


def test_no_word_of_a_sentence_is_a_name():
    assert names.told(signs("very ny kara-panondro")) is None
    assert names.told(signs("Tsiky")) == "TSIKY"


def test_given_names_stay_given_names_where_no_surname_was_read():
    rows = ("DECLARATION DE PERTE", "Prénoms du déclarant : BAKOLY TSIKY", "Adresse : Lot I 5 Iva")
    told = values_of("attestation", *rows)
    assert (told.get("surname"), told["given_names"]) == (None, "BAKOLY TSIKY")
    rows = (rows[0], "Nom du déclarant : ZAFY", *rows[1:])
    assert values_of("attestation", *rows)["surname"] == "ZAFY"


def test_a_surname_is_no_occupation_where_no_label_tells():
    told = values_of(
        "cin",
        "Lot II B 143 Besarety",
        "ANDRIAZAFYMANANA",
        "RAZAFIMALALAMANANA Olivier",
        "Ambohimanarina",
        "Cultivateur",
        "22 Janoary 2003",
        "Antsirabe",
    )
    assert "occupation" not in told
    assert told.get("mother") != "CULTIVATEUR"


def test_a_card_may_ask_in_other_usual_words():
    told = values_of(
        "cin",
        "Métier : Chauffeur",
        "Demeurant à : Lot IB M 37 Ter Ankorondrano",
        "Père : RABE Jean",
        "Mère : RASOA Marie",
        "Établie à Antsirabe",
        "Daty nanomezana 16/01/2022",
    )
    assert (told["occupation"], told["issue_place"]) == ("Chauffeur", "ANTSIRABE")
    assert told["issue_date"] == "2022-01-16"
