"""Onfido's adapter beside what every service has: its steps, and what Onfido publishes."""

import hashlib
import hmac
import json
from dataclasses import replace

import pytest
from onfido import WebhookEventVerifier
from onfido.models import (
    ApplicantBuilder,
    Check,
    CheckBuilder,
    CheckStatus,
    DocumentTypes,
    ReportName,
    ReportResult,
    ReportsList,
    ReportSubResult,
    WebhookEventType,
)
from onfido.webhook_event_verifier import OnfidoInvalidSignatureError

from kyc.checkers import onfido
from kyc.checkers.base import Finding, Forged, NoAnswer, NotSent, Picture
from kyc.checkers.onfido import Onfido
from project.lib import http
from tests import sandbox
from tests.kyc.checkers.conftest import Notebook, inquiry

EVENT = {
    "payload": {
        "resource_type": "check",
        "action": "check.completed",
        "object": {
            "id": "3b2a7a41-c5a7-4c5a-9b5d-2f1d4fd0a111",
            "status": "complete",
            "completed_at_iso8601": "2026-11-20T07:00:00Z",
            "href": "https://api.eu.onfido.com/v3.6/checks/3b2a7a41-c5a7-4c5a-9b5d-2f1d4fd0a111",
        },
    }
}


@pytest.fixture
def said(monkeypatch):
    """Every request that leaves, as (path, what it holds)."""
    sent = []
    for name in ("post", "post_files"):
        send = getattr(http.Conversation, name)

        def told(self, path, *, send=send, **content):
            sent.append((path, content.get("body") or content.get("form")))
            return send(self, path, **content)

        monkeypatch.setattr(http.Conversation, name, told)
    return sent


def words(kind):
    """What Onfido may say; the library adds a word for those it does not know."""
    return {each.value for each in kind} - {"unknown_default_open_api"}


# --- What Onfido publishes -----------------------------------------------------------------------


def test_onfidos_own_models_take_what_we_send(services, said):
    Notebook(Onfido()).ask(inquiry())
    bodies = {path.rpartition("/")[2]: body for path, body in said}
    applicant = ApplicantBuilder.from_dict(bodies["applicants"])
    assert (applicant.last_name, str(applicant.dob)) == ("RAKOTO", "1985-06-25")
    assert applicant.location.country_of_residence == "MDG"
    check = CheckBuilder.from_dict(bodies["checks"])
    assert check.report_names == [ReportName.DOCUMENT, ReportName.FACIAL_SIMILARITY_PHOTO]
    assert len(check.document_ids) == 2
    assert applicant.additional_properties == check.additional_properties == {}
    assert DocumentTypes(bodies["documents"]["type"]) is DocumentTypes.NATIONAL_IDENTITY_CARD


def test_our_tables_know_all_of_onfidos_words_and_no_other():
    assert set(onfido.STATUSES) == words(CheckStatus)
    assert set(onfido.RESULTS) == words(ReportResult)
    assert set(onfido.SUB_RESULTS) == words(ReportSubResult)
    assert {each.value for each in WebhookEventType} >= onfido.EVENTS
    assert {each.value for each in ReportName} >= set(onfido.REPORTS)
    assert {each.value for each in DocumentTypes} >= set(onfido.PAPERS.values())


def test_a_webhook_that_onfidos_library_takes_is_taken_by_ours(services, settings):
    body = json.dumps(EVENT).encode()
    token = settings.ONFIDO_WEBHOOK_TOKEN
    signature = hmac.new(token.encode(), body, hashlib.sha256).hexdigest()
    theirs = WebhookEventVerifier(token).read_payload(body.decode(), signature)
    ours = Onfido().read_callback(body, {"x-sha2-signature": signature})
    assert ours.service_reference == theirs.payload.object.id


@pytest.mark.parametrize("signature", ["", "0" * 64, "é" * 64, "A" * 64])
def test_a_webhook_that_onfidos_library_refuses_is_refused_by_ours(services, settings, signature):
    body = json.dumps(EVENT).encode()
    with pytest.raises(Forged):
        Onfido().read_callback(body, {"x-sha2-signature": signature})
    if signature.isascii():
        with pytest.raises(OnfidoInvalidSignatureError):
            WebhookEventVerifier(settings.ONFIDO_WEBHOOK_TOKEN).read_payload(
                body.decode(), signature
            )


def test_the_sandbox_answers_what_onfidos_models_describe(services):
    book, asked = Notebook(Onfido()), inquiry()
    book.settled(asked)
    talk = book.checker._talk()
    said = talk.get(f"/v3.6/checks/{book.given['check']}", headers=book.checker._headers())
    check = Check.from_dict(said.fields)
    assert check.status == CheckStatus.COMPLETE
    assert check.additional_properties == {}
    path = f"/v3.6/reports?check_id={book.given['check']}"
    reports = ReportsList.from_dict(talk.get(path, headers=book.checker._headers()).fields)
    document, faces = (report.actual_instance for report in reports.reports)
    assert (document.name, document.sub_result) == ("document", "clear")
    assert (faces.name, faces.result) == ("facial_similarity_photo", "clear")


# --- Its steps -----------------------------------------------------------------------------------


def test_a_question_cut_off_on_the_way_goes_on_where_it_stopped(services):
    book, asked = Notebook(Onfido(deadline=2)), inquiry()
    sandbox.go_wrong(services, "onfido", "live_photo", "error_500", times=1)
    with pytest.raises(NoAnswer):
        book.ask(asked)
    assert set(book.given) == {"applicant", "front", "back"}
    before = dict(book.given)
    assert book.ask(asked).finding is Finding.WAITING
    assert before.items() <= book.given.items()


def test_the_check_that_is_paid_for_waits_where_the_pictures_took_too_long(services, monkeypatch):
    monkeypatch.setattr(http.Conversation, "is_late", property(lambda self: True))
    book = Notebook(Onfido())
    with pytest.raises(NotSent):
        book.ask(inquiry())
    assert set(book.given) == {"applicant", "front", "back", "selfie"}
    assert sandbox.checks(services) == []


def test_a_picture_onfido_would_not_take_is_not_brought(services):
    small = (Picture("front", b"tiny"), Picture("selfie", b"tiny"))
    asked = inquiry()
    asked = replace(asked, applicant=replace(asked.applicant, pictures=small))
    verdict = Notebook(Onfido()).ask(asked)
    assert verdict.finding is Finding.UNKNOWN
    assert "bytes" in verdict.words


def test_somebody_without_a_given_name_is_asked_about_all_the_same(services):
    assert Notebook(Onfido()).ask(inquiry(given_names="")).finding is Finding.WAITING


def test_a_name_onfido_would_not_take_is_unknown_for_good(services):
    verdict = Notebook(Onfido()).ask(inquiry("RAKOTO <b>"))
    assert verdict.finding is Finding.UNKNOWN
    assert "validation_error" in verdict.words


@pytest.mark.parametrize(
    ("own", "document", "sub", "faces", "finding"),
    [
        ("clear", "clear", "clear", "clear", Finding.CLEAR),
        ("consider", "clear", "clear", "clear", Finding.ATTENTION),
        ("clear", "clear", "suspected", "clear", Finding.REFUSED),
        ("clear", "unidentified", None, "clear", Finding.ATTENTION),
        ("clear", "clear", "clear", "consider", Finding.ATTENTION),
        ("consider", "consider", "rejected", "clear", Finding.UNKNOWN),
        ("clear", "clear", "splendid", "clear", Finding.UNKNOWN),
        ("splendid", "clear", "clear", "clear", Finding.UNKNOWN),
        (None, "clear", "clear", "clear", Finding.UNKNOWN),
    ],
)
def test_what_a_complete_check_says(own, document, sub, faces, finding):
    reports = [
        {"name": "document", "status": "complete", "result": document, "sub_result": sub},
        {"name": "facial_similarity_photo", "status": "complete", "result": faces},
    ]
    assert onfido._judged({"id": "x", "result": own}, reports).finding is finding
    # A report that is missing is no good news.
    assert onfido._judged({"id": "x", "result": own}, reports[:1]).finding is not Finding.CLEAR
