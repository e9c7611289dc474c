"""How much an account may send in a day: exact however much comes at once, and nothing is lost."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kyc import documents, intake
from kyc.credentials import Tally
from kyc.models import Document
from tests.factories import IdentityCaseFactory
from tests.kyc.test_documents import photo, receive
from tests.races import failures, together

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_a_day(settings):
    settings.LIMITS = {"uploads": {"free": 3, "window": 86_400}}


def test_beyond_the_days_number_a_file_is_refused_and_what_is_kept_stays(three_a_day):
    case = IdentityCaseFactory(photos=False)
    for _turn in range(3):
        receive(case, photo())
    with pytest.raises(intake.Refused, match="quota"):
        receive(case, photo())
    assert Document.objects.count() == 3
    receive(IdentityCaseFactory(photos=False), photo())  # another account has its own


def test_beyond_the_days_bytes_a_file_is_refused_and_not_counted(settings):
    large, case = photo(size=(900, 900)), IdentityCaseFactory(photos=False)
    kib = -(-len(large) // 1024)
    settings.LIMITS = {"upload_kib": {"free": 2 * kib, "window": 86_400}}
    receive(case, large)
    receive(case, large)
    with pytest.raises(intake.Refused, match="quota"):
        receive(case, large)
    assert sorted(Tally.objects.values_list("action", "count")) == [
        ("upload_kib", 2 * kib),
        ("uploads", 2),
    ]


def test_a_file_that_is_no_picture_counts_too(three_a_day):
    case = IdentityCaseFactory(photos=False)
    for _turn in range(3):
        with pytest.raises(intake.Refused, match="unknown"):
            receive(case, b"<?php")
    with pytest.raises(intake.Refused, match="quota"):
        receive(case, photo())


def test_a_case_that_is_sent_costs_nothing(three_a_day):
    case = IdentityCaseFactory(photos=False, waiting=True)
    with pytest.raises(documents.MoveRefused):
        receive(case, photo())
    assert not Tally.objects.exists()


def test_the_page_says_so_and_keeps_what_came(three_a_day, client):
    case = IdentityCaseFactory(photos=False)
    for _turn in range(2):
        receive(case, photo())
    client.force_login(case.citizen)
    sides = {
        side: SimpleUploadedFile("a.png", photo()) for side in ("identity_front", "identity_back")
    }
    answer = client.post(case.section_url("photos"), sides)
    assert answer.status_code == 422
    assert "la limite d&#x27;un jour est atteinte" in answer.text
    assert Document.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_ten_files_at_once_are_not_more_than_the_days(three_a_day, monkeypatch):
    monkeypatch.setattr(intake, "_turns", threading.BoundedSemaphore(10))
    case, content = IdentityCaseFactory(photos=False), photo()
    results = together(*[lambda: receive(case, content)] * 10)
    refused = failures(results)
    assert {type(failure) for failure in refused} == {intake.Refused}
    assert Document.objects.count() == 3
    assert Tally.objects.get(action="uploads").count == 3
