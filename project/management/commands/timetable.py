"""`manage.py timetable`: gives the periodic tasks to the queue."""

from typing import Any

from django.core.management.base import BaseCommand

from project import schedule


class Command(BaseCommand):
    help = "Writes project/schedule.py to the database, and removes what is not in it."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{schedule.write()} periodic tasks")
