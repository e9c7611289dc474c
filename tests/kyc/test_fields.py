"""What is written on papers, as people type it."""

from datetime import date, timedelta

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from kyc.fields import CINField, PastDateField, PhoneField
from kyc.forms.cases import IdentityForm
from tests.factories import IdentityCaseFactory

cin = CINField()
day = PastDateField()


@given(st.from_regex(r"\A[0-9]{12}\Z"))
def test_twelve_digits_are_a_number_however_they_are_spaced(number):
    for spelling in (
        number,
        f"{number[:3]} {number[3:6]} {number[6:9]} {number[9:]}",
        f"{number[:3]}.{number[3:]}",
        f"{number[:6]}-{number[6:]}\n",
        number.translate({ord("0") + n: chr(0xFF10 + n) for n in range(10)}),
    ):
        assert cin.clean(spelling) == number
    assert cin.clean(cin.prepare_value(number)) == number


@given(st.text(max_size=40))
def test_any_other_text_is_no_number(text):
    try:
        number = cin.clean(text)
    except ValidationError:
        return
    assert len(number) == 12
    assert number.isascii()
    assert number.isdigit()


@pytest.mark.parametrize(
    "typed", ["10123456789", "1012345678901", "10123456789O", "101 234 567 890 1", "a" * 12, "\0"]
)
def test_eleven_digits_thirteen_or_letters_are_refused(typed):
    with pytest.raises(ValidationError):
        cin.clean(typed)


def test_no_number_is_nothing_and_not_an_empty_text():
    assert CINField(required=False).clean("") is None


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)))
def test_a_day_is_typed_as_on_the_paper_or_as_iso(value):
    for shape in ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", " %d / %m / %Y "):
        assert day.clean(value.strftime(shape)) == value
    assert day.clean(day.prepare_value(value.isoformat())) == value


@pytest.mark.parametrize(
    "typed", ["31/02/2015", "00/01/2015", "1/13/2015", "31/12/1899", "hier", "2015", "1e3", "\0"]
)
def test_a_day_that_never_was_is_refused(typed):
    with pytest.raises(ValidationError):
        day.clean(typed)


def test_today_has_been_and_tomorrow_has_not():
    today = timezone.localdate()
    assert day.clean(today.isoformat()) == today
    with pytest.raises(ValidationError, match="pas possible"):
        day.clean((today + timedelta(days=1)).isoformat())


def test_a_phone_is_shown_as_people_write_it():
    assert PhoneField().prepare_value("+261341234567") == "034 12 345 67"
    assert PhoneField().prepare_value("n'importe quoi") == "n'importe quoi"
    assert PhoneField(required=False).clean("") == ""


@pytest.mark.parametrize(
    "typed", ["+261", "+261 ", "+261\u202e", "+2613412345\u202e67", "+261" * 50]
)
def test_a_phone_half_typed_is_shown_again_as_it_was_typed(typed):
    assert PhoneField().prepare_value(typed) == typed


@pytest.mark.parametrize("field", [CINField, PhoneField, PastDateField])
def test_fields_ask_for_the_right_keyboard(field):
    class Form(forms.Form):
        asked = field()

    assert "inputmode=" in str(Form()["asked"])


# --- The whole form -------------------------------------------------------------------------------

ANSWERS = {
    "number": "101 234 567 890",
    "surname": "RAKOTO",
    "birth_date": "25/06/1985",
    "birth_place": "Ambositra",
    "sex": "F",
    "nationality": "malgache",
    "address": "Lot II M 45",
    "issue_date": "02/03/2015",
    "issue_place": "Antananarivo",
}


def errors(**changes):
    return IdentityForm(ANSWERS | changes).errors


def test_the_answers_of_a_card_are_taken():
    assert errors() == {}


@pytest.mark.parametrize("name", sorted(ANSWERS.keys() - {"address"}))
def test_each_answer_that_is_needed_is_asked_for(name):
    assert set(errors(**{name: "  "})) == {name}


@pytest.mark.parametrize("issued", ["25/06/1985", "24/06/1985"])
def test_a_card_is_not_older_than_its_holder(issued):
    assert set(errors(issue_date=issued)) == {"issue_date"}


@pytest.mark.parametrize("number", ["301234567890", "101134567890", "999999999999"])
def test_the_digits_of_district_and_sex_are_not_judged(number):
    assert errors(number=number) == {}


@pytest.mark.parametrize("name", ["surname", "address", "birth_place"])
def test_an_answer_longer_than_its_place_is_refused(name):
    assert set(errors(**{name: "x" * 1_000})) == {name}


@pytest.mark.django_db
def test_the_form_says_nothing_of_somebody_elses_card():
    """Whether a number is taken is for the agent to see, not for whoever guesses."""
    IdentityCaseFactory(approved=True, number="101234567890")
    case = IdentityCaseFactory()
    assert IdentityForm(ANSWERS, instance=case).is_valid()
