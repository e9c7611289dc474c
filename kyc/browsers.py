"""Devices somebody signed in on before, known by a signed cookie that signs nobody in."""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from kyc import codes

LIFETIME = 180 * 24 * 3600  # seconds
PEOPLE = 8  # of one device; in a village one telephone serves several families
SALT = "kyc.browsers"


def is_known(request: HttpRequest, user: Any) -> bool:
    """Whether this account signed in on this device, since its password was last changed.

    Nor is it known since all of the account's were forgotten.
    """
    held = _read(request)
    stamp = held["people"].get(str(user.pk), "")
    return constant_time_compare(stamp, _stamp(held["id"], user))


def identity(request: HttpRequest) -> str:
    """What tells this device from others, or nothing for one we never saw."""
    return _read(request)["id"]


def remember(request: HttpRequest, response: HttpResponse, user: Any) -> None:
    """Let this device be known for this account. Call it once everything asked was proved."""
    held = _read(request)
    name = held["id"] or secrets.token_hex(16)
    people = {key: stamp for key, stamp in held["people"].items() if key != str(user.pk)}
    people[str(user.pk)] = _stamp(name, user)
    kept = dict(list(people.items())[-PEOPLE:])
    response.set_cookie(
        _cookie_name(),
        signing.dumps({"id": name, "people": kept}, salt=SALT),
        max_age=LIFETIME,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def forget(user: Any) -> None:
    """Let no device be known for this account: each is asked for a code the next time."""
    user.devices_forgotten_at = timezone.now()
    user.save(update_fields=["devices_forgotten_at"])


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        return signing.loads(request.COOKIES.get(_cookie_name(), ""), salt=SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return {"id": "", "people": {}}


def _stamp(name: str, user: Any) -> str:
    since = user.devices_forgotten_at.isoformat() if user.devices_forgotten_at else ""
    return codes.digest("device", f"{name}:{user.pk}:{user.password}{since}")[:32]


def _cookie_name() -> str:
    is_https = settings.SESSION_COOKIE_NAME.startswith("__Host-")
    return "__Host-device" if is_https else "device"
