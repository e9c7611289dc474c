"""Onfido's API v3.6, as its servers speak it: applicants, pictures, checks, reports, webhooks."""

import email.parser
import email.policy
import hashlib
import hmac
import json
import re
import uuid
from typing import Any

from project.sandbox import checking
from project.sandbox.checking import FAULTS
from project.sandbox.faults import Reply
from project.sandbox.memory import Record
from project.sandbox.server import Box, Request, Route, now

NAME = "onfido"
TOKEN, WEBHOOK_TOKEN = "api_sandbox.demo", "demo-webhook-token"
ROOT = "/v3.6"
TYPES = {"passport", "national_identity_card", "residence_permit", "driving_licence", "unknown"}
NAMES = {"document", "facial_similarity_photo"}
# Result and sub-result of the document's report, result of the faces'.
RESULTS = {
    "clear": ("clear", "clear", "clear"),
    "namesake": ("clear", "clear", "clear"),
    "attention": ("consider", "caution", "clear"),
    "refused": ("consider", "suspected", "consider"),
    "unsure": ("consider", "rejected", "clear"),
}
UUID = r"([0-9a-f-]{36})"

__all__ = ["FAULTS", "NAME", "ROUTES", "conclude"]


def make_applicant(box: Box, request: Request) -> Reply:
    """POST /applicants"""
    said = request.json()
    wrong = [name for name in ("first_name", "last_name") if not _is_name(said.get(name))]
    if "dob" in said and not re.fullmatch(r"\d{4}-\d\d-\d\d", str(said["dob"])):
        wrong.append("dob")
    if refusal := _refused(request) or _invalid(wrong):
        return refusal
    return _made(box, "applicant", {name: said[name] for name in said if name != "consents"})


def take_document(box: Box, request: Request) -> Reply:
    """POST /documents"""
    fields, size = _multipart(request)
    wrong = [] if fields.get("type") in TYPES else ["type"]
    wrong += [] if fields.get("side", "front") in ("front", "back") else ["side"]
    wrong += [] if re.fullmatch(r"[A-Z]{3}", fields.get("issuing_country", "MDG")) else ["country"]
    return _picture(box, request, "document", fields, size, 2048, 3 * 1024 * 1024, wrong)


def take_live_photo(box: Box, request: Request) -> Reply:
    """POST /live_photos"""
    fields, size = _multipart(request)
    return _picture(box, request, "live_photo", fields, size, 32 * 1024, 10 * 1024 * 1024, [])


def make_check(box: Box, request: Request) -> Reply:
    """POST /checks"""
    said = request.json()
    applicant = box.memory.get("onfido-applicant", str(said.get("applicant_id")))
    names = said.get("report_names")
    wrong = [] if applicant else ["applicant_id"]
    wrong += [] if isinstance(names, list) and names and set(names) <= NAMES else ["report_names"]
    papers = {row["id"] for row in box.memory.all("onfido-document")}
    wrong += [] if set(said.get("document_ids") or []) <= papers else ["document_ids"]
    if refusal := _refused(request) or _invalid(wrong):
        return refusal
    assert applicant is not None
    deal = checking.deal(
        NAME,
        str(uuid.uuid4()),
        applicant["last_name"],
        request.fault,
        applicant_id=applicant["id"],
        tags=said.get("tags") or [],
        reports=[{"id": str(uuid.uuid4()), "name": name} for name in said["report_names"]],
        created_at=now(),
        callback_url=_webhook(box),
    )
    box.memory.add(NAME, deal["id"], deal)
    checking.begin(box, deal, conclude)
    return Reply(201, _check(deal))


def get_check(box: Box, request: Request) -> Reply:
    """GET /checks/ID"""
    deal = box.memory.get(NAME, request.parts[0])
    return _refused(request) or (Reply(200, _check(deal)) if deal else _missing())


def list_checks(box: Box, request: Request) -> Reply:
    """GET /checks?applicant_id="""
    wanted = request.query.get("applicant_id")
    found = [_check(deal) for deal in box.memory.all(NAME) if deal["applicant_id"] == wanted]
    return _refused(request) or Reply(200, {"checks": found})


def list_reports(box: Box, request: Request) -> Reply:
    """GET /reports?check_id="""
    deal = box.memory.get(NAME, request.query.get("check_id", ""))
    return _refused(request) or (Reply(200, {"reports": _reports(deal)}) if deal else _missing())


def make_webhook(box: Box, request: Request) -> Reply:
    """POST /webhooks: where events are brought from now on."""
    url = str(request.json().get("url") or "")
    if refusal := _refused(request) or _invalid([] if url.startswith("http") else ["url"]):
        return refusal
    key = str(uuid.uuid4())
    box.memory.add("onfido-webhook", key, {"url": url})
    return Reply(201, {"id": key, "url": url, "token": WEBHOOK_TOKEN, "enabled": True})


def conclude(box: Box, key: str) -> None:
    """The reports are written: say so."""
    deal = checking.finish(box, NAME, key)
    if deal:
        checking.tell(box, deal, lambda moment: _signed_news(deal))


ROUTES = [
    Route("POST", f"{ROOT}/applicants", NAME, "applicant", make_applicant),
    Route("POST", f"{ROOT}/documents", NAME, "document", take_document),
    Route("POST", f"{ROOT}/live_photos", NAME, "live_photo", take_live_photo),
    Route("POST", f"{ROOT}/checks", NAME, "ask", make_check),
    Route("GET", f"{ROOT}/checks/{UUID}", NAME, "fetch", get_check),
    Route("GET", f"{ROOT}/checks", NAME, "list", list_checks),
    Route("GET", f"{ROOT}/reports", NAME, "reports", list_reports),
    Route("POST", f"{ROOT}/webhooks", NAME, "webhook", make_webhook),
]


def _refused(request: Request) -> Reply | None:
    if request.headers.get("authorization") == f"Token token={TOKEN}":
        return None
    words = "Authorization error: please re-check your credentials"
    return Reply(401, {"error": {"type": "authorization_error", "message": words}})


def _invalid(wrong: list[str]) -> Reply | None:
    if not wrong:
        return None
    fields = {name: ["is not valid"] for name in wrong}
    words = "There was a validation error on this request"
    error = {"type": "validation_error", "message": words, "fields": fields}
    return Reply(422, {"error": error})


def _missing() -> Reply:
    error = {"type": "resource_not_found", "message": "Could not find the requested resource"}
    return Reply(404, {"error": error})


def _is_name(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[^!#$%*=<>;{}\"]{1,}", value) is not None


def _multipart(request: Request) -> tuple[dict[str, str], int]:
    """The fields of a form, and how many bytes its file has."""
    kind = request.headers.get("content-type", "")
    whole = b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n" + request.body
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(whole)
    fields, size = {}, 0
    for part in message.iter_parts() if message.is_multipart() else []:
        content = part.get_payload(decode=True)
        name = part.get_param("name", header="content-disposition")
        if part.get_filename():
            size = len(content) if isinstance(content, bytes) else 0
        elif isinstance(content, bytes):
            fields[str(name)] = content.decode()
    return fields, size


def _picture(
    box: Box,
    request: Request,
    kind: str,
    fields: dict[str, str],
    size: int,
    low: int,
    high: int,
    wrong: list[str],
) -> Reply:
    known = box.memory.get("onfido-applicant", fields.get("applicant_id", ""))
    wrong = wrong + ([] if known else ["applicant_id"]) + ([] if low <= size <= high else ["file"])
    return _refused(request) or _invalid(wrong) or _made(box, kind, fields | {"file_size": size})


def _made(box: Box, kind: str, row: Record) -> Reply:
    key = str(uuid.uuid4())
    row = row | {"id": key, "created_at": now(), "href": f"{ROOT}/{kind}s/{key}"}
    box.memory.add(f"onfido-{kind}", key, row)
    return Reply(201, row | ({"sandbox": True} if kind == "applicant" else {}))


def _webhook(box: Box) -> str:
    known = box.memory.all("onfido-webhook")
    return known[-1]["url"] if known else ""


def _check(deal: Record) -> dict[str, Any]:
    is_done = deal["state"] == "done"
    results = {RESULTS[deal["outcome"]][0], RESULTS[deal["outcome"]][2]}
    return {
        "id": deal["id"],
        "created_at": deal["created_at"],
        "href": f"{ROOT}/checks/{deal['id']}",
        "applicant_id": deal["applicant_id"],
        "status": "complete" if is_done else "in_progress",
        "result": ("clear" if results == {"clear"} else "consider") if is_done else None,
        "report_ids": [report["id"] for report in deal["reports"]],
        "tags": deal["tags"],
        "sandbox": True,
        "version": "3.6",
    }


def _reports(deal: Record) -> list[dict[str, Any]]:
    document, sub, faces = RESULTS[deal["outcome"]]
    is_done = deal["state"] == "done"
    found = []
    for report in deal["reports"]:
        of_paper = report["name"] == "document"
        row = {
            "id": report["id"],
            "name": report["name"],
            "check_id": deal["id"],
            "created_at": deal["created_at"],
            "href": f"{ROOT}/reports/{report['id']}",
            "status": "complete" if is_done else "awaiting_data",
            "result": (document if of_paper else faces) if is_done else None,
            "sub_result": sub if of_paper and is_done else None,
            "breakdown": {"image_integrity": {"result": "clear"}} if is_done else {},
            "properties": {},
        }
        found.append(row)
    return found


def _signed_news(deal: Record) -> tuple[bytes, dict[str, str]]:
    """The event names the check and brings no result."""
    about = {
        "id": deal["id"],
        "status": "complete",
        "completed_at_iso8601": now(),
        "href": f"https://api.eu.onfido.com{ROOT}/checks/{deal['id']}",
    }
    event = {"resource_type": "check", "action": "check.completed", "object": about}
    body = json.dumps({"payload": event}).encode()
    key = checking.secret(deal, WEBHOOK_TOKEN).encode()
    return body, {"X-SHA2-Signature": hmac.new(key, body, hashlib.sha256).hexdigest()}
