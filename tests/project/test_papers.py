"""The fictional papers that the demo, the journey and the tests photograph."""

import io
import re
from datetime import date

import pytest
from PIL import Image, ImageChops

from kyc.ocr import FIELDS
from project.sandbox import papers


def drawn(seed):
    front, back = papers.draw_cin(papers.person(seed), seed=seed)
    return [front, back, papers.draw_carte_grise(papers.vehicle(seed), seed=seed)]


def test_a_person_and_a_vehicle_have_exactly_the_fields_of_their_papers():
    assert tuple(papers.person(1)) == FIELDS["cin"]
    assert set(papers.vehicle(1)) < set(FIELDS["carte_grise"])


@pytest.mark.parametrize("seed", range(40))
def test_what_is_invented_has_the_form_of_the_real_thing(seed):
    person, vehicle = papers.person(seed), papers.vehicle(seed)
    assert re.fullmatch(r"\d{5}[12]\d{6}", person["number"])
    born, issued = (date.fromisoformat(person[name]) for name in ("birth_date", "issue_date"))
    assert (issued - born).days > 18 * 365
    assert re.fullmatch(r"\d{4}[ADFMTU][A-Z]{1,2}", vehicle["plate"])
    assert re.fullmatch(r"[A-HJ-NPR-Z0-9]{17}", vehicle["chassis_number"])
    assert vehicle["energy"] in {"petrol", "diesel", "electric", "hybrid"}


def test_a_seed_always_gives_the_same_people_and_the_same_pictures():
    assert papers.person("Hanta") == papers.person("Hanta")
    assert papers.vehicle("Hanta") == papers.vehicle("Hanta")
    for one, other in zip(drawn(3), drawn(3), strict=True):
        photos = [papers.photograph(image, seed=3, level="moderate") for image in (one, other)]
        assert not ImageChops.difference(*photos).getbbox()


def test_seeds_give_two_layouts_of_each_paper():
    sizes = [[image.size for image in drawn(seed)] for seed in range(12)]
    assert all(len(set(kind)) == 2 for kind in zip(*sizes, strict=True))


def test_every_paper_bears_the_red_mark_of_a_specimen():
    for image in [paper for seed in range(4) for paper in drawn(seed)]:
        red, green, _ = image.split()
        much = ImageChops.subtract(red, green).point(lambda value: 255 if value > 120 else 0)
        assert much.histogram()[255] > 5000


@pytest.mark.parametrize("level", ["clean", "moderate"])
def test_a_photograph_is_a_larger_jpeg_of_the_same_paper(level):
    paper = drawn(1)[0]
    photo = Image.open(io.BytesIO(papers.as_jpeg(papers.photograph(paper, seed=1, level=level))))
    assert photo.format == "JPEG"
    assert photo.width > paper.width
    assert photo.height > paper.height


def test_a_moderate_photograph_differs_more_from_the_paper_than_a_clean_one():
    paper = drawn(1)[0].resize((300, 212))

    def distance(level):
        photo = papers.photograph(drawn(1)[0], seed=1, level=level).resize((300, 212)).convert("L")
        counts = ImageChops.difference(photo, paper.convert("L")).histogram()
        return sum(level * count for level, count in enumerate(counts))

    assert distance("moderate") > distance("clean")
