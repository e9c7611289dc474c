"""Signatures of what services send us: compared in constant time, and never long after."""

import base64
import hashlib
import hmac
import time
from datetime import datetime

from kyc.checkers.base import Forged

FRESH = 300.0  # seconds either way between a service's clock and ours


def mac(secret: str | bytes, message: bytes) -> bytes:
    """HMAC-SHA256. A text is a key as it stands."""
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.new(key, message, hashlib.sha256).digest()


def base64_mac(secret: str | bytes, message: bytes) -> str:
    """The same, in base64."""
    return base64.b64encode(mac(secret, message)).decode()


def require(secret: str | bytes, message: bytes, *given: str, hexadecimal: bool = False) -> None:
    """Raise Forged unless one of the signatures `given` is that of the message.

    In base64, or in hexadecimal. Without a secret nothing can be genuine.
    """
    right = mac(secret, message).hex() if hexadecimal else base64_mac(secret, message)
    matches = [hmac.compare_digest(right.encode(), each.encode()) for each in given]
    if not secret or not any(matches):
        raise Forged("the signature is not that of the body")


def require_fresh(moment: float, *, within: float = FRESH) -> None:
    """Raise Forged for what was signed long ago: it may be somebody's copy."""
    if not abs(time.time() - moment) <= within:
        raise Forged("signed too long ago, or ahead of time")


def seconds(moment: object) -> float:
    """An ISO 8601 moment with its zone as seconds since 1970. Raises Forged for anything else."""
    try:
        read = datetime.fromisoformat(str(moment))
    except ValueError as failure:
        raise Forged("signed at no moment that can be read") from failure
    if read.tzinfo is None:
        raise Forged("signed at a moment without a zone")
    return read.timestamp()
