"""MVola's Merchant Pay API 1.0, as its servers speak it. Who pays how: mvola_payers.py."""

import random
import re
import time
import uuid
from typing import Any

from project.sandbox import callbacks
from project.sandbox.faults import Reply
from project.sandbox.memory import Record
from project.sandbox.mvola_payers import FAULTS, by_payer, listed, msisdn
from project.sandbox.server import Box, Request, Route, now

NAME = "mvola"
KEY, SECRET = "demo-key", "demo-secret"
SCOPE = "EXT_INT_MVOLA_SCOPE"
PATH = "/mvola/mm/transactions/type/merchantpay/1.0.0/"
FEE = "20"

__all__ = ["FAULTS", "NAME", "ROUTES", "finish", "resume"]

# What a well-formed field looks like, in the order MVola would complain of it.
FIELDS = {
    "amount": r"[1-9][0-9]{0,8}",
    "currency": r"Ar",
    "descriptionText": r"[A-Za-z0-9 ._,-]{1,50}",
    "requestingOrganisationTransactionReference": r".{1,50}",
    "originalTransactionReference": r".{0,50}",
    "requestDate": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
}
HEADERS = {
    "version": r"1\.0",
    "x-correlationid": r".+",
    "userlanguage": r"FR|MG",
    "useraccountidentifier": r"msisdn;03\d{8}",
    "partnername": r".+",
    "cache-control": r"no-cache",
    "content-type": r"application/json.*",
}


def give_token(box: Box, request: Request) -> Reply:
    """POST /token"""
    if request.basic() != f"{KEY}:{SECRET}":
        return Reply(
            401,
            {
                "error": "invalid_client",
                "error_description": "A valid OAuth client could not be found for client_id",
            },
        )
    form = request.form()
    if form.get("grant_type") != "client_credentials":
        return Reply(
            400,
            {
                "error": "unsupported_grant_type",
                "error_description": "Unsupported grant_type value",
            },
        )
    if form.get("scope") != SCOPE:
        return Reply(400, {"error": "invalid_scope", "error_description": "Unknown scope"})
    return Reply(
        200,
        {
            "access_token": box.issue(NAME),
            "scope": SCOPE,
            "token_type": "Bearer",
            "expires_in": 3600,
        },
    )


def initiate(box: Box, request: Request) -> Reply:
    """POST …/merchantpay/1.0.0/: prompt the payer."""
    said = request.json()
    refusal = _refused(box, request) or _malformed(request, said) or _at_once(request.fault)
    if refusal:
        return refusal
    deal = _deal(request, said)
    if not box.memory.add("mvola-reference", deal["reference"], {"id": deal["id"]}):
        return _error(409, "businessRule", "duplicateRequest", "Duplicate reference", "4009")
    box.memory.add(NAME, deal["id"], deal)
    if request.fault == "early_callback":
        finish(box, deal["id"], pays=True)
    elif request.fault != "never":
        box.memory.change(NAME, deal["id"], lambda row: _due(row, time.time() + box.delay))
        box.later(box.delay, decide, box, deal["id"])
    answer = {
        "status": "pending",
        "serverCorrelationId": deal["id"],
        "notificationMethod": _method(deal),
    }
    if request.fault == "no_id":
        del answer["serverCorrelationId"]
    return Reply(202, answer)


def status(box: Box, request: Request) -> Reply:
    """GET …/status/ID"""
    refusal = _refused(box, request)
    if refusal:
        return refusal
    deal = box.memory.get(NAME, request.parts[0])
    if deal is None:
        return _unknown(request.parts[0])
    return Reply(
        200,
        {
            "status": deal["state"],
            "serverCorrelationId": deal["id"],
            "notificationMethod": _method(deal),
            "objectReference": deal["object_reference"],
        },
    )


def details(box: Box, request: Request) -> Reply:
    """GET …/REFERENCE"""
    refusal = _refused(box, request)
    if refusal:
        return refusal
    wanted = request.parts[0]
    place = box.memory.get("mvola-object", wanted)
    deal = box.memory.get(NAME, place["id"]) if place else None
    return Reply(200, _details(deal)) if deal else _unknown(wanted)


def decide(box: Box, key: str) -> None:
    """The payer answers the prompt, as their number says."""
    deal = box.memory.get(NAME, key)
    if deal:
        refuses = deal["fault"] in {"declined", "insufficient", "lying_callback"}
        finish(box, key, pays=not refuses)


def finish(box: Box, key: str, *, pays: bool) -> bool:
    """Take the money or not, once, and say so to the callback address. False where it was over."""

    def edit(deal: Record) -> bool:
        if deal["state"] != "pending":
            return False
        deal["state"] = "completed" if pays else "failed"
        deal["object_reference"] = str(random.randint(600_000_000, 699_999_999))
        deal["debited"] = deal["amount"] + (deal["fault"] == "wrong_amount") if pays else 0
        return True

    deal = box.memory.change(NAME, key, edit)
    if deal is None:
        return False
    box.memory.add("mvola-object", deal["object_reference"], {"id": key})
    if deal["callback_url"] and deal["fault"] != "no_callback":
        times = 5 if deal["fault"] == "duplicate_callbacks" else 1
        for _ in range(times):
            callbacks.send(box, "PUT", deal, _news(deal))
    return True


def resume(box: Box) -> None:
    """After a restart, let the payers who had not decided yet decide."""
    for deal in box.memory.all(NAME):
        if deal["state"] == "pending" and deal["due"]:
            box.later(deal["due"] - time.time(), decide, box, deal["id"])


ROUTES = [
    Route("POST", "/token", NAME, "token", give_token),
    Route("POST", re.escape(PATH), NAME, "initiate", initiate, by_payer),
    Route("GET", re.escape(PATH) + r"status/([^/]+)", NAME, "status", status),
    Route("GET", re.escape(PATH) + r"([^/]+)", NAME, "details", details),
]


def _refused(box: Box, request: Request) -> Reply | None:
    """What is wrong with the headers, if anything."""
    if "authorization" not in request.headers:
        return _error(400, "validation", "formatError", "Missing field", "4001")
    if not box.admits(NAME, request):
        fault = {
            "code": 900901,
            "message": "Invalid Credentials",
            "description": "Access failure for API: /mvola/mm/transactions/type/merchantpay/1.0.0,"
            " version: 1.0.0 status: (900901) - Invalid Credentials."
            " Make sure you have provided the correct security credentials",
        }
        return Reply(401, {"fault": fault})
    for name, pattern in HEADERS.items():
        if not re.fullmatch(pattern, request.headers.get(name, "")):
            return _error(400, "validation", "formatError", "Missing field", "4001")
    return None


def _malformed(request: Request, said: dict[str, Any]) -> Reply | None:
    """What is wrong with the charge, if anything."""
    for name, pattern in FIELDS.items():
        value = said.get(name)
        if not isinstance(value, str):
            return _error(400, "validation", "formatError", "Missing field", "4001")
        if not re.fullmatch(pattern, value):
            return _error(400, "validation", "formatError", f"Invalid {name}", "4001")
    payer, payee = msisdn(said.get("debitParty")), msisdn(said.get("creditParty"))
    account = request.headers["useraccountidentifier"].partition(";")[2]
    if not payer or not payee or payee != account:
        return _error(400, "validation", "formatError", "Invalid msisdn", "4001")
    keys = {pair.get("key") for pair in listed(said.get("metadata"))}
    if not {"partnerName", "fc", "amountFc"} <= keys:
        return _error(400, "validation", "formatError", "Missing field", "4001")
    return None


def _at_once(fault: str) -> Reply | None:
    """A refusal before the payer is prompted."""
    match fault:
        case "unknown_payer":
            return _error(400, "identification", "identifierError", "Unknown debit party", "4002")
        case "no_funds":
            return _error(402, "businessRule", "insufficientFunds", "Not enough funds", "4020")
        case "conflict":
            return _error(409, "businessRule", "duplicateRequest", "Duplicate reference", "4009")
        case "throttled":
            fault_body = {
                "code": 900800,
                "message": "Message throttled out",
                "description": "You have exceeded your quota",
            }
            return Reply(429, {"fault": fault_body}, {"Retry-After": "30"})
    return None


def _deal(request: Request, said: dict[str, Any]) -> Record:
    return {
        "operator": NAME,
        "id": str(uuid.uuid4()),
        "reference": said["requestingOrganisationTransactionReference"],
        "amount": int(said["amount"]),
        "debited": 0,
        "payer": msisdn(said["debitParty"]),
        "payee": msisdn(said["creditParty"]),
        "label": said["descriptionText"],
        "requested_at": said["requestDate"],
        "created_at": now(),
        "correlation": request.headers["x-correlationid"],
        "callback_url": request.headers.get("x-callback-url", ""),
        "state": "pending",
        "object_reference": "",
        "due": 0,
        "fault": request.fault,
        "callbacks": [],
    }


def _due(deal: Record, moment: float) -> bool:
    deal["due"] = moment
    return True


def _method(deal: Record) -> str:
    return "callback" if deal["callback_url"] else "polling"


def _details(deal: Record) -> dict[str, Any]:
    paid = deal["state"] == "completed"
    amount = deal["debited"] if paid else deal["amount"]
    why = {"insufficient": "Insufficient balance"}.get(deal["fault"], "Declined by the payer")
    metadata = [
        {"key": "originalTransactionResult", "value": "0" if paid else "1"},
        {"key": "originalTransactionResultDesc", "value": "0" if paid else why},
    ]
    payee = "0340000099" if deal["fault"] == "wrong_payee" else deal["payee"]
    return {
        "amount": f"{amount}.50" if deal["fault"] == "unreadable_amount" else f"{amount}.00",
        "currency": "EUR" if deal["fault"] == "wrong_currency" else "Ar",
        "requestDate": deal["requested_at"],
        "debitParty": [{"key": "msisdn", "value": deal["payer"]}],
        "creditParty": [{"key": "msisdn", "value": payee}],
        "fees": [{"feeAmount": FEE if paid else "0"}],
        "metadata": metadata,
        "transactionStatus": deal["state"],
        "creationDate": deal["created_at"],
        "transactionReference": deal["object_reference"],
    }


def _news(deal: Record) -> dict[str, Any]:
    """The callback's body; it names no amount."""
    lies = deal["fault"] == "lying_callback"
    news = {
        "transactionStatus": "completed" if lies else deal["state"],
        "serverCorrelationId": deal["id"],
        "transactionReference": deal["object_reference"],
        "requestDate": deal["requested_at"],
        "debitParty": [{"key": "msisdn", "value": deal["payer"]}],
        "creditParty": [{"key": "msisdn", "value": deal["payee"]}],
        "metadata": [{"key": "XCorrelationId", "value": deal["correlation"]}],
    }
    if news["transactionStatus"] == "completed":
        news["fees"] = [{"feeAmount": FEE}]
    return news


def _error(status: int, category: str, code: str, description: str, number: str) -> Reply:
    return Reply(
        status,
        {
            "errorCategory": category,
            "errorCode": code,
            "errorDescription": description,
            "errorDateTime": now(),
            "errorParameters": [{"key": "mmErrorCode", "value": number}],
        },
    )


def _unknown(key: str) -> Reply:
    words = f"No transaction found with id {key}"
    return _error(404, "validation", "formatError", words, "4001")
