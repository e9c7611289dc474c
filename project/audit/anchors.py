"""Anchors: the signed end of each chain, kept where the database cannot reach."""

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.utils import timezone

from project.audit.models import Head, Round
from project.lib.crypto import key_ring


class Forged(Exception):
    """The line was not written with a key of ours."""


def write() -> int:
    """Sign the end of every stream and keep it, one JSON line a stream. Returns how many.

    Each time makes a file of its own, `DAY/TIME-RANDOM.jsonl`: a bucket that lets nothing be
    changed cannot append to one either.
    """
    at = timezone.now().astimezone(UTC)
    heads = list(Head.objects.filter(seq__gt=0).order_by("stream"))
    if heads:
        lines = "".join(_line(head, at) + "\n" for head in heads)
        store().save(f"{_stem(at)}-{secrets.token_hex(4)}.jsonl", ContentFile(lines.encode()))
    Round.objects.create(kind=Round.Kind.ANCHORING, events=sum(head.seq for head in heads))
    return len(heads)


def store() -> Storage:
    """Where anchors lie: a bucket or a folder, see AUDIT_ANCHOR."""
    return storages["anchors"]


def read(since: datetime | None = None) -> Iterator[tuple[str, list[str]]]:
    """Each file of anchors made since then, the oldest first: its name and its lines."""
    start = _stem(since.astimezone(UTC)) if since else ""
    for name in _names():
        if name >= start:
            with store().open(name) as file:
                yield name, file.read().decode(errors="replace").splitlines()


def check(line: str) -> dict[str, Any]:
    """The anchor of a line: stream, seq, hash, at. Raises Forged unless a key of ours made it."""
    try:
        anchor = json.loads(line)
        signature = bytes.fromhex(anchor.pop("signature"))
        seed = key_ring(settings.AUDIT_KEYS)[anchor["key"]]
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
        public.verify(signature, _signed(anchor))
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature) as error:
        raise Forged(line[:80]) from error
    return anchor


def _line(head: Head, at: datetime) -> str:
    name, seed = next(iter(key_ring(settings.AUDIT_KEYS).items()))
    moment = at.isoformat(timespec="microseconds")
    anchor = {"stream": head.stream, "seq": head.seq, "hash": head.hash, "at": moment, "key": name}
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(_signed(anchor))
    return json.dumps(anchor | {"signature": signature.hex()}, sort_keys=True)


def _signed(anchor: dict[str, Any]) -> bytes:
    return json.dumps(anchor, sort_keys=True, separators=(",", ":")).encode()


def _stem(at: datetime) -> str:
    return f"{at:%Y-%m-%d/%H%M%S.%f}"


def _names() -> Iterator[str]:
    try:
        days, _files = store().listdir("")
    except FileNotFoundError:
        return
    for day in sorted(days):
        _folders, files = store().listdir(day)
        yield from (f"{day}/{file}" for file in sorted(files) if file.endswith(".jsonl"))
