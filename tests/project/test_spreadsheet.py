"""Cells that office programs would run."""

import csv
import io

import pytest

from project.lib import spreadsheet


@pytest.mark.parametrize(
    "cell",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "＝1", "＠a"),
        *("-2+3+cmd|' /C calc'!A0", '=HYPERLINK("http://a")', "\x00=1"),
    ],
)
def test_what_looks_like_a_formula_is_quoted(cell):
    assert spreadsheet.harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", [0, -5, 1.5, "Boeny", "2026-01-01", "95 %", "a=b", "", "à"])
def test_what_is_none_stays_as_it_is(cell):
    assert spreadsheet.harmless(cell) == cell


def test_rows_come_back_as_they_were_written():
    rows = [["Titre; à part", 'dit "oui"'], ["=1", 2, None], ["deux\nlignes", -3]]
    text = spreadsheet.write(rows)
    assert text.startswith("\ufeff")
    found = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert found == [rows[0], ["'=1", "2", ""], ["deux\nlignes", "-3"]]
