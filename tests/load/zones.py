"""How exactly zones for machines are read, and what it costs: twenty papers a level."""

import statistics
import time
from functools import cache

from kyc import ocr
from tests.load.figures import Figure, figure
from tests.papers_with_zones import CARD, PASSPORT, photo, printed

SEEDS = range(7000, 7010)
FIELDS = "of {} fields of {} drawn papers, level {}"


@cache
def measured(level):
    """(read exactly, certain, certain and wrong, fields, CPU seconds of each paper)."""
    exact = certain = wrong = total = 0
    seconds = []
    for paper in (PASSPORT, CARD):
        for seed in SEEDS:
            jpeg = photo(paper, seed, level)
            began = time.process_time()
            fields = ocr.read(jpeg, kind="mrz").fields
            seconds.append(time.process_time() - began)
            for name, value in printed(paper, seed).items():
                right = fields[name].value == value
                total, exact = total + 1, exact + right
                certain += fields[name].confident
                wrong += fields[name].confident and not right
    return exact, certain, wrong, total, seconds


def _exact(level, aim):
    exact, _certain, _wrong, total, seconds = measured(level)
    return Figure(exact / total, "share", of=FIELDS.format(total, len(seconds), level), aim=aim)


@figure
def mrz_exact_clean():
    """Fields read exactly, as from a scanner."""
    return _exact("clean", 0.985)


@figure
def mrz_exact_moderate():
    """The same, as a telephone sees it."""
    return _exact("moderate", 0.98)


@figure
def mrz_exact_hard():
    """The same, askew, small, dark and blurred."""
    return _exact("hard", 0.90)


@figure
def mrz_certain_and_wrong():
    """Fields called certain that were not right, at all levels."""
    levels = [measured(level) for level in ("clean", "moderate", "hard")]
    certain = sum(level[1] for level in levels)
    return Figure(sum(level[2] for level in levels), "fields", of=f"of {certain} certain", aim=0)


@figure
def mrz_cpu():
    """CPU seconds of one hard paper, the median."""
    return Figure(statistics.median(measured("hard")[4]), "s", aim=1.0)
