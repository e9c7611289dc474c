"""Receiving papers, reading them, and looking at them."""

import io
import re
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from kyc import documents, intake, ocr, tasks
from kyc.models import Document, DocumentView
from project.lib import crypto
from project.lib.workflow import MoveRefused
from tests import queued
from tests.factories import DocumentFactory, IdentityCaseFactory, UserFactory

pytestmark = pytest.mark.django_db

State = Document.State


def photo(colour="white", kind="PNG", size=(400, 400)):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def upload(content, name="../../etc/passwd.php"):
    return SimpleUploadedFile(name, content, "application/x-php")


def receive(case, content, side="identity_front"):
    return documents.receive(case, upload(content), side=side, by=case.citizen)


def test_a_photo_is_kept_as_our_own_picture_and_its_original_sealed():
    raw, case = photo(), IdentityCaseFactory(photos=False)
    document = receive(case, raw)
    picture, original = document.picture.read(), document.original.read()
    assert picture.startswith(b"\xff\xd8\xff")
    assert raw not in original
    assert crypto.unseal(original) == raw
    assert (document.media_type, document.state) == ("image/png", State.PENDING)
    assert queued.waiting() == [("kyc.tasks.read", (document.pk,))]


def test_the_name_somebody_gave_a_file_is_used_nowhere():
    document = receive(IdentityCaseFactory(photos=False), photo())
    assert document.picture.name == f"{document.key}.jpg"
    assert document.original.name == f"{document.key}.sealed"


def test_a_file_that_is_no_picture_leaves_nothing_behind():
    case = IdentityCaseFactory(photos=False)
    for content in (b"", b"<?php", b"\xff\xd8\xff" + b"x" * 100):
        with pytest.raises(intake.Refused):
            receive(case, content)
    assert not Document.objects.exists()
    assert queued.waiting() == []


@pytest.mark.parametrize("state", ["waiting", "claimed", "approved", "rejected"])
def test_a_case_that_is_sent_takes_no_more_photos(state):
    case = IdentityCaseFactory(**{state: True})
    before = case.documents.count()
    with pytest.raises(MoveRefused):
        receive(case, photo())
    assert case.documents.count() == before


def test_a_case_that_is_sent_while_its_photo_is_decoded_takes_it_no_more(monkeypatch):
    case = IdentityCaseFactory()
    decode = intake.decode

    def slow(raw):
        type(case).objects.filter(pk=case.pk).update(
            state="waiting", submitted_at="2026-01-01T00:00Z"
        )
        return decode(raw)

    monkeypatch.setattr(intake, "decode", slow)
    with pytest.raises(MoveRefused):
        receive(case, photo())
    assert case.documents.count() == 4


# --- Reading --------------------------------------------------------------------------------------


@pytest.fixture
def pending():
    """A photo of the front of somebody's CIN that nobody has read yet."""
    case = IdentityCaseFactory(photos=False)
    case.documents.add(document := DocumentFactory(owner=case.citizen, state=State.PENDING))
    return document


class Reading:
    """A reading as the reader gives it."""

    def __init__(self, **values):
        self.fields = {name: SimpleNamespace(value=value) for name, value in values.items()}

    def as_json(self):
        found = {
            name: {"value": field.value, "confidence": 0.9} for name, field in self.fields.items()
        }
        return {"fields": found}


@pytest.fixture
def reader(monkeypatch):
    """The reader finds a surname; what it was given is kept."""
    calls = []

    def read(picture, *, kind, text):
        calls.append(kind)
        return Reading(surname="RAKOTO")

    monkeypatch.setattr(ocr, "read", read)
    return calls


def test_what_is_read_is_kept_and_read_once(pending, reader):
    tasks.read(pending.pk)
    tasks.read(pending.pk)
    pending.refresh_from_db()
    assert (pending.state, reader) == (State.READ, ["cin"])
    assert pending.fields["surname"]["value"] == "RAKOTO"


def test_a_photo_of_nothing_is_unread_and_not_lost(pending, monkeypatch):
    monkeypatch.setattr(ocr, "read", lambda *args, **kwargs: Reading(surname=None))
    tasks.read(pending.pk)
    pending.refresh_from_db()
    assert pending.state == State.UNREAD


def test_a_paper_that_kills_its_reader_twice_is_left_to_human_eyes(pending, monkeypatch):
    monkeypatch.setattr(ocr, "read", lambda *args, **kwargs: 1 / 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            tasks.read(pending.pk)
        pending.refresh_from_db()
        assert pending.state == State.PENDING
    tasks.read(pending.pk)
    pending.refresh_from_db()
    assert (pending.state, pending.attempts) == (State.UNREAD, 2)


def test_what_was_typed_is_not_changed_by_reading(pending, reader):
    case = pending.identitycases.get()
    case.surname = "TYPED"
    case.save()
    tasks.read(pending.pk)
    case.refresh_from_db()
    assert case.surname == "TYPED"


def test_looking_at_a_paper_is_an_act():
    document, agent = DocumentFactory(), UserFactory(agent=True)
    documents.look(document, by=agent)
    documents.look(document, by=agent)
    assert list(DocumentView.objects.values_list("document", "by")) == [(document.pk, agent.pk)] * 2


def test_pages_of_the_form_draw_a_picture_that_a_thin_network_carries(client):
    case = IdentityCaseFactory(photos=False)
    noise = io.BytesIO()
    Image.effect_noise((1600, 1200), 80).save(noise, "JPEG")
    receive(case, noise.getvalue())
    client.force_login(case.citizen)
    page = client.get(case.section_url("photos")).text
    address = re.search(r'src="([^"]*/photos/[^"]*)"', page)[1]
    small = client.get(address)
    whole = client.get(address.removesuffix("?petite"))
    assert Image.open(io.BytesIO(small.content)).size == (360, 270)
    assert len(small.content) < 40_000 < len(b"".join(whole.streaming_content))
    for answer in (small, whole):
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("paper", ["loss_receipt", "attestation"])
def test_a_receipt_is_read_and_its_number_is_not_the_lost_cards(paper, reader):
    case = IdentityCaseFactory(paper=paper, number="", photos=False)
    front = DocumentFactory(owner=case.citizen, paper=paper, state="pending")
    case.documents.add(front)
    documents.read(documents.claim_reading(front.pk))
    assert reader == ["attestation"]
    found = {
        name: {"value": value, "confidence": 1.0, "confident": True, "box": None}
        for name, value in (("number", "101234567890"), ("surname", "RAKOTO"))
    }
    Document.objects.filter(pk=front.pk).update(reading={"fields": found})
    assert set(documents.values_read(case)) == {"surname"}
