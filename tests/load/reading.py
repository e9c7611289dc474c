"""What reading a paper costs, against one plain call of Tesseract on the same picture."""

import io
import time
from functools import cache

import pytesseract
from PIL import Image

from kyc import ocr
from kyc.ocr.second import LANGUAGES
from project.sandbox import papers
from tests.load.figures import Figure, figure
from tests.load.ocr import cpu

ROUNDS = 3
SEED = 4712
PLAIN = "pytesseract.image_to_string of the same picture, {}"


@cache
def pictures():
    """The specimens as a telephone takes them, by kind."""
    front, _back = papers.draw_cin(papers.person(SEED), seed=SEED)
    carte_grise = papers.draw_carte_grise(papers.vehicle(SEED), seed=SEED)
    return {
        kind: papers.as_jpeg(papers.photograph(paper, seed=SEED, level="moderate"))
        for kind, paper in (("cin", front), ("carte_grise", carte_grise))
    }


def cost(act):
    """(wall, CPU) seconds of an act with its child processes, the least of several rounds."""
    rounds = []
    for _ in range(ROUNDS):
        wall, spent = time.perf_counter(), cpu()
        act()
        rounds.append((time.perf_counter() - wall, cpu() - spent))
    return tuple(map(min, zip(*rounds, strict=True)))


@cache
def costs(kind):
    """What our reading and the plain one cost."""
    jpeg = pictures()[kind]

    def ours():
        reading = ocr.read(jpeg, kind=kind)
        assert any(field.value for field in reading.fields.values()), "nothing was read"

    def plain():
        with Image.open(io.BytesIO(jpeg)) as image:
            assert pytesseract.image_to_string(image, lang=LANGUAGES).strip()

    return cost(ours), cost(plain)


def _figure(kind, which, word):
    ours, plain = costs(kind)
    return Figure(ours[which], "s", ours[which] / plain[which], PLAIN.format(word))


@figure
def ocr_cin_front_wall():
    """Reading the front of a CIN, by the clock."""
    return _figure("cin", 0, "wall")


@figure
def ocr_cin_front_cpu():
    """The same, in CPU of all processes."""
    return _figure("cin", 1, "CPU")


@figure
def ocr_carte_grise_wall():
    """Reading a carte grise, by the clock."""
    return _figure("carte_grise", 0, "wall")


@figure
def ocr_carte_grise_cpu():
    """The same, in CPU of all processes."""
    return _figure("carte_grise", 1, "CPU")
