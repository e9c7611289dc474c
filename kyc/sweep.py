"""The sweep: files of the store that no row names, and rows whose file is not there.

Names begin with 32 random digits: the store is cut into slices by the first two. The names of a
slice and those of its rows come sorted and are compared as they come, in the memory of a page.
"""

import logging
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from kyc import store
from kyc.models import Document, Sweep, Upload, scan_storage
from project.audit import chain
from project.lib import buckets
from project.lib.queue import enqueue

PARTS = "parts/"
SLICES = [*(f"{number:02x}" for number in range(256)), PARTS]
RANDOM = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
OURS = re.compile(rf"({RANDOM})\.(?:jpg|sealed)|parts/(\d{{12}})-{RANDOM}")
# A file without a row may be one whose row is being written; a task that died comes back within.
GRACE = timedelta(days=1)
COUNTS = ("files", "orphans", "deleted", "strangers", "missing")
PAGE = 500
BUDGET = 40  # seconds of one run; a task has sixty
# What the timetable may delete: so many, and so much of what was seen. More than that is no
# residue of a bad day but a database restored too old, or not the one of this store.
FEW, SHARE = 50, 0.01

logger = logging.getLogger("hetra.scans")


@dataclass(frozen=True)
class Finding:
    """What is wrong with a file: `orphans`, `strangers` or `missing`; the row that names it."""

    kind: str
    name: str
    row: str = ""
    is_deleted: bool = False


@dataclass(frozen=True)
class Claim:
    """A file that a row names."""

    name: str
    row: Document | Upload


def current() -> Sweep:
    """The sweep under way, or a new one, which deletes little."""
    under_way = Sweep.objects.filter(ended_at=None).order_by("pk").last()
    return under_way or begin(deletes=Sweep.Deletes.FEW)


def begin(*, deletes: str) -> Sweep:
    """A sweep that has looked at nothing yet; Sweep.Deletes says what becomes of orphans."""
    return Sweep.objects.create(deletes=deletes)


def go_on(sweep: Sweep, *, seconds: float) -> None:
    """Compare slice after slice for so long; what is left is queued. Raises buckets.Away."""
    deadline = time.monotonic() + seconds
    while sweep.ended_at is None:
        if time.monotonic() > deadline:
            with transaction.atomic():
                enqueue("kyc.tasks.sweep_scans")
            return
        for _finding in compare(sweep):
            pass


def compare(sweep: Sweep) -> Iterator[Finding]:
    """Compare the next slice and keep the count; what is wrong there. Raises buckets.Away.

    Orphans are deleted if the sweep may. Of two that compare the same slice one is counted.
    """
    counts = dict.fromkeys(COUNTS, 0)
    for page in _pages(_unpaired(SLICES[sweep.done], counts)):
        found = [*_without_a_row(page), *_without_a_file(page)]
        for finding in found:
            counts[finding.kind] += 1
        found = _delete(sweep, counts, found)
        _alert([finding.name for finding in found if finding.kind == "missing"])
        yield from found
    _keep(sweep, counts)


@transaction.atomic
def _keep(sweep: Sweep, counts: dict[str, int]) -> None:
    added = {name: F(name) + count for name, count in counts.items()}
    mine = Sweep.objects.filter(pk=sweep.pk, done=sweep.done).update(done=F("done") + 1, **added)
    sweep.refresh_from_db()
    if not mine or sweep.done < len(SLICES):
        return
    sweep.ended_at = timezone.now()
    sweep.save(update_fields=["ended_at"])
    figures = {name: getattr(sweep, name) for name in COUNTS}
    chain.record("scans.swept", by=None, about=sweep, **figures)
    is_fault = sweep.missing or sweep.orphans > sweep.deleted
    level = logging.ERROR if is_fault else logging.INFO
    logger.log(level, "the store of scans was compared with its rows: %s", figures)


def _delete(sweep: Sweep, counts: dict[str, int], found: list[Finding]) -> list[Finding]:
    """The findings, with the orphans among them deleted if the sweep may."""
    orphans, files = sweep.orphans + counts["orphans"], sweep.files + counts["files"]
    is_little = orphans <= max(FEW, SHARE * files)
    may = {Sweep.Deletes.NONE: False, Sweep.Deletes.FEW: is_little, Sweep.Deletes.ALL: True}
    if not may[sweep.deletes]:
        return found
    gone = set(store.drop(each.name for each in found if each.kind == "orphans"))
    counts["deleted"] += len(gone)
    return [replace(each, is_deleted=each.name in gone) for each in found]


def _alert(names: list[str]) -> None:
    if names:
        logger.error("%d scans are missing: %s", len(names), ", ".join(names[:5]))


# --- One slice ------------------------------------------------------------------------------------


def _unpaired(prefix: str, counts: dict[str, int]) -> Iterator[buckets.Entry | Claim]:
    """The files of a slice that seem to have no row, and the claims that seem to have no file."""
    files, claims = buckets.entries(scan_storage(), prefix), _claims(prefix)
    file, claim = next(files, None), next(claims, None)
    while file or claim:
        is_first = claim is None or (file is not None and file.name < claim.name)
        is_pair = file is not None and claim is not None and file.name == claim.name
        if is_first and file:
            yield file
        elif claim and not is_pair:
            yield claim
        if is_first or is_pair:
            counts["files"] += 1
            file = next(files, None)
        if not is_first:
            claim = next(claims, None)


def _claims(prefix: str) -> Iterator[Claim]:
    """What the rows of a slice name, by name."""
    if prefix == PARTS:
        for upload in _rows(Upload.objects.order_by("pk"), "pk"):
            yield from (Claim(name, upload) for name in sorted(upload.parts))
        return
    first, last = (uuid.UUID(prefix.ljust(32, digit)) for digit in "0f")
    papers = Document.objects.filter(key__gte=first, key__lte=last).order_by("key")
    for paper in _rows(papers.only("key", "picture", "original"), "key"):
        yield from (Claim(file.name, paper) for file in (paper.picture, paper.original) if file)


def _rows(rows: QuerySet, key: str) -> Iterator[Any]:
    """All rows in the order of a unique column, a page at a time and in no transaction."""
    page = list(rows[:PAGE])
    while page:
        yield from page
        page = list(rows.filter(**{f"{key}__gt": getattr(page[-1], key)})[:PAGE])


def _pages(items: Iterator[Any]) -> Iterator[list[Any]]:
    while page := list(islice(items, PAGE)):
        yield page


# --- Looking twice --------------------------------------------------------------------------------


def _without_a_row(page: list[buckets.Entry | Claim]) -> Iterator[Finding]:
    """The files among these that are old enough to have a row and that none names."""
    before = timezone.now() - GRACE
    names = [each.name for each in page if isinstance(each, buckets.Entry) and each.at < before]
    named = _named(names)
    for name in names:
        if name not in named:
            yield Finding("orphans" if OURS.fullmatch(name) else "strangers", name)


def _named(names: list[str]) -> set[str]:
    """What the rows name to which files of such names belong."""
    matches = [match for name in names if (match := OURS.fullmatch(name))]
    keys = [match[1] for match in matches if match[1]]
    numbers = [int(match[2]) for match in matches if match[2]]
    papers = Document.objects.filter(key__in=keys).values_list("picture", "original")
    uploads = Upload.objects.filter(pk__in=numbers).values_list("parts", flat=True)
    return {name for row in [*papers, *uploads] for name in row}


def _without_a_file(page: list[buckets.Entry | Claim]) -> Iterator[Finding]:
    """The claims among these that still stand, and whose file is still not there."""
    for each in page:
        if isinstance(each, Claim) and not scan_storage().exists(each.name) and _stands(each):
            yield Finding("missing", each.name, f"{each.row._meta.label_lower}:{each.row.pk}")


def _stands(claim: Claim) -> bool:
    """Whether the row names the file now, too."""
    row = type(claim.row).objects.filter(pk=claim.row.pk).first()
    if isinstance(row, Document):
        return claim.name in (row.picture.name, row.original.name)
    return row is not None and claim.name in row.parts
