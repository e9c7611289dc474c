"""Wrong passwords: counted before they are compared, without locking the owner out."""

import ipaddress
from typing import Any

from django.http import HttpRequest

from kyc import browsers, limits
from kyc.models import User

Count = tuple[str, str]


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


def neighbourhood(address: str) -> str:
    """The network an address lies in: a /24, or a /48 of IPv6 (what one subscriber may hold)."""
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return address
    width = 24 if number.version == 4 else 48
    return str(ipaddress.ip_network(f"{number}/{width}", strict=False))


def _counts(request: HttpRequest, login: str, address: str) -> list[Count]:
    user: Any = User.objects.reached_at(login)
    if user and browsers.is_known(request, user):
        # The owner's own device is not held back by what others try elsewhere.
        return [("password_device", f"{login}|{browsers.identity(request)}")]
    return [
        ("password", f"{login}|{neighbourhood(address)}"),
        ("password_account", login),
        ("password_address", address),
    ]
