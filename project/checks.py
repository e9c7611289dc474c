"""What production refuses to start with: the demo's keys, people and operators, or none at all."""

import base64
import binascii
import ipaddress
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ValidationError
from django.db import DatabaseError

from project.lib import phones

KEY_BYTES = 32
RINGS = ("SEAL_KEYS", "FIELD_KEYS", "BLIND_KEYS", "CODE_KEYS", "AUDIT_KEYS")
# Stands in the content policy as it is: nothing but an origin may get there.
ORIGIN = re.compile(r"\Ahttps://[a-z0-9.-]+(:\d+)?\Z")
CODE_KEY_NAMES = {str(number) for number in range(256)}
# Operators' own trial systems, by a word in their host name: what they take is no money.
TRIAL_WORDS = {"sandbox", "devapi", "testapi", "uat", "openapiuat"}
# What an operator gives us to be known by: a service that has none takes no payment.
CREDENTIALS = ("_CONSUMER_KEY", "_CONSUMER_SECRET", "_CLIENT_ID", "_CLIENT_SECRET", "_MSISDN")


@register(Tags.security)
def production_is_not_a_demo(**_kwargs: Any) -> list[CheckMessage]:
    """Everything that can be said without asking the database."""
    if settings.DEMO:
        return []
    return [*_secrets(), *_addresses(), *_stores(), *_contracts(), *_watchdog()]


@register(Tags.database)
def nobody_is_invented(databases: list[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """The demo's people, whose passwords are printed, must not exist beside real ones."""
    if settings.DEMO or not databases:
        return []
    try:
        invented = get_user_model().objects.filter(is_demo=True).count()
    except DatabaseError:
        return []  # before the first migration there is nobody
    if not invented:
        return []
    hint = "Delete them: their passwords and second factors are public."
    return [Error(f"{invented} demo accounts are in this database.", hint=hint, id="hetra.E001")]


def _secrets() -> Iterator[CheckMessage]:
    if settings.SECRET_KEY.startswith("demo-only"):
        yield Error("SECRET_KEY is the demo's.", id="hetra.E002")
    yield from _rings()
    for entry in settings.CODE_KEYS:
        if entry.partition(":")[0] not in CODE_KEY_NAMES:
            hint = "It travels in one byte of every windscreen code: no payment is booked without."
            yield Error("CODE_KEYS holds a name not from 0 to 255.", hint=hint, id="hetra.E013")
    for name in dir(settings):
        if name.endswith(CREDENTIALS) and not getattr(settings, name):
            yield Error(f"{name} is missing.", id="hetra.E008")


def _rings() -> Iterator[CheckMessage]:
    """The rings of keys: each well made, and no key in two of them."""
    owners: dict[str, str] = {}
    for name in RINGS:
        entries = getattr(settings, name)
        fault = _key_fault(entries)
        if fault:
            hint = "Write id:base64 of 32 random bytes, several by commas, the one in use first."
            yield Error(f"{name} {fault}.", hint=hint, id="hetra.E003")
        for secret in {entry.partition(":")[2] for entry in entries}:
            other = owners.setdefault(secret, name)
            if other != name:
                hint = "Make a key for each: what opens one thing must not open the other."
                yield Error(f"{name} and {other} hold the same key.", hint=hint, id="hetra.E009")


def _key_fault(entries: list[str]) -> str:
    """What is wrong with a key ring, or nothing."""
    if not entries:
        return "is missing"
    for entry in entries:
        name, _, secret = entry.partition(":")
        try:
            key = base64.b64decode(secret, validate=True)
        except binascii.Error:
            return "holds a key that is not base64"
        if not name or len(key) != KEY_BYTES:
            return f"holds a key without a name, or not {KEY_BYTES} bytes long"
        if key.startswith(b"demo-only"):
            return "holds the demo's key, which everybody knows"
    if len({entry.partition(":")[0] for entry in entries}) < len(entries):
        return "holds two keys of one name"
    return ""


def _addresses() -> Iterator[CheckMessage]:
    addresses = {name: getattr(settings, name) for name in dir(settings) if name.endswith("_URL")}
    served_by_us = {name for name in addresses if name.startswith(("STATIC", "MEDIA", "LOG"))}
    addresses["S3_ENDPOINT_URL"] = settings.STORAGES["scans"]["OPTIONS"].get("endpoint_url")
    for name, address in addresses.items():
        fault = "" if name in served_by_us else _address_fault(address)
        if fault:
            yield Error(f"{name} {fault}.", id="hetra.E004")


def _address_fault(address: Any) -> str:
    """What makes an address unfit for real people, or nothing; an empty one is not used."""
    if not isinstance(address, str) or not address:
        return ""
    parts = urlsplit(address)
    if parts.scheme not in ("https", "rediss", "redis"):
        return f"does not begin with https:// ({address})"
    host = parts.hostname or ""
    if parts.scheme == "https" and (_is_this_machine(host) or TRIAL_WORDS & set(host.split("."))):
        return f"names a sandbox, a trial system or this machine ({host})"
    return ""


def _is_this_machine(host: str) -> bool:
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost") or not host
    return number.is_loopback or number.is_unspecified or number.is_link_local


def _stores() -> Iterator[CheckMessage]:
    if "sqlite" in settings.DATABASES["default"]["ENGINE"]:
        yield Error(
            "DATABASE_URL names SQLite; only PostgreSQL is for real people.", id="hetra.E005"
        )
    if not settings.STORAGES["scans"]["OPTIONS"].get("bucket_name"):
        yield Error("S3_BUCKET is missing: there is nowhere to keep scans.", id="hetra.E006")
    if not settings.AUDIT_ANCHOR:
        hint = "Name a folder on another machine's disk, or s3://bucket/folder under object lock."
        yield Error(
            "AUDIT_ANCHOR is missing: nothing would show that the log's end was cut off.",
            hint=hint,
            id="hetra.E020",
        )
    if not ORIGIN.match(settings.SCAN_HOST):
        hint = "The origin browsers fetch scans from, alone: https://scans.example.mg"
        yield Error("S3_PUBLIC_URL is no https origin.", hint=hint, id="hetra.E010")


def _contracts() -> Iterator[CheckMessage]:
    try:
        phones.parse(settings.MVOLA_MERCHANT_MSISDN)
    except ValidationError:
        yield Error("MVOLA_MERCHANT_MSISDN is no Malagasy mobile number.", id="hetra.E011")
    if "*" in settings.ALLOWED_HOSTS:
        yield Error("ALLOWED_HOSTS must name the hosts, not all of them.", id="hetra.E012")


def _watchdog() -> Iterator[CheckMessage]:
    if settings.Q_CLUSTER["timeout"] + 10 > settings.HEARTBEAT_LIMIT:
        message = "HEARTBEAT_LIMIT must leave a task its whole timeout, and ten seconds."
        yield Error(message, id="hetra.E007")
