"""Rows for a spreadsheet, none of whose cells is taken for a formula."""

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

# What office programs take for the beginning of a formula, also after blanks and in full width
# (OWASP, CSV injection).
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n\0]")
TYPE = "text/csv; charset=utf-8"


def harmless(cell: Any) -> Any:
    """A cell as it may be written: numbers as they are, words that look like a formula quoted."""
    if cell is None:
        return ""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell
    text = str(cell)
    return f"'{text}" if FORMULA.match(text) else text


def write(rows: Iterable[Iterable[Any]]) -> str:
    """The rows as French offices open them with a double click: semicolons, and a mark of UTF-8."""
    held = io.StringIO()
    writer = csv.writer(held, delimiter=";", lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return "\ufeff" + held.getvalue()
