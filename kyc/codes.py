"""One-time codes: sending one, and trying one. Each try is counted under a lock of the row."""

import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

from kyc.credentials import CODE_LIFETIME, Code

DIGITS = 6


def new_reference() -> str:
    """What a session keeps instead of a code: 128 random bits that open nothing by themselves."""
    return secrets.token_hex(16)


@transaction.atomic
def issue(reference: str, purpose: str, *, address: str, user: Any | None) -> str:
    """Make the code behind a reference, and return its digits, which are written nowhere.

    An earlier code for the same purpose, address and account is worth nothing from then on.
    """
    address_hash = digest("address", address)
    earlier = Code.objects.live().filter(purpose=purpose, address_hash=address_hash, user=user)
    earlier.update(expires_at=timezone.now())
    digits = get_random_string(DIGITS, "0123456789")
    Code.objects.create(
        reference=reference,
        purpose=purpose,
        address_hash=address_hash,
        user=user,
        code_hash=_code_hash(reference, digits),
        expires_at=timezone.now() + CODE_LIFETIME,
    )
    return digits


@transaction.atomic
def check(reference: str, typed: str) -> bool:
    """Whether `typed` is the code behind `reference`; if so it is used up, if not it is counted.

    Sent all at once, guesses wait for one another here: each is compared with what the one
    before it left, and none is compared beyond the limit.
    """
    code = Code.objects.select_for_update().filter(reference=reference).first()
    if code is None or not code.is_live:
        return False
    if _is_right(code, typed):
        code.used_at = timezone.now()
        code.save(update_fields=["used_at"])
        return True
    code.tries += 1
    code.save(update_fields=["tries"])
    return False


def forget_old() -> int:
    """Delete codes that ended a day ago or more. Returns how many."""
    ended = Code.objects.filter(expires_at__lt=timezone.now() - 144 * CODE_LIFETIME)
    return ended.delete()[0]


def digest(salt: str, text: str) -> str:
    """A keyed hash: without our key, nobody learns the text by trying all there are."""
    return salted_hmac(f"kyc.codes.{salt}", text, algorithm="sha256").hexdigest()


def _is_right(code: Code, typed: str) -> bool:
    bare = "".join(typed.split()).replace("-", "")
    return constant_time_compare(code.code_hash, _code_hash(code.reference, bare))


def _code_hash(reference: str, digits: str) -> str:
    return digest("code", f"{reference}:{digits}")
