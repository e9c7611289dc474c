"""Sealing: what comes back is what went in, or nothing."""

import base64

import pytest
from django.contrib.auth.hashers import make_password
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from project.lib import crypto
from project.settings import base as production

SECRET = b"a paper, photographed"


def key(name, letter):
    return f"{name}:{base64.b64encode(letter * 32).decode()}"


def is_refused(sealed):
    try:
        crypto.unseal(sealed)
    except crypto.Unsealable:
        return True
    return False


@given(st.binary(max_size=2_000))
def test_what_is_sealed_is_unsealed(plain):
    assert crypto.unseal(crypto.seal(plain)) == plain


def test_the_same_twice_looks_different_and_shows_nothing():
    one, two = crypto.seal(SECRET), crypto.seal(SECRET)
    assert one != two
    assert SECRET not in one


def test_no_flip_of_one_bit_is_unsealed():
    sealed = crypto.seal(SECRET)
    for place in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[place // 8] ^= 1 << place % 8
        assert is_refused(bytes(flipped)), place


def test_nothing_cut_or_added_is_unsealed():
    sealed = crypto.seal(SECRET)
    for length in range(len(sealed)):
        assert is_refused(sealed[:length])
    assert is_refused(sealed + b"\0")


@given(st.binary(max_size=200))
def test_no_other_bytes_are_unsealed(blob):
    assert is_refused(blob)
    assert is_refused(b"demo:" + blob)


def test_the_plain_bytes_are_never_given_back_instead():
    assert is_refused(SECRET)


def test_old_keys_open_until_they_are_withdrawn():
    with override_settings(SEAL_KEYS=[key("a", b"x")]):
        old = crypto.seal(SECRET)
    with override_settings(SEAL_KEYS=[key("b", b"y"), key("a", b"x")]):
        assert crypto.unseal(old) == SECRET
        assert crypto.seal(SECRET).startswith(b"b:")
    with override_settings(SEAL_KEYS=[key("b", b"y")]):
        assert is_refused(old)


def test_a_sealed_thing_cannot_claim_another_key():
    with override_settings(SEAL_KEYS=[key("a", b"x"), key("b", b"x")]):
        sealed = crypto.seal(SECRET)
        assert is_refused(b"b:" + sealed[2:])


@pytest.mark.parametrize("keys", [[], ["a:"], ["a:!!!"], ["a:" + base64.b64encode(b"x").decode()]])
def test_without_a_good_key_nothing_is_sealed(keys):
    with (
        override_settings(SEAL_KEYS=keys),
        pytest.raises((StopIteration, ValueError, RuntimeError)),
    ):
        crypto.seal(SECRET)


def test_passwords_are_hashed_by_argon2id_at_the_floor_of_owasp():
    with override_settings(PASSWORD_HASHERS=production.PASSWORD_HASHERS):
        assert make_password("x").startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
