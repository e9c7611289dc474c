"""Orange's SMS API for Africa and the Middle East, version 1, as its servers speak it."""

import re
import uuid
from typing import Any
from urllib.parse import quote

from project.sandbox.faults import Reply
from project.sandbox.server import Box, Request, Route, now

NAME = "orange_sms"
CLIENT_ID, CLIENT_SECRET = "demo-client", "demo-secret"
SENDER = "tel:+2610000"
PATH = "/smsmessaging/v1/outbound/"

FAULTS = {
    "no_units": "refuses: the bundle is used up",
    "no_id": "takes the message and answers 201 without its address",
}


def give_token(box: Box, request: Request) -> Reply:
    """POST /oauth/v3/token"""
    if request.basic() != f"{CLIENT_ID}:{CLIENT_SECRET}":
        words = {"error": "invalid_client", "error_description": "The requested service needs"}
        words["error_description"] += " credentials, but the ones provided were invalid."
        return Reply(401, words)
    if request.form().get("grant_type") != "client_credentials":
        words = {"error": "unsupported_grant_type", "error_description": "Unknown grant_type"}
        return Reply(400, words)
    token = {"token_type": "Bearer", "access_token": box.issue(NAME), "expires_in": 3600}
    return Reply(200, token)


def send(box: Box, request: Request) -> Reply:
    """POST …/outbound/SENDER/requests: one message to one number."""
    if "authorization" not in request.headers:
        return _gateway(401, 40, "Missing credentials", "The requested service needs credentials")
    if not box.admits(NAME, request):
        return _gateway(401, 42, "Expired credentials", "The requested service needs credentials")
    asked = request.json().get("outboundSMSMessageRequest")
    refusal = _malformed(request, asked)
    if refusal or not isinstance(asked, dict):
        return refusal or _service("SVC0002", "Invalid input value for message part")
    if request.fault == "no_units":
        return _policy("POL1009", "User is not provisioned for SMS: no unit left")
    key = str(uuid.uuid4())
    box.memory.add(NAME, key, _sms(key, asked))
    if request.fault == "no_id":
        return Reply(201, {"outboundSMSMessageRequest": asked})
    address = f"https://api.orange.com{PATH}{quote(SENDER, safe='')}/requests/{key}"
    return Reply(201, {"outboundSMSMessageRequest": asked | {"resourceURL": address}})


ROUTES = [
    Route("POST", "/oauth/v3/token", NAME, "token", give_token),
    Route("POST", re.escape(PATH) + r"([^/]+)/requests", NAME, "send", send),
]


def _malformed(request: Request, asked: object) -> Reply | None:
    if not request.headers.get("content-type", "").startswith("application/json"):
        return _gateway(415, 29, "Unsupported media type", "application/json is expected")
    if not isinstance(asked, dict):
        return _service("SVC0002", "Invalid input value for message part outboundSMSMessageRequest")
    # The sender stands in the address percent-encoded, colon and plus included.
    if request.parts[0] != quote(SENDER, safe="") or asked.get("senderAddress") != SENDER:
        return _service("SVC0004", "No valid addresses provided in message part senderAddress")
    if not re.fullmatch(r"tel:\+261[0-9]{9}", str(asked.get("address"))):
        return _service("SVC0004", "No valid addresses provided in message part address")
    if not 1 <= len(str(asked.get("senderName", "-"))) <= 11:
        return _service("SVC0002", "Invalid input value for message part senderName")
    text = asked.get("outboundSMSTextMessage")
    words = text.get("message") if isinstance(text, dict) else None
    if not isinstance(words, str) or not words:
        return _service("SVC0002", "Invalid input value for message part message")
    return None


def _sms(key: str, asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": key,
        "at": now(),
        "to": asked["address"].removeprefix("tel:"),
        "sender": asked["senderAddress"],
        "sender_name": asked.get("senderName", ""),
        "body": asked["outboundSMSTextMessage"]["message"],
    }


def _service(code: str, text: str) -> Reply:
    trouble = {"messageId": code, "text": text, "variables": []}
    return Reply(400, {"requestError": {"serviceException": trouble}})


def _policy(code: str, text: str) -> Reply:
    trouble = {"messageId": code, "text": text, "variables": []}
    return Reply(403, {"requestError": {"policyException": trouble}})


def _gateway(status: int, code: int, message: str, description: str) -> Reply:
    return Reply(status, {"code": code, "message": message, "description": description})
