"""Make an account for somebody of the staff, with a second factor."""

from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from kyc.models import TOTPDevice, User
from project.audit import chain
from project.lib import phones

ROLES = [role for role in User.Role.values if role != User.Role.CITIZEN]


class Command(BaseCommand):
    help = (
        "Make a staff account. Its seed is printed once, for the person's authenticator; they "
        "choose their password by « mot de passe oublié », with their phone, then confirm both."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", choices=ROLES)
        parser.add_argument("--email", required=True)
        parser.add_argument("--phone", required=True)

    def handle(self, *, role: str, email: str, phone: str, **options: Any) -> None:
        try:
            validate_email(email)
            user = self._make(role, email.lower(), phones.parse(phone))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except IntegrityError as error:
            raise CommandError("there is an account with this phone or this e-mail") from error
        device = TOTPDevice.objects.create(user=user, name="authenticator", confirmed=True)
        self.stdout.write(device.config_url)

    @transaction.atomic
    def _make(self, role: str, email: str, phone: str) -> User:
        if EmailAddress.objects.filter(email=email).exists():
            raise IntegrityError(email)
        user = User.objects.create_user(role=role, email=email, phone=phone)
        EmailAddress.objects.create(user=user, email=email, primary=True)
        chain.record("staff.made", by=None, about=user, role=role)
        return user
