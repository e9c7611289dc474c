"""What services send us: kept sealed as it came, and acted on as far as it is signed."""

import base64
import json
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kyc import callbacks, checks, tasks
from kyc.checkers.base import Finding, Forged, Notice, Verdict
from kyc.models import Check, CheckCallback
from project.audit.models import Event
from project.lib import http
from project.settings import dev
from tests import queued, sandbox
from tests.ear import ear
from tests.factories import DocumentFactory, IdentityCaseFactory, retake
from tests.kyc.checkers.conftest import JPEG
from tests.service import WAITING, Service

pytestmark = pytest.mark.django_db
State = Check.State
URL = "/controles/service/rappel/"


@pytest.fixture
def check(settings):
    """A check that the service holds."""
    settings.IDENTITY_CHECKERS = ["tests.service.Service"]
    Service.script(ask=[WAITING])
    checks.begin(IdentityCaseFactory(waiting=True))
    queued.work()
    return Check.objects.get()


def post(client, body=b'{"a": "b"}', **headers):
    return client.post(URL, body, content_type="application/json", headers=headers)


def about(check, verdict=None):
    Service.script(fetch=[WAITING], notice=Notice(str(check.reference), verdict=verdict))


def test_the_address_is_the_one_services_are_given():
    assert reverse("kyc:check_callback", args=["service"]) == URL


def test_a_signed_callback_is_kept_as_it_came_and_asked_after(client, check):
    about(check)
    body = b'{"about" : "you"}\r\n\xff'
    assert post(client, body).status_code == 200
    kept = CheckCallback.objects.get()
    assert (kept.of, kept.is_genuine, kept.times) == (check, True, 1)
    assert base64.b64decode(kept.body) == body
    assert queued.waiting() == [("kyc.tasks.ask_after", (check.pk,))]


def test_what_came_cannot_be_read_from_the_disk(client, check):
    about(check)
    post(client, b"RAKOTO Hanitra")
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM kyc_checkcallback")
        stored = bytes(cursor.fetchone()[0])
    assert base64.b64encode(b"RAKOTO Hanitra") not in stored


def test_services_post_and_carry_no_cookie(check):
    about(check)
    strict = Client(enforce_csrf_checks=True)
    assert post(strict).status_code == 200


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch", "options"])
def test_other_methods_are_refused(client, check, method):
    assert getattr(client, method)(URL).status_code == 405


def test_the_same_callback_again_is_counted_and_no_more(client, check):
    about(check)
    for _ in range(3):
        assert post(client).status_code == 200
    assert CheckCallback.objects.get().times == 3
    assert len(queued.waiting()) == 1


def test_a_callback_nobody_signed_is_refused_and_its_words_are_not_kept(client, check):
    Service.script(notice=Forged("no"))
    for body in (b"one", b"two", b"two"):
        assert post(client, body).status_code == 401
    kept = CheckCallback.objects.order_by("pk")
    assert [(row.is_genuine, row.body, row.times) for row in kept] == [
        (False, "", 1),
        (False, "", 2),
    ]
    assert queued.waiting() == []
    assert Event.objects.filter(action="check.forged").count() == 1


def test_forgers_fill_the_table_only_so_far(client, check, monkeypatch):
    monkeypatch.setattr(callbacks, "STRANGERS", 3)
    Service.script(notice=Forged("no"))
    for number in range(6):
        post(client, str(number).encode())
    assert CheckCallback.objects.count() == 3


def test_noise_of_long_ago_hides_no_forger_of_today(client, check, monkeypatch):
    monkeypatch.setattr(callbacks, "STRANGERS", 3)
    Service.script(notice=Forged("no"))
    for number in range(3):
        post(client, str(number).encode())
    past = timezone.now() - timedelta(hours=2)
    CheckCallback.objects.update(first_at=past, last_at=past)
    post(client, b"today")
    assert CheckCallback.objects.filter(first_at__gt=past).count() == 1
    assert Event.objects.filter(action="check.forged").count() == 2


def test_a_forged_copy_does_not_hide_the_genuine_one(client, check):
    Service.script(notice=Forged("no"))
    post(client)
    about(check)
    post(client)
    assert CheckCallback.objects.filter(is_genuine=True).count() == 1
    assert len(queued.waiting()) == 1


def test_a_callback_about_nothing_of_ours_is_kept_and_changes_nothing(client, check):
    for notice in (ValueError("x"), Notice("no uuid"), Notice(service_reference="S-404")):
        Service.script(notice=notice)
        assert post(client, repr(notice).encode()).status_code == 200
    assert {row.of for row in CheckCallback.objects.all()} == {None}
    assert queued.waiting() == []


def test_a_callback_may_name_the_services_own_reference(client, check):
    Check.objects.update(service_reference="S-7")
    Service.script(notice=Notice(service_reference="S-7"))
    post(client)
    assert queued.waiting() == [("kyc.tasks.ask_after", (check.pk,))]


def test_another_services_check_is_not_named_by_it(client, check):
    Check.objects.update(checker="another")
    about(check)
    post(client)
    assert queued.waiting() == []


def test_a_verdict_that_is_signed_is_taken_at_once(client, check):
    about(check, Verdict(Finding.ATTENTION, words="true match"))
    post(client)
    check.refresh_from_db()
    assert (check.state, check.words) == (State.ATTENTION, "true match")


def test_an_answer_to_a_question_put_back_is_an_answer(client, check):
    checks.put_back(check, note="the service said it had no such question")
    about(check, Verdict(Finding.CLEAR))
    post(client)
    check.refresh_from_db()
    assert (check.state, check.next_at) == (State.CLEAR, None)
    tasks.ask_service(check.pk)
    assert Service.asked == []


def test_2xx_only_once_it_is_kept(client, check, monkeypatch):
    about(check)

    def fail(*_args, **_kwargs):
        raise OperationalError("no database")

    monkeypatch.setattr(CheckCallback.objects, "get_or_create", fail)
    client.raise_request_exception = False
    assert post(client).status_code >= 500


@pytest.mark.parametrize(
    ("length", "status"), [("x", 413), ("-1", 413), (str(callbacks.LIMIT + 1), 413), ("0", 400)]
)
def test_no_body_of_another_size_is_read(client, check, length, status):
    answer = client.generic("POST", URL, b"", CONTENT_LENGTH=length)
    assert answer.status_code == status


def test_a_service_that_is_not_ours_has_no_address(client, settings):
    settings.IDENTITY_CHECKERS = []
    assert post(client).status_code == 404


# --- With the real adapters, over HTTP ------------------------------------------------------------

WEBHOOKS = {
    "onfido": "/v3.6/webhooks",
    "comply_advantage": "/v2/notifications/configurations/webhook",
}


@pytest.fixture
def real(settings, monkeypatch):
    """The real adapters before the sandbox, and an ear that stands for our own address."""
    settings.IDENTITY_CHECKERS = dev.IDENTITY_CHECKERS
    monkeypatch.setattr(http, "_TOKENS", {})
    with sandbox.sandbox(delay=0.2) as address, ear() as listener:
        for name, value in sandbox.settings_for(address).items():
            setattr(settings, name, value)
        settings.SITE_URL = listener.address
        yield address, listener


def photographed(surname):
    """A case with pictures as big as services want them, a selfie among them."""
    case = IdentityCaseFactory(waiting=True, surname=surname, photos=False)
    for side in ("identity_front", "identity_back", "selfie"):
        paper = DocumentFactory(owner=case.citizen, side=side)
        retake(paper, JPEG + surname.encode())
        case.documents.add(paper)
    return case


def bring(client, listener):
    """Hand the callbacks that were heard to the site, as if it had listened itself."""
    for path, headers, body in listener.heard:
        given = {name: value for name, value in headers.items() if name != "content-length"}
        answer = client.post(path, body, content_type="application/json", headers=given)
        assert answer.status_code == 200


def test_from_the_citizens_sending_to_what_services_found(client, real):
    address, listener = real
    case = photographed("CONSIDER")
    checks.begin(case)
    queued.work()
    # The national service and Smile ID are given an address with each question.
    listener.wait(2)
    bring(client, listener)
    queued.work()
    rows = {check.checker: check for check in Check.objects.filter(case=case)}
    assert rows["national_id"].state == State.ATTENTION
    assert rows["smile_id"].state == State.ATTENTION
    assert rows["comply_advantage"].state == State.ATTENTION
    # Onfido was told of no webhook: it is asked after.
    assert rows["onfido"].state == State.WAITING
    Check.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    tasks.follow_up_checks()
    queued.work()
    rows["onfido"].refresh_from_db()
    assert rows["onfido"].state == State.ATTENTION
    assert all(check.evidence for check in Check.objects.all())


def test_a_hit_that_turns_out_to_be_somebody_else_is_cleared(client, real, settings):
    address, listener = real
    settings.IDENTITY_CHECKERS = ["kyc.checkers.comply_advantage.ComplyAdvantage"]
    login = {"realm": "demo-realm", "username": "demo@example.mg", "password": "demo-password"}
    token = sandbox.ask(address, "/v2/token", login)[1]["access_token"]
    url = f"{listener.address}/controles/comply_advantage/rappel/"
    talk = http.Conversation(address)
    bearer = {"Authorization": f"Bearer {token}"}
    talk.post(WEBHOOKS["comply_advantage"], headers=bearer, body={"url": url})
    checks.begin(IdentityCaseFactory(waiting=True, surname="HOMONYME"))
    queued.work()
    assert Check.objects.get().state == State.ATTENTION
    body, _headers = listener.wait()
    bring(client, listener)
    assert Check.objects.get().state == State.CLEAR
    assert json.loads(base64.b64decode(CheckCallback.objects.get().body)) == json.loads(body)
    # The service brings it again: nothing more comes of it.
    bring(client, listener)
    assert [move.state for move in Check.objects.get().log.all()][-2:] == ["attention", "clear"]


def test_an_outage_of_every_service_refuses_nobody(real, settings):
    _address, _listener = real
    for name in [name for name in sandbox.settings_for("x") if name.endswith("_BASE_URL")]:
        setattr(settings, name, "http://127.0.0.1:9")
    case = IdentityCaseFactory(waiting=True)
    checks.begin(case)
    queued.work()
    assert set(Check.objects.values_list("state", flat=True)) <= {State.CREATED, State.UNKNOWN}
    case.refresh_from_db()
    assert case.state == case.State.WAITING
