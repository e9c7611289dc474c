"""The signed token of a windscreen code: made, read, and drawn.

The form is provisional (decision 11): a version, a key id, a random serial, the tax year and the
plate, then an Ed25519 signature; in Base32, so that a QR symbol takes its short alphanumeric mode.
"""

import base64
import io
import struct
from dataclasses import dataclass

import segno
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from project.lib.crypto import key_ring

VERSION = 1
HEAD = struct.Struct(">BBQHB")  # version, key id, serial, year, length of the plate
SIGNATURE_BYTES = 64
LONGEST = 300  # characters


class Forged(Exception):
    """The token was not made with a key of ours."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a genuine token says. Never who holds the vehicle, nor what was paid."""

    serial: int
    year: int
    plate: str


def sign(claim: Claim) -> str:
    """Make the token of a claim with the key in use."""
    name, seed = next(iter(key_ring(settings.CODE_KEYS).items()))
    plate = claim.plate.encode("ascii")
    body = HEAD.pack(VERSION, int(name), claim.serial, claim.year, len(plate)) + plate
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(body)
    return base64.b32encode(body + signature).decode().rstrip("=")


def verify(token: str) -> Claim:
    """Read a token. Raises Forged for anything our keys did not sign."""
    try:
        raw = _unpack(token)
        body, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
        version, key_id, serial, year, length = HEAD.unpack_from(body)
        seed = key_ring(settings.CODE_KEYS)[str(key_id)]
        Ed25519PrivateKey.from_private_bytes(seed).public_key().verify(signature, body)
        if version != VERSION or len(body) != HEAD.size + length:
            raise Forged(token[:20])
        return Claim(serial=serial, year=year, plate=body[HEAD.size :].decode("ascii"))
    except (ValueError, struct.error, KeyError, InvalidSignature) as error:
        raise Forged(token[:20]) from error


def _unpack(token: str) -> bytes:
    if len(token) > LONGEST or not token.isascii():
        raise ValueError("no token of ours is that long")
    text = token.upper()
    raw = base64.b32decode(text + "=" * (-len(text) % 8))
    # Base32 leaves spare bits at the end: only one spelling of a token is the token.
    if base64.b32encode(raw).decode().rstrip("=") != text:
        raise ValueError("another spelling")
    return raw


def address(token: str) -> str:
    """What the symbol holds: any phone opens it, and the token after # reaches no server."""
    return f"{settings.SITE_URL.upper()}/C/#{token}"


def draw(token: str) -> bytes:
    """The symbol as SVG, error correction M, with the quiet zone readers need."""
    out = io.BytesIO()
    segno.make_qr(address(token), error="m", boost_error=False).save(
        out, kind="svg", border=4, scale=4, xmldecl=True, omitsize=True, light="#fff"
    )
    return out.getvalue()
