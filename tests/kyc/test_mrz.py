"""Machine-readable zones: the published specimens, and what readers do to them."""

import string
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kyc.ocr.zones import mrz, states
from kyc.ocr.zones import zone as zone_reader

TODAY = date(2026, 11, 20)
# The specimens of ICAO Doc 9303, parts 4, 5 and 6.
PASSPORT = [
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
]
CARD = [
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
]
SMALL = ["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"]
LONG = [
    "I<UTOD23145890<7349<<<<<<<<<<<",
    "3407127M9507122UTO<<<<<<<<<<<2",
    "STEVENSON<<PETER<JOHN<<<<<<<<<",
]
LONG_SMALL = ["I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<", "D23145890<UTO3407127M29071257349<<<2"]
VISA = [
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L8988901C4XXX4009078F96121096ZE184226B<<<<<<",
]
SMALL_VISA = ["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<"]
OLD_FRENCH = ["IDFRABERTHIER<<<<<<<<<<<<<<<<<923126", "8806923102858CORINNE<<<<<<<6512068F7"]
CHINESE = "G000000013CHN8105015F1707306MNPELOLIOKLPA062"
NUMBERS = {"TD3": "L898902C3", "TD1": "D23145890", "TD2": "D23145890"}


@pytest.mark.parametrize(("lines", "form"), [(PASSPORT, "TD3"), (CARD, "TD1"), (SMALL, "TD2")])
def test_the_published_specimens_are_read_whole(lines, form):
    zone = mrz.find(lines, today=TODAY)
    assert (zone.form, zone.number, zone.issuer) == (form, NUMBERS[form], "UTO")
    assert (zone.surname, zone.given_names) == ("ERIKSSON", "ANNA MARIA")
    assert (zone.birth_date, zone.sex, zone.expiry) == ("1974-08-12", "F", "2012-04-15")
    assert zone.holds


@pytest.mark.parametrize("lines", [LONG, LONG_SMALL], ids=["TD1", "TD2"])
def test_a_number_longer_than_its_place_goes_on_in_the_optional_field(lines):
    zone = mrz.find(lines, today=TODAY)
    assert zone.number == "D23145890734"
    assert zone.holds


@pytest.mark.parametrize(("lines", "form"), [(VISA, "MRV-A"), (SMALL_VISA, "MRV-B")])
def test_a_visa_has_no_digit_over_all_and_may_end_with_anything(lines, form):
    zone = mrz.find(lines, today=TODAY)
    assert (zone.form, zone.document_type, zone.number) == (form, "V", "L8988901C")
    assert (zone.surname, zone.given_names) == ("ERIKSSON", "ANNA MARIA")
    assert (zone.birth_date, zone.expiry) == ("1940-09-07", "1996-12-10")
    assert zone.holds


def test_a_passport_whose_last_digit_is_wrong_is_no_visa():
    zone = mrz.find([PASSPORT[0], PASSPORT[1][:-1] + "1"], today=TODAY)
    assert zone.form == "TD3"
    assert not zone.holds


def test_an_old_french_card_has_a_zone_of_its_own():
    zone = mrz.find(OLD_FRENCH, today=TODAY)
    assert (zone.document_type, zone.issuer, zone.nationality) == ("ID", "FRA", "FRA")
    assert (zone.number, zone.surname, zone.given_names) == ("880692310285", "BERTHIER", "CORINNE")
    assert (zone.birth_date, zone.sex, zone.expiry) == ("1965-12-06", "F", "")
    assert zone.holds
    spoilt = [OLD_FRENCH[0].replace("BERTHIER", "BERTHIEN"), OLD_FRENCH[1]]
    assert not mrz.find(spoilt, today=TODAY).holds


def test_fillers_at_the_end_of_a_line_need_not_have_been_seen():
    for lines in (PASSPORT, SMALL, CARD):
        bare = [line.rstrip("<") for line in lines]
        assert mrz.find(bare, today=TODAY).surname == "ERIKSSON"


def test_a_letter_among_the_fillers_after_a_name_is_a_filler_misread():
    spoilt = PASSPORT[0].replace("MARIA<<<<", "MARIA<<J<")
    assert mrz.find([spoilt, PASSPORT[1]], today=TODAY).given_names == "ANNA MARIA"


@pytest.mark.parametrize(
    ("read", "like", "true"),
    [("SVC", "", "SYC"), ("MDG", "", "MDG"), ("D", "", "D"), ("WOG", "MDG", "WOG"), ("", "", ""),
     ("HDG", "MDG", "MDG"), ("CDM", "COM", "COM")],
)  # fmt: skip
def test_a_state_that_does_not_exist_is_the_one_it_looks_like(read, like, true):
    assert states.mended(read, like=like) == true


def test_letters_o_for_noughts_are_no_sign_of_forgery():
    """Neither reader tells them apart, so digits that would hold with them are not called wrong."""
    right = ["P<CHNZHENGJIAN<<YANGBEN<<<<<<<<<<<<<<<<<<<<<", CHINESE]
    misread = mrz.find([right[0], CHINESE.replace("LOLIO", "L0LI0")], today=TODAY)
    assert not misread.holds
    assert mrz.may_hold(misread, today=TODAY)
    forged = mrz.find([PASSPORT[0], PASSPORT[1].replace("898902", "898972")], today=TODAY)
    assert not mrz.may_hold(forged, today=TODAY)


@pytest.mark.parametrize(
    ("number", "is_open"), [("003210552", True), ("OO3210552", True), ("L898902C3", False)]
)
def test_a_number_that_noughts_and_letters_o_both_make_hold_is_an_open_question(number, is_open):
    rest = "UTO7408122F1204159<<<<<<<<<<<<<<<0"
    lines = [PASSPORT[0], number + mrz.check_digit(number) + rest]
    zone = mrz.find(lines, today=TODAY)
    assert zone.checks["number"]
    assert mrz.has_twin(zone, today=TODAY) == is_open


def test_a_label_and_its_day_are_no_line_of_a_zone():
    assert not zone_reader._is_row("Valable jusqu'au / Valid until (8) 22 05 2026")
    assert zone_reader._is_row(PASSPORT[0].replace("C", "c"))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("7408122", "74O8I22"),
        ("1204159", "I2O4I59"),
        ("<<<<<10", "<<<<<1O"),
        ("ERIKSSON", "ER1K5SON"),
    ],
)
def test_signs_that_look_alike_are_repaired_by_what_may_stand_there(right, wrong):
    zone = mrz.find([line.replace(right, wrong) for line in PASSPORT], today=TODAY)
    assert zone.surname == "ERIKSSON"
    assert zone.holds


def test_a_letter_in_a_number_is_not_guessed_at_but_told_by_the_check_digit():
    spoilt = [PASSPORT[0], PASSPORT[1].replace("L898902C3", "L8989O2C3")]
    zone = mrz.find(spoilt, today=TODAY)
    assert not zone.checks["number"]
    assert zone.checks["birth_date"]


@pytest.mark.parametrize(
    "first",
    [
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<",
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<<<",
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<KKK<<<<<<<<<",
        "P«UTOERIKSSON««ANNA«MARIA«««««««««««««««««««",
        "P<UTO ERIKSSON<<ANNA<MARIA <<<<<<<<<<<<<<<<<<<",
    ],
)
def test_rows_of_fillers_are_counted_wrong_and_taken_for_letters(first):
    zone = mrz.find(["PASSPORT / PASSEPORT", first, PASSPORT[1], "x"], today=TODAY)
    assert (zone.surname, zone.given_names) == ("ERIKSSON", "ANNA MARIA")


def worth(sign):
    return int(sign, 36) % 10 if sign != "<" else 0


@given(
    st.integers(0, 1),
    st.integers(0, 43),
    st.sampled_from(string.digits + string.ascii_uppercase + "<"),
)
def test_no_single_changed_sign_of_a_number_or_date_holds_and_differs(line, at, sign):
    spoilt = [list(row) for row in PASSPORT]
    # The digits count modulo ten: A and 0 are the same to them.
    assume(line == 1 and worth(spoilt[line][at]) != worth(sign))
    spoilt[line][at] = sign
    zone = mrz.find(["".join(row) for row in spoilt], today=TODAY)
    true = mrz.find(PASSPORT, today=TODAY)
    if zone and zone.holds:
        said = (zone.number, zone.birth_date, zone.expiry)
        assert said == (true.number, true.birth_date, true.expiry)


@given(st.lists(st.text(max_size=60), max_size=6))
def test_no_text_breaks_the_reader(lines):
    mrz.find(lines, today=TODAY)


def test_plain_writing_is_no_zone():
    lines = [
        "REPOBLIKAN'I MADAGASIKARA",
        "FITIAVANA TANINDRAZANA FANDROSOANA",
        "KARA-PANONDROM-PIRENENA",
    ]
    assert mrz.find(lines, today=TODAY) is None


@pytest.mark.parametrize(
    ("digits", "born", "ends"),
    [("261120", "2026-11-20", "2026-11-20"), ("261121", "1926-11-21", "2026-11-21"),
     ("770101", "1977-01-01", "1977-01-01"), ("991332", "", ""), ("7601<<", "", "")],
)  # fmt: skip
def test_a_year_of_two_digits_lies_behind_a_birth_and_about_an_expiry(digits, born, ends):
    assert mrz._day(digits, TODAY, is_past=True) == born
    assert mrz._day(digits, TODAY, is_past=False) == ends
