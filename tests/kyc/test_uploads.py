"""Files in parts: what arrived counts, nothing twice, nothing of others, nothing left behind."""

import hashlib
import threading

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kyc import intake, tasks, uploads
from kyc.models import Document, Upload, scan_storage
from project.lib import crypto
from tests.factories import IdentityCaseFactory, UserFactory
from tests.kyc.test_documents import photo
from tests.races import failures, together

pytestmark = pytest.mark.django_db
PART = 8192


@pytest.fixture(autouse=True)
def _nothing_lies_about():
    """The store of the tests outlives a test."""
    for name in parts():
        scan_storage().delete(f"parts/{name}")


def parts():
    store = scan_storage()
    return store.listdir("parts")[1] if store.exists("parts") else []


def noise(size=(190, 330)):
    """A picture that does not compress: several parts long."""
    import io
    import random

    from PIL import Image

    pixels = random.Random(4).randbytes(size[0] * size[1] * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", size, pixels).save(out, "PNG")
    return out.getvalue()


class Sender:
    """What capture.js does, by hand."""

    def __init__(self, case, content, side="identity_front", client=None):
        self.content, self.client = content, client or Client()
        if client is None:
            self.client.force_login(case.citizen)
        sha256 = hashlib.sha256(content).hexdigest()
        self.url = reverse("kyc:upload", args=[case.pk, side, sha256])

    def asked(self):
        answer = self.client.head(self.url)
        return int(answer.headers["Upload-Offset"]), "Upload-Complete" in answer.headers

    def send(self, start, size=PART, **headers):
        return self.client.patch(
            self.url,
            self.content[start : start + size],
            content_type="application/offset+octet-stream",
            headers={"Upload-Offset": start, "Upload-Length": len(self.content)} | headers,
        )

    def send_all(self, start=0, size=PART):
        while True:
            answer = self.send(start, size)
            if answer.status_code != 204 or "Upload-Complete" in answer.headers:
                return answer
            start = int(answer.headers["Upload-Offset"])


@pytest.fixture
def case():
    return IdentityCaseFactory(photos=False)


@pytest.fixture
def sender(case):
    return Sender(case, noise())


def test_parts_become_a_paper_like_any_other(case, sender):
    assert sender.asked() == (0, False)
    assert "Upload-Complete" in sender.send_all().headers
    document = case.documents.get()
    assert crypto.unseal(document.original.read()) == sender.content
    assert (document.side, document.owner) == ("identity_front", case.citizen)
    assert not Upload.objects.exists()
    assert parts() == []


def test_what_arrived_before_the_connection_was_lost_is_not_sent_again(case, sender):
    sender.send(0)
    sender.send(PART)
    assert Sender(case, sender.content).asked() == (2 * PART, False)  # the page loaded again
    sender.send_all(start=2 * PART)
    assert case.documents.count() == 1


def test_a_part_that_comes_twice_counts_once(case, sender):
    sender.send(0)
    again = sender.send(0)
    assert (again.status_code, again.headers["Upload-Offset"]) == (409, str(PART))
    ahead = sender.send(3 * PART)
    assert (ahead.status_code, ahead.headers["Upload-Offset"]) == (409, str(PART))
    assert len(parts()) == 1


def test_whoever_did_not_hear_that_it_was_received_is_told_so(case, sender):
    sender.send_all()
    assert sender.asked() == (0, True)
    assert case.documents.count() == 1


def test_the_same_picture_may_be_sent_where_another_is_asked_for(case, sender):
    sender.send_all()
    case.reopened = {"identity_front": {"code": "blurred", "done": False}}
    case.save()
    assert sender.asked() == (0, False)


def test_parts_lie_sealed(sender):
    sender.send(0)
    (name,) = parts()
    kept = scan_storage().open(f"parts/{name}").read()
    assert sender.content[:PART] not in kept
    assert crypto.unseal(kept) == sender.content[:PART]


def test_another_file_takes_the_place_of_one_that_was_begun(case, sender):
    sender.send(0)
    other = Sender(case, photo())
    assert "Upload-Complete" in other.send_all().headers
    assert sender.asked() == (0, False)
    assert parts() == []


def test_bytes_that_are_not_those_that_were_promised_are_refused_and_forgotten(case, sender):
    sender.content = b"x" * len(sender.content)
    answer = sender.send_all()
    assert answer.status_code == 422
    assert answer.json()["message"] == str(intake.MESSAGES["damaged"])
    assert not Document.objects.exists()
    assert parts() == []


def test_a_file_that_is_no_picture_is_refused_in_words(case):
    answer = Sender(case, b"<?php" * 3000).send_all()
    assert (answer.status_code, answer.json()["message"]) == (422, intake.MESSAGES["unknown"])
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("length", "code"), [(intake.MAX_BYTES + 1, "too_big"), (0, "empty"), (PART - 1, "damaged")]
)
def test_lengths_that_cannot_be_are_refused_before_anything_is_kept(sender, length, code):
    answer = sender.send(0, **{"Upload-Length": length})
    assert (answer.status_code, answer.json()["message"]) == (422, intake.MESSAGES[code])
    assert parts() == []


def test_crumbs_are_refused(sender):
    assert sender.send(0, size=100).status_code == 422
    assert parts() == []


def test_a_part_larger_than_a_request_may_be_is_refused(case, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = PART - 1
    assert Sender(case, noise()).send(0).status_code == 400


def test_headers_of_no_sense_are_refused(sender):
    assert sender.send(0, **{"Upload-Offset": "plus"}).status_code == 422
    assert sender.send(0, **{"Upload-Offset": -5}).status_code == 409
    assert sender.client.patch(sender.url, b"").status_code == 422
    assert parts() == []


def test_nobody_reaches_an_upload_of_others(case, sender):
    sender.send(0)
    stranger = Client()
    stranger.force_login(UserFactory())
    theirs = Sender(case, sender.content, client=stranger)
    assert stranger.head(theirs.url).status_code == 404
    assert theirs.send(PART).status_code == 404
    own = IdentityCaseFactory(photos=False, citizen=stranger_user(stranger))
    assert Sender(own, sender.content).asked() == (0, False)


def stranger_user(client):
    from kyc.models import User

    return User.objects.get(pk=client.session["_auth_user_id"])


def test_a_side_the_paper_does_not_have_does_not_exist(case, sender):
    assert Client.head(sender.client, sender.url.replace("front", "crete")).status_code == 404
    assert sender.client.head(sender.url[:-2] + "/").status_code == 404


def test_a_case_that_is_sent_takes_no_more_parts():
    case = IdentityCaseFactory(photos=False, waiting=True)
    answer = Sender(case, noise()).send(0)
    assert answer.status_code == 422
    assert "ne peut plus être changé" in answer.json()["message"]
    assert not Upload.objects.exists()


def test_parts_count_towards_the_day_even_if_nothing_is_finished(case, sender, settings):
    settings.LIMITS = {"part_kib": {"free": 8, "window": 86_400}}
    assert sender.send(0).status_code == 204
    refused = sender.send(PART)
    assert (refused.status_code, refused.json()["message"]) == (422, intake.MESSAGES["quota"])


def test_a_service_that_is_busy_keeps_the_file_for_the_next_try(case, sender, monkeypatch):
    monkeypatch.setattr(intake, "_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(intake, "TURN_SECONDS", 0.01)
    with intake._turns:
        assert sender.send_all().status_code == 503
    assert sender.asked() == (len(sender.content), False)
    assert "Upload-Complete" in sender.send(len(sender.content)).headers
    assert case.documents.count() == 1


def test_a_file_whose_taker_died_is_taken_by_another_a_minute_later(case, sender, monkeypatch):
    def dies(*_args, **_kwargs):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(uploads.documents, "receive", dies)
        with pytest.raises(SystemExit):
            sender.send_all()
    assert sender.send(len(sender.content)).status_code == 409
    Upload.objects.update(taken_at=timezone.now() - uploads.PATIENCE)
    assert "Upload-Complete" in sender.send(len(sender.content)).headers


def test_what_nobody_goes_on_sending_is_forgotten_after_a_day(case, sender):
    sender.send(0)
    tasks.forget_uploads()
    assert Upload.objects.exists()
    with time_machine.travel(timezone.now() + uploads.KEPT):
        tasks.forget_uploads()
    assert not Upload.objects.exists()
    assert parts() == []


@pytest.mark.django_db(transaction=True)
def test_of_ten_that_send_the_same_part_one_is_heard(case):
    content = noise()
    file = uploads.File(case, "identity_front", hashlib.sha256(content).hexdigest(), case.citizen)
    uploads.extend(file, content[:PART], start=0, length=len(content))
    second = content[PART : 2 * PART]
    results = together(
        *[lambda: uploads.extend(file, second, start=PART, length=len(content))] * 10
    )
    assert {type(failure) for failure in failures(results)} == {uploads.Misplaced}
    assert len(failures(results)) == 9
    assert uploads.received(file) == 2 * PART
    assert len(parts()) == 2


@pytest.mark.django_db(transaction=True)
def test_of_five_that_send_the_last_part_one_makes_the_paper(case, monkeypatch):
    monkeypatch.setattr(intake, "_turns", threading.BoundedSemaphore(5))
    content = photo()
    file = uploads.File(case, "identity_front", hashlib.sha256(content).hexdigest(), case.citizen)
    together(*[lambda: uploads.extend(file, content, start=0, length=len(content))] * 5)
    assert case.documents.count() == 1
    assert not Upload.objects.exists()
