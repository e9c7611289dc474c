"""How surely copies of a picture are told, and how rarely another paper of the same form is."""

import time
from functools import cache
from itertools import combinations

from kyc import duplicates, fingerprints
from project.sandbox.papers import as_jpeg
from tests import pictures
from tests.load.figures import Figure, figure

HOLDERS = 64  # of each of five forms: 10,080 pairs of different papers


@cache
def photos():
    """A photograph of everybody's paper, by form."""
    return {
        form: [
            pictures.photograph(form, holder, shot=0, level="moderate" if holder % 2 else "clean")
            for holder in range(HOLDERS)
        ]
        for form in pictures.FORMS
    }


@cache
def looks():
    return {
        form: [fingerprints.look(as_jpeg(photo)) for photo in shots]
        for form, shots in photos().items()
    }


@figure
def copies_recall():
    """The share of copies that are told, whatever was done to them."""
    rng, told = pictures.random_of("bench"), []
    for form, shots in photos().items():
        for holder, photo in enumerate(shots):
            for how in pictures.ALTERED:
                copy = fingerprints.look(pictures.altered(photo, how, rng))
                told.append(fingerprints.compare(looks()[form][holder], copy).is_copy)
    return Figure(sum(told) / len(told), "share", aim=0.95)


@figure
def copies_false_alarms():
    """The share of pairs of different papers of one form that are told as copies."""
    told = [
        fingerprints.compare(*pair).is_copy
        for shots in looks().values()
        for pair in combinations(shots, 2)
    ]
    return Figure(sum(told) / len(told), "share", aim=0.001)


@figure
def copies_seconds():
    """What one picture costs the worker: its marks, and all the comparisons it may get."""
    jpeg = as_jpeg(pictures.photograph("cin_small", 1, shot=0, width=2400))
    started = time.process_time()
    fingerprints.marks_and_probes(jpeg)
    ours = fingerprints.look(jpeg)
    for _ in range(duplicates.CANDIDATES):
        fingerprints.compare(ours, fingerprints.look(jpeg))
    return Figure(time.process_time() - started, "s CPU", aim=1.0)
