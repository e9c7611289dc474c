"""Make the first accounts of the staff, while there are no two administrators to do it."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from kyc import duties, staff
from project.lib import phones
from project.lib.workflow import MoveRefused


class Command(BaseCommand):
    help = (
        "Make a staff account and print the link that opens it, once, within 48 hours: whoever "
        "opens it chooses a password, confirms the phone and installs a second factor. Refused "
        "once two administrators are there, who invite by the pages."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", choices=[str(role) for role in duties.ROLES])
        parser.add_argument("--email", required=True)
        parser.add_argument("--phone", required=True)
        parser.add_argument("--mail", action="store_true", help="send the link, do not print it")
        parser.add_argument(
            "--break-glass",
            metavar="REASON",
            default="",
            help="do it although two administrators are there; the log keeps why, they are told",
        )

    def handle(self, *, role: str, email: str, phone: str, **options: Any) -> None:
        try:
            validate_email(email)
            number = phones.parse(phone)
            self.stdout.write(self._make(role, email.lower(), number, **options))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except MoveRefused as refusal:
            raise CommandError(str(refusal)) from refusal

    @transaction.atomic
    def _make(
        self, role: str, email: str, phone: str, *, break_glass: str, mail: bool, **_options: Any
    ) -> str:
        """What to tell whoever called: the link, or where it went."""
        reason = break_glass.strip()
        user = staff.install(
            role, email=email, phone=phone, reason=reason or "installation", forced=bool(reason)
        )
        if mail:
            staff.send_link(user, by=None)
            return f"the link was sent to {email}"
        return f"{settings.SITE_URL}/activation/{staff.make_link(user, by=None)}/"
