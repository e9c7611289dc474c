"""Silence, lies and slowness of the other side, from real sockets on loopback."""

import contextlib
import datetime
import gzip
import json
import re
import socket
import ssl
import threading
import time
import tracemalloc

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from project.lib import http
from project.lib.http import Account, Answer, Conversation, NoAnswer, NotSent, Realm
from tests.servers import free_port


@pytest.fixture(autouse=True)
def _no_token_in_hand(monkeypatch):
    monkeypatch.setattr(http, "_TOKENS", {})


@contextlib.contextmanager
def listening(answer, tls=None):
    """A server on loopback whose every connection is handed to `answer(connection, asked)`."""
    with socket.create_server(("127.0.0.1", free_port())) as server:
        server.settimeout(0.05)
        stop, calls = threading.Event(), []

        def serve():
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    connection, _ = server.accept()
                    threading.Thread(target=speak, args=(connection,), daemon=True).start()

        def speak(connection):
            with contextlib.suppress(OSError):
                connection.settimeout(5)
                if tls:
                    connection = tls.wrap_socket(connection, server_side=True)
                with connection:
                    asked = whole_request(connection)
                    calls.append(asked)
                    answer(connection, asked)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        host = "localhost" if tls else "127.0.0.1"
        scheme = "https" if tls else "http"
        try:
            yield f"{scheme}://{host}:{server.getsockname()[1]}", calls
        finally:
            stop.set()
            thread.join()


def whole_request(connection):
    """Head and body, which may well come in two pieces."""
    asked = connection.recv(65536)
    length = re.search(rb"Content-Length: (\d+)", asked)
    while length and len(asked.partition(b"\r\n\r\n")[2]) < int(length[1]):
        asked += connection.recv(65536)
    return asked


def saying(body, status="200 OK", *headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return lambda connection, asked: connection.sendall("\r\n".join(lines).encode() + body)


def get(address, seconds=5.0):
    return Conversation(address, seconds=seconds).get("/path", headers={})


def test_an_answer_is_its_status_and_its_json():
    with listening(saying(b'{"status": "pending"}', "202 Accepted")) as (address, _):
        answer = get(address)
    assert answer == Answer(202, {"status": "pending"})
    assert answer.is_success


def test_a_refusal_in_html_is_still_a_status():
    with listening(saying(b"<h1>Forbidden</h1>", "403 Forbidden")) as (address, _):
        answer = get(address)
    assert answer == Answer(403, None)
    assert answer.fields == {}
    assert not answer.is_success


def test_a_port_nobody_listens_at_was_not_sent():
    with socket.create_server(("127.0.0.1", free_port())) as server:
        port = server.getsockname()[1]
    with pytest.raises(NotSent):
        get(f"http://127.0.0.1:{port}")


def test_a_name_that_does_not_resolve_was_not_sent(monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotSent):
        get("https://operator.invalid")


def test_a_line_that_never_opens_was_not_sent(monkeypatch):
    monkeypatch.setattr(http, "CONNECT", 0.3)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", free_port()), backlog=0))
        for _ in range(4):  # nobody accepts: the queue fills up and further knocks go unheard
            knock = stack.enter_context(socket.socket())
            knock.setblocking(False)
            knock.connect_ex(server.getsockname())
        began = time.monotonic()
        with pytest.raises(NotSent):
            get(f"http://127.0.0.1:{server.getsockname()[1]}")
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("moment", ["before a word", "within the head", "within the body"])
def test_a_line_cut_after_the_request_leaves_it_unknown(moment):
    words = {
        "before a word": b"",
        "within the head": b"HTTP/1.1 200 OK\r\nContent-Le",
        "within the body": b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{}",
    }
    with (
        listening(lambda connection, asked: connection.sendall(words[moment])) as (address, calls),
        pytest.raises(NoAnswer),
    ):
        get(address)
    assert len(calls) == 1


def drip(words):
    def answer(connection, asked):
        for byte in words:
            connection.sendall(bytes([byte]))
            time.sleep(0.1)

    return answer


@pytest.mark.parametrize(
    "words",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X-Wait: a little\r\n" * 9,
        b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n" + b" " * 400,
    ],
    ids=["head", "body"],
)
def test_a_drip_ends_at_the_deadline_though_each_byte_is_in_time(words):
    began = time.monotonic()
    with listening(drip(words)) as (address, _), pytest.raises(NoAnswer):
        get(address, seconds=0.7)
    assert 0.6 < time.monotonic() - began < 1.5


def test_silence_ends_at_the_deadline():
    began = time.monotonic()
    with (
        listening(lambda connection, asked: connection.recv(1)) as (address, _),
        pytest.raises(NoAnswer),
    ):
        get(address, seconds=0.5)
    assert time.monotonic() - began < 1.5


def test_the_deadline_is_of_the_whole_conversation():
    with listening(saying(b"{}")) as (address, calls):
        talk = Conversation(address, seconds=0.4)
        talk.get("/first", headers={})
        assert not talk.is_late
        time.sleep(0.25)
        assert talk.is_late
        time.sleep(0.25)
        with pytest.raises(NotSent):
            talk.get("/second", headers={})
    assert [asked.split()[1] for asked in calls if asked] == [b"/first"]


def test_a_gzip_bomb_is_not_unpacked_beyond_the_limit():
    bomb = gzip.compress(b" " * 64 * 1024 * 1024)
    with listening(saying(bomb, "200 OK", "Content-Encoding: gzip")) as (address, _):
        tracemalloc.start()
        try:
            with pytest.raises(NoAnswer, match="longer than"):
                get(address)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 4 * 1024 * 1024


def test_an_honest_gzip_answer_is_read():
    body = gzip.compress(b'{"a": 1}')
    with listening(saying(body, "200 OK", "Content-Encoding: gzip")) as (address, _):
        assert get(address).body == {"a": 1}


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "302 Found"])
def test_an_endless_answer_is_left_at_the_limit(status):
    def pour(connection, asked):
        connection.sendall(f"HTTP/1.1 {status}\r\nLocation: /\r\n\r\n".encode())
        while True:
            connection.sendall(b" " * 65536)

    with listening(pour) as (address, _), pytest.raises(NoAnswer, match="longer than"):
        get(address)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(status):
    with listening(saying(b"{}")) as (elsewhere, calls):
        answer = saying(b"{}", status, f"Location: {elsewhere}/")
        with listening(answer) as (address, _), pytest.raises(NoAnswer, match="redirect"):
            get(address)
    assert calls == []


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Bienvenue</html>",
        b"",
        b'{"amount": NaN}',
        b'{"amount": -Infinity}',
        b'{"amount": 1e999}',
        b'{"status": "failed", "status": "completed"}',
        b'{"status": "\xff"}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"n": ' + b"9" * 5000 + b"}",
    ],
    ids=["html", "empty", "nan", "infinity", "1e999", "twice", "utf8", "deep", "long number"],
)
def test_a_success_that_is_not_strict_json_is_no_answer(body):
    with listening(saying(body)) as (address, _), pytest.raises(NoAnswer, match="not JSON"):
        get(address)


@pytest.mark.parametrize(
    "address", ["http://api.mvola.mg", "http://127.0.0.1.evil.mg", "ftp://127.0.0.1", "", "api"]
)
def test_clear_text_is_for_loopback_only(address):
    with pytest.raises(ValueError, match="https"):
        Conversation(address)


def test_the_environment_gives_no_proxy_and_no_password(monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    with listening(saying(b"{}")) as (address, calls):
        get(address)
    assert b"authorization" not in calls[0].lower()


def certificate(folder, name):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    today = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, path


def test_a_certificate_nobody_vouches_for_gets_no_payload(tmp_path):
    tls, _ = certificate(tmp_path, "localhost")
    with listening(saying(b"{}"), tls) as (address, calls), pytest.raises(NotSent):
        get(address)
    assert calls == []


def test_a_certificate_of_another_name_gets_no_payload(tmp_path, monkeypatch):
    tls, path = certificate(tmp_path, "operator.mg")
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(path))
    with listening(saying(b"{}"), tls) as (address, calls), pytest.raises(NotSent):
        get(address)
    assert calls == []


def test_over_tls_answers_are_read_and_drips_end_at_the_deadline(tmp_path, monkeypatch):
    tls, path = certificate(tmp_path, "localhost")
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(path))
    with listening(saying(b'{"a": 1}'), tls) as (address, _):
        assert get(address).body == {"a": 1}
    began = time.monotonic()
    with listening(drip(b"HTTP/1.1 200 OK\r\n" * 9), tls) as (address, _), pytest.raises(NoAnswer):
        get(address, seconds=0.7)
    assert time.monotonic() - began < 1.5


ACCOUNT = Account("/token", "key", "secret", "SCOPE")


def handing_out(seconds="3600", refusing=()):
    """A server that numbers the tokens it gives and answers 401 to those it is `refusing`."""
    given = []

    def answer(connection, asked):
        if asked.startswith(b"POST /token "):
            given.append(asked)
            body = b'{"access_token": "t%d", "expires_in": %s}' % (len(given), seconds.encode())
            saying(body)(connection, asked)
        else:
            is_refused = any(f"Bearer {token}\r\n".encode() in asked for token in refusing)
            saying(b"{}", "401 Unauthorized" if is_refused else "200 OK")(connection, asked)

    return answer, given


def call(address):
    talk = Conversation(address, seconds=5)
    return ACCOUNT.call(
        talk,
        lambda token: talk.get("/work", headers={"Authorization": f"Bearer {token}"}),
        refused=lambda answer: answer.status == 401,
    )


def test_a_token_serves_until_shortly_before_it_expires():
    answer, given = handing_out('"3600"')
    with listening(answer) as (address, _):
        assert call(address).status == call(address).status == 200
    assert len(given) == 1
    assert b"Authorization: Basic a2V5OnNlY3JldA==" in given[0]
    assert given[0].endswith(b"grant_type=client_credentials&scope=SCOPE")


@pytest.mark.parametrize("seconds", ["29", "0", "null", '"soon"', "-5"])
def test_a_token_about_to_expire_serves_once(seconds):
    answer, given = handing_out(seconds)
    with listening(answer) as (address, _):
        assert call(address).status == call(address).status == 200
    assert len(given) == 2


def test_a_refused_token_is_asked_for_again_once():
    answer, given = handing_out(refusing=["t1"])
    with listening(answer) as (address, _):
        assert call(address).status == 200
    assert len(given) == 2


def test_a_second_refusal_is_the_answer():
    answer, given = handing_out(refusing=["t1", "t2", "t3"])
    with listening(answer) as (address, calls):
        assert call(address).status == 401
    assert len(given) == 2
    assert len(calls) == 4


@pytest.mark.parametrize(
    "answer",
    [
        saying(b'{"error": "invalid_client"}', "401 Unauthorized"),
        saying(b"{}"),
        saying(b'{"access_token": 7}'),
        saying(b"<html>"),
        saying(b"", "500 Oops"),
        lambda connection, asked: None,
    ],
    ids=["refused", "empty", "number", "html", "error", "cut"],
)
def test_without_a_token_nothing_was_sent(answer):
    with listening(answer) as (address, calls), pytest.raises(NotSent, match="no token"):
        call(address)
    assert len(calls) == 1


# --- Pictures -------------------------------------------------------------------------------------


def test_bytes_are_put_as_they_are_and_a_success_may_be_empty():
    with listening(saying(b"")) as (address, calls):
        answer = Conversation(address).put("/it", headers={"X-A": "b"}, body=b"\x00zip")
    assert (answer.is_success, answer.body) == (True, None)
    assert calls[0].startswith(b"PUT /it HTTP/1.1")
    assert calls[0].endswith(b"\r\n\r\n\x00zip")


def test_an_empty_success_of_anything_else_is_no_answer():
    with listening(saying(b"")) as (address, _), pytest.raises(NoAnswer):
        Conversation(address).post("/it", headers={}, body={})


def test_files_are_sent_as_a_form_with_its_fields():
    with listening(saying(b"{}")) as (address, calls):
        Conversation(address).post_files(
            "/it",
            headers={},
            form={"side": "front"},
            files={"file": ("a.jpg", b"JPEG", "image/jpeg")},
        )
    assert b"Content-Type: multipart/form-data; boundary=" in calls[0]
    assert b'name="side"\r\n\r\nfront' in calls[0]
    assert b'name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\nJPEG' in calls[0]


def test_what_is_left_of_a_conversation_is_never_nothing():
    talk = Conversation("https://example.org", seconds=0)
    assert talk.left > 0
    assert Conversation("https://example.org", seconds=9).left == pytest.approx(9, abs=1)


def test_an_organisation_asks_for_its_token_in_json():
    answer, given = handing_out('"3600"')
    realm = Realm("/token", "name", "secret", "ours")
    with listening(answer) as (address, _):
        talk = Conversation(address, seconds=5)
        headers = {"Accept": "application/json"}
        said = realm.call(
            talk, lambda token: talk.get("/work", headers=headers), refused=lambda answer: False
        )
    assert said.status == 200
    body = json.loads(given[0].partition(b"\r\n\r\n")[2])
    assert body == {"realm": "ours", "username": "name", "password": "secret"}
    assert "secret" not in repr(realm)
