"""Pages of docs/ that a command writes from the code, and that `make check` compares with it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class PageCommand(BaseCommand):
    """Writes one page of docs/; with --check only says whether it is up to date."""

    page: Path  # below docs/
    requires_system_checks: list[str] = []

    def render(self) -> str:
        """The whole page."""
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        said = "write nothing, fail on difference"
        parser.add_argument("--check", action="store_true", help=said)

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        file, page = settings.ROOT / "docs" / self.page, self.render()
        if not check:
            file.write_text(page, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != page:
            command = type(self).__module__.rpartition(".")[2]
            raise CommandError(f"docs/{self.page} is out of date: run `make {command}`")
