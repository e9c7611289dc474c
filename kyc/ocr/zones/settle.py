"""Signs that look alike, settled by the check digit: the likeliest signs for which it holds."""

from dataclasses import dataclass, replace
from itertools import combinations

from kyc.ocr.zones import mrz
from kyc.ocr.zones.mrz_forms import FILLER, Form
from kyc.ocr.zones.signs import CLOSE, Row, Sign

CHANGES = 2  # signs of a field that may have been taken for others
# What may at most be changed so that a digit holds. More would make forged digits hold too.
ALIKE = 0.08
Place = tuple[int, int]


@dataclass(frozen=True)
class Settled:
    """The rows, and for each field by how much its signs are nearer than any others that hold."""

    rows: list[Row]
    margins: dict[str, float]

    @property
    def lines(self) -> list[str]:
        return [row.text for row in self.rows]


def settle(rows: list[Row], form: Form) -> Settled:
    """The rows with every field that has a check digit of its own read so that it holds.

    Where no small change makes it hold the signs stay as they were seen. Two changes may make a
    digit hold by chance: that is what the margin tells.
    """
    signs = [list(row.signs) for row in rows]
    margins = {}
    for name, part in form.parts.items():
        places = [(part.line, at) for at in range(part.start, part.end)]
        own = form.checks.get(name)
        if own and signs[own.line][own.start].text != FILLER:
            margins[name] = _settled(signs, places, (own.line, own.start))
        else:
            margins[name] = min(signs[line][at].margin for line, at in places)
    fresh = [replace(row, signs=line) for row, line in zip(rows, signs, strict=True)]
    return Settled(fresh, margins)


def _settled(signs: list[list[Sign]], places: list[Place], digit: Place) -> float:
    """Change the signs at these places so that their digit holds; tell by what margin."""
    everywhere = [*places, digit]
    holding: list[tuple[float, dict[Place, str]]] = []
    options = [
        (less, place, text)
        for place in everywhere
        for text, less in signs[place[0]][place[1]].others
    ]
    for count in range(CHANGES + 1):
        for changes in combinations(options, count):
            swapped = {place: text for _, place, text in changes}
            if len(swapped) == count and _holds(signs, places, digit, swapped):
                holding.append((sum(less for less, _, _ in changes), swapped))
    holding.sort(key=lambda each: each[0])
    if not holding or holding[0][0] > ALIKE:
        return 0.0
    cost, swapped = holding[0]
    for (line, at), text in swapped.items():
        signs[line][at] = replace(signs[line][at], text=text)
    second = holding[1][0] if len(holding) > 1 else CLOSE * CHANGES
    return second - cost


def _holds(
    signs: list[list[Sign]], places: list[Place], digit: Place, swapped: dict[Place, str]
) -> bool:
    def text(place: Place) -> str:
        return swapped.get(place) or signs[place[0]][place[1]].text

    return mrz.check_digit("".join(map(text, places))) == text(digit)
