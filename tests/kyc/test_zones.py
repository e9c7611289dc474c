"""Zones for machines in photographs: exactness by level, check digits that count, the dossier."""

import io
import json
import time
from datetime import date
from functools import cache

import pytest
from django.core.management import call_command
from django.urls import reverse
from PIL import Image

from kyc import advice, comparison, documents, nationalities, ocr
from kyc.ocr import reading
from kyc.ocr.zones import bands, mrz, mrz_forms, settle, signs, view
from kyc.ocr.zones import travel as reader
from project.sandbox import papers
from project.sandbox.papers import travel
from tests.factories import DocumentFactory, IdentityCaseFactory
from tests.papers_with_zones import CARD, PASSPORT, holder, photo, printed

SEEDS = (0, 1)


@cache
def read(paper, seed, level):
    began = time.process_time()
    found = ocr.read(photo(paper, seed, level), kind="mrz")
    return found, time.process_time() - began


@pytest.mark.parametrize(
    ("level", "least", "surest"), [("moderate", 0.99, 0.95), ("hard", 0.95, 0.85)]
)
def test_zones_are_read_exactly_and_what_is_certain_is_right(level, least, surest, capsys):
    exact = certain = wrong = 0
    seconds, total = [], 0
    for paper in (PASSPORT, CARD):
        for seed in SEEDS:
            found, took = read(paper, seed, level)
            seconds.append(took)
            for name, value in printed(paper, seed).items():
                field = found.fields[name]
                total += 1
                exact += field.value == value
                certain += field.confident
                wrong += field.confident and field.value != value
    median = sorted(seconds)[len(seconds) // 2]
    with capsys.disabled():
        print(f"\n{level}: exact {exact}/{total}, certain {certain}, wrong {wrong}, {median:.1f} s")  # noqa: T201
    assert exact / total >= least
    assert certain / total >= surest
    assert wrong == 0


def forged_zone(paper, name):
    """The lines of a person with one sign changed, under the check digits of the true one."""
    is_card = paper == CARD
    form = mrz_forms.TD1 if is_card else mrz_forms.TD3
    make = travel.card_zone if is_card else travel.passport_zone
    true = holder(paper, 5)
    last = true[name][-1]
    forged = true | {name: true[name][:-1] + ("7" if last == "4" else "4")}
    lines = [list(line) for line in make(forged)]
    for part in form.checks.values():
        lines[part.line][part.start] = make(true)[part.line][part.start]
    return ["".join(line) for line in lines]


@pytest.mark.parametrize("name", ["number", "birth_date", "expiry"])
@pytest.mark.parametrize("paper", [PASSPORT, CARD])
def test_a_zone_whose_digits_were_not_made_anew_is_called_doubtful(monkeypatch, paper, name):
    """The negative control: nothing but the check digits tells this paper from a true one."""
    lines = forged_zone(paper, name)
    monkeypatch.setattr(travel, f"{'card' if paper == CARD else 'passport'}_zone", lambda _: lines)
    found = ocr.read(photo(paper, 5, "clean"), kind="mrz")
    assert found.text.split("\n") == lines
    assert found.fields["checks"].value is False
    assert not found.fields[name].confident
    assert not found.fields["surname"].confident


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_paper_lying_on_its_side_or_head_is_read(turn):
    found = ocr.read(photo(PASSPORT, 1, "moderate", turn=turn), kind="mrz")
    assert found.fields["number"].value == printed(PASSPORT, 1)["number"]
    assert found.fields["checks"].value is True


def test_the_kind_is_found_where_it_is_not_said_and_a_cin_is_no_zone():
    assert ocr.read(photo(CARD, 0, "moderate"), kind="auto").kind == "mrz"
    front, _back = papers.draw_cin(papers.person(1), seed=1)
    grey = view.grey_of(papers.as_jpeg(papers.photograph(front, seed=1, level="moderate")))
    assert reader.find(grey, view.directions(grey), is_sure=True) is None


def test_a_blank_page_has_no_zone():
    blank = papers.as_jpeg(Image.new("RGB", (900, 600), "white"))
    found = ocr.read(blank, kind="mrz")
    assert tuple(found.fields) == reading.FIELDS["mrz"]
    assert all(field.value is None for field in found.fields.values())


def test_a_box_frames_its_field_in_the_picture():
    jpeg = photo(PASSPORT, 2, "moderate")
    fields = read(PASSPORT, 2, "moderate")[0].fields
    picture = Image.open(io.BytesIO(jpeg))
    number, born = fields["number"].box, fields["birth_date"].box
    whole = fields["checks"].box
    for x, y, width, height in (number, born, whole):
        assert 0 <= x < x + width <= picture.width
        assert 0 <= y < y + height <= picture.height
    # Nine signs, a digit, three letters: the date begins where the fourteenth sign does.
    sign = whole[2] / 44
    assert number[2] == pytest.approx(9 * sign, rel=0.15)
    assert born[0] - number[0] == pytest.approx(13 * sign, rel=0.1)


def row_of(text, **close):
    """A row of signs as read, of which some are nearly as like another."""
    read_signs = [
        signs.Sign(sign, 0.9, ((close[f"at{at}"], 0.02),) if f"at{at}" in close else ())
        for at, sign in enumerate(text)
    ]
    return signs.Row(read_signs, list(range(len(text) + 1)), bands.Band(0, 1, 0, 0, 1))


def test_of_two_signs_that_look_alike_the_one_for_which_the_digit_holds_is_taken():
    names = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
    rows = [row_of(names), row_of("L8989O2C36UTO7408122F1204159ZE184226B<<<<<10", at5="0")]
    settled = settle.settle(rows, mrz_forms.TD3)
    assert settled.lines[1].startswith("L898902C36")
    assert mrz.parse(settled.lines, mrz_forms.TD3, today=date(2026, 11, 20)).holds


def test_a_wrong_digit_is_not_made_right_by_signs_that_look_like_no_other():
    names = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
    rows = [row_of(names), row_of("L898902C37UTO7408122F1204159ZE184226B<<<<<10", at2="8")]
    settled = settle.settle(rows, mrz_forms.TD3)
    assert settled.lines[1].startswith("L898902C37")
    assert settled.margins["number"] == 0


def test_the_command_prints_the_fields_of_a_zone(tmp_path):
    card, out = tmp_path / "card.jpg", io.StringIO()
    card.write_bytes(photo(CARD, 1, "clean"))
    call_command("ocr", str(card), "--kind", "mrz", "--json", stdout=out)
    fields = json.loads(out.getvalue())["fields"]
    assert {name: fields[name]["value"] for name in fields} == printed(CARD, 1)


# --- In the dossier -------------------------------------------------------------------------------


def zone_read(paper, seed=0, **changes):
    found = read(paper, seed, "clean")[0].as_json()
    for name, value in changes.items():
        found["fields"][name] |= value
    return found


def passport_case(*, changes=None, **declared):
    case = IdentityCaseFactory(passport=True, photos=False, **declared)
    front = zone_read(PASSPORT, **(changes or {}))
    case.documents.add(DocumentFactory(owner=case.citizen, side="identity_front", reading=front))
    return case


@pytest.mark.django_db
def test_the_zone_fills_the_form_and_says_the_nationality_in_words(client, login):
    case = passport_case(number=None, surname="", nationality="", birth_date=None, expiry=None)
    login(case.citizen)
    page = client.get(case.section_url("reponses")).text
    says = printed(PASSPORT, 0)
    for value in (says["number"], says["surname"], "malgache"):
        assert f'value="{value}"' in page
    for name in ("birth_date", "expiry"):
        assert f'value="{"/".join(reversed(says[name].split("-")))}"' in page


@pytest.mark.django_db
def test_a_nationality_without_a_word_is_left_to_its_holder():
    case = passport_case(changes={"nationality": {"value": "UTO"}})
    assert "UTO" not in nationalities.WORDS
    assert documents.values_read(case)["nationality"]["value"] is None


@pytest.mark.django_db
def test_what_differs_from_the_zone_is_said_to_the_citizen_and_shown_to_the_agent():
    case = passport_case(number="A00X00000")
    assert "numéro de la pièce" in " ".join(advice.about(case))
    assert next(row for row in comparison.rows(case) if row.name == "number").agrees is False


@pytest.mark.django_db
def test_digits_that_do_not_hold_are_warned_of_and_stop_nobody(client, login):
    broken = {"checks": {"value": False}}
    case = passport_case(changes=broken)
    assert "ne tombent pas juste" in " ".join(advice.about(case))
    assert comparison.zone(case) == "doubtful"


@pytest.mark.django_db
@pytest.mark.parametrize(("sure", "word"), [(True, "vérifiée"), (False, "douteuse")])
def test_the_agent_sees_whether_the_zone_holds(client, login, sure, word):
    case = IdentityCaseFactory(passport=True, claimed=True, photos=False)
    front = zone_read(PASSPORT, checks={"confident": sure})
    case.documents.add(DocumentFactory(owner=case.citizen, side="identity_front", reading=front))
    login(case.agent)
    page = client.get(reverse("kyc:case_detail", args=[case.pk])).text
    assert f"Zone machine {word}" in page


@pytest.mark.django_db
def test_a_zone_that_says_what_is_declared_needs_no_word():
    says = printed(PASSPORT, 0)
    days = {name: date.fromisoformat(says[name]) for name in ("birth_date", "expiry")}
    case = passport_case(number=says["number"], **days)
    assert not [line for line in advice.about(case) if "zone" in line]
    assert comparison.zone(case) == "verified"
