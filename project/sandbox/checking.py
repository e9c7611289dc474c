"""How invented people fare with services that check identities, by their surname.

A surname that contains CONSIDER is found doubtful, REFUSE is refused, INDECIS makes the service
unable to say, HOMONYME is on a list and then found to be somebody else; LENT is never finished.
Anybody else is found to be who they say.
"""

import time
from collections.abc import Callable

from project.sandbox import callbacks
from project.sandbox.memory import Record
from project.sandbox.server import Box

OUTCOMES = {
    "CONSIDER": "attention",
    "REFUSE": "refused",
    "INDECIS": "unsure",
    "HOMONYME": "namesake",
}
FAULTS = {
    "never": "takes the question and never finishes",
    "no_callback": "finishes and does not call back",
    "late_callback": "calls back long after it has finished",
    "duplicate_callbacks": "calls back five times",
    "wrong_signature": "signs its callbacks with somebody else's key",
    "stale_signature": "signs its callbacks as of yesterday",
}

Conclude = Callable[[Box, str], None]


def outcome(surname: object) -> str:
    """What is found about somebody: clear, attention, refused, unsure or namesake."""
    name = str(surname).upper()
    return next((found for word, found in OUTCOMES.items() if word in name), "clear")


def begin(box: Box, deal: Record, conclude: Conclude) -> None:
    """Let the service think, and conclude after the sandbox's delay."""
    if deal["fault"] == "never" or "LENT" in str(deal["surname"]).upper():
        return
    deal["due"] = time.time() + box.delay
    box.memory.change(deal["operator"], deal["id"], lambda row: bool(row.update(deal) or True))
    box.later(box.delay, conclude, box, deal["id"])


def finish(box: Box, kind: str, key: str) -> Record | None:
    """Mark it finished, once: the deal, or None where it was."""

    def edit(deal: Record) -> bool:
        if deal["state"] != "pending":
            return False
        deal["state"] = "done"
        return True

    return box.memory.change(kind, key, edit)


def tell(box: Box, deal: Record, sign: Callable[[float], tuple[bytes, dict[str, str]]]) -> None:
    """Call back as the deal's fault says; `sign` makes body and headers for a moment."""
    fault = deal["fault"]
    if not deal["callback_url"] or fault == "no_callback":
        return
    moment = time.time() - (86_400 if fault == "stale_signature" else 0)
    body, headers = sign(moment)
    wait = 5 * box.delay if fault == "late_callback" else 0
    for _ in range(5 if fault == "duplicate_callbacks" else 1):
        box.later(wait, callbacks.bring, box, "POST", deal, body, headers)


def secret(deal: Record, right: str) -> str:
    """The key that the deal's callbacks are signed with."""
    return "somebody-else" if deal["fault"] == "wrong_signature" else right


def resume(box: Box, kind: str, conclude: Conclude) -> None:
    """After a restart, take up what was not finished."""
    for deal in box.memory.all(kind):
        if deal["state"] == "pending" and deal.get("due"):
            box.later(deal["due"] - time.time(), conclude, box, deal["id"])


def deal(operator: str, key: str, surname: object, fault: str, **more: object) -> Record:
    """A question as the sandbox remembers it."""
    return {
        "operator": operator,
        "id": key,
        "surname": str(surname),
        "outcome": outcome(surname),
        "fault": fault,
        "state": "pending",
        "due": 0,
        "callback_url": "",
        "callbacks": [],
    } | more
