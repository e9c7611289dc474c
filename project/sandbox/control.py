"""The sandbox's own interface under /_sandbox/: seeing the truth, and making things go wrong."""

from types import ModuleType
from typing import Any

from project.sandbox import (
    checking,
    comply_advantage,
    faults,
    mvola,
    mvola_payers,
    national_id,
    onfido,
    orange_sms,
    smile_id,
)
from project.sandbox.faults import Reply
from project.sandbox.server import Box, Request, Route

# To add an operator, write its module with NAME, ROUTES and FAULTS, and list it here. One that
# takes payments also has finish() and resume(), and keeps its deals in memory under its NAME; one
# that checks identities has conclude() instead.
CHECKERS: list[ModuleType] = [national_id, smile_id, onfido, comply_advantage]
OPERATORS: list[ModuleType] = [mvola, orange_sms, *CHECKERS]
PAYMENTS = {module.NAME: module for module in OPERATORS if hasattr(module, "finish")}


def index(box: Box, request: Request) -> Reply:
    """GET /: what a person may do here."""
    calls = [f"{route.method:5} {route.pattern}" for route in ROUTES]
    parts: list[Any] = ["Operators' sandbox: no real money, no real messages.", *calls]
    parts += [mvola_payers.__doc__, checking.__doc__]
    words = "\n".join(parts).replace("([^/]+)", "ID")
    return Reply(200, words.encode(), {"Content-Type": "text/plain; charset=utf-8"})


def health(box: Box, request: Request) -> Reply:
    """GET /_sandbox/health"""
    return Reply(200, {"status": "ok", "operators": [module.NAME for module in OPERATORS]})


def transactions(box: Box, request: Request) -> Reply:
    """GET /_sandbox/transactions: what each operator really did, oldest first."""
    return Reply(200, [deal for name in PAYMENTS for deal in box.memory.all(name)])


def sms(box: Box, request: Request) -> Reply:
    """GET /_sandbox/sms[?to=+261…]: the messages taken, oldest first."""
    to = request.query.get("to", "").replace(" ", "+")
    found = [row for row in box.memory.all(orange_sms.NAME) if to in ("", row["to"])]
    return Reply(200, found)


def checks(box: Box, request: Request) -> Reply:
    """GET /_sandbox/checks: whom each service was asked about, oldest first."""
    return Reply(200, [deal for module in CHECKERS for deal in box.memory.all(module.NAME)])


def approve(box: Box, request: Request) -> Reply:
    """POST /_sandbox/transactions/ID/approve: the payer pays now."""
    return _decided(box, request.parts[0], pays=True)


def decline(box: Box, request: Request) -> Reply:
    """POST /_sandbox/transactions/ID/decline: the payer refuses now."""
    return _decided(box, request.parts[0], pays=False)


def list_faults(box: Box, request: Request) -> Reply:
    """GET /_sandbox/faults: those waiting, and those there are."""
    known: dict[str, Any] = {"any": faults.BEFORE | faults.AFTER}
    known |= {module.NAME: module.FAULTS for module in OPERATORS}
    return Reply(200, {"waiting": box.faults.all(), "known": known})


def add_fault(box: Box, request: Request) -> Reply:
    """POST /_sandbox/faults {"operator","call","fault","times"}; without times, until reset."""
    asked = request.json()
    operator, call, fault = (str(asked.get(key)) for key in ("operator", "call", "fault"))
    times = asked.get("times")
    calls = {(route.operator, route.call) for module in OPERATORS for route in module.ROUTES}
    if (operator, call) not in calls:
        return _refused("operator and call are one of", sorted(map("/".join, calls)))
    own = next(module.FAULTS for module in OPERATORS if operator == module.NAME)
    known = faults.BEFORE | faults.AFTER | own
    if fault not in known:
        return _refused("fault is one of", sorted(known))
    if times is not None and (type(times) is not int or times < 1):
        return _refused("times is a number from 1, or left out", [])
    box.faults.add(operator, call, fault, times)
    return Reply(201, {"waiting": box.faults.all()})


def reset(box: Box, request: Request) -> Reply:
    """POST /_sandbox/reset: forget everything, and let everything work."""
    box.faults.clear()
    box.tokens.clear()
    box.memory.clear()
    return Reply(200, {"status": "ok"})


ROUTES = [
    Route("GET", "/", "_sandbox", "index", index),
    Route("GET", "/_sandbox/health", "_sandbox", "health", health),
    Route("GET", "/_sandbox/transactions", "_sandbox", "transactions", transactions),
    Route("POST", "/_sandbox/transactions/([^/]+)/approve", "_sandbox", "approve", approve),
    Route("POST", "/_sandbox/transactions/([^/]+)/decline", "_sandbox", "decline", decline),
    Route("GET", "/_sandbox/checks", "_sandbox", "checks", checks),
    Route("GET", "/_sandbox/sms", "_sandbox", "sms", sms),
    Route("GET", "/_sandbox/faults", "_sandbox", "list_faults", list_faults),
    Route("POST", "/_sandbox/faults", "_sandbox", "add_fault", add_fault),
    Route("POST", "/_sandbox/reset", "_sandbox", "reset", reset),
]


def routes() -> list[Route]:
    """Every address the sandbox answers at."""
    return [*ROUTES, *(route for module in OPERATORS for route in module.ROUTES)]


def resume(box: Box) -> None:
    """Take up what a restart left half done."""
    for module in PAYMENTS.values():
        module.resume(box)
    for module in CHECKERS:
        checking.resume(box, module.NAME, module.conclude)


def _decided(box: Box, key: str, *, pays: bool) -> Reply:
    for name, module in PAYMENTS.items():
        if box.memory.get(name, key):
            if not module.finish(box, key, pays=pays):
                return Reply(409, {"message": "this transaction is over"})
            return Reply(200, box.memory.get(name, key))
    return Reply(404, {"message": f"no transaction {key}"})


def _refused(words: str, choices: list[str]) -> Reply:
    return Reply(400, {"message": " ".join([words, ", ".join(choices)]).strip()})
