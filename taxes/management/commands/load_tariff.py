"""Publish the tariffs that come with the product."""

from pathlib import Path

from django.core.management.base import BaseCommand

from taxes import notices


class Command(BaseCommand):
    help = "Publish tariff files (those of taxes/data by default). A published year stays as it is."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="*", type=Path)

    def handle(self, *, files, **options):
        for path in files or sorted(notices.DATA.glob("tariff_*.csv")):
            self.stdout.write(f"tarif {notices.publish(path)}")
