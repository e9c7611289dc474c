"""Compute a tax on the command line, with the steps of the calculation."""

from datetime import date

from django.core.management.base import BaseCommand, CommandError

from fleet.models import Category, Energy
from taxes import explain, notices
from taxes.tariff import NotAssessable


class Command(BaseCommand):
    help = "Print the tax of a vehicle, in ariary, and how it came about."

    def add_arguments(self, parser):
        parser.add_argument("--year", type=int, required=True, help="tax year")
        parser.add_argument("--power", type=int, required=True, help="fiscal power, in CV")
        parser.add_argument("--energy", choices=Energy.values, required=True)
        parser.add_argument(
            "--first", type=date.fromisoformat, required=True, help="first circulation, YYYY-MM-DD"
        )
        parser.add_argument("--category", choices=Category.values, default=Category.PERSONAL)

    def handle(self, *, year, power, energy, first, category, **options):
        if power < 1:
            raise CommandError("the fiscal power is 1 CV or more")
        try:
            assessment = notices.assess(
                notices.tariff_of(year),
                power=power,
                energy=energy,
                first_registration=first,
                category=category,
            )
        except NotAssessable as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(str(assessment.amount))
        for what, result in explain.steps(assessment.steps):
            self.stdout.write(f"{what} : {result}")
