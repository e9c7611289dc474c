"""Copies are found and told from other papers of the same form: measured on a set drawn here.

`make bench` does the same on a larger set, and among a million pictures.
"""

import subprocess
import sys
from collections import Counter
from itertools import combinations

import pytest

from kyc import duplicates, fingerprints
from project.sandbox.papers import as_jpeg
from tests import pictures

FORMS = ("cin_small", "carte_coded")
HOLDERS = 34  # of each form: 561 pairs of different papers each
RECALL, FALSE_ALARMS = 0.95, 0.001


@pytest.fixture(scope="module")
def photos():
    """A photograph of everybody's paper, by form."""
    return {
        form: [
            pictures.photograph(
                form, holder, shot=0, level="moderate" if holder % 2 else "clean", width=800
            )
            for holder in range(HOLDERS)
        ]
        for form in FORMS
    }


@pytest.fixture(scope="module")
def looks(photos):
    return {
        form: [fingerprints.look(as_jpeg(photo)) for photo in shot] for form, shot in photos.items()
    }


def test_copies_are_told_as_copies(photos, looks):
    rng, told = pictures.random_of(1), []
    for form in FORMS:
        for holder in range(0, HOLDERS, 6):
            for how in pictures.ALTERED:
                copy = fingerprints.look(pictures.altered(photos[form][holder], how, rng))
                told.append(fingerprints.compare(looks[form][holder], copy).is_copy)
    assert sum(told) / len(told) >= RECALL, f"{sum(told)} of {len(told)}"


def test_other_papers_of_the_same_form_are_not(looks):
    alarms, pairs, worst = 0, 0, -1.0
    for form in FORMS:
        for one, other in combinations(looks[form], 2):
            likeness = fingerprints.compare(one, other)
            alarms, pairs = alarms + likeness.is_copy, pairs + 1
            worst = max(worst, likeness.score)
    assert pairs >= 1000
    assert alarms / pairs <= FALSE_ALARMS, f"{alarms} of {pairs}, the worst at {worst:.2f}"


def test_a_weaker_rule_would_raise_false_alarms(looks, monkeypatch):
    """The negatives are hard: what most of the picture says is the same for every paper."""
    monkeypatch.setattr(fingerprints, "LOWEST", 0.5)
    likenesses = [fingerprints.compare(*pair) for pair in combinations(looks["cin_small"][:8], 2)]
    assert sum(each.is_copy for each in likenesses) > len(likenesses) / 2


def test_a_copy_is_among_the_few_that_have_most_marks_in_common(photos):
    """The index finds it, though the form itself gives marks to everybody."""
    rng, found = pictures.random_of(2), []
    shots = photos["carte_coded"][:24]
    marks = [set(fingerprints.marks_and_probes(as_jpeg(shot))[0]) for shot in shots]
    held = Counter(mark for known in marks for mark in known)
    for holder in range(0, 24, 6):
        for how in pictures.ALTERED:
            copy = pictures.altered(shots[holder], how, rng)
            probes = set(fingerprints.marks_and_probes(copy)[1])
            votes = [sum(1 / held[mark] for mark in probes & known) for known in marks]
            better = sum(each > votes[holder] for each in votes)
            found.append(better < duplicates.CANDIDATES and votes[holder] >= duplicates.VOTES)
    assert sum(found) / len(found) >= RECALL, f"{sum(found)} of {len(found)}"


def test_marks_are_bounded_and_always_the_same(photos):
    jpeg = as_jpeg(photos["cin_small"][0])
    marks, probes = fingerprints.marks_and_probes(jpeg)
    assert (marks, probes) == fingerprints.marks_and_probes(jpeg)
    assert set(marks) <= set(probes)
    assert len(marks) <= fingerprints.KEYPOINTS + 8
    assert len(probes) <= len(marks) * 2**fingerprints.DOUBTS
    assert all(0 <= mark < 2**fingerprints.BITS for mark in probes)


def test_a_picture_of_nothing_is_like_nothing(photos, looks):
    from PIL import Image

    grey = fingerprints.look(as_jpeg(Image.new("RGB", (900, 600), "grey")))
    assert fingerprints.marks_and_probes(as_jpeg(Image.new("RGB", (900, 600)))) == ([], [])
    assert not fingerprints.compare(grey, grey).is_copy
    assert not fingerprints.compare(looks["cin_small"][0], grey).is_copy


def test_the_web_process_does_not_import_opencv():
    program = (
        "import django, sys; django.setup(); from django.urls import get_resolver;"
        "get_resolver().url_patterns; sys.exit('cv2' in sys.modules or 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr[-500:]
