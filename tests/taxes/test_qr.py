"""The signed token: what we signed is read, anything else is not."""

import base64
import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from taxes import qr

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
CLAIM = qr.Claim(serial=2**62 + 12345, year=2026, plate="1234TAB")


def key(name, letter):
    return f"{name}:{base64.b64encode(letter * 32).decode()}"


def raw(token):
    return base64.b32decode(token + "=" * (-len(token) % 8))


def token(blob):
    return base64.b32encode(blob).decode().rstrip("=")


def is_refused(text):
    try:
        qr.verify(text)
    except qr.Forged:
        return True
    return False


plates = st.from_regex(r"\A[0-9A-Z]{1,12}\Z")


@given(serial=st.integers(0, 2**63 - 1), year=st.integers(2000, 2200), plate=plates)
def test_what_we_sign_we_read(serial, year, plate):
    claim = qr.Claim(serial=serial, year=year, plate=plate)
    assert qr.verify(qr.sign(claim)) == claim
    assert qr.verify(qr.sign(claim).lower()) == claim


def test_no_flip_of_one_bit_is_read():
    blob = raw(qr.sign(CLAIM))
    for place in range(len(blob) * 8):
        flipped = bytearray(blob)
        flipped[place // 8] ^= 1 << place % 8
        assert is_refused(token(bytes(flipped))), place


def test_no_other_letter_at_any_place_is_read():
    text = qr.sign(CLAIM)
    tried = 0
    for place, letter in enumerate(text):
        for other in ALPHABET.replace(letter, ""):
            assert is_refused(text[:place] + other + text[place + 1 :]), (place, other)
            tried += 1
    assert tried > 4_000


def test_nothing_cut_added_swapped_or_repeated_is_read():
    text, shuffler = qr.sign(CLAIM), random.Random(7)
    for place in range(len(text)):
        assert is_refused(text[:place])
        assert is_refused(text[place + 1 :])
        assert is_refused(text[:place] + text[place + 1 :])
        assert is_refused(text[:place] + shuffler.choice(ALPHABET) + text[place:])
    assert is_refused(text + text)
    assert is_refused(text + "=" * (-len(text) % 8))
    assert is_refused(" " + text)


def test_only_one_spelling_of_a_token_is_the_token():
    """Base32 leaves spare bits in its last letter: they must not make another token."""
    text = qr.sign(CLAIM)
    twins = [other for other in ALPHABET if raw(text[:-1] + other) == raw(text)]
    assert len(twins) > 1
    assert [other for other in twins if not is_refused(text[:-1] + other)] == [text[-1]]


@given(st.text(max_size=320))
def test_no_text_is_read(text):
    assert is_refused(text)


@given(st.binary(min_size=60, max_size=120))
def test_no_bytes_are_read(blob):
    assert is_refused(token(blob))


@pytest.mark.parametrize("text", ["", "A", "A" * 301, "ÉÉ", "１２", "\0", "javascript:alert(1)"])
def test_what_is_no_token_is_refused(text):
    assert is_refused(text)


def test_a_token_of_another_key_is_refused():
    with override_settings(CODE_KEYS=[key(1, b"x")]):
        foreign = qr.sign(CLAIM)
    assert is_refused(foreign)


def test_a_token_that_claims_another_key_of_ours_is_refused():
    with override_settings(CODE_KEYS=[key(2, b"y"), key(1, b"x")]):
        blob = bytearray(raw(qr.sign(CLAIM)))
        blob[1] = 1
        assert is_refused(token(bytes(blob)))


def test_old_keys_are_read_until_they_are_withdrawn():
    with override_settings(CODE_KEYS=[key(1, b"x")]):
        old = qr.sign(CLAIM)
    with override_settings(CODE_KEYS=[key(2, b"y"), key(1, b"x")]):
        assert qr.verify(old) == CLAIM
        assert raw(qr.sign(CLAIM))[1] == 2
    with override_settings(CODE_KEYS=[key(2, b"y")]):
        assert is_refused(old)


def signed_with_our_key(body):
    seed = next(iter(qr.key_ring(qr.settings.CODE_KEYS).values()))
    return token(body + Ed25519PrivateKey.from_private_bytes(seed).sign(body))


@pytest.mark.parametrize(
    "body",
    [
        qr.HEAD.pack(2, 1, 5, 2026, 7) + b"1234TAB",
        qr.HEAD.pack(1, 1, 5, 2026, 7) + b"1234TA",
        qr.HEAD.pack(1, 1, 5, 2026, 7) + b"1234TAB0",
        qr.HEAD.pack(1, 1, 5, 2026, 1) + b"\xff",
        b"\1\1",
        b"",
    ],
    ids=["another version", "too short", "too long", "no ASCII", "cut", "empty"],
)
def test_what_does_not_have_our_shape_is_refused_even_with_our_signature(body):
    assert is_refused(signed_with_our_key(body))


def test_a_token_says_neither_who_nor_how_much():
    assert set(qr.Claim.__slots__) == {"serial", "year", "plate"}
    assert len(qr.sign(CLAIM)) < 150


def test_the_address_takes_the_short_mode_of_a_symbol():
    address = qr.address(qr.sign(CLAIM))
    assert address.startswith("HTTP://TESTSERVER/C/#")
    assert address == address.upper()


def test_the_symbol_is_drawn_with_its_quiet_zone():
    drawn = qr.draw(qr.sign(CLAIM))
    assert drawn.startswith(b"<?xml")
    assert b"<svg" in drawn
    assert b"<script" not in drawn
