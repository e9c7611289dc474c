"""`manage.py sweep_scans`: compares the store of scans with the rows that name its files."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kyc import sweep
from kyc.models import Sweep

WORDS = {"orphans": "orphan", "strangers": "stranger", "missing": "MISSING"}


class Command(BaseCommand):
    help = (
        "Prints each file that no row names (orphan), each with a name that is not ours (stranger)"
        " and each that a row names and that is not there (MISSING). Nothing is changed without"
        " --delete. Ends with 1 if a file is missing, with 2 if the store does not answer."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--delete", action="store_true", help="delete all orphans")

    def handle(self, *, delete: bool, **options: Any) -> None:
        policy = Sweep.Deletes.ALL if delete else Sweep.Deletes.NONE
        row = sweep.begin(deletes=policy)
        try:
            while row.ended_at is None:
                for finding in sweep.compare(row):
                    gone = " deleted" if finding.is_deleted else ""
                    whose = f" of {finding.row}" if finding.row else ""
                    self.stdout.write(f"{WORDS[finding.kind]} {finding.name}{whose}{gone}")
        except OSError as fault:
            raise CommandError(f"the store does not answer: {fault}", returncode=2) from fault
        self.stdout.write(
            f"{row.files} files, {row.orphans} orphans, {row.deleted} deleted,"
            f" {row.strangers} strangers, {row.missing} missing"
        )
        if row.missing:
            raise CommandError("files are missing: restore them from the backup", returncode=1)
