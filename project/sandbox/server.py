"""The sandbox's own machinery: routes, tokens, faults and memory, for whichever operator."""

import base64
import contextlib
import json
import re
import secrets
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from project.sandbox import faults
from project.sandbox.faults import Faults, Reply
from project.sandbox.memory import Memory

BODY_LIMIT = 12 * 1024 * 1024  # bytes of a request: three pictures; without any, under 2 KiB


@dataclass(slots=True)
class Request:
    """What was asked. `fault` is what is to go wrong with it, "" for nothing."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in small letters
    body: bytes
    parts: tuple[str, ...] = ()
    fault: str = ""

    def json(self) -> dict[str, Any]:
        """The body's JSON object, or an empty one where it is anything else."""
        try:
            said = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return said if isinstance(said, dict) else {}

    def form(self) -> dict[str, str]:
        """The body's url-encoded fields."""
        return {key: values[-1] for key, values in parse_qs(self.body.decode("latin-1")).items()}

    def bearer(self) -> str:
        """The access token of the request, or ""."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        return value if kind == "Bearer" else ""

    def basic(self) -> str:
        """`key:secret` of the request, or ""."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        try:
            return base64.b64decode(value, validate=True).decode() if kind == "Basic" else ""
        except ValueError:
            return ""


@dataclass(frozen=True, slots=True)
class Route:
    """One call of one operator. `chooses` names a fault from what the request itself says."""

    method: str
    pattern: str
    operator: str
    call: str
    answer: Callable[["Box", Request], Reply]
    chooses: Callable[["Box", Request], str] | None = None


@dataclass(slots=True)
class Box:
    """Everything that the operators share while the process lives."""

    memory: Memory
    delay: float = 2.0  # seconds until a payer decides
    faults: Faults = field(default_factory=Faults)
    tokens: dict[str, str] = field(default_factory=dict)  # token: operator

    def issue(self, operator: str) -> str:
        """A new access token for an operator's API."""
        token = secrets.token_urlsafe(24)
        self.tokens[token] = operator
        return token

    def admits(self, operator: str, request: Request) -> bool:
        """Whether the request carries a token of that operator."""
        return self.tokens.get(request.bearer()) == operator

    def expire(self, operator: str) -> None:
        """Let all tokens of an operator run out."""
        for token in [token for token, owner in self.tokens.items() if owner == operator]:
            del self.tokens[token]

    def later(self, seconds: float, act: Callable[..., object], *args: object) -> None:
        """Do something after the answer has left."""
        timer = threading.Timer(max(seconds, 0), act, args)
        timer.daemon = True
        timer.start()


class Handler(BaseHTTPRequestHandler):
    """Finds the route of a request, and sends its answer or the fault in its place."""

    server: "Server"
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "sandbox", ""
    timeout = 30

    def answer(self) -> None:
        """Answer one request; each has a connection of its own."""
        self.close_connection = True
        address = urlsplit(self.path)
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()) or int(length[:9]) > BODY_LIMIT:
            self._send("", Reply(413, {"message": "too large"}))
            return
        request = Request(
            path=address.path,
            query={key: values[-1] for key, values in parse_qs(address.query).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(length)),
        )
        self._send(*self._answered(request))

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def _answered(self, request: Request) -> tuple[str, Reply]:
        box = self.server.box
        for route in self.server.routes:
            found = re.fullmatch(route.pattern, request.path)
            if not found or route.method != self.command:
                continue
            request.parts = found.groups()
            request.fault = box.faults.take(route.operator, route.call)
            if not request.fault and route.chooses:
                request.fault = route.chooses(box, request)
            return request.fault, _carried_out(box, route, request)
        return "", Reply(404, {"code": 404, "message": "Not Found", "description": request.path})

    def _send(self, fault: str, reply: Reply) -> None:
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        headers = {"Content-Type": "application/json"} | reply.headers
        headers |= {"Content-Length": str(len(body)), "Connection": "close"}
        lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        with contextlib.suppress(OSError):
            if not faults.play(fault, self.connection, head, body):
                self.connection.sendall(head + body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: what happened is to be read at /_sandbox/."""


class Server(ThreadingHTTPServer):
    """The process's one port, on loopback only."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, box: Box, routes: list[Route]) -> None:
        self.box = box
        self.routes = routes
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the play; anything else is a mistake of ours."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _carried_out(box: Box, route: Route, request: Request) -> Reply:
    """What the operator answers, after doing what it was asked unless the fault says not to."""
    if request.fault == "expired_token":
        box.expire(route.operator)
    elif request.fault in faults.BEFORE:
        reply = faults.instead(request.fault)
        assert reply is not None
        return reply
    reply = route.answer(box, request)
    return faults.instead(request.fault) or reply


def now() -> str:
    """The time as the operators write it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
