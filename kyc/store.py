"""The store of scans: keeping what arrives, giving it back as it came, saying when it cannot."""

import hashlib
import logging
from collections.abc import Iterable

from django.core.files.base import ContentFile

from kyc.models import scan_storage

logger = logging.getLogger("hetra.scans")


class Away(Exception):
    """The store does not answer, or refuses: the same may be asked again later."""


class Lost(Exception):
    """The store has no such file, or another than was put there."""


def keep(name: str, content: bytes) -> str:
    """Store a file under `name`, and return the name it has; raises Away. Nothing is left behind.

    Never inside a transaction: the store may take its time. The row that names it comes after.
    """
    try:
        return scan_storage().save(name, ContentFile(content))
    except OSError as fault:
        logger.error("a scan could not be stored: %s", _words(fault))
        drop([name])
        raise Away from fault


def fetch(name: str, *, sha256: str = "") -> bytes:
    """The file of that name, whose hash must be this one where one is given. Raises Away, Lost."""
    try:
        with scan_storage().open(name) as stored:
            content = stored.read()
    except FileNotFoundError:
        logger.error("a scan is missing: %s", name)
        raise Lost(name) from None
    except OSError as fault:
        logger.error("a scan could not be read: %s: %s", name, _words(fault))
        raise Away from fault
    if sha256 and hashlib.sha256(content).hexdigest() != sha256:
        logger.error("a scan is not what was stored: %s", name)
        raise Lost(name)
    return content


def require(name: str) -> None:
    """Make sure that a file is there, unread. Raises Away, Lost."""
    try:
        is_there = scan_storage().exists(name)
    except OSError as fault:
        logger.error("a scan could not be looked for: %s: %s", name, _words(fault))
        raise Away from fault
    if not is_there:
        logger.error("a scan is missing: %s", name)
        raise Lost(name)


def drop(names: Iterable[str]) -> list[str]:
    """Delete files no row names any more; those that are gone. The sweep finds the others."""
    gone = []
    for name in names:
        try:
            scan_storage().delete(name)
        except OSError as fault:
            logger.warning("a scan could not be deleted: %s: %s", name, _words(fault))
        else:
            gone.append(name)
    return gone


def _words(fault: OSError) -> str:
    return f"{type(fault).__name__}: {fault.strerror or fault}"
