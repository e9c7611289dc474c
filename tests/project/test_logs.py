"""Log lines: one JSON object each, with the request's id, and nothing of anybody."""

import io
import json
import logging

import pytest
from django.test import Client, RequestFactory, override_settings
from django.urls import path, reverse

from project.lib import logs
from project.urls import handler500  # noqa: F401
from project.urls import urlpatterns as ours
from tests.factories import UserFactory


def broken(request):
    raise RuntimeError("number 101 234 567 890 of 034 12 345 67")


broken.audience = "public"
urlpatterns = [*ours, path("broken/", broken)]


@pytest.fixture
def lines():
    """What was logged, read back."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.mark.parametrize(
    "text",
    [
        "number 101234567890",
        "number 101 234 567 890",
        "number 101\u00a0234\u00a0567\u00a0890 of",
        "call +261341234567",
        "call 034 12 345 67.",
        "call 0341234567",
        "rakoto.jean@example.mg wrote",
        "your code is 123456",
        "code=123456",
        "token: JBSWY3DPEHPK3PXP",
        "otpauth://totp/Hetra?secret=JBSWY3DPEHPK3PXP",
        "/rappels/mvola/" + "kP3_x-Zq" * 6 + "/",
    ],
)
def test_what_belongs_to_people_is_taken_out(text):
    told = logs.redact(text)
    for word in ("101", "567", "341234567", "345", "rakoto", "123456", "JBSW", "kP3"):
        assert word not in told


@pytest.mark.parametrize(
    "text",
    [
        "message 41 waits: no gateway took it",
        "dossier ID-000123, payment 7f9c1d52-8d0c-4f3e-9a51-2f0c6d1b7a10",
        "105000 Ar of 2026-11-20T10:00:00",
        "Not Found: /identite/12/",
    ],
)
def test_what_helps_whoever_looks_for_a_fault_stays(text):
    assert logs.redact(text) == text


def test_a_line_break_cannot_forge_a_line(lines):
    logging.getLogger("x").warning("one\n%s", '{"event": "forged"}\r\nanother')
    (line,) = lines()
    assert line["level"] == "warning"
    assert "forged" in line["event"]


def test_only_names_on_the_list_are_said(lines):
    logging.getLogger("x").info("said", extra={"surname": "RABE", "status": 200})
    (line,) = lines()
    assert line["status"] == 200
    assert "RABE" not in str(line)


@pytest.mark.django_db
def test_every_answer_has_an_id_of_its_own(client):
    first, second = (client.get("/", headers={"X-Request-ID": "chosen"}) for _turn in range(2))
    ids = [answer.headers["X-Request-ID"] for answer in (first, second)]
    assert len(set(ids)) == 2
    assert all(len(each) == 32 for each in ids)


@pytest.mark.django_db
def test_what_is_refused_is_logged_with_who_and_where(client, lines):
    user = UserFactory()
    client.force_login(user)
    answer = client.get(reverse("kyc:case", args=[987654321]))
    said = next(line for line in lines() if line["event"] == "answered")
    assert said["request"] == answer.headers["X-Request-ID"]
    assert (said["route"], said["status"], said["user"]) == ("kyc:case", 404, user.pk)


@pytest.mark.django_db
@override_settings(ROOT_URLCONF="tests.project.test_logs")
def test_a_failure_shows_its_id_and_nothing_else(lines):
    answer = Client(raise_request_exception=False).get("/broken/")
    assert answer.status_code == 500
    number = answer.headers["X-Request-ID"]
    assert number in answer.text
    assert "RuntimeError" not in answer.text
    (trace,) = [line for line in lines() if "exception" in line]
    assert trace["request"] == number
    assert "RuntimeError" in trace["exception"]
    assert not {"234", "345"} & set(trace["exception"].split())


def test_the_page_of_a_failure_needs_nothing():
    from project import views

    assert views.server_error(RequestFactory().get("/")).status_code == 500
