"""Close an attempt to pay that only the operator's settlement file can close."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from kyc.models import User
from project.lib.workflow import MoveRefused
from taxes import payments
from taxes.models import Payment


class Command(BaseCommand):
    help = (
        "Say what became of a payment in verification or suspense, from the operator's settlement "
        "file. The reconciliation screens will do this with a second person."
    )

    def add_arguments(self, parser):
        parser.add_argument("reference", help="the payment's own reference")
        parser.add_argument("--by", required=True, help="e-mail of the person of finance")
        parser.add_argument("--note", required=True, help="which file, which line")
        outcome = parser.add_mutually_exclusive_group(required=True)
        outcome.add_argument("--paid", metavar="REFERENCE", help="the operator's own reference")
        outcome.add_argument("--failed", action="store_true", help="nothing was taken")

    def handle(self, *, reference, by, note, paid, **options):
        try:
            payment = Payment.objects.get(reference=reference)
            person = User.objects.get(email__iexact=by, role=User.Role.FINANCE, is_active=True)
            payments.resolve(payment, paid_as=paid or "", by=person, note=note)
        except (Payment.DoesNotExist, ValidationError) as error:
            raise CommandError(f"no payment {reference}") from error
        except User.DoesNotExist as error:
            raise CommandError(f"{by} is nobody of finance") from error
        except IntegrityError as error:
            raise CommandError(f"{paid} has settled another payment already") from error
        except MoveRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{payment}: {payment.get_state_display()}")
