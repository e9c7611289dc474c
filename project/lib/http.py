"""Talking to operators over HTTP: one deadline, one size, and what silence means."""

import base64
import io
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

DEADLINE = 25.0  # seconds, for everything said in one conversation; the project's ceiling is 30
CONNECT = 5.0  # seconds to open one connection, within the deadline
LIMIT = 256 * 1024  # bytes of an answer once decompressed; real ones are under 4 KiB
TOKEN_MARGIN = 30.0  # seconds before its expiry at which a token is no longer used


class NotSent(Exception):
    """The request certainly did not reach the other side: it may be sent again."""


class NoAnswer(Exception):
    """What became of the request is unknown. It is looked up later and never sent again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said: its status, and its JSON, or None where it was not JSON."""

    status: int
    body: object

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx. It says nothing about money."""
        return 200 <= self.status < 300

    @property
    def fields(self) -> dict[str, Any]:
        """The JSON object, or an empty one where the body is anything else."""
        return self.body if isinstance(self.body, dict) else {}


@dataclass(slots=True)
class Conversation:
    """A short exchange with one operator; all of it ends `seconds` after it was begun.

    `base_url` comes from settings and is the only host ever spoken to: redirects are not followed,
    proxies and credentials of the environment are not used. Clear text is for loopback only.
    The name of the host is resolved by the system, whose own patience is not counted.
    """

    base_url: str
    seconds: float = DEADLINE
    limit: int = LIMIT
    ends: float = field(init=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme != "https" and not (
            parts.scheme == "http" and is_loopback(parts.hostname or "")
        ):
            raise ValueError(f"an operator is spoken to over https, not at {self.base_url!r}")
        self.ends = time.monotonic() + self.seconds

    @property
    def left(self) -> float:
        """Seconds until it ends, for what is said meanwhile to another host; never none at all."""
        return max(self.ends - time.monotonic(), 0.001)

    @property
    def is_late(self) -> bool:
        """Whether more than half of the time is gone."""
        return self.ends - time.monotonic() < self.seconds / 2

    def get(self, path: str, *, headers: Mapping[str, str]) -> Answer:
        """GET `path`. Raises NotSent or NoAnswer."""
        return self._send("GET", path, headers=headers)

    def post(self, path: str, *, headers: Mapping[str, str], body: object) -> Answer:
        """POST `body` as JSON. Raises NotSent or NoAnswer."""
        return self._send("POST", path, headers=headers, json=body)

    def post_form(
        self, path: str, *, headers: Mapping[str, str], form: Mapping[str, str]
    ) -> Answer:
        """POST `form` url-encoded. Raises NotSent or NoAnswer."""
        return self._send("POST", path, headers=headers, data=form)

    def post_files(
        self,
        path: str,
        *,
        headers: Mapping[str, str],
        form: Mapping[str, str],
        files: Mapping[str, tuple[str, bytes, str]],
    ) -> Answer:
        """POST `form` and `files` (name, bytes, media type) as multipart. Raises as `post` does."""
        return self._send("POST", path, headers=headers, data=form, files=files)

    def put(self, path: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """PUT `body` as it is; a success may come without a body. Raises as `post` does."""
        return self._send("PUT", path, headers=headers, data=body)

    def _send(self, method: str, path: str, **content: Any) -> Answer:
        url = self.base_url.rstrip("/") + path
        line = _Line(self.ends)
        try:
            response = line.exchange(requests.Request(method, url, **content).prepare())
            raw = response.raw.read(self.limit + 1, decode_content=True)
        except (requests.RequestException, HTTPError, OSError, ValueError) as failure:
            # The one question that matters is whether a byte could have left, and only the
            # connection knows: the same exception types occur before and after.
            reason = NoAnswer if line.is_open else NotSent
            raise reason(f"{method} {path}: {type(failure).__name__}") from failure
        finally:
            line.close()
        return self._answer(f"{method} {path}", response.status_code, raw)

    def _answer(self, request: str, status: int, raw: bytes) -> Answer:
        if len(raw) > self.limit:
            raise NoAnswer(f"{request}: {status}, longer than {self.limit} bytes")
        if 300 <= status < 400:
            raise NoAnswer(f"{request}: {status}, a redirect, not followed")
        if not raw and request.startswith("PUT "):
            return Answer(status, None)
        try:
            return Answer(status, parse(raw))
        except ValueError as failure:
            if 200 <= status < 300:
                raise NoAnswer(f"{request}: {status}, not JSON") from failure
            return Answer(status, None)


@dataclass(frozen=True, slots=True)
class Account:
    """Our credentials with an operator that hands out OAuth 2 access tokens."""

    path: str
    key: str
    secret: str = field(repr=False)
    scope: str = ""

    def call(
        self,
        conversation: Conversation,
        send: Callable[[str], Answer],
        *,
        refused: Callable[[Answer], bool],
    ) -> Answer:
        """Call `send` with a token, and once more with a new one if the first is `refused`.

        `refused` must be true only of answers that prove nothing was done. Raises NotSent where
        no token could be had, and what `send` raises.
        """
        token = self._token(conversation)
        answer = send(token)
        if not refused(answer):
            return answer
        _TOKENS.pop((conversation.base_url, self), None)
        return send(self._token(conversation))

    def _token(self, conversation: Conversation) -> str:
        """The token in hand, or a new one. Two threads may both ask: that does no harm."""
        token, expires = _TOKENS.get((conversation.base_url, self), ("", 0.0))
        if time.monotonic() < expires:
            return token
        token, seconds = self._ask(conversation)
        expires = time.monotonic() + seconds - TOKEN_MARGIN
        _TOKENS[conversation.base_url, self] = token, expires
        return token

    def _ask(self, conversation: Conversation) -> tuple[str, float]:
        """Ask for a token: it and its life in seconds. Nothing else was sent, so always NotSent."""
        pair = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        headers = {
            "Authorization": f"Basic {pair}",
            "Cache-Control": "no-cache",
            "Accept": "application/json",
        }
        form = {"grant_type": "client_credentials"} | ({"scope": self.scope} if self.scope else {})
        return self._granted(lambda: conversation.post_form(self.path, headers=headers, form=form))

    def _granted(self, ask: Callable[[], Answer]) -> tuple[str, float]:
        try:
            answer = ask()
        except NoAnswer as silence:
            raise NotSent(f"no token: {silence}") from silence
        token = answer.fields.get("access_token")
        if not (answer.is_success and isinstance(token, str) and token):
            raise NotSent(f"no token: {self.path} answered {answer.status}")
        return token, _seconds(answer.fields.get("expires_in"))


@dataclass(frozen=True, slots=True)
class Realm(Account):
    """An account that asks in JSON, by a name and a password of an organisation (`scope`)."""

    def _ask(self, conversation: Conversation) -> tuple[str, float]:
        body = {"realm": self.scope, "username": self.key, "password": self.secret}
        headers = {"Accept": "application/json"}
        return self._granted(lambda: conversation.post(self.path, headers=headers, body=body))


_TOKENS: dict[tuple[str, Account], tuple[str, float]] = {}


def parse(raw: bytes) -> object:
    """Read strict JSON: UTF-8, no NaN, no infinity, no key twice. Raises ValueError."""
    try:
        return json.loads(
            raw.decode(), parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_object
        )
    except RecursionError:
        raise ValueError("JSON nested too deep") from None


def is_loopback(host: str) -> bool:
    """Whether `host` is this very machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refuse(word: str) -> float:
    raise ValueError(f"{word} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse(digits)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A key given twice is read differently by different readers: which one is the truth?"""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _seconds(value: object) -> float:
    """How long a token lives. Some operators say it as text; unreadable means use it once."""
    text = str(value)
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0.0


class _Line(HTTPAdapter):
    """One connection, for one request: it ends in time and remembers whether it was ever open.

    The adapter is used without a Session, which would read ~/.netrc and proxies from the
    environment, and the whole body of a redirect even when told not to follow it.
    """

    def __init__(self, ends: float) -> None:
        self.ends = ends
        self.is_open = False
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        line = self

        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                self.sock = line.opened(self.sock)

        class Secure(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                self.sock = line.opened(self.sock)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

    def exchange(self, request: requests.PreparedRequest) -> requests.Response:
        """Send `request`; the body of the answer is still to be read."""
        left = max(self.ends - time.monotonic(), 0.001)
        request.headers["Accept-Encoding"] = "gzip"
        request.headers["Connection"] = "close"
        return self.send(request, stream=True, timeout=(min(CONNECT, left), left))

    def opened(self, sock: Any) -> "_Timed":
        """Called once the line is open and its certificate checked, before the first byte."""
        if time.monotonic() >= self.ends:
            sock.close()
            raise TimeoutError("no time left to send")
        self.is_open = True
        return _Timed(sock, self.ends)


class _Timed:
    """A socket whose reads all end by one moment: a limit per read lets a drip go on for ever."""

    def __init__(self, sock: Any, ends: float) -> None:
        self._sock = sock
        self._ends = ends

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def makefile(self, *_args: Any, **_kwargs: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self._sock, self._ends))


class _Reading(io.RawIOBase):
    def __init__(self, sock: Any, ends: float) -> None:
        self._sock = sock
        self._ends = ends
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
