"""Amounts as people read them."""

import re

from hypothesis import given
from hypothesis import strategies as st

from project.lib.money import ariary


@given(st.integers(0, 10**12))
def test_an_amount_keeps_all_its_digits_and_breaks_nowhere(amount):
    shown = ariary(amount)
    assert int(re.sub(r"\D", "", shown)) == amount
    assert " " not in shown
    assert re.fullmatch(r"\d{1,3}(\u202f\d{3})*\u00a0Ar", shown)


def test_a_hundred_and_five_thousand():
    assert ariary(105_000) == "105\u202f000\u00a0Ar"
