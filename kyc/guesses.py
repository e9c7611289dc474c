"""Wrong passwords: counted before they are compared, without locking the owner out."""

import ipaddress
import re
from typing import Any

from allauth.usersessions.models import UserSession
from django.http import HttpRequest

from kyc import browsers, limits
from kyc.credentials import Code
from kyc.models import User

Count = tuple[str, str]
NUMBER = re.compile(r"[0-9]{1,18}\Z", re.ASCII)
MESSAGES = [*Code.Purpose.values, "account_exists", "account_already_exists", "unknown_account"]


def begin(request: HttpRequest, login: str, address: str) -> bool:
    """Count a try before its password is compared. False: it may not be compared at all.

    What is typed is counted, whether an account has that name or not: the answer tells nothing.
    """
    taken: list[Count] = []
    for count in _counts(request, login, address):
        if limits.take(*count):
            for earlier in taken:
                limits.give_back(*earlier)
            return False
        taken.append(count)
    return True


def end_well(request: HttpRequest, login: str, address: str) -> None:
    """It was the right password: only failures count."""
    for action, key in _counts(request, login, address):
        if action in ("password", "password_device"):
            limits.forget(action, key)
        else:
            limits.give_back(action, key)


def source(address: str) -> str:
    """Whom an address stands for: itself, or the /64 of IPv6, all of which is one device's."""
    return _network(address, 32, 64)


def neighbourhood(address: str) -> str:
    """The network an address lies in: a /24, or a /48 of IPv6 (what one subscriber may hold)."""
    return _network(address, 24, 48)


def keys_of(typed: str) -> list[str]:
    """What counts of one account, by its number, may be kept under; or those of an address."""
    user: Any = User.objects.filter(pk=typed).first() if NUMBER.match(typed) else None
    if user is None:
        return [source(typed), neighbourhood(typed)]
    seen = UserSession.objects.filter(user=user).values_list("ip", flat=True)
    names = [name for name in (user.phone, user.email.lower()) if name]
    named = [*names, *(f"{what}|{name}" for what in MESSAGES for name in names)]
    nearby = {neighbourhood(address) for address in seen}
    return [str(user.pk), *named, *(f"{name}|{near}" for name in named for near in nearby)]


def _network(address: str, four: int, six: int) -> str:
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return address
    # A socket of both kinds writes 41.188.1.1 as ::ffff:41.188.1.1: one network for everybody.
    number = getattr(number, "ipv4_mapped", None) or number
    width = four if number.version == 4 else six
    return str(ipaddress.ip_network(f"{number}/{width}", strict=False)).removesuffix("/32")


def _counts(request: HttpRequest, login: str, address: str) -> list[Count]:
    user: Any = User.objects.reached_at(login)
    if user and browsers.is_known(request, user):
        # The owner's own device is not held back by what others try elsewhere.
        return [("password_device", f"{login}|{browsers.identity(request)}")]
    return [
        ("password", f"{login}|{neighbourhood(address)}"),
        ("password_account", login),
        ("password_address", source(address)),
    ]
