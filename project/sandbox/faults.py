"""How an answer goes wrong on the wire, for any operator."""

import contextlib
import select
import socket
import threading
import time
import zlib
from dataclasses import dataclass, field
from typing import Any

PATIENCE = 120  # seconds for which a silent or dripping answer is held open
BOMB = 32 * 1024 * 1024  # bytes of the answer once decompressed
PAGE = b"<!DOCTYPE html><title>Bienvenue</title><p>Connectez-vous au r\xc3\xa9seau.</p>"

# The request is not carried out.
BEFORE = {
    "error_500": "answers 500",
    "too_many": "answers 429, saying no more",
    "redirect": "answers 302 to another host",
    "expired_token": "forgets its tokens first, so that this call's is refused",
}

# The request is carried out and the answer is lost or spoilt.
AFTER = {
    "silence": "answers nothing and keeps the line open",
    "cut": "closes the line without an answer",
    "error_500_after": "answers 500 all the same",
    "html": "answers 200 with a web page, as a captive portal does",
    "empty": "answers 200 with {}",
    "truncated": "announces more than it sends",
    "drip": "sends the answer one byte every half second",
    "bomb": "answers 32 MiB packed into 32 KiB",
    "endless": "answers without end",
}


@dataclass(slots=True)
class Reply:
    """What an operator answers: JSON, or bytes as they are."""

    status: int
    body: object
    headers: dict[str, str] = field(default_factory=dict)


class Faults:
    """The faults asked for by the control interface, in the order they were asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[dict[str, Any]] = []

    def add(self, operator: str, call: str, fault: str, times: int | None) -> None:
        """Make the next `times` calls go wrong, or all of them (None)."""
        with self._lock:
            self._rules.append({"operator": operator, "call": call, "fault": fault, "times": times})

    def take(self, operator: str, call: str) -> str:
        """The fault to apply to this call, counted as used, or ""."""
        with self._lock:
            for rule in self._rules:
                if rule["operator"] == operator and rule["call"] == call:
                    return self._use(rule)
        return ""

    def _use(self, rule: dict[str, Any]) -> str:
        if rule["times"] is not None:
            rule["times"] -= 1
            if rule["times"] <= 0:
                self._rules.remove(rule)
        return rule["fault"]

    def all(self) -> list[dict[str, Any]]:
        """The faults still to come."""
        with self._lock:
            return [dict(rule) for rule in self._rules]

    def clear(self) -> None:
        """Let everything work again."""
        with self._lock:
            self._rules.clear()


def instead(fault: str) -> Reply | None:
    """The answer given in place of the real one, or None where the fault is of another kind."""
    html = {"Content-Type": "text/html; charset=utf-8"}
    match fault:
        case "error_500" | "error_500_after":
            return Reply(500, b"<html><body><h1>500 Internal Server Error</h1></body></html>", html)
        case "too_many":
            return Reply(429, {"message": "Too many requests"}, {"Retry-After": "30"})
        case "redirect":
            return Reply(302, b"", {"Location": "http://127.0.0.1:1/elsewhere"})
        case "html":
            return Reply(200, PAGE, html)
        case "empty":
            return Reply(200, {})
        case "bomb":
            return Reply(200, _bomb(), {"Content-Encoding": "gzip"})
    return None


def play(fault: str, connection: socket.socket, head: bytes, body: bytes) -> bool:
    """Send a ready answer as `fault` says. Return False where it concerns something else."""
    with contextlib.suppress(OSError):
        match fault:
            case "cut":
                pass
            case "silence":
                _hold(connection)
            case "truncated":
                connection.sendall(head + body[: len(body) // 2])
            case "drip":
                _drip(connection, head + body)
            case "endless":
                _pour(connection)
            case _:
                return False
    return True


def _hold(connection: socket.socket) -> None:
    """Wait until the other side gives up."""
    select.select([connection], [], [], PATIENCE)


def _drip(connection: socket.socket, answer: bytes) -> None:
    ends = time.monotonic() + PATIENCE
    for byte in answer:
        connection.sendall(bytes([byte]))
        if time.monotonic() > ends or select.select([connection], [], [], 0.5)[0]:
            return


def _pour(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        connection.sendall(b" " * 65536)


def _bomb() -> bytes:
    """Valid JSON, mostly blank."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    blank = b" " * 1024 * 1024
    parts = [packer.compress(blank) for _ in range(BOMB // len(blank))]
    return b"".join([*parts, packer.compress(b"{}"), packer.flush()])
