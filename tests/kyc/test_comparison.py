"""What was declared beside what was read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyc import comparison, documents
from tests.factories import DocumentFactory, IdentityCaseFactory, VehicleCaseFactory


def reading(confidence=0.9, **values):
    fields = {
        name: {"value": value, "confidence": confidence, "confident": True, "box": None}
        for name, value in values.items()
    }
    return {"fields": fields, "text": ""}


@pytest.mark.parametrize(
    ("declared", "read"),
    [
        ("Rakotondrabe", "RAKOTONDRABE"),
        ("Andriamàlala", "ANDRIAMALALA"),
        ("Hery Jean", "JEAN HERY"),
        ("1234TAB", "1234 TAB".replace(" ", "")),
        ("Lot II B 08", "LOT II B O8"),
        ("SOLO", "5OL0"),
        (date(1985, 6, 25), "1985-06-25"),
        (8, "8"),
        ("", None),
    ],
)
def test_what_says_the_same_is_the_same(declared, read):
    assert comparison.same(declared, read)


@pytest.mark.parametrize(
    ("declared", "read"),
    [
        ("RAKOTO", "RAKOTA"),
        ("RAKOTO", "RAKOTO JEAN"),
        ("RAKOTO", ""),
        ("101234567890", "101234567891"),
        (date(1985, 6, 25), "1985-06-26"),
        (8, "9"),
        (8, "88"),
        (None, "RAKOTO"),
        ("JEAN JEAN", "JEAN"),
    ],
)
def test_what_says_something_else_differs(declared, read):
    assert not comparison.same(declared, read)


@given(st.text(max_size=60))
def test_everything_says_the_same_as_itself(text):
    assert comparison.same(text, text)
    assert comparison.same(text, f"  {text} ")


@given(st.text(max_size=30), st.text(max_size=30))
def test_comparing_does_not_depend_on_which_comes_first(one, other):
    assert comparison.same(one, other) == comparison.same(other, one)


@pytest.mark.django_db
def test_differences_come_first_then_the_order_of_the_paper():
    case = IdentityCaseFactory(surname="RAKOTO", address="Lot 1", photos=False)
    read = reading(surname="RAKOTO", address="Lot 2")
    case.documents.add(DocumentFactory(side="identity_front", reading=read))
    rows = comparison.rows(case)
    assert (rows[0].name, rows[0].agrees) == ("address", False)
    assert [row.name for row in rows[1:]] == [name for name in case.printed if name != "address"]
    by_name = {row.name: row for row in rows}
    assert by_name["surname"].agrees is True
    assert by_name["occupation"].agrees is None
    assert by_name["address"].confidence == 0.9


@pytest.mark.django_db
def test_values_are_said_in_words():
    case = VehicleCaseFactory(photos=False)
    read = reading(energy="diesel", first_registration="2014-03-01")
    case.documents.add(DocumentFactory(side="carte_grise_front", reading=read))
    rows = {row.name: row for row in comparison.rows(case)}
    assert (rows["energy"].declared, rows["energy"].read) == ("essence", "diesel")
    assert rows["first_registration"].read == date(2014, 3, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["9999-99-99", "2020-01-01", "٢٠٢٠-٠١-٠١"])
def test_a_name_that_looks_like_a_date_stops_no_agent(typed):
    case = IdentityCaseFactory(photos=False, surname=typed)
    case.documents.add(
        DocumentFactory(side="identity_front", reading=reading(issue_date="9999-99-99"))
    )
    rows = {row.name: row for row in comparison.rows(case)}
    assert rows["surname"].declared == typed
    assert rows["issue_date"].read == "9999-99-99"


@pytest.mark.django_db
def test_of_two_readings_the_surer_one_counts():
    case = IdentityCaseFactory(photos=False)
    for side, confidence, name in (
        ("identity_front", 0.4, "RAK0T0"),
        ("identity_back", 0.8, "RAKOTO"),
    ):
        case.documents.add(DocumentFactory(side=side, reading=reading(confidence, surname=name)))
    assert documents.values_read(case)["surname"]["value"] == "RAKOTO"


@pytest.mark.django_db
def test_the_reading_of_a_photo_that_was_replaced_counts_no_more():
    case = IdentityCaseFactory(photos=False)
    case.documents.add(DocumentFactory(side="identity_front", reading=reading(1.0, surname="OLD")))
    case.documents.add(DocumentFactory(side="identity_front", reading=reading(0.1, surname="NEW")))
    assert documents.values_read(case)["surname"]["value"] == "NEW"


@pytest.mark.django_db
def test_what_could_not_be_read_is_no_difference():
    case = IdentityCaseFactory(photos=False)
    case.documents.add(DocumentFactory(side="identity_front", reading=reading(surname=None)))
    assert {row.agrees for row in comparison.rows(case)} == {None}
