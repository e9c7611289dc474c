"""A PDF that holds its text as text: it is read from there, and its picture has a say."""

import json

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from kyc import documents, intake, ocr
from kyc.ocr import pages
from tests.factories import VehicleCaseFactory
from tests.files import pdf, stream

FONT = b"/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"
HEAD = [
    "GARAGE DU PORT",
    "Facture : FA-2026-0418",
    "Date : 14/03/2026",
    "Pneus 2 x 100 000",
]
TOTAL = "Total TTC : 200 000 Ar"
CARD = [
    "CARTE GRISE",
    "A. Immatriculation : 1234 TAB",
    "D.1 Marque : TOYOTA",
    "E. Chassis : JTDBR32E720012345",
    "S.1 Places assises : 5",
]


def written(lines, *, then=b"", high=595, turn=0):
    """A PDF with these lines of text, and more that is drawn or hidden."""
    shown = b" T* ".join(b"(%s) Tj" % line.encode("latin-1") for line in lines)
    body = b"BT /F1 14 Tf 34 TL 40 %d Td %s ET %s" % (high - 75, shown, then)
    box = b"0 0 900 %d]/Rotate %d/TrimBox[0 0 900 %d" % (high, turn, high)
    return pdf(1, content=stream(body), resources=FONT, box=box)


def read(file, kind="invoice"):
    picture = intake.decode(file)
    return picture, ocr.read(picture.jpeg, kind=kind, text=picture.text)


@pytest.fixture
def no_looking(monkeypatch):
    """The first reader would be asked only where there is no text."""

    def refuse(image):
        raise AssertionError("the picture was read")

    monkeypatch.setattr(pages, "read", refuse)


def test_a_pdf_is_read_from_its_own_text(no_looking):
    picture, found = read(written([*HEAD, TOTAL]))
    values = {name: field.value for name, field in found.fields.items()}
    assert values["total"] == "200000.00"
    assert values["date"] == "2026-03-14"
    assert values["number"] == "FA-2026-0418"
    x, y, width, height = found.fields["total"].box
    assert 0 < x < x + width <= picture.width
    assert 0 < y < y + height <= picture.height


def test_its_lines_lie_where_the_picture_shows_them():
    picture = intake.decode(written([*HEAD, TOTAL]))
    assert [line["text"] for line in picture.text] == [*HEAD, TOTAL]
    for line in picture.text:
        assert len(line["edges"]) == len(line["text"]) + 1
        assert 0 < line["edges"][0] < line["edges"][-1] < picture.width
        assert 0 < line["top"] < line["bottom"] < picture.height


def test_a_page_laid_on_its_side_is_measured_as_it_is_shown():
    picture = intake.decode(written([*HEAD, TOTAL], turn=180))
    tops = [line["top"] for line in picture.text]
    assert tops == sorted(tops, reverse=True)
    assert all(0 < line["bottom"] < picture.height for line in picture.text)


def test_what_the_picture_does_not_show_is_not_believed():
    """Text may be hidden under what is seen: white on white, or never painted."""
    hidden = b"BT 3 Tr /F1 14 Tf 40 384 Td (Total TTC : 900 000 Ar) Tj ET"
    _, found = read(written(HEAD, then=hidden))
    assert not found.fields["total"].confident


@pytest.mark.parametrize("ink", [b"3 Tr", b"0.9 g", b"0.97 g", b"1 1 0.6 rg"])
def test_what_people_do_not_see_is_not_taken_from_the_text(ink):
    """The second reader sees what is printed so pale that no person does."""
    hidden = b"BT %s /F1 14 Tf 40 384 Td (Total TTC : 900 000 Ar) Tj ET" % ink
    file = written(HEAD, then=hidden)
    assert read(file)[1].fields["total"].value != "900000.00"


def test_text_that_lies_on_other_text_leaves_the_word_to_the_picture():
    """`Remise` is seen, and over it a label that is not painted."""
    shown = b"BT /F1 14 Tf 40 384 Td (Remise : ) Tj 110 0 Td (900 000 Ar) Tj ET"
    assert intake.decode(written(HEAD, then=shown)).text
    hidden = b" BT 3 Tr /F1 14 Tf 40 384 Td (Total TTC : ) Tj ET"
    assert intake.decode(written(HEAD, then=shown + hidden)).text == []


def chassis(*, painted):
    """The chassis number of a card: with its label, or with one hidden in something drawn."""
    label = b"BT %d Tr /F1 14 Tf 40 350 Td (E. Chassis :) Tj ET " % (0 if painted else 3)
    drawn = b"".join(b"%d 350 m %d 362 l S " % (x, x + 5) for x in range(38, 125, 3))
    value = b"BT 0 Tr /F1 14 Tf 150 350 Td (JTDBR32E720012345) Tj ET "
    lines = [line for line in CARD if "Chassis" not in line]
    lines.append("J. Genre : VP")
    file = written(lines, then=label + value + (b"" if painted else drawn))
    return read(file, "carte_grise")[1].fields["chassis_number"]


def test_a_label_that_the_picture_does_not_show_makes_nothing_certain():
    assert chassis(painted=True).confident
    hidden = chassis(painted=False)
    assert hidden.value == "JTDBR32E720012345"
    assert not hidden.confident


@pytest.mark.parametrize("matrix", [b"9000 0 0 -20", b"14 0 0 -9000", b"9000 0 0 -9000"])
def test_a_sign_larger_than_its_page_is_no_text(matrix):
    """A reader would lay a strip level that fills the memory."""
    sign = b"BT 3 Tr /F1 1 Tf %s 160 395 Tm (9) Tj ET" % matrix
    assert [line["text"] for line in intake.decode(written(HEAD, then=sign)).text] == HEAD


LINE = {"text": "ab", "edges": [1, 2, 3], "top": 1, "bottom": 9}


@pytest.mark.parametrize(
    "told",
    [
        "[NaN]",
        "[" * 100_000 + "]" * 100_000,
        json.dumps([LINE | {"top": float("nan")}]),
        json.dumps([LINE | {"edges": [1, 2, float("inf")]}]),
        json.dumps([LINE | {"edges": [1, 2]}]),
        json.dumps([LINE | {"edges": [1, 2, 99]}]),
        json.dumps([LINE | {"bottom": -1}]),
        json.dumps([LINE | {"text": "a\0"}]),
        json.dumps([LINE | {"text": "a\ud800"}]),
        json.dumps([LINE | {"text": 5}]),
        json.dumps([LINE | {"more": 5}]),
        json.dumps([LINE] * 3000),
    ],
)
def test_a_child_that_a_file_has_taken_over_says_nothing(told):
    assert intake._lines("40", "40", json.dumps([LINE])) == [LINE]
    assert intake._lines("40", "40", told) == []


def test_a_scan_with_a_guess_of_its_text_is_read_as_a_picture():
    """Some scanners lay what they made of a page under its picture."""
    picture = b"q 900 0 0 595 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xff EI Q"
    assert intake.decode(written([*HEAD, TOTAL])).text
    assert intake.decode(written([*HEAD, TOTAL], then=picture)).text == []


def test_text_of_another_paper_leaves_the_word_to_the_picture():
    """A cover sheet names nothing of the paper that is asked for."""
    lines = ["Bonjour, veuillez trouver ci-joint le document", "que vous nous avez réclamé hier."]
    picture = intake.decode(written(lines))
    assert picture.text
    assert ocr.read(picture.jpeg, kind="cin", text=picture.text).text != ""


@pytest.mark.parametrize("lines", [[], ["court"], ["x" * 100] * 41])
def test_no_text_and_far_too_much_are_no_text(lines):
    assert intake.decode(written(lines, high=2000)).text == []


def test_what_stands_beside_the_page_is_not_on_it():
    picture = intake.decode(written([*HEAD, TOTAL, *["x" * 30] * 40]))
    assert all(0 < line["bottom"] < picture.height + 9 for line in picture.text)
    assert len(picture.text) < 20


@pytest.mark.django_db
def test_the_text_is_kept_sealed_with_the_document_and_read_from_there(no_looking):
    case = VehicleCaseFactory(photos=False)
    upload = ContentFile(written(CARD))
    paper = documents.receive(case, upload, side="carte_grise_front", by=case.citizen)
    paper.refresh_from_db()
    assert [line["text"] for line in paper.text] == CARD
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM kyc_document WHERE id = %s", [paper.pk])
        assert b"1234" not in bytes(cursor.fetchone()[0])
    documents.read(documents.claim_reading(paper.pk))
    paper.refresh_from_db()
    assert paper.fields["plate"]["value"] == "1234TAB"
