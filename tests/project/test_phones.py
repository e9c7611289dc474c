"""Malagasy mobile numbers: any spelling in, one form stored, and the wrong ones named."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from project.lib import phones

OPERATORS = ["032", "033", "034", "037", "038", "039"]
subscribers = st.from_regex(r"\A[0-9]{7}\Z")


def refusal(typed):
    with pytest.raises(ValidationError) as refused:
        phones.parse(typed)
    return refused.value.code


@given(prefix=st.sampled_from(OPERATORS), number=subscribers)
def test_every_spelling_of_a_number_is_one_number(prefix, number):
    stored = f"+261{prefix[1:]}{number}"
    for spelling in (
        f"{prefix}{number}",
        f"{prefix} {number[:2]} {number[2:5]} {number[5:]}",
        f"{prefix}-{number[:2]}-{number[2:5]}-{number[5:]}",
        f"{prefix}.{number}",
        f"{prefix[1:]}{number}",
        f"+261 {prefix[1:]} {number}",
        f"00261{prefix[1:]}{number}",
        f"  {prefix}{number}\n",
        f"({prefix}) {number}",
    ):
        assert phones.parse(spelling) == stored


@given(prefix=st.sampled_from(OPERATORS), number=subscribers)
def test_what_is_shown_is_read_again(prefix, number):
    stored = phones.parse(prefix + number)
    assert phones.parse(phones.display(stored)) == stored
    assert phones.parse(stored) == stored


@given(prefix=st.sampled_from(OPERATORS), number=subscribers)
def test_a_masked_number_shows_three_digits_and_two(prefix, number):
    masked = phones.mask(phones.parse(prefix + number))
    assert masked == f"{prefix} •• ••• {number[-2:]}"


@given(st.text(max_size=40))
def test_any_text_is_a_stored_number_or_is_refused(typed):
    try:
        found = phones.parse(typed)
    except ValidationError:
        return
    assert found.startswith("+2613")
    assert len(found) == 13
    assert found.isascii()


@pytest.mark.parametrize("typed", ["０３４１２３４５６７", "٠٣٤١٢٣٤٥٦٧"])
def test_digits_of_other_scripts_are_digits(typed):
    assert phones.parse(typed) == "+261341234567"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("020 22 123 45", "landline"),
        ("+261 20 22 123 45", "landline"),
        ("022 12 345 67", "landline"),
        ("+33 6 12 34 56 78", "abroad"),
        ("+262 692 12 34 56", "abroad"),
        ("+1 202 555 0123", "abroad"),
        ("031 12 345 67", "unassigned"),
        ("034 12 345 6", "unassigned"),
        ("034 12 345 678", "unassigned"),
        ("112", "unassigned"),
        ("", "unreadable"),
        ("téléphone", "unreadable"),
        ("\0", "unreadable"),
        ("rabe@example.mg", "unreadable"),
    ],
)
def test_a_number_that_cannot_be_texted_is_refused_by_name(typed, code):
    assert refusal(typed) == code


def test_two_numbers_at_once_are_not_one():
    assert refusal("034 12 345 67 / 033 12 345 67") in ("unreadable", "unassigned")
