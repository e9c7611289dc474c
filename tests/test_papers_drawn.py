"""The drawn papers themselves: repeatable, true, within their levels, and apart from the reader."""

import ast
import dataclasses
import datetime
import hashlib
import importlib
import itertools
import json
import pkgutil
import random
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from unittest import mock

import cv2
import numpy as np
import pytest

from tests.papers import PARTS, camera, draw, drawing, faces, layouts, money, mrz
from tests.papers import sheet as sheets

ROOT = Path(__file__).resolve().parent.parent
KINDS = sorted({each.kind for each in layouts.LAYOUTS})
# Pixels a millimetre where what is asked does not depend on it: small pictures are soon drawn.
SMALL = 4
# Rotation, perspective, pixels a millimetre, JPEG, blur, motion at most, noise, chance of glare.
ASKED = {
    "moderate": (8, 0.04, (9.5, 13), (55, 80), None, None, None, 0.45),
    "hard": (12, 0.07, (6.8, 9), (35, 55), (0.7, 1.3), 4, (6, 12), 0.70),
}
# Constants that name shops, companies, offices, people or whole texts.
NAMED = (
    "SELLERS", "SHOPS", "FIRMS", "LETTERS", "COMPANIES", "TITLES", "OFFICES", "CLOSINGS", "SCHOOLS",
    "CLUBS", "FOREIGN", "STRANGERS", "ARTICLES", "GOODS",
)  # fmt: skip


def small(kind, **options):
    """A paper as draw() draws it, only of fewer pixels."""
    aim = camera.aim

    def aim_small(rng, level):
        return dataclasses.replace(aim(rng, level), density=SMALL)

    with mock.patch.object(drawing.camera, "aim", aim_small):
        return draw(kind, **options)


@cache
def of(layout):
    """One small paper of a layout."""
    return small(
        layout.kind, seed=1, level="moderate", part=layout.part, handwritten=layout.handwritten,
        layout=layout.name,
    )  # fmt: skip


def each_of(part):
    """The layouts of a part, each with a paper."""
    return [(layout, of(layout)) for layout in layouts.LAYOUTS if layout.part == part]


def fields_of(kind):
    """What is true of one paper of every layout of a kind."""
    return [of(layout).truth["fields"] for layout in layouts.LAYOUTS if layout.kind == kind]


def digest(paper):
    said = json.dumps(paper.truth, sort_keys=True).encode()
    return hashlib.sha256(paper.jpeg + said).hexdigest()


def pixels(paper):
    return cv2.imdecode(np.frombuffer(paper.jpeg, np.uint8), cv2.IMREAD_COLOR)


# --- From a seed --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_one_seed_is_one_picture_and_another_seed_another(kind):
    one, again, other = (small(kind, seed=seed, level="hard") for seed in (7, 7, 8))
    assert (one.jpeg, one.truth) == (again.jpeg, again.truth)
    assert one.jpeg != other.jpeg


def test_another_process_draws_the_same_bytes():
    """Neither the order of sets nor what was drawn before may leak into a picture."""
    small("mrz", seed=3)
    here = digest(small("cin", seed=7, level="hard"))
    code = (
        "import sys; from tests.test_papers_drawn import digest, small;"
        "sys.stdout.write(digest(small('cin', seed=7, level='hard')))"
    )
    there = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={"PYTHONHASHSEED": "5"}, check=True,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert there.stdout == here


# --- Truth --------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS)
def test_every_field_stands_inked_within_the_picture(part):
    for layout, paper in each_of(part):
        picture = pixels(paper)
        high, wide = picture.shape[:2]
        assert paper.truth["size"] == [wide, high]
        assert set(paper.truth["boxes"]) == set(paper.truth["fields"]) - {"checks"}
        for field, polygon in paper.truth["boxes"].items():
            corners = np.array(polygon)
            assert (corners >= 0).all(), (layout.name, field)
            assert (corners <= [wide, high]).all(), (layout.name, field)
            left, top = corners.min(0).astype(int)
            right, bottom = np.ceil(corners.max(0)).astype(int)
            grey = cv2.cvtColor(picture[top:bottom, left:right], cv2.COLOR_BGR2GRAY)
            assert np.percentile(grey, 95) - grey.min() > 25, (layout.name, field)


@pytest.fixture
def texts(monkeypatch):
    """Every text written on a sheet, with the box its capitals fill, in millimetres."""
    found = []

    def noting(way):
        def write(sheet, text, x, y, pen):
            box = way(sheet, text, x, y, pen)
            part = 0.22 * (box[3] - box[1])
            if text.strip():
                found.append((text, (box[0], box[1] + part, box[2], box[3] - part)))
            return box

        return write

    monkeypatch.setattr(sheets, "_WAYS", {name: noting(way) for name, way in sheets._WAYS.items()})
    return found


@pytest.mark.parametrize("part", PARTS)
def test_nothing_written_runs_off_its_paper_or_into_something_else(part, texts):
    for layout in layouts.LAYOUTS:
        if layout.part != part:
            continue
        texts.clear()
        rng = random.Random(f"{layout.name} 1")
        paper = sheets.Sheet(layout.size, 6, rng, part=part)
        layout.draw(paper, rng)
        for text, (x0, y0, x1, y1) in texts:
            assert x0 > 0, (layout.name, text)
            assert y0 > 0, (layout.name, text)
            assert x1 < paper.width, (layout.name, text)
            assert y1 < paper.height, (layout.name, text)
        for (text, one), (other_text, other) in itertools.combinations(texts, 2):
            across = min(one[2], other[2]) - max(one[0], other[0])
            down = min(one[3], other[3]) - max(one[1], other[1])
            assert across < 0.3 or down < 0.15, (layout.name, text, other_text)


@pytest.mark.parametrize("turned", [False, True])
def test_a_turned_paper_is_read_from_another_side_and_says_so(turned):
    quarters = {small("cin", seed=seed, turned=turned).truth["turned"] for seed in range(9)}
    assert quarters == ({90, 180, 270} if turned else {0})


def test_boxes_turn_clockwise_with_the_paper():
    truth = small("carte_grise", seed=4, turned=True).truth
    first, second = np.array(truth["boxes"]["chassis_number"])[:2]
    along = np.degrees(np.arctan2(*(second - first)[::-1])) % 360
    assert abs((truth["turned"] - along + 180) % 360 - 180) < 3


PLATE, NUMBER = r"\d{4}[ADFMTU][A-Z]{0,2}", r"\d{12}"


def test_days_are_true_as_days_and_people_and_places_in_capitals():
    for layout in layouts.LAYOUTS:
        fields = of(layout).truth["fields"]
        for name in {"birth_date", "issue_date", "first_registration", "date", "expiry"} & {
            *fields
        }:
            assert datetime.date.fromisoformat(fields[name]), layout.name
        for name in {"surname", "given_names", "holder", "birth_place", "address"} & {*fields}:
            assert fields[name] == fields[name].upper(), layout.name
        assert re.fullmatch(PLATE, fields.get("plate", "0001T")), layout.name


def test_truth_of_a_person_has_the_number_of_his_card():
    cards = fields_of("cin")
    assert sum("number" in each for each in cards) > sum("father" in each for each in cards) / 2
    for fields in cards + fields_of("attestation"):
        assert re.fullmatch(NUMBER, fields.get("number", "0" * 12))
    assert all({"surname", "number", "issue_date"} <= {*each} for each in fields_of("attestation"))


def test_truth_of_a_vehicle_is_figures_without_units():
    for fields in fields_of("carte_grise"):
        assert {"plate", "chassis_number", "make", "holder", "first_registration"} <= set(fields)
        assert re.fullmatch(r"[A-HJ-NPR-Z0-9-]{8,17}", fields["chassis_number"])
        assert fields["energy"] in {"petrol", "diesel", "electric", "hybrid"}
        for name in {"fiscal_power", "displacement", "seats", "curb_weight", "payload"} & {*fields}:
            assert re.fullmatch(r"[1-9]\d*", fields[name])


def test_truth_of_a_sale_a_cover_and_a_zone_is_what_is_asked_of_them():
    for fields in fields_of("invoice"):
        assert set(fields) == {"total", "date", "number", "seller"}
        assert re.fullmatch(r"\d+\.\d\d", fields["total"])
    for fields in fields_of("insurance"):
        assert set(fields) == {"policy_number", "expiry", "company", "plate"}
    for fields in fields_of("mrz"):
        assert set(fields) | {"given_names"} == {
            "document_type", "number", "issuer", "surname", "given_names", "nationality",
            "birth_date", "sex", "expiry", "checks",
        }  # fmt: skip
    assert not any(fields_of("unknown"))


def test_check_digits_are_those_of_the_standard():
    """The specimens of ICAO 9303, parts 4 to 6."""
    holder = mrz.Document(
        "P", "UTO", "L898902C3", "UTO", "F", "ERIKSSON", "Anna Maria",
        datetime.date(1974, 8, 12), datetime.date(2012, 4, 15), "ZE184226B",
    )  # fmt: skip
    assert mrz.lines(holder, "TD3")[0] == [
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ]
    card = mrz.Document(
        **{**vars(holder), "document_type": "I", "number": "D23145890", "optional": ""}
    )
    assert mrz.lines(card, "TD2")[0][1] == "D231458907UTO7408122F1204159<<<<<<<6"
    assert mrz.lines(card, "TD1")[0] == [
        "I<UTOD231458907<<<<<<<<<<<<<<<",
        "7408122F1204159UTO<<<<<<<<<<<6",
        "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    ]


def test_a_name_too_long_for_its_line_is_true_as_it_was_cut():
    document = mrz.Document(
        "I", "MDG", "AB1234567", "MDG", "M", "RAZAFINDRAKOTOMANANA-RABE", "Jean Éric Désiré",
        datetime.date(1974, 8, 12), datetime.date(2030, 4, 15),
    )  # fmt: skip
    rows, places = mrz.lines(document, "TD1")
    assert {len(row) for row in rows} == {30}
    told = mrz.said(document, rows, places)
    assert (told["surname"], told["given_names"]) == ("RAZAFINDRAKOTOMANANA RABE", "JEA")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (71, "soixante-onze"),
        (1000, "mille"),
        (2_345_681, "deux millions trois cent quarante-cinq mille six cent quatre-vingt-un"),
    ],
)
def test_a_sum_in_words(number, words):
    assert money.in_words(number) == words


# --- Levels -------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ASKED)
def test_a_level_is_as_bad_as_it_was_asked_to_be(level):
    turn, perspective, density, quality, blur, motion, noise, glare = ASKED[level]
    rng = random.Random(level)
    shots = [camera.aim(rng, level) for _ in range(1500)]
    for values, (low, high) in (
        ([shot.turn for shot in shots], (-turn, turn)),
        ([shot.density for shot in shots], density),
        ([shot.quality for shot in shots], quality),
        ([shot.blur for shot in shots], blur or (0, 0.7)),
        ([shot.motion for shot in shots], (0, motion or 0)),
        ([shot.noise for shot in shots], noise or (0, 6)),
    ):
        assert low <= min(values) <= max(values) <= high
    # All of the range is used, not its easy end alone.
    assert max(abs(shot.turn) for shot in shots) > 0.98 * turn
    assert min(shot.quality for shot in shots) == quality[0]
    assert {shot.perspective for shot in shots} == {perspective}
    assert sum(shot.has_glare for shot in shots) / len(shots) == pytest.approx(glare, abs=0.05)


def test_a_clean_picture_is_a_scan_of_300_dots_an_inch():
    truth = draw("mrz", seed=2, layout="passport_page").truth
    assert truth["camera"]["density"] == 11.811
    assert not truth["camera"]["has_glare"]
    first, second = np.array(truth["boxes"]["number"])[:2]
    # Nine signs, a tenth of an inch each.
    assert np.linalg.norm(second - first) == pytest.approx(9 * 30, rel=0.03)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("level", ["clean", "hard"])
def test_every_kind_can_be_drawn_at_every_level(level, part):
    for kind in KINDS:
        truth = small(kind, seed=5, level=level, part=part).truth
        assert (truth["kind"], truth["level"], truth["part"]) == (kind, level, part)


# --- Tuning and measuring -----------------------------------------------------------------------


def files(part):
    found = [face for style in faces.FACES[part].values() for face in style]
    return {path for face in found for path in (face.plain, face.bold) if path}


def constants(part):
    """What the modules of a part declare in capitals, by name."""
    for found in pkgutil.iter_modules(PARTS[part].__path__):
        module = importlib.import_module(f"{PARTS[part].__name__}.{found.name}")
        yield from ((name, value) for name, value in vars(module).items() if name.isupper())


def texts_in(value):
    if isinstance(value, str):
        return {value}
    within = value.values() if isinstance(value, dict) else value
    return set().union(*(texts_in(each) for each in within))


def wordings(value):
    """Every set of labels in a value: dictionaries of texts."""
    if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
        return {tuple(sorted(value.items()))}
    within = value.values() if isinstance(value, dict) else value
    return set().union(*(wordings(each) for each in within if not isinstance(each, str)))


def test_no_face_is_in_both_parts_and_every_file_is_there():
    assert not files("tuning") & files("measuring")
    for path in files("tuning") | files("measuring"):
        assert (faces.FONTS / path).is_file(), path


@pytest.mark.parametrize("part", PARTS)
def test_every_face_writes_what_papers_say(part):
    asked = "AÉÈÊËÔÇabcéèêëôûç0123456789/-.,:'()"
    for face in {face for style in faces.FACES[part].values() for face in style}:
        assert face.written(asked) == asked, face.name


def test_no_layout_is_in_both_parts_and_each_kind_has_some_in_each():
    names = {part: [(each.kind, each.name) for each in layouts.LAYOUTS if each.part == part]
             for part in PARTS}  # fmt: skip
    assert not {*names["tuning"]} & {*names["measuring"]}
    for kind in KINDS:
        for part in PARTS:
            assert len(set(names[part])) == len(names[part])
            assert sum(each == kind for each, _name in names[part]) >= 3


def test_no_wording_is_in_both_parts():
    words = {
        part: set().union(*(wordings(value) for name, value in constants(part) if "WORDS" in name))
        for part in PARTS
    }
    assert min(map(len, words.values())) > 10
    assert not words["tuning"] & words["measuring"]


def test_no_name_is_in_both_parts():
    names = {
        part: set().union(*(texts_in(value) for name, value in constants(part) if name in NAMED))
        for part in PARTS
    }
    assert min(map(len, names.values())) > 50
    assert not names["tuning"] & names["measuring"]


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_drawn_with_its_own_layouts_only(part):
    drawn = {small("cin", seed=seed, part=part).truth["layout"] for seed in range(6)}
    own = {each.name for each in layouts.LAYOUTS if each.part == part}
    assert drawn <= own


def imported(path):
    """The modules a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_drawing_shares_nothing_with_reading():
    for path in (ROOT / "tests" / "papers").rglob("*.py"):
        for name in imported(path):
            assert name.partition(".")[0] not in ("kyc", "fleet", "taxes", "notify", "project")


def test_neither_part_uses_the_other():
    for part, other in itertools.permutations(PARTS):
        for path in (ROOT / "tests" / "papers" / part).glob("*.py"):
            assert not any(f"papers.{other}" in name for name in imported(path)), path


# --- The command --------------------------------------------------------------------------------


def test_the_command_writes_pictures_and_their_truth(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "tests.papers", "--kind", "all", "--level", "hard",
         "--count", "1", "--seed", "7", "--part", "measuring", "--out", str(tmp_path)],
        cwd=ROOT, check=True, timeout=300,
    )  # fmt: skip
    told = (tmp_path / "truth.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in told.splitlines()]
    assert sorted(line["kind"] for line in lines) == KINDS
    assert {line["file"] for line in lines} == {path.name for path in tmp_path.glob("*.jpg")}
    first = lines[0]
    again = draw(first["kind"], seed=first["seed"], level="hard", part="measuring")
    assert (tmp_path / first["file"]).read_bytes() == again.jpeg
