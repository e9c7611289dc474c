"""Scans in the tests' S3 server, and a proxy before it that does what networks and stores do."""

import contextlib
import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from kyc import store, sweep
from kyc.models import Document
from project.lib.buckets import Bucket
from project.settings import base as production
from tests import servers

REFUSAL = "<?xml version='1.0'?><Error><Code>{}</Code><Message>no</Message></Error>"


def bucket_of(s3, **changes):
    """Production's own storage of scans, on the test server's bucket."""
    options = production.STORAGES["scans"]["OPTIONS"] | {
        "bucket_name": s3.bucket,
        "endpoint_url": s3.url,
        "region_name": "us-east-1",
        "access_key": s3.access_key,
        "secret_key": s3.secret_key,
    }
    return Bucket(**options | changes)


def use(storage, monkeypatch):
    """Have scans kept there, for one test."""
    for module in (store, sweep):
        monkeypatch.setattr(module, "scan_storage", lambda: storage)
    for name in ("picture", "original"):
        monkeypatch.setattr(Document._meta.get_field(name), "storage", storage)
    return storage


def names_in(storage):
    """Everything that lies there."""
    pages = storage._client.get_paginator("list_objects_v2").paginate(Bucket=storage.bucket_name)
    return [found["Key"] for page in pages for found in page.get("Contents", ())]


def empty(storage):
    for name in names_in(storage):
        storage.delete(name)


class Proxy(ThreadingHTTPServer):
    """Passes on every byte, unless `fault(method, name)` says otherwise:

    `silent` (no answer, ever), `hang up`, `refuse` (503), `forbid` (403), `shorten` or `alter`
    (what is given back), `drip` (a word now and then).
    """

    daemon_threads = True

    def __init__(self, s3):
        super().__init__(("127.0.0.1", servers.free_port()), Relay)
        self.upstream = urlsplit(s3.url).netloc
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.fault = lambda method, name: None
        self.asked = []
        self.is_over = threading.Event()

    def always(self, fault, *methods):
        """That fault, for these methods or for all."""
        self.fault = lambda method, name: fault if not methods or method in methods else None

    def handle_error(self, request, client_address):
        """Clients that gave up are what this is for."""


class Relay(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def relay(self):
        name = urlsplit(self.path).path.lstrip("/").partition("/")[2]
        fault = self.server.fault(self.command, name)
        self.server.asked.append((self.command, name))
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if fault == "silent":
            self.server.is_over.wait(60)
        if fault in ("silent", "hang up"):
            self.close_connection = True
            return
        if fault in ("refuse", "forbid"):
            code = {"refuse": (503, "SlowDown"), "forbid": (403, "AccessDenied")}[fault]
            self.answer(code[0], [], REFUSAL.format(code[1]).encode())
            return
        status, headers, body = self.passed_on(sent)
        if status == 200 and fault == "shorten":
            body = body[: len(body) // 2]
        if status == 200 and fault == "alter":
            body = body[:-1] + bytes([body[-1] ^ 1])
        self.answer(status, headers, body, slowly=fault == "drip")

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = relay

    def passed_on(self, sent):
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=30)
        with contextlib.closing(upstream):
            upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for header, value in self.headers.items():
                if header.lower() not in ("expect", "connection"):
                    upstream.putheader(header, value)
            upstream.endheaders(sent)
            answer = upstream.getresponse()
            kept = [pair for pair in answer.getheaders() if pair[0].lower() not in HOP]
            if self.command == "HEAD":
                kept.append(("Content-Length", answer.headers["Content-Length"] or "0"))
            return answer.status, kept, answer.read()

    def answer(self, status, headers, body, *, slowly=False):
        self.send_response(status)
        for header, value in headers:
            self.send_header(header, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        for start in range(0, len(body), 1024):
            self.wfile.write(body[start : start + 1024])
            if slowly and self.server.is_over.wait(0.5):
                return


HOP = ("content-length", "transfer-encoding", "connection")


@contextlib.contextmanager
def proxy(s3):
    """A proxy before the S3 server, without a fault as yet."""
    server = Proxy(s3)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.is_over.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
