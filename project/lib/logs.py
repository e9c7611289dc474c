"""What is logged, and how: one JSON object a line, with the request's id, without personal data."""

import logging
import re
import time
import uuid
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("hetra.request")

# What a line may say besides its message: a name that is not here is left out.
SAID = ["method", "route", "status", "ms", "user"]
HIDDEN = {"password", "token", "secret", "code", "number", "phone", "email", "address", "key"}

# Numbers of people are written in many ways; what stands in for one tells what it was.
PATTERNS = [
    (re.compile(r"otpauth://\S+"), "[seed]"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    (re.compile(r"(?<!\w)(?:\+?261|0)[\s.-]?3\d(?:[\s.-]?\d){7}(?!\d)"), "[phone]"),
    (re.compile(r"(?<![\w-])\d{3}(?:[\s.-]?\d{3}){3}(?![\w])"), "[cin]"),
    (
        re.compile(r"(?i)\b(code|token|password|secret)(\W{1,4}\w{0,6}\W{0,3})\b[\w-]{4,}"),
        r"\1\2[…]",
    ),
    (re.compile(r"(?<![\w-])[A-Za-z0-9_-]{40,}(?![\w-])"), "[token]"),
]


class RequestMiddleware:
    """Gives each request an id, says it in the answer, and logs what was written or refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Ours, not what the visitor sent: an id that can be chosen could be somebody else's.
        request.id = uuid.uuid4().hex  # type: ignore[attr-defined]
        started = time.monotonic()
        with structlog.contextvars.bound_contextvars(request=request.id):  # type: ignore[attr-defined]
            response = self.get_response(request)
            if request.method not in ("GET", "HEAD") or response.status_code >= 400:
                logger.info("answered", extra=_said(request, response, started))
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        return response


def _said(request: HttpRequest, response: HttpResponse, started: float) -> dict[str, Any]:
    """Who did what, and how it ended: the route, not the address; the account, by its number."""
    match = request.resolver_match
    user = getattr(request, "user", None)
    return {
        "method": request.method,
        "route": match.view_name if match else "",
        "status": response.status_code,
        "ms": round((time.monotonic() - started) * 1000),
        # Asking who it is would question the database once more on pages that did not.
        "user": user.pk if user is not None and user.is_authenticated else None,
    }


def redact(text: str) -> str:
    """The text without the numbers, addresses and codes of people."""
    for pattern, stand_in in PATTERNS:
        text = pattern.sub(stand_in, text)
    return text


def hide(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take personal data out of a line: values by their name, and whatever looks like it."""
    for name, value in line.items():
        if name in HIDDEN:
            line[name] = "[…]"
        elif name not in ("request", "timestamp") and isinstance(value, str):
            line[name] = redact(value)
    return line


def formatter() -> logging.Formatter:
    """The formatter of every handler. JSON writes a line break as two characters: no injection."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ExtraAdder(allow=SAID),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            hide,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
