"""Fill the demo with invented people, and say how to sign in as each of them."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from project import demo


class Command(BaseCommand):
    help = "Make the demo's people where they are missing, and print their logins."

    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("demo people are refused on production settings")
        demo.populate(self.stdout.write)
        for line in demo.logins():
            self.stdout.write(line)
