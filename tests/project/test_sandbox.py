"""The sandbox itself: its contracts to the letter, its truth, its callbacks, its life."""

import base64
import contextlib
import http.client
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.parse
import urllib.request

import pytest

from tests import sandbox
from tests.servers import free_port, wait_for

MERCHANTPAY = "/mvola/mm/transactions/type/merchantpay/1.0.0/"
HEADERS = {
    "Version": "1.0",
    "X-CorrelationID": "123",
    "UserLanguage": "FR",
    "UserAccountIdentifier": "msisdn;0343500004",
    "partnerName": "Hetra",
    "Cache-Control": "no-cache",
    "Content-Type": "application/json",
}
CHARGE = {
    "amount": "1000",
    "currency": "Ar",
    "descriptionText": "Taxe",
    "requestingOrganisationTransactionReference": "R1",
    "requestDate": "2026-11-20T07:00:00.000Z",
    "originalTransactionReference": "",
    "debitParty": [{"key": "msisdn", "value": "0341234567"}],
    "creditParty": [{"key": "msisdn", "value": "0343500004"}],
    "metadata": [{"key": key, "value": "1"} for key in ("partnerName", "fc", "amountFc")],
}


@pytest.fixture(scope="module")
def running():
    with sandbox.sandbox(delay=0.05) as address:
        yield address


@pytest.fixture
def address(running):
    sandbox.reset(running)
    return running


def call(address, method, path, body=None, headers=None):
    """One raw call: the status and the JSON."""
    line = http.client.HTTPConnection(address.removeprefix("http://"), timeout=10)
    with contextlib.closing(line):
        line.request(method, path, body, headers or {})
        answer = line.getresponse()
        return answer.status, json.loads(answer.read())


def token(address, path="/token", pair="demo-key:demo-secret", **form):
    form = {"grant_type": "client_credentials", "scope": "EXT_INT_MVOLA_SCOPE"} | form
    basic = base64.b64encode(pair.encode()).decode()
    headers = {
        "Authorization": f"Basic {basic}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return call(address, "POST", path, urllib.parse.urlencode(form), headers)


def bearer(address):
    return {"Authorization": f"Bearer {token(address)[1]['access_token']}"}


def initiate(address, headers=None, **changes):
    headers = HEADERS | bearer(address) | (headers or {})
    headers = {name: value for name, value in headers.items() if value is not None}
    body = {name: value for name, value in (CHARGE | changes).items() if value is not None}
    return call(address, "POST", MERCHANTPAY, json.dumps(body), headers)


def payer(number):
    return [{"key": "msisdn", "value": f"03499999{number}"}]


@contextlib.contextmanager
def taking_callbacks(*statuses):
    """A site on loopback: what it was called with. It answers `statuses` in turn, then 200."""
    called, waiting = [], list(statuses)

    class Site(http.server.BaseHTTPRequestHandler):
        def do_PUT(self):
            length = int(self.headers["Content-Length"])
            body = json.loads(self.rfile.read(length))
            called.append((self.path, dict(self.headers), body))
            self.send_response(waiting.pop(0) if waiting else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Site) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}/retour?x=1", called
        site.shutdown()


def test_mvola_gives_a_token_for_the_right_credentials(address):
    status, said = token(address)
    assert status == 200
    assert said.pop("access_token")
    assert said == {"scope": "EXT_INT_MVOLA_SCOPE", "token_type": "Bearer", "expires_in": 3600}


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"pair": "demo-key:wrong"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "PRODUCTION"}, 400, "invalid_scope"),
    ],
)
def test_mvola_gives_no_token_otherwise(address, changes, status, error):
    answered, said = token(address, **changes)
    assert (answered, said["error"]) == (status, error)
    assert said["error_description"]


def test_mvola_takes_a_charge_in_hand(address):
    status, said = initiate(address, {"X-Callback-URL": "http://127.0.0.1:9/"})
    assert status == 202
    assert re.fullmatch(r"[0-9a-f-]{36}", said["serverCorrelationId"])
    assert (said["status"], said["notificationMethod"]) == ("pending", "callback")


def test_mvola_shows_the_status_then_the_details(address):
    headers = HEADERS | bearer(address)
    key = initiate(address)[1]["serverCorrelationId"]

    def final():
        said = call(address, "GET", f"{MERCHANTPAY}status/{key}", headers=headers)[1]
        return said if said["status"] != "pending" else None

    status = wait_for(final)
    reference = status.pop("objectReference")
    assert status == {
        "status": "completed",
        "serverCorrelationId": key,
        "notificationMethod": "polling",
    }
    details = call(address, "GET", MERCHANTPAY + reference, headers=headers)[1]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", details.pop("creationDate"))
    assert details == {
        "amount": "1000.00",
        "currency": "Ar",
        "requestDate": CHARGE["requestDate"],
        "debitParty": CHARGE["debitParty"],
        "creditParty": CHARGE["creditParty"],
        "fees": [{"feeAmount": "20"}],
        "metadata": [
            {"key": "originalTransactionResult", "value": "0"},
            {"key": "originalTransactionResultDesc", "value": "0"},
        ],
        "transactionStatus": "completed",
        "transactionReference": reference,
    }


def test_mvola_refuses_a_token_it_did_not_give(address):
    status, said = initiate(address, {"Authorization": "Bearer invented"})
    assert status == 401
    assert (said["fault"]["code"], said["fault"]["message"]) == (900901, "Invalid Credentials")


@pytest.mark.parametrize("name", ["Authorization", *HEADERS])
def test_mvola_misses_each_header(address, name):
    status, said = initiate(address, {name: None})
    assert status == 400
    assert said.pop("errorDateTime")
    assert said == {
        "errorCategory": "validation",
        "errorCode": "formatError",
        "errorDescription": "Missing field",
        "errorParameters": [{"key": "mmErrorCode", "value": "4001"}],
    }
    assert sandbox.transactions(address) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, None) for name in CHARGE),
        ("amount", 1000),
        ("amount", "1000.00"),
        ("amount", "0"),
        ("amount", "-5"),
        ("currency", "MGA"),
        ("descriptionText", "Véhicule"),
        ("descriptionText", "x" * 51),
        ("requestDate", "2026-11-20T07:00:00Z"),
        ("debitParty", [{"key": "msisdn", "value": "+261341234567"}]),
        ("creditParty", [{"key": "msisdn", "value": "0340000000"}]),
        ("metadata", []),
    ],
)
def test_mvola_refuses_a_charge_out_of_form(address, name, value):
    status, said = initiate(address, **{name: value})
    assert (status, said["errorCategory"]) == (400, "validation")
    assert sandbox.transactions(address) == []


def test_mvola_refuses_a_reference_it_has_seen(address):
    assert initiate(address)[0] == 202
    status, said = initiate(address)
    assert (status, said["errorCode"]) == (409, "duplicateRequest")
    assert len(sandbox.transactions(address)) == 1


@pytest.mark.parametrize("path", ["status/unknown", "600000000"])
def test_mvola_finds_no_transaction_of_an_unknown_id(address, path):
    status, said = call(address, "GET", MERCHANTPAY + path, headers=HEADERS | bearer(address))
    assert status == 404
    assert said["errorDescription"].startswith("No transaction found with id")
    assert said["errorParameters"] == [{"key": "mmErrorCode", "value": "4001"}]


def test_mvola_puts_the_news_unsigned_to_the_callback_address(address):
    with taking_callbacks() as (url, called):
        key = initiate(address, {"X-Callback-URL": url})[1]["serverCorrelationId"]
        wait_for(lambda: called)
    path, headers, news = called[0]
    [deal] = sandbox.transactions(address)
    assert path == "/retour?x=1"
    assert headers["Content-Type"] == "application/json"
    assert "Authorization" not in headers
    assert news == {
        "transactionStatus": "completed",
        "serverCorrelationId": key,
        "transactionReference": deal["object_reference"],
        "requestDate": CHARGE["requestDate"],
        "debitParty": CHARGE["debitParty"],
        "creditParty": CHARGE["creditParty"],
        "fees": [{"feeAmount": "20"}],
        "metadata": [{"key": "XCorrelationId", "value": "123"}],
    }


def test_a_callback_that_is_refused_comes_again(address):
    with taking_callbacks(503) as (url, called):
        initiate(address, {"X-Callback-URL": url})
        wait_for(lambda: len(called) == 2, seconds=5)
    assert called[0][2] == called[1][2]
    wait_for(lambda: sandbox.transactions(address)[0]["callbacks"] == ["503", "200"])


def test_a_failure_is_called_back_without_fees(address):
    with taking_callbacks() as (url, called):
        initiate(address, {"X-Callback-URL": url}, debitParty=payer("01"))
        wait_for(lambda: called)
    assert called[0][2]["transactionStatus"] == "failed"
    assert "fees" not in called[0][2]


def test_duplicate_callbacks_come_five_times(address):
    with taking_callbacks() as (url, called):
        initiate(address, {"X-Callback-URL": url}, debitParty=payer("40"))
        wait_for(lambda: len(called) == 5)
    assert len({json.dumps(news) for _, _, news in called}) == 1
    assert sandbox.transactions(address)[0]["debited"] == 1000


def test_an_early_callback_comes_before_the_answer(address):
    with taking_callbacks() as (url, called):
        status, said = initiate(address, {"X-Callback-URL": url}, debitParty=payer("41"))
        assert [news["serverCorrelationId"] for _, _, news in called] == [
            said["serverCorrelationId"]
        ]
    assert (status, said["status"]) == (202, "pending")


def test_no_callback_comes_where_the_payer_has_none(address):
    with taking_callbacks() as (url, called):
        initiate(address, {"X-Callback-URL": url}, debitParty=payer("42"))
        wait_for(lambda: sandbox.transactions(address)[0]["state"] == "completed")
    assert called == []


def test_a_lying_callback_says_paid_of_money_that_was_not_taken(address):
    with taking_callbacks() as (url, called):
        initiate(address, {"X-Callback-URL": url}, debitParty=payer("43"))
        wait_for(lambda: called)
    assert called[0][2]["transactionStatus"] == "completed"
    [deal] = sandbox.transactions(address)
    assert (deal["state"], deal["debited"]) == ("failed", 0)


@pytest.mark.parametrize(
    "url",
    ["http://192.0.2.1/", "https://127.0.0.1/", "http://example.mg/", "http://127.0.0.1.mg/",
     "http://[::1", "file:///etc/passwd", "http://127.0.0.1@192.0.2.1/", "http://127.0.0.1:x/"],
)  # fmt: skip
def test_only_loopback_is_called_back(address, url):
    initiate(address, {"X-Callback-URL": url})
    said = wait_for(lambda: sandbox.transactions(address)[0]["callbacks"])
    assert said == ["not called: only http on loopback is"]


def test_a_person_decides_for_a_payer_who_does_not(address):
    with taking_callbacks() as (url, called):
        key = initiate(address, {"X-Callback-URL": url}, debitParty=payer("03"))[1]
        key = key["serverCorrelationId"]
        assert sandbox.decide(address, key, "approve")[1]["debited"] == 1000
        assert sandbox.decide(address, key, "decline")[0] == 409
        assert [news["transactionStatus"] for _, _, news in called] == ["completed"]
    assert sandbox.decide(address, "unknown", "approve")[0] == 404


def test_faults_asked_for_are_counted_down(address):
    sandbox.go_wrong(address, "mvola", "token", "too_many", times=2)
    assert [token(address)[0] for _ in range(3)] == [429, 429, 200]


@pytest.mark.parametrize(
    "rule",
    [
        {"operator": "mvola", "call": "token", "fault": "magic"},
        {"operator": "mvola", "call": "refund", "fault": "html"},
        {"operator": "airtel", "call": "token", "fault": "html"},
        {"operator": "orange_sms", "call": "send", "fault": "declined"},
        {"operator": "mvola", "call": "token", "fault": "html", "times": 0},
        {"operator": "mvola", "call": "token", "fault": "html", "times": "2"},
        {},
    ],
)
def test_a_fault_that_does_not_exist_is_refused(address, rule):
    assert sandbox.ask(address, "/_sandbox/faults", rule)[0] == 400
    assert sandbox.ask(address, "/_sandbox/faults")[1]["waiting"] == []


def test_orange_takes_a_message_and_echoes_it(address):
    given = token(address, "/oauth/v3/token", "demo-client:demo-secret")[1]
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 3600)
    message = {
        "address": "tel:+261341234567",
        "senderAddress": "tel:+2610000",
        "outboundSMSTextMessage": {"message": "Bonjour"},
    }
    path = "/smsmessaging/v1/outbound/tel%3A%2B2610000/requests"
    body = json.dumps({"outboundSMSMessageRequest": message})
    headers = {"Content-Type": "application/json"}
    status, said = call(address, "POST", path, body, headers)
    assert (status, said["code"]) == (401, 40)
    headers["Authorization"] = f"Bearer {token(address)[1]['access_token']}"
    assert call(address, "POST", path, body, headers)[1]["code"] == 42, "MVola's token is not ours"
    headers["Authorization"] = f"Bearer {given['access_token']}"
    status, said = call(address, "POST", path, body, headers)
    assert status == 201
    address_of_it = said["outboundSMSMessageRequest"].pop("resourceURL")
    assert said == {"outboundSMSMessageRequest": message}
    assert address_of_it.endswith(f"{path}/{sandbox.sms(address, '+261341234567')[0]['id']}")


def test_an_address_the_operators_do_not_have_is_not_found(address):
    assert call(address, "GET", "/mvola/refunds")[0] == 404
    assert call(address, "DELETE", "/token")[0] == 404


def test_a_body_too_large_is_refused(address):
    headers = {"Content-Length": str(10**9)}
    assert call(address, "POST", "/token", b"", headers)[0] == 413


def test_the_truth_outlives_the_process_and_payers_still_decide(tmp_path):
    state = tmp_path / "truth.sqlite3"
    with sandbox.sandbox(state=state, delay=1) as address:
        assert initiate(address)[0] == 202
        assert sandbox.transactions(address)[0]["state"] == "pending"
    with sandbox.sandbox(state=state) as address:
        wait_for(lambda: sandbox.transactions(address)[0]["debited"] == 1000)
        assert initiate(address)[0] == 409


def test_a_port_that_is_taken_is_said_plainly(address):
    port = address.rpartition(":")[2]
    command = [sys.executable, "-m", "project.sandbox", "--port", port]
    run = subprocess.run(command, cwd=sandbox.ROOT, capture_output=True, text=True, timeout=20)
    assert run.returncode == 1
    assert f"port {port} is taken" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_quietly_when_told_to_even_with_a_line_held_open(number):
    port = free_port()
    command = [sys.executable, "-m", "project.sandbox", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=sandbox.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline().strip().endswith(f"http://127.0.0.1:{port}")
        address = f"http://127.0.0.1:{port}"
        sandbox.go_wrong(address, "mvola", "token", "silence")
        line = http.client.HTTPConnection("127.0.0.1", port)
        with contextlib.closing(line):
            line.request("POST", "/token", b"")
            process.send_signal(number)
            _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")


def test_it_listens_on_loopback_only(address):
    port = int(address.rpartition(":")[2])
    with open("/proc/net/tcp") as four, open("/proc/net/tcp6") as six:
        sockets = [row.split() for row in [*four, *six]]
    listening = [row[1] for row in sockets if row[3] == "0A" and row[1].endswith(f":{port:04X}")]
    assert listening == [f"0100007F:{port:04X}"]


def test_it_knows_neither_django_nor_our_apps():
    words = "import sys, project.sandbox.control; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", words],
        cwd=sandbox.ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    tops = {name.partition(".")[0] for name in run.stdout.split()}
    assert not tops & {"django", "requests", "taxes", "fleet", "kyc", "notify"}


# --- Services that check identities ---------------------------------------------------------------


def test_services_let_nobody_in_without_credentials(address):
    key = "0b8f4a3e-9a55-4c39-8f0d-6f3a1f5f2c11"
    for method, path in [
        ("GET", f"/v1/verifications/{key}"),
        ("PUT", f"/v1/verifications/{key}"),
        ("POST", "/v1/upload"),
        ("POST", "/v1/job_status"),
        ("POST", "/v3.6/applicants"),
        ("POST", "/v3.6/checks"),
        ("GET", f"/v3.6/checks/{key}"),
        ("POST", "/v2/workflows/sync/create-and-screen"),
        ("GET", f"/v2/customers/{key}"),
    ]:
        body = None if method == "GET" else {"a": "b"}
        assert sandbox.ask(address, path, body, method)[0] == 401, path


def test_a_question_outlives_a_restart(tmp_path):
    """A service that was asked before the restart answers after it."""
    state = tmp_path / "memory"
    with sandbox.sandbox(state=state, delay=1) as address:
        login = {"realm": "demo-realm", "username": "demo@example.mg", "password": "demo-password"}
        token = sandbox.ask(address, "/v2/token", login)[1]["access_token"]
        body = {
            "customer": {"external_identifier": "x", "person": {"last_name": "RABE"}},
            "configuration": {"screening_configuration_identifier": "demo-screening"},
        }
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        url = f"{address}/v2/workflows/sync/create-and-screen"
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert json.load(answer)["status"] == "IN-PROGRESS"
    with sandbox.sandbox(state=state) as address:
        wait_for(lambda: sandbox.checks(address)[0]["state"] == "done")
