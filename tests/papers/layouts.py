"""The declared layouts: what each paper may look like, and for which part it is kept."""

from collections.abc import Callable
from dataclasses import dataclass

LAYOUTS = []


@dataclass(frozen=True)
class Layout:
    """One way a paper looks: its kind, its size in millimetres, and the function drawing it."""

    name: str
    kind: str
    paper: str
    part: str
    size: tuple
    draw: Callable
    handwritten: bool = False
    weight: float = 1.0


def layout(kind, *, size, paper=None, handwritten=False, weight=1.0):
    """Declare the function below as a layout; it is called with (sheet, rng).

    Its part is the package it stands in.
    """

    def declare(draw):
        part = draw.__module__.rsplit(".", 2)[-2]
        name = draw.__name__
        LAYOUTS.append(Layout(name, kind, paper or kind, part, size, draw, handwritten, weight))
        return draw

    return declare


def choose(rng, kind, *, part, handwritten=False, name=None):
    """A layout of a kind for a part; the common ones come more often."""
    found = [
        each
        for each in LAYOUTS
        if (name is None or each.name == name)
        and each.kind == kind
        and each.part == part
        and each.handwritten == handwritten
    ]
    if not found:
        raise LookupError(f"No layout of {kind} for {part}, handwritten={handwritten}")
    return rng.choices(found, [each.weight for each in found])[0]
