"""Sealing what must not be read from the disk, and hashing passwords."""

import base64
import os

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
    """The sealed bytes were altered, or their key is not among ours."""


def key_ring(entries: list[str]) -> dict[str, bytes]:
    """Read `id:base64` settings into keys by id, in their order: the first one is in use."""
    pairs = (entry.split(":", 1) for entry in entries)
    return {name: base64.b64decode(secret) for name, secret in pairs}


def seal(plain: bytes) -> bytes:
    """Encrypt bytes with the key in use (AES-256-GCM). The key's id stands in front."""
    ring = key_ring(settings.SEAL_KEYS)
    name = next(iter(ring))
    nonce = os.urandom(NONCE_BYTES)
    header = name.encode() + b":"
    return header + nonce + AESGCM(ring[name]).encrypt(nonce, plain, header)


def unseal(sealed: bytes) -> bytes:
    """Decrypt what `seal` made. Raises Unsealable rather than give anything doubtful."""
    name, _, rest = sealed.partition(b":")
    try:
        key = key_ring(settings.SEAL_KEYS)[name.decode()]
        return AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], name + b":")
    except (KeyError, UnicodeDecodeError, InvalidTag, ValueError) as error:
        raise Unsealable(name[:20]) from error
