"""Second factors: enrolling an authenticator, and the codes for the day it is lost."""

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_otp import verify_token

from kyc import alerts, limits
from kyc import codes as sent_codes
from kyc.models import RecoveryCode, TOTPDevice
from project.audit import chain
from project.audit.completeness import expect

RECOVERY_CODES = 10
# Letters and digits that are not taken for one another.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH = 12  # of 31 signs: 59 bits


def device_of(user: Any) -> TOTPDevice | None:
    """The authenticator somebody has enrolled, or None."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).order_by("-pk").first()


def is_owed(user: Any) -> bool:
    """Whether somebody must enrol one before they go on: staff, members of organisations."""
    must = user.role != "citizen" or user.is_maker or user.is_checker
    return must and device_of(user) is None


def pending_of(user: Any) -> TOTPDevice:
    """The authenticator being enrolled; it opens nothing until its first code is right."""
    found = TOTPDevice.objects.filter(user=user, confirmed=False).order_by("pk").first()
    return found or TOTPDevice.objects.create(user=user, name="authenticator", confirmed=False)


@transaction.atomic
def begin(user: Any) -> TOTPDevice:
    """Enrol anew, with a seed nobody has seen: the one shown before enrols nothing any more."""
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()
    return pending_of(user)


@transaction.atomic
def confirm(user: Any, token: str) -> tuple[TOTPDevice, list[str]] | None:
    """Enrol the pending authenticator with its first code. Older ones open nothing any more.

    Returns it, and recovery codes that can be read this once; None if the code is wrong.
    """
    device = TOTPDevice.objects.select_for_update().filter(pk=pending_of(user).pk).first()
    if device is None or not device.verify_token(token):
        return None
    TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    codes = _new_recovery_codes(user)
    alerts.tell("factor_enrolled", user)
    chain.record("factor.enrolled", by=user, about=device)
    return device, codes


@transaction.atomic
def renew_recovery_codes(user: Any) -> list[str]:
    """Make new recovery codes; the old ones are worth nothing. They are kept hashed only."""
    fresh = _new_recovery_codes(user)
    alerts.tell("factor_renewed", user)
    chain.record("factor.renewed", by=user, about=user)
    return fresh


def _new_recovery_codes(user: Any) -> list[str]:
    fresh = [
        "".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, code_hash=_hash(user, code)) for code in fresh
    )
    return ["-".join(code[at : at + 4] for at in range(0, LENGTH, 4)) for code in fresh]


def prove(user: Any, typed: str) -> TOTPDevice | None:
    """The authenticator that shows this code now, or that this recovery code stands for.

    Each opens once. Raises nothing: None for whatever is wrong with it.
    """
    device = device_of(user)
    if device is None:
        return None
    if typed.isdigit() and len(typed) <= 6:
        return verify_token(user, device.persistent_id, typed)
    if limits.take("recovery", str(user.pk)):
        return None
    return device if _spend(user, typed) else None


@transaction.atomic
def _spend(user: Any, typed: str) -> bool:
    """Whether it was an unused recovery code; it is used now, and its owner is told."""
    code_hash = _hash(user, typed)
    spent = RecoveryCode.objects.filter(user=user, used_at=None, code_hash=code_hash)
    # One UPDATE: of two that give the same code at once, one finds it unused.
    if not spent.update(used_at=timezone.now()):
        return False
    alerts.tell("factor_recovered", user)
    code = RecoveryCode.objects.get(user=user, code_hash=code_hash)
    chain.record("factor.recovered", by=user, about=code)
    return True


@transaction.atomic
def refuse(user: Any) -> None:
    """Note that a code was wrong. Its owner is told, not at each try."""
    alerts.tell_of_failure(user)
    chain.record("factor.failed", by=user, about=user)


@transaction.atomic
def remove(user: Any, *, by: Any | None = None) -> None:
    """Take every factor away: whoever has lost theirs enrols another. Their owner must be told."""
    TOTPDevice.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    chain.record("factor.removed", by=by, about=user)


def used_since(user: Any, moment: datetime) -> bool:
    """Whether the factor, or a recovery code, was given after that moment.

    Call it in a transaction: until its end nothing of it can be given.
    """
    devices = TOTPDevice.objects.select_for_update().filter(user=user)
    spent = RecoveryCode.objects.select_for_update().filter(user=user)
    last = [device.last_used_at for device in devices] + [code.used_at for code in spent]
    return any(at and at > moment for at in last)


def codes_left(user: Any) -> int:
    """How many recovery codes have not been used."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def _hash(user: Any, code: str) -> str:
    bare = "".join(sign for sign in code.lower() if sign.isalnum())
    return sent_codes.digest("recovery", f"{user.pk}:{bare}")


def expect_acts() -> None:
    """Let the log's verifier ask for what was enrolled and what was used."""
    expect("factor.enrolled", TOTPDevice.objects.filter(confirmed=True).all)
    expect("factor.recovered", RecoveryCode.objects.exclude(used_at=None).all)
