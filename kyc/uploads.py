"""Files that arrive in parts: a lost connection costs one part, and the rest goes on from there.

The protocol is the core of tus 1.0 (tus.io): ask how many bytes are here, send the next ones. The
name of an upload is the SHA-256 of its bytes, which its sender knows: nothing is created before,
asking twice is harmless, and a page that was loaded again goes on where it was.
"""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from kyc import documents, intake, limits, store
from kyc.cases import Case
from kyc.models import Document, Upload
from project.lib import crypto
from project.lib.workflow import MoveRefused

SHORTEST = 4 * 1024  # bytes of a part that is not the last
KEPT = timedelta(days=1)  # after its last part
# Whoever puts a file together has so long before another may try.
PATIENCE = timedelta(minutes=1)


class Misplaced(Exception):
    """A part that does not begin where the last one ended: after `received` bytes."""

    def __init__(self, received: int):
        super().__init__(received)
        self.received = received


@dataclass(frozen=True)
class File:
    """What somebody sends: one side of a case's paper, by the hash of its bytes."""

    case: Case
    side: str
    sha256: str
    by: Any

    @property
    def place(self) -> str:
        return f"{self.case._meta.model_name}:{self.case.pk}:{self.side}"

    @property
    def is_taken(self) -> bool:
        """Whether it is the newest picture of its side already, and nobody asks for another."""
        waits = self.case.reopened.get(self.side, {"done": True})
        newest = next(
            (paper for paper in self.case.current_documents() if paper.side == self.side), None
        )
        return waits["done"] and newest is not None and newest.original_sha256 == self.sha256


def received(file: File) -> int:
    """How many bytes of it are here."""
    found = Upload.objects.filter(
        owner=file.case.citizen, place=file.place, sha256=file.sha256
    ).first()
    return found.received if found else 0


def extend(file: File, part: bytes, *, start: int, length: int) -> Document | None:
    """Add a part, which begins at byte `start` of `length`. Returns the paper once it is whole.

    Raises Misplaced where another part is due; MoveRefused and intake.Refused as
    `documents.receive` does. What is refused is forgotten, unless it is for us to do better.
    """
    if not documents.may_receive(file.case, file.side):
        raise MoveRefused(_("Ce dossier est déjà envoyé : il ne peut plus être changé."))
    if not 0 < length <= intake.MAX_BYTES:
        raise intake.Refused("too_big" if length else "empty")
    end = start + len(part)
    if end > length or (len(part) < SHORTEST and end < length):
        raise intake.Refused("damaged")
    upload = _upload_of(file, start, length)
    if part:
        _append(upload, part)
    return _finish(file, upload) if upload.is_whole else None


def _upload_of(file: File, start: int, length: int) -> Upload:
    """The row of this file, which takes the place of another that was begun there."""
    rows = Upload.objects.filter(owner=file.case.citizen, place=file.place)
    for other in rows.exclude(sha256=file.sha256, length=length):
        forget(other)
    if start == 0:
        same = {"sha256": file.sha256, "length": length}
        upload, _new = Upload.objects.get_or_create(
            owner=file.case.citizen, place=file.place, defaults=same
        )
    else:
        upload = rows.first()
    if upload is None or upload.sha256 != file.sha256 or upload.received != start:
        raise Misplaced(upload.received if upload and upload.sha256 == file.sha256 else 0)
    return upload


def _append(upload: Upload, part: bytes) -> None:
    """Keep a part. Of two that come at once for the same place, one is thrown away."""
    account, kib = str(upload.owner_id), -(-len(part) // 1024)
    if limits.take("part_kib", account, kib):
        raise intake.Refused("quota")
    start = upload.received
    try:
        # By the number of its upload, by which the sweep finds whose it is.
        name = store.keep(f"parts/{upload.pk:012}-{uuid.uuid4()}", crypto.seal(part))
    except store.Away:
        limits.give_back("part_kib", account, kib)
        raise intake.Refused("away") from None
    upload.received, upload.parts = start + len(part), [*upload.parts, name]
    changes = {"received": upload.received, "parts": upload.parts, "touched_at": timezone.now()}
    if not Upload.objects.filter(pk=upload.pk, received=start).update(**changes):
        store.drop([name])
        upload = Upload.objects.filter(pk=upload.pk).first()
        raise Misplaced(upload.received if upload else 0)


def _finish(file: File, upload: Upload) -> Document:
    """Put the parts together and take the whole like any other file, once."""
    now = timezone.now()
    free = Q(taken_at=None) | Q(taken_at__lt=now - PATIENCE)
    if not Upload.objects.filter(free, pk=upload.pk).update(taken_at=now):
        raise Misplaced(upload.length)
    try:
        whole = _whole(upload)
        if hashlib.sha256(whole).hexdigest() != upload.sha256:
            raise intake.Refused("damaged")
        document = documents.receive(file.case, ContentFile(whole), side=file.side, by=file.by)
    except store.Lost:
        forget(upload)
        raise Misplaced(0) from None
    except intake.Refused as refusal:
        if refusal.code in intake.OURS:
            Upload.objects.filter(pk=upload.pk).update(taken_at=None)
        else:
            forget(upload)
        raise
    except MoveRefused:
        forget(upload)
        raise
    forget(upload)
    return document


def _whole(upload: Upload) -> bytes:
    """Its parts put together. Raises store.Lost where one is not what was kept."""
    whole = bytearray()
    for name in upload.parts:
        try:
            whole += crypto.unseal(store.fetch(name))
        except store.Away:
            raise intake.Refused("away") from None
        except crypto.Unsealable:
            raise store.Lost(name) from None
    return bytes(whole)


def forget(upload: Upload) -> None:
    """Delete an upload, then its parts; those of a run cut short are found by the sweep."""
    Upload.objects.filter(pk=upload.pk).delete()
    store.drop(upload.parts)


def forget_old() -> int:
    """Delete what nobody went on sending. Returns how many uploads."""
    stale = list(Upload.objects.filter(touched_at__lt=timezone.now() - KEPT)[:500])
    for upload in stale:
        forget(upload)
    return len(stale)
