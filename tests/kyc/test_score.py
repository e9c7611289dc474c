"""The arithmetic of a score: a table."""

import re

import pytest
from django.conf import settings

from kyc import score
from kyc.score import WEIGHTS, Signal

ALL = dict.fromkeys(WEIGHTS, Signal.GOOD)


def test_everything_good_is_a_hundred():
    assert score.of(ALL).points == sum(weight.points for weight in WEIGHTS.values()) == 100


@pytest.mark.parametrize(
    ("signals", "points", "bad", "suffices"),
    [
        ({}, 0, (), False),
        (ALL, 100, (), True),
        (ALL | {"reading": Signal.PARTLY}, 92, (), True),
        (ALL | {"reading": Signal.UNKNOWN}, 85, (), True),
        (ALL | {"document": Signal.UNKNOWN}, 80, (), True),
        (ALL | {"document": Signal.UNKNOWN, "lists": Signal.UNKNOWN}, 75, (), False),
        (ALL | {"registry": Signal.UNKNOWN}, 70, (), False),
        (ALL | {"lists": Signal.BAD}, 95, ("lists",), False),
        (ALL | {"unique": Signal.BAD, "phone": Signal.BAD}, 85, ("unique", "phone"), False),
        ({"phone": Signal.PARTLY}, 2, (), False),
    ],
)
def test_what_signals_come_to(signals, points, bad, suffices):
    found = score.of(signals)
    assert (found.points, found.bad, found.suffices(80)) == (points, bad, suffices)


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize("signal", Signal)
def test_the_lines_say_where_every_point_comes_from(name, signal):
    found = score.of(ALL | {name: signal})
    assert sum(line.points for line in found.lines) == found.points
    line = next(line for line in found.lines if line.name == name)
    assert 0 <= line.points <= line.out_of == WEIGHTS[name].points
    assert line.label


def test_a_signal_nobody_has_named_is_a_mistake():
    with pytest.raises(KeyError):
        score.of({"horoscope": Signal.GOOD})


def test_the_heaviest_come_first():
    points = [weight.points for weight in WEIGHTS.values()]
    assert points == sorted(points, reverse=True)


def test_the_document_knows_the_same_weights():
    text = (settings.ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)`: [^|]+ \| (\d+) \|", text, re.M)
    assert {name: int(points) for name, points in rows} == {
        name: weight.points for name, weight in WEIGHTS.items()
    }
