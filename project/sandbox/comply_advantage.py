"""ComplyAdvantage's Mesh API v2, as its servers speak it: create and screen, cases, webhooks."""

import base64
import hashlib
import hmac
import json
import uuid
from typing import Any

from project.sandbox import checking
from project.sandbox.checking import FAULTS as CHECKING
from project.sandbox.faults import Reply
from project.sandbox.memory import Record
from project.sandbox.server import Box, Request, Route

NAME = "comply_advantage"
LOGIN = {"realm": "demo-realm", "username": "demo@example.mg", "password": "demo-password"}
SCREENING = "demo-screening"
SECRET = base64.b64encode(b"demo-only-mesh-secret-0000000000").decode()
FAULTS = CHECKING | {
    "slow_screening": "answers while the screening still goes on",
    "conflict": "says that the customer is known, as after a lost answer",
}
# What the screening finds, and what analysts make of it a moment later.
RESULTS = {
    "clear": ("NO_PROFILES", None),
    "attention": ("HAS_PROFILES", None),
    "refused": ("HAS_PROFILES", "NEGATIVE"),
    "namesake": ("HAS_PROFILES", "POSITIVE"),
    "unsure": ("", None),
}
STAGES = {"POSITIVE": "False Positive", "NEGATIVE": "True Match"}
CUSTOMERS = {"clear": "Active", "namesake": "Active", "refused": "Closed"}

__all__ = ["FAULTS", "NAME", "ROUTES", "conclude"]


def give_token(box: Box, request: Request) -> Reply:
    """POST /v2/token"""
    if request.json() != LOGIN:
        return Reply(401, {"error": "UNAUTHORIZED", "message": "Invalid credentials"})
    token = {"access_token": box.issue(NAME), "token_type": "Bearer", "expires_in": 86_400}
    return Reply(200, token)


def screen(box: Box, request: Request) -> Reply:
    """POST /v2/workflows/sync/create-and-screen: sent again, the same workflow is taken up."""
    said = request.json()
    refusal = _refused(box, request) or _malformed(said)
    if refusal:
        return refusal
    customer = said["customer"]
    key = customer["external_identifier"]
    deal = box.memory.get("comply_advantage-customer", key)
    if deal is None:
        deal = _opened(box, request, customer)
    known = box.memory.get(NAME, deal["workflow"])
    assert known is not None
    if request.fault == "conflict":
        return Reply(409, _conflict(known))
    return Reply(200, _workflow(known))


def get_workflow(box: Box, request: Request) -> Reply:
    """GET /v2/workflows/ID"""
    deal = box.memory.get(NAME, request.parts[0])
    return _refused(box, request) or (Reply(200, _workflow(deal)) if deal else _missing())


def get_customer(box: Box, request: Request) -> Reply:
    """GET /v2/customers/ID"""
    found = [deal for deal in box.memory.all(NAME) if deal["customer"] == request.parts[0]]
    if refusal := _refused(box, request):
        return refusal
    if not found:
        return _missing()
    status = CUSTOMERS.get(found[0]["outcome"], "Processing")
    return Reply(200, {"customer_identifier": request.parts[0], "status": status})


def make_webhook(box: Box, request: Request) -> Reply:
    """POST /v2/notifications/configurations/webhook"""
    said = request.json()
    if refusal := _refused(box, request):
        return refusal
    key = str(uuid.uuid4())
    box.memory.add("comply_advantage-webhook", key, {"url": str(said.get("url") or "")})
    return Reply(201, {"identifier": key} | said)


def conclude(box: Box, key: str) -> None:
    """Analysts have looked at what was found, where anything was: say so."""
    deal = checking.finish(box, NAME, key)
    if deal and RESULTS[deal["outcome"]][0] == "HAS_PROFILES":
        checking.tell(box, deal, lambda moment: _signed_news(deal, moment))


ROUTES = [
    Route("POST", "/v2/token", NAME, "token", give_token),
    Route("POST", "/v2/workflows/sync/create-and-screen", NAME, "ask", screen),
    Route("GET", "/v2/workflows/([0-9a-f-]+)", NAME, "fetch", get_workflow),
    Route("GET", "/v2/customers/([0-9a-f-]+)", NAME, "customer", get_customer),
    Route("POST", "/v2/notifications/configurations/webhook", NAME, "webhook", make_webhook),
]


def _opened(box: Box, request: Request, customer: dict[str, Any]) -> Record:
    person = customer["person"]
    known = box.memory.all("comply_advantage-webhook")
    deal = checking.deal(
        NAME,
        str(uuid.uuid4()),
        person.get("last_name") or person.get("full_name"),
        request.fault,
        customer=str(uuid.uuid4()),
        external=customer["external_identifier"],
        is_slow=request.fault == "slow_screening",
        callback_url=known[-1]["url"] if known else "",
    )
    box.memory.add(NAME, deal["id"], deal)
    place = {"workflow": deal["id"]}
    box.memory.add("comply_advantage-customer", deal["external"], place)
    checking.begin(box, deal, conclude)
    return place


def _refused(box: Box, request: Request) -> Reply | None:
    if box.admits(NAME, request):
        return None
    return Reply(401, {"error": "UNAUTHORIZED", "message": "Token is missing or has expired"})


def _malformed(said: dict[str, Any]) -> Reply | None:
    customer = said.get("customer")
    person = customer.get("person") if isinstance(customer, dict) else None
    names = person if isinstance(person, dict) else {}
    configuration = said.get("configuration")
    wrong = ""
    if not isinstance(customer, dict) or not customer.get("external_identifier"):
        wrong = "customer.external_identifier"
    elif ("full_name" in names) == ("last_name" in names):
        wrong = "customer.person: exactly one of full_name and last_name"
    elif "full_name" in names and set(names) != {"full_name"}:
        wrong = "customer.person: full_name stands alone"
    elif (
        not isinstance(configuration, dict)
        or configuration.get("screening_configuration_identifier") != SCREENING
    ):
        wrong = "configuration.screening_configuration_identifier"
    elif not isinstance(customer.get("date_of_birth", {}), dict):
        wrong = "customer.date_of_birth"
    return Reply(400, {"error": "BAD_REQUEST", "message": wrong}) if wrong else None


def _missing() -> Reply:
    return Reply(404, {"error": "NOT_FOUND", "message": "No such resource"})


def _conflict(deal: Record) -> dict[str, Any]:
    return {
        "error": "DUPLICATE_EXTERNAL_IDENTIFIER",
        "message": f"A customer with external_identifier '{deal['external']}' already exists",
        "existing_customer_identifier": deal["customer"],
    }


def _workflow(deal: Record) -> dict[str, Any]:
    result, _decision = RESULTS[deal["outcome"]]
    is_going_on = deal["is_slow"] and deal["state"] == "pending"
    step: dict[str, Any] = {"identifier": deal["id"], "status": "COMPLETED", "step_output": {}}
    if is_going_on:
        step = {"identifier": None, "status": "IN-PROGRESS", "step_output": {}}
    elif not result:
        step["status"] = "ERRORED"
    else:
        kinds = ["PEP_CLASS_2"] if result == "HAS_PROFILES" else []
        step["step_output"] = {"screening_result": result, "aml_types": kinds}
    created = {"customer_identifier": deal["customer"], "external_identifier": deal["external"]}
    return {
        "workflow_instance_identifier": deal["id"],
        "workflow_type": "create-and-screen",
        "steps": ["customer-creation", "initial-risk-scoring", "customer-screening", "alerting"],
        "status": "IN-PROGRESS" if deal["state"] == "pending" else "COMPLETED",
        "step_details": {
            "customer-creation": {"status": "COMPLETED", "step_output": created},
            "initial-risk-scoring": {
                "status": "COMPLETED",
                "step_output": {"overall_level": "LOW-RISK", "overall_value": 10},
            },
            "customer-screening": step,
            "alerting": {"identifier": None, "status": "NOT-STARTED", "step_output": {}},
        },
    }


def _signed_news(deal: Record, moment: float) -> tuple[bytes, dict[str, str]]:
    """A case changed its stage. Signed as Standard Webhooks v1: id, moment and body."""
    decision = RESULTS[deal["outcome"]][1]
    about = {"identifier": deal["customer"], "external_identifier": deal["external"], "version": 1}
    news = {
        "api_version": "v2",
        "webhook_type": "CASE_STAGE_UPDATED",
        "case_identifier": str(uuid.uuid4()),
        "case_type": "CUSTOMER_ONBOARDING",
        "customer": about,
        "case_stage": {
            "identifier": str(uuid.uuid4()),
            "display_name": STAGES.get(str(decision), "In Progress"),
            "stage_type": "DECISION" if decision else "PROGRESS",
            "decision_type": decision,
        },
    }
    body, key, stamp = json.dumps(news).encode(), str(uuid.uuid4()), str(int(moment))
    secret = SECRET if deal["fault"] != "wrong_signature" else base64.b64encode(b"x" * 32).decode()
    signed = f"{key}.{stamp}.".encode() + body
    made = hmac.new(base64.b64decode(secret), signed, hashlib.sha256).digest()
    return body, {
        "webhook-id": key,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(made).decode()}",
    }
