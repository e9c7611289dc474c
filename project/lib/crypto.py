"""Sealing what must not be read from the disk, finding it without opening it, and passwords."""

import base64
import hashlib
import hmac
import os
import re
import unicodedata
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

NONCE_BYTES = 12


class Argon2id(Argon2PasswordHasher):
    """Argon2id at OWASP's floor: 19 MiB, two passes, one lane.

    Source: OWASP Password Storage Cheat Sheet. Django's own figures take five times the memory,
    which ten people signing in at once would take from a small machine.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1


class Unsealable(Exception):
    """The sealed bytes were altered, moved, or their key is not among ours."""


def key_ring(entries: list[str]) -> dict[str, bytes]:
    """Read `id:base64` settings into keys by id, in their order: the first one is in use."""
    pairs = (entry.split(":", 1) for entry in entries)
    return {name: base64.b64decode(secret) for name, secret in pairs}


@lru_cache(maxsize=8)
def _ciphers(entries: tuple[str, ...]) -> dict[str, AESGCM]:
    """The ring's ciphers: making one costs more than sealing a field."""
    return {name: AESGCM(key) for name, key in key_ring(list(entries)).items()}


def seal(plain: bytes, *, keys: str = "SEAL_KEYS", context: bytes = b"") -> bytes:
    """Encrypt bytes with the key in use (AES-256-GCM). The key's id stands in front.

    `keys` names the setting that holds the ring. `context` says where the bytes belong: they are
    unsealed with the same context or not at all.
    """
    ring = _ciphers(tuple(getattr(settings, keys)))
    name = next(iter(ring))
    nonce = os.urandom(NONCE_BYTES)
    header = name.encode() + b":"
    return header + nonce + ring[name].encrypt(nonce, plain, header + context)


def unseal(sealed: bytes, *, keys: str = "SEAL_KEYS", context: bytes = b"") -> bytes:
    """Decrypt what `seal` made. Raises Unsealable rather than give anything doubtful."""
    name, _, rest = sealed.partition(b":")
    try:
        cipher = _ciphers(tuple(getattr(settings, keys)))[name.decode()]
        return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], name + b":" + context)
    except (KeyError, UnicodeDecodeError, InvalidTag, ValueError) as error:
        # The id of a key is no secret; what follows it may be somebody's data, unsealed.
        where = context.decode() or keys
        raise Unsealable(f"{where}: altered, or sealed with a key withdrawn") from error


def newest(keys: str) -> str:
    """The id of the key in use of a ring. Raises StopIteration where there is none."""
    return next(iter(key_ring(getattr(settings, keys))))


def in_use() -> str:
    """What fingerprints begin with that are made with the key in use."""
    return f"{newest('BLIND_KEYS')}:"


def blind(text: str, *, context: str) -> str:
    """A keyed fingerprint (HMAC-SHA256) of a value, to find it and to keep it unique.

    Spelling does not count: compatibility forms, spaces, marks and case are levelled first. Keyed
    with `BLIND_KEYS`, which open nothing: there are so few CIN numbers that a plain hash of one is
    undone by trying them all.
    """
    return blinds(text, context=context)[0]


def blinds(text: str, *, context: str) -> list[str]:
    """The fingerprints of a value under every key of the ring, the one in use first.

    For searching: during a rotation, rows carry the old one or the new one.
    """
    level = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).casefold()
    message = f"{context}\0{level}".encode()
    return [
        f"{name}:{base64.b64encode(_mac(key, message)).decode()}"
        for name, key in key_ring(settings.BLIND_KEYS).items()
    ]


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()
