"""What no start survives: in production the demo's keys and people, anywhere an undeclared door."""

import base64
import binascii
import ipaddress
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils.module_loading import import_string

from kyc import limits, passwords
from project import networks, policy
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
    found = [*_secrets(), *_addresses(), *_stores(), *_contracts(), *_identity(), *_watchdog()]
    return [*found, *_offices(), *_leaks(), *_debugging(), *_figures()]


def refuse_to_start() -> None:
    """Stop the process, with what is wrong and what to do, where production must not begin.

    For the web server, which runs no checks of its own.
    """
    faults = [*production_is_not_a_demo(), *nobody_is_invented(databases=["default"])]
    faults += every_door_is_declared()
    if grave := [fault for fault in faults if fault.is_serious()]:
        raise SystemExit("Hetra does not start:\n" + "\n".join(f"- {fault}" for fault in grave))


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


@register(Tags.urls)
def every_door_is_declared(**_kwargs: Any) -> list[CheckMessage]:
    """Each address has its row in the policy, and its marks say the same."""
    hint = "Its row in project/policy.py and the marks on the view must say the same."
    return [
        Error(f"{route.name} ({route.address}) {fault}.", hint=hint, id="hetra.E030")
        for route in policy.routes()
        for fault in policy.faults(route)
    ]


def _secrets() -> Iterator[CheckMessage]:
    if settings.SECRET_KEY.startswith("demo-only"):
        hint = "Set 50 random characters in the environment: they sign sessions and tasks."
        yield Error("SECRET_KEY is the demo's.", hint=hint, id="hetra.E002")
    yield from _rings()
    for entry in settings.CODE_KEYS:
        if entry.partition(":")[0] not in CODE_KEY_NAMES:
            hint = "It travels in one byte of every windscreen code: no payment is booked without."
            yield Error("CODE_KEYS holds a name not from 0 to 255.", hint=hint, id="hetra.E013")
    for name in dir(settings):
        value = str(getattr(settings, name)) if name.endswith(CREDENTIALS) else "-"
        if not value or value.startswith("demo-"):
            fault = "is the demo's" if value else "is missing"
            hint = "Set it in the environment to what the operator's contract gives."
            yield Error(f"{name} {fault}.", hint=hint, id="hetra.E008")


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


def _offices() -> Iterator[CheckMessage]:
    """From where administrators work: said by whoever deploys, even if it is everywhere."""
    hint = "Networks by commas: 196.192.32.0/20,2c0f:f8f0::/32 - or, knowingly, 0.0.0.0/0,::/0."
    if not settings.ADMIN_NETWORKS:
        message = "ADMIN_NETWORKS is missing: administrators could work from anywhere."
        yield Error(message, hint=hint, id="hetra.E021")
    try:
        networks.parse(tuple(settings.ADMIN_NETWORKS))
    except ValueError as fault:
        yield Error(f"ADMIN_NETWORKS: {fault}.", hint=hint, id="hetra.E022")


def _leaks() -> Iterator[CheckMessage]:
    """The list of leaked passwords: a good service without it, a bad one with a broken one."""
    hint = "docs/operations.md says how to make the file."
    if not settings.BREACHED_PASSWORDS:
        message = (
            "BREACHED_PASSWORDS is not set: common and guessable passwords are refused, but not"
            " those known from leaks."
        )
        yield Info(message, hint=hint, id="hetra.I001")
        return
    fault = passwords.fault_of(Path(settings.BREACHED_PASSWORDS))
    if fault:
        yield Error(f"The file of BREACHED_PASSWORDS {fault}.", hint=hint, id="hetra.E023")


def _debugging() -> Iterator[CheckMessage]:
    if settings.DEBUG or os.environ.get("DEBUG", "").lower() in (
        "1",
        "true",
        "yes",
        "on",
        "y",
        "t",
    ):
        hint = "Take DEBUG away from the environment: its error pages show secrets to anybody."
        yield Error("DEBUG is asked for on production settings.", hint=hint, id="hetra.E031")


def _figures() -> Iterator[CheckMessage]:
    """Settings that are numbers, files and names: each within what it can mean."""
    least = {"AUDIT_ANCHOR_MINUTES": settings.AUDIT_ANCHOR_MINUTES}
    least |= {"QUEUE_WORKERS": settings.Q_CLUSTER["workers"]}
    least |= {"TRUSTED_PROXY_COUNT": settings.ALLAUTH_TRUSTED_PROXY_COUNT}
    for name, value in least.items():
        if value < 1:
            yield Error(f"{name} is {value}: it must be 1 or more.", id="hetra.E032")
    if not settings.EMAIL_HOST or settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        message = "EMAIL_URL names no mail server, or DEFAULT_FROM_EMAIL no sender: set both."
        yield Error(message, id="hetra.E033")
    for name, figures in settings.LIMITS.items():
        if name not in limits.RULES or not {"free", "window"} <= set(figures):
            hint = 'Write {"uploads": {"free": 60, "window": 86400}}, a rule of kyc/limits.py.'
            yield Error(f"LIMITS holds no rule in {name}.", hint=hint, id="hetra.E034")


def _identity() -> Iterator[CheckMessage]:
    """Services that check identities: contracts, and nothing approved by what is no service."""
    checkers = [import_string(path) for path in settings.IDENTITY_CHECKERS]
    codes = {checker.code for checker in checkers}
    for name in sorted({name for checker in checkers for name in checker.configured_by}):
        if not getattr(settings, name):
            yield Error(f"{name} is missing.", id="hetra.E041")
    if "onfido" in codes and settings.ONFIDO_TOKEN.startswith("api_sandbox"):
        yield Error("ONFIDO_TOKEN is that of a trial system.", id="hetra.E042")
    alone = settings.IDENTITY_CHECKS_TO_APPROVE_ALONE
    for code in {*alone, *settings.IDENTITY_CHECKS_FOR_PEOPLE} - codes:
        yield Error(f"{code} is to be waited for, and not enabled.", id="hetra.E043")
    if settings.IDENTITY_APPROVES_ALONE and not alone:
        hint = "Name the services that must have found nothing: IDENTITY_CHECKS_TO_APPROVE_ALONE."
        yield Error("Cases would approve themselves unchecked.", hint=hint, id="hetra.E044")


def _watchdog() -> Iterator[CheckMessage]:
    if settings.Q_CLUSTER["timeout"] + 10 > settings.HEARTBEAT_LIMIT:
        message = "HEARTBEAT_LIMIT must leave a task its whole timeout, and ten seconds."
        yield Error(message, id="hetra.E007")
