"""What holds of every service that checks identities, in fair weather and foul, over HTTP."""

import json
import time
import urllib.request

import pytest

from kyc.checkers.base import Finding, Forged, NoAnswer, NotKnown, NotSent
from kyc.checkers.comply_advantage import ComplyAdvantage
from kyc.checkers.national_id import NationalId
from kyc.checkers.onfido import Onfido
from kyc.checkers.smile_id import SmileId
from tests import sandbox
from tests.kyc.checkers.conftest import SERVICES, Notebook, inquiry

every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.code)
WEBHOOKS = {
    Onfido: "/v3.6/webhooks",
    ComplyAdvantage: "/v2/notifications/configurations/webhook",
}
GARBAGE = ["html", "empty", "truncated", "bomb", "endless", "cut", "silence", "drip", "redirect"]
LOST = ["error_500_after", "html", "empty", "truncated", "cut", "silence"]


def called_back(services, listener, service, surname="RAKOTO", fault=""):
    """Ask with a callback; how it was called back, and the question."""
    if service in WEBHOOKS:
        register(services, service, WEBHOOKS[service], {"url": f"{listener.address}/back"})
    if fault:
        sandbox.go_wrong(services, service.code, "ask", fault, times=1)
    asked, book = inquiry(surname, callback_url=f"{listener.address}/back"), Notebook(service())
    book.ask(asked)
    return asked, book


def authorization(address, service):
    """What proves to the sandbox that a request is ours."""
    if service is Onfido:
        return "Token token=api_sandbox.demo"
    login = {"realm": "demo-realm", "username": "demo@example.mg", "password": "demo-password"}
    return f"Bearer {sandbox.ask(address, '/v2/token', login)[1]['access_token']}"


def register(address, service, path, body):
    """What somebody does once in the service's own application: say where to call back."""
    headers = {
        "Authorization": authorization(address, service),
        "Content-Type": "application/json",
    }
    request = urllib.request.Request(address + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


# --- In fair weather ------------------------------------------------------------------------------


@every_service
@pytest.mark.parametrize(
    ("surname", "finding"),
    [
        ("RAKOTO", Finding.CLEAR),
        ("CONSIDER", Finding.ATTENTION),
        ("INDECIS", Finding.UNKNOWN),
    ],
)
def test_every_service_says_in_its_words_what_we_read_in_ours(services, service, surname, finding):
    verdict = Notebook(service()).settled(inquiry(surname))
    assert verdict.finding is finding
    assert verdict.words


@pytest.mark.parametrize("service", [NationalId, SmileId, Onfido], ids=lambda each: each.code)
def test_a_service_that_compares_papers_can_refuse_one(services, service):
    verdict = Notebook(service()).settled(inquiry("REFUSE"))
    assert verdict.finding is Finding.REFUSED
    assert verdict.evidence


@every_service
def test_what_was_found_is_kept_as_evidence_under_the_services_own_reference(services, service):
    verdict = Notebook(service()).settled(inquiry("CONSIDER"))
    assert verdict.reference
    assert any(verdict.evidence.values())


@every_service
def test_asking_after_a_question_changes_nothing(services, service):
    book, asked = Notebook(service()), inquiry()
    first = book.settled(asked)
    assert book.fetch(asked) == book.fetch(asked) == first
    assert len(sandbox.checks(services, service.code)) == 1


@every_service
def test_a_service_that_never_ends_keeps_us_waiting(services, service):
    if service is ComplyAdvantage:
        sandbox.go_wrong(services, service.code, "ask", "slow_screening", times=1)
    sandbox.go_wrong(services, service.code, "ask", "never", times=1)
    book, asked = Notebook(service()), inquiry()
    if service is ComplyAdvantage:
        # Its screening is over at once: only its analysts can take for ever.
        assert book.ask(asked).finding is Finding.WAITING
        return
    assert book.ask(asked).finding is Finding.WAITING
    time.sleep(0.3)
    assert book.fetch(asked).finding is Finding.WAITING


# --- In foul weather ------------------------------------------------------------------------------


@every_service
def test_a_service_that_is_not_there_was_certainly_not_asked(services, service, settings):
    for name in service.configured_by:
        if name.endswith("_URL"):
            setattr(settings, name, "http://127.0.0.1:9")
    with pytest.raises(NotSent):
        Notebook(service(deadline=2)).ask(inquiry())


@every_service
@pytest.mark.parametrize("fault", GARBAGE)
def test_whatever_comes_back_in_place_of_an_answer_refuses_nobody(services, service, fault):
    sandbox.go_wrong(services, service.code, "ask", fault)
    book, asked = Notebook(service(deadline=1.5)), inquiry()
    with pytest.raises((NoAnswer, NotSent)):
        book.ask(asked)


@every_service
@pytest.mark.parametrize("fault", LOST)
def test_a_question_whose_answer_is_lost_is_found_again_and_put_once(services, service, fault):
    sandbox.go_wrong(services, service.code, "ask", fault, times=1)
    book, asked = Notebook(service(deadline=1.5)), inquiry()
    with pytest.raises(NoAnswer):
        book.ask(asked)
    assert book.resumed(asked).finding is Finding.CLEAR
    # Smile ID opens another job where the pictures of the first never got there.
    asked_about = sandbox.checks(services, service.code)
    assert len([deal for deal in asked_about if deal.get("has_zip", True)]) == 1


@every_service
@pytest.mark.parametrize("fault", [*GARBAGE, "error_500", "too_many"])
def test_asking_after_a_question_in_bad_weather_says_nothing(services, service, fault):
    if service is ComplyAdvantage:
        sandbox.go_wrong(services, service.code, "ask", "slow_screening", times=1)
    book, asked = Notebook(service()), inquiry()
    book.ask(asked)
    sandbox.go_wrong(services, service.code, "fetch", fault)
    book.checker.deadline = 1
    with pytest.raises(NoAnswer):
        book.fetch(asked)


@every_service
def test_a_question_that_was_never_put_is_not_known(services, service):
    with pytest.raises(NotKnown):
        Notebook(service()).fetch(inquiry())


@every_service
def test_credentials_that_are_refused_leave_the_question_to_be_put(services, service, settings):
    secrets = [name for name in service.configured_by if name.endswith(("_SECRET", "_KEY"))]
    secrets += [name for name in service.configured_by if name in ("ONFIDO_TOKEN",)]
    secrets += [name for name in service.configured_by if name.endswith("_PASSWORD")]
    for name in secrets:
        setattr(settings, name, "d3Jvbmc=")
    with pytest.raises(NotSent):
        Notebook(service()).ask(inquiry())


# --- Callbacks ------------------------------------------------------------------------------------


@every_service
@pytest.mark.parametrize("fault", ["", "late_callback", "duplicate_callbacks"])
def test_a_callback_that_is_signed_names_the_question(services, listener, service, fault):
    asked, book = called_back(services, listener, service, "HOMONYME", fault)
    body, headers = listener.wait(5 if fault == "duplicate_callbacks" else 1)
    notice = service().read_callback(body, headers)
    assert notice.reference == asked.reference or notice.service_reference == book.given["check"]


@every_service
def test_a_callback_signed_by_another_is_forged(services, listener, service):
    called_back(services, listener, service, "HOMONYME", "wrong_signature")
    body, headers = listener.wait()
    with pytest.raises(Forged):
        service().read_callback(body, headers)


# Onfido signs no moment: its event brings no result, so that a copy is harmless.
@pytest.mark.parametrize(
    "service", [NationalId, SmileId, ComplyAdvantage], ids=lambda each: each.code
)
def test_a_callback_signed_long_ago_may_be_a_copy(services, listener, service):
    called_back(services, listener, service, "HOMONYME", "stale_signature")
    body, headers = listener.wait()
    with pytest.raises(Forged):
        service().read_callback(body, headers)


@every_service
def test_a_callback_changed_on_its_way_is_forged_unless_it_only_hints(services, listener, service):
    called_back(services, listener, service, "HOMONYME")
    body, headers = listener.wait()
    changed = body.replace(b'"', b' "', 1)
    if service is SmileId:
        # Its signature covers no result: so none is read from it.
        assert service().read_callback(changed, headers).verdict is None
        return
    with pytest.raises(Forged):
        service().read_callback(changed, headers)


@every_service
@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[]", b"\xff", b'{"signature": 1}'])
def test_no_senseless_callback_is_taken_for_a_signed_one(services, service, body):
    with pytest.raises((Forged, ValueError)):
        service().read_callback(body, {})


@every_service
def test_without_a_secret_nothing_is_genuine(services, listener, service, settings):
    called_back(services, listener, service, "HOMONYME")
    body, headers = listener.wait()
    for name in service.configured_by:
        if name.endswith(("_SECRET", "_KEY", "_WEBHOOK_TOKEN")):
            setattr(settings, name, "")
    with pytest.raises(Forged):
        service().read_callback(body, headers)
