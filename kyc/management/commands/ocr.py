"""`ocr FILE…`: what the readers make of papers, as a table or one JSON object a file."""

import json
import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kyc import intake, ocr

KINDS = [*(kind for kind in ocr.FIELDS if kind != "unknown"), "auto"]


class Command(BaseCommand):
    help = "Read papers: one JSON object a file, or a table; status 1 if a file is no image."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--kind", choices=KINDS, default="auto")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *, files, kind, **options):
        show = self._as_json if options["json"] else self._as_table
        failed = 0
        ocr.load()
        for path in files:
            report = _report(path, kind)
            failed += "error" in report
            self.stdout.write(show(report))
            self.stdout.flush()
        if failed:
            raise CommandError(f"{failed} of {len(files)} not read", returncode=1)

    def _as_json(self, report: dict) -> str:
        return json.dumps(report, ensure_ascii=False)

    def _as_table(self, report: dict) -> str:
        if "error" in report:
            return f"{report['file']}: {report['error']}\n"
        lines = [f"{report['file']}: {report['kind']}, {report['seconds']} s"]
        for name, field in report["fields"].items():
            mark = "" if field["confident"] or field["value"] is None else "  ?"
            value = "-" if field["value"] is None else field["value"]
            lines.append(f"  {name:<20} {value}{mark}")
        return "\n".join(lines) + "\n"


def _report(path: Path, kind: str) -> dict:
    """What there is to say of one file, `error` where it cannot be read at all."""
    started = time.monotonic()
    try:
        picture = intake.decode(_content(path))
        reading = ocr.read(picture.jpeg, kind=kind, text=picture.text)
    except OSError:
        return {"file": str(path), "error": _("Ce fichier n'existe pas ou ne s'ouvre pas.")}
    except intake.Refused as refusal:
        return {"file": str(path), "error": str(refusal.message)}
    except ocr.Unreadable as error:
        return {"file": str(path), "error": str(error)}
    found = reading.as_json()
    return {
        "file": str(path),
        "kind": found["kind"],
        "kind_confidence": found["kind_confidence"],
        "seconds": round(time.monotonic() - started, 2),
        "fields": found["fields"],
        "text": found["text"],
    }


def _content(path: Path) -> bytes:
    """The file, or as much of it as shows that it is too big."""
    with path.open("rb") as file:
        return file.read(intake.MAX_BYTES + 1)
