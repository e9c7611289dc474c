"""A national identity service that speaks the port of docs/national-identity.md."""

import hashlib
import hmac
import json
import time
from typing import Any

from project.sandbox import checking
from project.sandbox.checking import FAULTS
from project.sandbox.faults import Reply
from project.sandbox.memory import Record
from project.sandbox.server import Box, Request, Route, now

NAME = "national_id"
CLIENT, SECRET = "demo-client", "demo-secret"
PAPERS = {"cin", "passport", "resident_card", "loss_receipt", "attestation", "nui"}
WORDS = {
    "clear": ("match", "match"),
    "namesake": ("match", "match"),
    "attention": ("partial", "differs"),
    "refused": ("no_match", "differs"),
    "unsure": ("register_closed", "not_compared"),
}

__all__ = ["FAULTS", "NAME", "ROUTES", "conclude"]


def put(box: Box, request: Request) -> Reply:
    """PUT /v1/verifications/REFERENCE: a question, the same however often it is put."""
    refusal = _refused(request)
    if refusal:
        return refusal
    said, key = request.json(), request.parts[0]
    if fault := _malformed(said):
        return Reply(422, {"error": "malformed", "field": fault})
    digest = hashlib.sha256(request.body).hexdigest()
    known = box.memory.get(NAME, key)
    if known:
        same = known["digest"] == digest
        return _told(known) if same else Reply(409, {"error": "another_question"})
    deal = checking.deal(
        NAME,
        key,
        said["person"]["surname"],
        request.fault,
        digest=digest,
        number=said["paper"]["number"],
        callback_url=said.get("callback_url") or "",
    )
    box.memory.add(NAME, key, deal)
    checking.begin(box, deal, conclude)
    return _told(box.memory.get(NAME, key) or deal)


def get(box: Box, request: Request) -> Reply:
    """GET /v1/verifications/REFERENCE"""
    refusal = _refused(request)
    if refusal:
        return refusal
    deal = box.memory.get(NAME, request.parts[0])
    return _told(deal) if deal else Reply(404, {"error": "unknown_reference"})


def conclude(box: Box, key: str) -> None:
    """The register has been looked up: say so."""
    deal = checking.finish(box, NAME, key)
    if deal:
        checking.tell(box, deal, lambda moment: _signed_news(deal, moment))


ROUTES = [
    Route("PUT", r"/v1/verifications/([0-9a-f-]{36})", NAME, "ask", put),
    Route("GET", r"/v1/verifications/([0-9a-f-]{36})", NAME, "fetch", get),
]


def _signature(secret: str, moment: str, method: str, path: str, body: bytes) -> str:
    lines = "\n".join([moment, method, path, hashlib.sha256(body).hexdigest()])
    return hmac.new(secret.encode(), lines.encode(), hashlib.sha256).hexdigest()


def _refused(request: Request) -> Reply | None:
    method = "PUT" if request.body else "GET"
    moment = request.headers.get("x-timestamp", "")
    right = _signature(SECRET, moment, method, request.path, request.body)
    is_fresh = moment.isdigit() and abs(time.time() - int(moment)) <= 300
    given = request.headers.get("x-signature", "")
    if request.headers.get("x-client") != CLIENT or given != right or not is_fresh:
        return Reply(401, {"error": "bad_signature"})
    return None


def _malformed(said: dict[str, Any]) -> str:
    """The first field that is wrong, or nothing."""
    paper, person = said.get("paper"), said.get("person")
    if not isinstance(paper, dict) or paper.get("type") not in PAPERS or not paper.get("number"):
        return "paper"
    if not isinstance(person, dict) or not person.get("surname"):
        return "person"
    return ""


def _told(deal: Record) -> Reply:
    if deal["state"] == "pending":
        return Reply(202, {"reference": deal["id"], "status": "pending", "trial": True})
    outcome, field = WORDS[deal["outcome"]]
    return Reply(
        200,
        {
            "reference": deal["id"],
            "status": "done",
            "outcome": outcome,
            "fields": {"surname": field, "given_names": "match", "birth_date": field},
            "portrait": "not_compared",
            "registry_reference": f"RN-{deal['id'][:8]}",
            "checked_at": now(),
            "trial": True,
        },
    )


def _signed_news(deal: Record, moment: float) -> tuple[bytes, dict[str, str]]:
    body, stamp = json.dumps({"reference": deal["id"]}).encode(), str(int(moment))
    key = checking.secret(deal, SECRET)
    signature = _signature(key, stamp, "CALLBACK", "", body)
    return body, {"X-Timestamp": stamp, "X-Signature": signature}
