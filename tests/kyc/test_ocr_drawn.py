"""The reader on a few drawn papers of layouts it was not tuned on: `make ocr-bench` takes many."""

from functools import cache

import pytest

from kyc import ocr
from tests.load.ocr import KINDS, is_right
from tests.papers import draw

SEED = "guard"


@cache
def results(level):
    """(kind, field, printed, what was read) of one paper of each kind."""
    found = []
    for kind in KINDS:
        paper = draw(kind, seed=SEED, level=level, part="measuring")
        reading = ocr.read(paper.jpeg, kind=kind)
        found += [
            (kind, name, printed, reading.fields[name])
            for name, printed in paper.truth["fields"].items()
        ]
    return found


@pytest.mark.parametrize(("level", "least"), [("clean", 0.9), ("moderate", 0.85)])
def test_fields_of_drawn_papers_are_read(level, least):
    rights = [is_right(name, field.value, printed) for _, name, printed, field in results(level)]
    assert sum(rights) / len(rights) >= least


@pytest.mark.parametrize("level", ["clean", "moderate"])
def test_what_is_certain_of_drawn_papers_is_right(level):
    wrong = [
        (kind, name, printed, field.value)
        for kind, name, printed, field in results(level)
        if field.confident and not is_right(name, field.value, printed)
    ]
    assert wrong == []


def test_a_box_lies_where_the_value_was_drawn():
    paper = draw("carte_grise", seed=SEED, level="moderate", part="measuring")
    fields = ocr.read(paper.jpeg, kind="carte_grise").fields
    told = 0
    for name, corners in paper.truth["boxes"].items():
        field = fields[name]
        if not is_right(name, field.value, paper.truth["fields"][name]):
            continue
        x, y, width, height = field.box
        middle = [sum(values) / len(corners) for values in zip(*corners, strict=True)]
        assert x - 12 <= middle[0] <= x + width + 12, name
        assert y - 12 <= middle[1] <= y + height + 12, name
        told += 1
    assert told >= len(paper.truth["boxes"]) / 2
