"""The national service's adapter beside what every service has: its port, as documented."""

import hashlib
import hmac
import json
import re
import time
from dataclasses import replace

import pytest
from django.conf import settings as django_settings

from kyc.checkers import national_id
from kyc.checkers.base import Finding, Forged, NoAnswer
from kyc.checkers.national_id import NationalId
from tests import sandbox
from tests.kyc.checkers.conftest import Notebook, inquiry

DOCUMENT = django_settings.ROOT / "docs" / "national-identity.md"


def test_the_document_and_the_table_know_the_same_words():
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|", DOCUMENT.read_text(encoding="utf-8"), re.M)
    assert dict(rows) == {word: each.value for word, each in national_id.OUTCOMES.items()}


def test_the_document_s_example_of_a_signature_is_right():
    text = DOCUMENT.read_text(encoding="utf-8")
    given = re.search(r"X-Signature: ([0-9a-f]{64})", text)[1]
    signed = national_id._signed(
        "1795158000", "PUT", "/v1/verifications/0b8f4a3e-9a55-4c39-8f0d-6f3a1f5f2c11", b"{}"
    )
    assert hmac.new(b"example-secret", signed, hashlib.sha256).hexdigest() == given


def test_the_same_question_is_put_once_however_often(services):
    book, asked = Notebook(NationalId()), inquiry()
    book.ask(asked)
    book.settled(asked)
    assert len(sandbox.checks(services, "national_id")) == 1


def test_our_reference_for_another_question_is_refused(services):
    asked = inquiry()
    Notebook(NationalId()).ask(asked)
    other = replace(asked, applicant=replace(asked.applicant, surname="RABE"))
    with pytest.raises(NoAnswer):
        Notebook(NationalId()).ask(other)


def test_somebody_the_register_does_not_know_is_refused_by_nothing():
    assert national_id.OUTCOMES["not_found"] is Finding.ATTENTION


def test_an_answer_about_somebody_else_is_no_answer():
    said = {"reference": "another", "status": "done", "outcome": "match"}
    with pytest.raises(NoAnswer):
        national_id._verdict(said, inquiry())


def test_what_a_trial_system_says_is_marked(services):
    assert Notebook(NationalId()).settled(inquiry()).is_trial


def test_an_answer_cannot_be_replayed_as_a_callback(services, settings):
    """The word CALLBACK is signed: what we signed ourselves is no callback."""
    body, moment = json.dumps({"reference": "x"}).encode(), str(int(time.time()))
    signed = national_id._signed(moment, "PUT", "/v1/verifications/x", body)
    key = settings.NATIONAL_ID_SECRET.encode()
    headers = {
        "x-timestamp": moment,
        "x-signature": hmac.new(key, signed, hashlib.sha256).hexdigest(),
    }
    with pytest.raises(Forged):
        NationalId().read_callback(body, headers)
