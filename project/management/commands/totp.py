"""`manage.py totp SEED`: an authenticator on the command line, for the demo and for tests."""

import base64
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django_otp.oath import TOTP

STEP = 30  # seconds, as every authenticator has it


class Command(BaseCommand):
    help = "Prints the current code of a base32 seed, then how long it is still good for."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("seed", nargs="+", help="base32, in capitals or not, spaces allowed")

    def handle(self, *args: Any, seed: list[str], **options: Any) -> None:
        now = time.time()
        totp = TOTP(_key("".join(seed)), step=STEP, digits=6)
        totp.time = now
        self.stdout.write(f"{totp.token():06}")
        self.stdout.write(f"{STEP - int(now) % STEP} s left")


def _key(seed: str) -> bytes:
    letters = seed.replace(" ", "").replace("-", "").upper().rstrip("=")
    try:
        key = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except ValueError as error:
        raise CommandError("this is no base32 seed") from error
    if not key:
        raise CommandError("this is no base32 seed")
    return key
