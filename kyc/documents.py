"""Receiving papers, reading them, and looking at them."""

import uuid

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F

from kyc import intake, limits, ocr
from kyc.cases import Case
from kyc.models import Document, DocumentView
from project.audit import chain
from project.lib import crypto
from project.lib.queue import READING, enqueue
from project.lib.workflow import MoveRefused

# A paper that kills its reader twice is left to human eyes.
READINGS = 2


def receive(case: Case, upload: UploadedFile, *, side: str, by) -> Document:
    """Take a side of a case's paper: decoded apart, re-encoded, stored, then read in background.

    The original is kept sealed, as evidence. Raises intake.Refused for a file that is no picture
    of ours or goes beyond what an account may send in a day, and MoveRefused when the case is no
    longer the citizen's to change.
    """
    if not case.is_editable:
        raise MoveRefused(str(case))
    raw = upload.read()
    _count(by, len(raw))
    picture = intake.decode(raw)
    key = uuid.uuid4()
    document = Document(
        key=key,
        owner=by,
        side=side,
        width=picture.width,
        height=picture.height,
        media_type=picture.media_type,
        sha256=picture.sha256,
        original_sha256=picture.original_sha256,
    )
    # Stored before the row that names them: no row ever claims a file that is not there.
    document.picture.save(f"{key}.jpg", ContentFile(picture.jpeg), save=False)
    document.original.save(f"{key}.sealed", ContentFile(crypto.seal(raw)), save=False)
    return _attach(case, document)


def _count(person, size: int) -> None:
    """Count an upload of so many bytes before it is opened: what is refused later did cost us."""
    account, kib = str(person.pk), -(-size // 1024)
    if limits.take("uploads", account):
        raise intake.Refused("quota")
    if limits.take("upload_kib", account, kib):
        limits.give_back("uploads", account)
        raise intake.Refused("quota")


@transaction.atomic
def _attach(case: Case, document: Document) -> Document:
    case.lock()
    if not case.is_editable:
        raise MoveRefused(str(case))
    document.save()
    case.documents.add(document)
    enqueue("kyc.tasks.read", document.pk, queue=READING)
    chain.record("document.received", by=document.owner, about=document, side=document.side)
    return document


def claim_reading(document_id: int) -> Document | None:
    """Take a document that waits to be read, counting the attempt before it is made."""
    claimed = Document.objects.filter(
        pk=document_id, state=Document.State.PENDING, attempts__lt=READINGS
    ).update(attempts=F("attempts") + 1)
    if not claimed:
        Document.objects.filter(pk=document_id, state=Document.State.PENDING).update(
            state=Document.State.UNREAD
        )
        return None
    return Document.objects.get(pk=document_id)


def read(document: Document) -> None:
    """Read a document's fields and keep them. Nothing that was typed changes.

    A paper that cannot be read in time is left to human eyes.
    """
    with document.picture.open("rb") as stored:
        jpeg = stored.read()
    try:
        reading = ocr.read(jpeg, kind=KINDS[document.side])
    except ocr.Unreadable:
        reading = ocr.Reading(kind="unknown")
    found = any(field.value for field in reading.fields.values())
    Document.objects.filter(pk=document.pk, state=Document.State.PENDING).update(
        reading=reading.as_json(),
        state=Document.State.READ if found else Document.State.UNREAD,
    )


KINDS = {
    Document.Side.CIN_FRONT: "cin",
    Document.Side.CIN_BACK: "cin",
    Document.Side.CARTE_GRISE_FRONT: "carte_grise",
    Document.Side.CARTE_GRISE_BACK: "carte_grise",
}


def values_read(case: Case) -> dict[str, dict]:
    """What was read of a case's papers, by field: the most confident reading of each."""
    best: dict[str, dict] = {}
    for document in case.current_documents():
        for name, field in document.fields.items():
            is_better = field["confidence"] > best.get(name, {"confidence": -1})["confidence"]
            if field["value"] is not None and is_better:
                best[name] = field
    return best


@transaction.atomic
def look(document: Document, *, by, reason: str = "") -> None:
    """Record that one of the staff looks at somebody's paper, and why if not for its case."""
    view = DocumentView.objects.create(document=document, by=by)
    seen = {"document": document.pk, "side": document.side}
    chain.record("document.viewed", by=by, about=view, reason=reason, **seen)
