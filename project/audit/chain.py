"""Appending to the log. Each event carries the hash of the one before it in its stream."""

import hashlib
import json
from datetime import UTC
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from project.audit import origin
from project.audit.actions import STREAMS
from project.audit.models import Event, Head

GENESIS = "0" * 64
HASHED = ["stream", "seq", "at", "actor", "actor_role", "session_hash", "ip", "action"]
HASHED += ["object_type", "object_id", "reason", "data"]

fingerprint = origin.fingerprint


def record(
    action: str,
    *,
    by: Any,
    about: Model | None,
    stream: str | None = None,
    reason: str = "",
    **data: Any,
) -> Event:
    """Append an act to its stream, in the transaction of the act.

    `by` is who acts, None for the system; `about` the row it happened to; `data` what else must be
    known: numbers of rows, amounts, states. Never personal data in clear: `fingerprint` it.
    Call it last, once every other row the act needs is locked: the head of the stream stays locked
    until the end of the transaction. Raises RuntimeError outside a transaction, KeyError for an
    act that is not in `actions` and comes without a stream, TypeError for data JSON cannot carry
    unchanged (fractions among them).
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{action} must be recorded inside the transaction of its act")
    event = Event(
        stream=stream or STREAMS[action],
        at=timezone.now(),
        actor=by.pk if by else None,
        actor_role=str(getattr(by, "role", "")),
        session_hash=origin.session_hash(),
        ip=origin.ip(),
        action=action,
        object_type=about._meta.label_lower if about is not None else "",
        object_id=str(about.pk) if about is not None else "",
        reason=reason,
        data=_plain(data),
    )
    # From here to the commit nobody else writes to the stream: nothing slow belongs below.
    if connection.vendor == "postgresql":
        _append_there(event)
    else:
        _append_here(event)
    return event


@transaction.atomic
def witness(action: str, *, by: Any, about: Model | None = None, **data: Any) -> Event:
    """Record an act that writes nothing else, like a refused sign-in, in its own transaction."""
    return record(action, by=by, about=about, **data)


def canonical(event: Event) -> bytes:
    """The event in the one form that is hashed: the `HASHED` fields as JSON in UTF-8.

    Keys in alphabetical order, no spaces, nothing escaped that need not be, the moment in UTC with
    six decimals (`2026-11-20T08:00:00.000000+00:00`), numbers whole, an absent actor `null`.
    """
    return _json(_fields(event))


def digest(event: Event) -> str:
    """sha256 of the hash before (64 hex digits), a line feed, and the canonical form; in hex."""
    return hashlib.sha256(event.prev.encode() + b"\n" + canonical(event)).hexdigest()


def _append_there(event: Event) -> None:
    """Let the database number, hash and insert the event, in one question (migration 0003)."""
    head, tail = (_json(half).decode() for half in _halves(event))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM audit_append(%s, %s)", [f'{head[:-1]},"seq":', f",{tail[1:]}"]
        )
        event.pk, event.seq, event.prev, event.hash = cursor.fetchone()
    event._state.adding, event._state.db = False, connection.alias


def _halves(event: Event) -> tuple[dict[str, Any], dict[str, Any]]:
    """The hashed fields that stand before the number in the canonical form, and those after it."""
    fields = _fields(event)
    return (
        {name: value for name, value in fields.items() if name < "seq"},
        {name: value for name, value in fields.items() if name > "seq"},
    )


def _append_here(event: Event) -> None:
    """The same for SQLite, which has no row locks and needs none: it writes one at a time."""
    Head.objects.bulk_create([Head(stream=event.stream, hash=GENESIS)], ignore_conflicts=True)
    seq, event.prev = Head.objects.values_list("seq", "hash").get(pk=event.stream)
    event.seq = seq + 1
    event.hash = digest(event)
    event.save(force_insert=True)  # a trigger moves the head along


def _fields(event: Event) -> dict[str, Any]:
    at = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    return {name: getattr(event, name) for name in HASHED} | {"at": at}


def _json(fields: dict[str, Any]) -> bytes:
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """The data as they will be read back. A fraction may come back written otherwise."""
    return json.loads(json.dumps(data), parse_float=_refuse, parse_constant=_refuse)


def _refuse(number: str) -> None:
    raise TypeError(f"{number} is not a whole number")
