"""Plates: how they are typed, stored, painted and told apart."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from fleet import plates

painted = st.builds(
    "{} {}{}".format,
    st.integers(1, 9999),
    st.sampled_from("ADFMTU"),
    st.from_regex(r"\A[A-Z]{0,2}\Z"),
)


@given(painted)
def test_however_it_is_typed_a_plate_is_one_plate(plate):
    stored = plates.parse(plate)
    digits, letters = plate.split()
    for spelling in (
        plate,
        plate.lower(),
        f"{digits}{letters}",
        f"{digits:0>4}-{letters}",
        f" {digits}.{letters} ",
        f"{digits}\u00a0{letters}\n",
        plate.translate({code: code + 0xFEE0 for code in range(0x30, 0x5B)}),
    ):
        assert plates.parse(spelling) == stored
    assert plates.parse(plates.display(stored)) == stored
    assert len(stored) <= 12


@given(st.text(max_size=40))
@example("Y¯")
def test_bringing_to_one_form_twice_is_bringing_once(typed):
    once = plates.normalise(typed)
    assert plates.normalise(once) == once


@given(st.text(max_size=40), st.sampled_from(plates.Kind.values))
def test_any_text_is_a_plate_that_fits_or_is_refused(typed, kind):
    try:
        stored = plates.parse(typed, kind)
    except ValidationError:
        return
    assert 1 <= len(stored) <= 12
    assert stored.isascii()
    assert stored.isalnum()
    assert plates.parse(stored, kind) == stored


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("1234 TAB", "1234TAB", "1234 TAB"),
        ("12 tab", "0012TAB", "0012 TAB"),
        ("7 T", "0007T", "0007 T"),
        ("4321 UA", "4321UA", "4321 UA"),
    ],
)
def test_plates_of_every_age(typed, stored, shown):
    assert plates.parse(typed) == stored
    assert plates.display(stored) == shown


@pytest.mark.parametrize(
    "typed",
    ["", "TAB", "1234", "12345 TAB", "1234 TABC", "1234 XAB", "1234 ABC DE", "O123 TAB", "\0"],
)
def test_what_is_no_ordinary_plate_is_refused(typed):
    with pytest.raises(ValidationError, match="1234 TAB"):
        plates.parse(typed)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("1234 WWT", "provisional"),
        ("123 WW", "provisional"),
        ("123 ABC 45", "administrative"),
        ("1 CD 2", "special"),
    ],
)
def test_other_sorts_of_plate_are_plates_of_their_sort(typed, kind):
    assert plates.parse(typed, kind)
    with pytest.raises(ValidationError):
        plates.parse(typed, "ordinary")


def test_there_is_no_other_sort():
    with pytest.raises(ValueError, match="nonsense"):
        plates.parse("1234 TAB", "nonsense")
