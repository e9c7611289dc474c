"""Machine-readable zones: the published specimens, and what readers do to them."""

import string
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kyc.ocr import mrz

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
NUMBERS = {"TD3": "L898902C3", "TD1": "D23145890", "TD2": "D23145890"}


@pytest.mark.parametrize(("lines", "form"), [(PASSPORT, "TD3"), (CARD, "TD1"), (SMALL, "TD2")])
def test_the_published_specimens_are_read_whole(lines, form):
    zone = mrz.find(lines, today=TODAY)
    assert (zone.form, zone.number, zone.issuer) == (form, NUMBERS[form], "UTO")
    assert (zone.surname, zone.given_names) == ("ERIKSSON", "ANNA MARIA")
    assert (zone.birth_date, zone.sex, zone.expiry) == ("1974-08-12", "F", "2012-04-15")
    assert zone.holds


def test_a_number_longer_than_its_place_goes_on_in_the_optional_field():
    zone = mrz.find(LONG, today=TODAY)
    assert zone.number == "D23145890734"
    assert zone.holds


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
