"""Scans in a real S3 server: private, reached by addresses of ours for a minute, by nobody else."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kyc import documents
from kyc.models import Document
from project.lib import crypto
from project.sandbox import papers
from tests import buckets, servers
from tests.factories import IdentityCaseFactory

pytestmark = pytest.mark.django_db
FRONT = Document.Side.IDENTITY_FRONT


@pytest.fixture
def bucket(s3, monkeypatch):
    """Production's own storage, on the test server's bucket."""
    return buckets.use(buckets.bucket_of(s3), monkeypatch)


@pytest.fixture
def upload():
    front, _back = papers.draw_cin(papers.person(1), seed=1)
    return SimpleUploadedFile("ma carte.jpg", papers.as_jpeg(front), "image/jpeg")


@pytest.fixture
def case():
    return IdentityCaseFactory()


def test_the_owner_is_sent_to_the_picture_for_a_minute(bucket, upload, case, client):
    document = documents.receive(case, upload, side=FRONT, by=case.citizen)
    client.force_login(case.citizen)
    answer = client.get(reverse("kyc:picture", args=[case.pk, document.key]))
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer["Location"]).query)["X-Amz-Expires"] == ["60"]

    picture = requests.get(answer["Location"], timeout=10)
    assert picture.content[:3] == b"\xff\xd8\xff"
    assert picture.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("tamper", ["unsigned", "signature", "key"])
def test_nobody_else_gets_it(bucket, upload, case, tamper):
    document = documents.receive(case, upload, side=FRONT, by=case.citizen)
    address = bucket.url(document.picture.name)
    if tamper == "unsigned":
        address = address.partition("?")[0]
    elif tamper == "signature":
        address = address[:-4] + ("0000" if not address.endswith("0000") else "1111")
    else:
        address = address.replace(document.picture.name, document.original.name, 1)
    assert requests.get(address, timeout=10).status_code in (400, 403)


def test_an_address_that_has_expired_opens_nothing(bucket, upload, case):
    document = documents.receive(case, upload, side=FRONT, by=case.citizen)
    address = bucket.url(document.picture.name, expire=1)
    assert requests.get(address, timeout=10).status_code == 200
    servers.wait_for(
        lambda: requests.get(address, timeout=10).status_code in (400, 403), what="the expiry"
    )


def test_the_original_lies_sealed(bucket, upload, case):
    raw = upload.read()
    upload.seek(0)
    document = documents.receive(case, upload, side=FRONT, by=case.citizen)
    with document.original.open("rb") as stored:
        sealed = stored.read()
    assert raw[:64] not in sealed
    assert crypto.unseal(sealed) == raw


def test_the_name_tells_nothing(bucket, upload, case):
    document = documents.receive(case, upload, side=FRONT, by=case.citizen)
    assert document.picture.name == f"{document.key}.jpg"
    assert "carte" not in document.original.name


def test_an_agent_is_given_no_address_of_the_bucket_but_a_marked_picture(
    bucket, upload, client, login
):
    case = IdentityCaseFactory(returned=True)
    document = documents.receive(case, upload, side=FRONT, by=case.citizen)
    type(case).objects.filter(pk=case.pk).update(state="claimed", decided_at=None, reason="")
    login(case.agent)
    answer = client.get(reverse("kyc:case_picture", args=[case.pk, document.key]))
    with document.picture.open("rb") as stored:
        kept = stored.read()
    assert (answer.status_code, answer.content[:3]) == (200, b"\xff\xd8\xff")
    assert answer.content != kept
