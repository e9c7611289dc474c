"""Calling the site back, as operators do: again a few times where nobody takes the news."""

import http.client
import json
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from project.sandbox.memory import Record
from project.sandbox.server import Box

WAITS = (1, 3, 10)  # seconds before each further try


def send(box: Box, method: str, deal: Record, news: dict[str, Any]) -> None:
    """Bring `news` to the deal's callback address, and keep what came of it with the deal."""
    bring(box, method, deal, json.dumps(news).encode(), {})


def bring(
    box: Box, method: str, deal: Record, body: bytes, headers: dict[str, str], tried: int = 0
) -> None:
    """The same for a body that is signed as it is.

    Only loopback is ever called: an address of the world outside is none of a sandbox's business.
    """
    result = _called(method, deal["callback_url"], body, headers)

    def edit(row: Record) -> bool:
        row["callbacks"].append(result)
        return True

    box.memory.change(deal["operator"], deal["id"], edit)
    if not result.startswith(("2", "not")) and tried < len(WAITS):
        box.later(WAITS[tried], bring, box, method, deal, body, headers, tried + 1)


def _called(method: str, url: str, body: bytes, headers: dict[str, str]) -> str:
    """What came of one call: a status, or a word."""
    parts = _loopback(url)
    if parts is None:
        return "not called: only http on loopback is"
    line = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=10)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        line.request(method, target, body, {"Content-Type": "application/json"} | headers)
        return str(line.getresponse().status)
    except (OSError, http.client.HTTPException, ValueError) as failure:
        return type(failure).__name__
    finally:
        line.close()


def _loopback(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        is_near = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return None
    return parts if is_near and parts.scheme == "http" else None
