"""The registry of figures: one function a figure, each giving one line of JSON."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured. `ratio` is how many times `of` it is, measured in the same run.

    `aim` is what the product promises of it, in the same unit.
    """

    value: float
    unit: str
    ratio: float | None = None
    of: str | None = None
    aim: float | None = None


FIGURES: dict[str, Callable[[], Figure]] = {}


def figure(measure: Callable[[], Figure]) -> Callable[[], Figure]:
    """Add a figure to the list, under its function's name."""
    FIGURES[measure.__name__] = measure
    return measure


def line(name: str) -> str:
    """Measure one figure, and say it as JSON."""
    found = asdict(FIGURES[name]())
    short = {
        key: round(value, 4) if isinstance(value, float) else value
        for key, value in found.items()
        if key != "aim" or value is not None
    }
    return json.dumps({"name": name} | short, ensure_ascii=False)
