"""Receiving papers, reading them, and looking at them."""

import io
import uuid
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from kyc import intake, limits, nationalities, ocr, papers, store
from kyc.cases import Case
from kyc.models import Document, DocumentView, ReadingItem
from project.audit import chain
from project.lib import crypto
from project.lib.queue import READING, enqueue
from project.lib.workflow import MoveRefused

# A paper that kills its reader twice is left to human eyes.
READINGS = 2
PREVIEW = 360  # pixels of the longer side


def receive(case: Case, upload: UploadedFile, *, side: str, by) -> Document:
    """Take a side of a case's paper: decoded apart, re-encoded, stored, then read in background.

    The original is kept sealed, as evidence. Raises intake.Refused for a file that is no picture
    of ours, goes beyond what an account may send in a day or cannot be stored now, and MoveRefused
    when the case is no longer the citizen's to change. Whoever sends it, it is the citizen's.
    """
    if not may_receive(case, side):
        raise MoveRefused(_("Ce dossier est déjà envoyé : il ne peut plus être changé."))
    raw = upload.read()
    _count(case.citizen, len(raw))
    picture = intake.decode(raw)
    key = uuid.uuid4()
    document = Document(
        key=key,
        owner=case.citizen,
        side=side,
        width=picture.width,
        height=picture.height,
        media_type=picture.media_type,
        sha256=picture.sha256,
        original_sha256=picture.original_sha256,
        text=picture.text,
    )
    # Stored before the row that names them: no row ever claims a file that is not there.
    try:
        _store(document, picture.jpeg, raw)
    except store.Away:
        _count_not(case.citizen, len(raw))
        raise intake.Refused("away") from None
    try:
        return _attach(case, document, by)
    except MoveRefused:
        store.drop([document.picture.name, document.original.name])
        raise


def _store(document: Document, jpeg: bytes, raw: bytes) -> None:
    """Keep both files or, as far as the store answers, neither. Raises store.Away."""
    document.picture = store.keep(f"{document.key}.jpg", jpeg)
    try:
        document.original = store.keep(f"{document.key}.sealed", crypto.seal(raw))
    except store.Away:
        store.drop([document.picture.name])
        raise


def may_receive(case: Case, side: str) -> bool:
    """Whether this side is among what the citizen may photograph now."""
    return any(side in case.open_sides(part) for part in case.SECTIONS if case.is_open(part))


def _count(person, size: int) -> None:
    """Count an upload of so many bytes before it is opened: what is refused later did cost us."""
    account, kib = str(person.pk), -(-size // 1024)
    if limits.take("uploads", account):
        raise intake.Refused("quota")
    if limits.take("upload_kib", account, kib):
        limits.give_back("uploads", account)
        raise intake.Refused("quota")


def _count_not(person, size: int) -> None:
    """Take back what was counted for a file that we could not keep."""
    limits.give_back("uploads", str(person.pk))
    limits.give_back("upload_kib", str(person.pk), -(-size // 1024))


@transaction.atomic
def _attach(case: Case, document: Document, by) -> Document:
    case.lock()
    is_theirs = type(case).objects.filled_by(by).filter(pk=case.pk).exists()
    if not is_theirs or not may_receive(case, document.side):
        raise MoveRefused(_("Cette partie est acceptée : elle ne se change plus."))
    document.paper = case.paper_of(document.side)
    document.save()
    case.documents.add(document)
    if document.side in case.reopened:
        case.reopened[document.side]["done"] = True
    case.save(update_fields=["reopened", *case.mark_stage()])
    enqueue("kyc.tasks.read", document.pk, queue=READING)
    said = {"side": document.side} | case.on_behalf(by)
    chain.record("document.received", by=by, about=document, **said)
    return document


def claim_reading(document_id: int) -> Document | None:
    """Take a document that waits to be read, counting the attempt before it is made."""
    claimed = Document.objects.filter(
        pk=document_id, state=Document.State.PENDING, attempts__lt=READINGS
    ).update(attempts=F("attempts") + 1)
    if not claimed:
        _give_up(document_id)
        return None
    return Document.objects.get(pk=document_id)


def read(document: Document) -> None:
    """Read a document's fields and keep them. Nothing that was typed changes.

    A paper that cannot be read in time, or whose file is gone, is left to human eyes. Raises
    store.Away: the queue calls again while attempts are left.
    """
    kind = _reader_of(document)
    try:
        reading = _read(document, kind)
    except (ocr.Unreadable, store.Lost):
        reading = ocr.Reading(kind="unknown")
    _keep(document, reading)


def _read(document: Document, kind: str) -> ocr.Reading:
    if not kind:
        return ocr.Reading(kind="unknown")
    return ocr.read(content(document), kind=kind, text=document.text)


def content(document: Document) -> bytes:
    """Our own picture of a paper, as it was stored. Raises store.Away and store.Lost."""
    return store.fetch(document.picture.name, sha256=document.sha256)


def preview(document: Document) -> bytes:
    """The picture as small as a page of the form draws it: a thin network carries all of them.

    Raises store.Away and store.Lost.
    """
    small = io.BytesIO()
    with Image.open(io.BytesIO(store.fetch(document.picture.name))) as stored:
        stored.thumbnail((PREVIEW, PREVIEW))
        stored.convert("RGB").save(small, "JPEG", quality=70)
    return small.getvalue()


@transaction.atomic
def read_again(document: Document, *, by) -> None:
    """Have a paper read once more. What was read of it stands until more is found.

    Raises MoveRefused for a paper that nothing reads, or that waits to be read already.
    """
    if not _reader_of(document):
        raise MoveRefused(_("Aucune lecture automatique n'existe pour cette photo."))
    if not give([document.pk]):
        raise MoveRefused(_("Cette photo attend déjà d'être relue."))
    chain.record("document.reread", by=by, about=document, side=document.side)


def give(ids: Sequence[int]) -> list[int]:
    """Put papers into the readers' queue; those that were not in it already."""
    idle = _idle(ids)
    Document.objects.filter(pk__in=idle).update(
        state=Document.State.PENDING, attempts=0, asked_at=timezone.now()
    )
    for pk in idle:
        enqueue("kyc.tasks.read", pk, queue=READING)
    return idle


def _idle(ids: Sequence[int]) -> list[int]:
    """Those among these papers that do not wait to be read. All are held: no reading ends now."""
    rows = Document.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    states = rows.values_list("pk", "state")
    return [pk for pk, state in states if state != Document.State.PENDING]


@transaction.atomic
def _keep(document: Document, reading: ocr.Reading) -> None:
    """Keep a reading: one that found nothing takes the place of none that found something."""
    found = any(field.value for field in reading.fields.values())
    if found or not _is_read(document):
        _settle(document, found, reading=reading.as_json())
    else:
        _settle(document, found)


@transaction.atomic
def _give_up(document_id: int) -> None:
    """Leave a paper as it was before it killed its readers."""
    document = Document.objects.filter(pk=document_id).first()
    if document:
        _settle(document, found=False)


def _settle(document: Document, found: bool, **changes: Any) -> None:
    """End the reading under way, if there is one, for whichever batch asked for it."""
    is_read = found or _is_read(document)
    state = Document.State.READ if is_read else Document.State.UNREAD
    pending = Document.objects.filter(pk=document.pk, state=Document.State.PENDING)
    if pending.update(state=state, read_at=timezone.now(), **changes):
        lines = ReadingItem.objects.filter(document=document, state=Document.State.PENDING)
        lines.update(state=Document.State.READ if found else Document.State.UNREAD)


def _is_read(document: Document) -> bool:
    """Whether something was read of it before."""
    return any(field["value"] for field in document.fields.values())


def _reader_of(document: Document) -> str:
    """The reader for such a side; for a face, or a proof of address, none."""
    if document.paper:
        return papers.PAPERS[papers.Kind(document.paper)].reader
    case = case_of(document)
    return case.reader_of(document.side) if case else ""


def case_of(document: Document) -> Case | None:
    """The case a picture belongs to."""
    found = (model.objects.filter(documents=document).last() for model in Case.__subclasses__())
    return next(filter(None, found), None)


def fields_read(case: Case) -> set[str]:
    """The fields that reading a case's papers can fill."""
    return {name for kind in case.readers.values() for name in ocr.FIELDS[kind]}


def unread(case: Case) -> list[Document]:
    """The pictures that should have been read and could not be."""
    return [
        paper
        for paper in case.current_documents()
        if paper.side in case.readers and paper.state == Document.State.UNREAD
    ]


def values_read(case: Case) -> dict[str, dict]:
    """What was read of a case's papers, by field: the most confident reading of each."""
    best: dict[str, dict] = {}
    for document in case.current_documents():
        unlike = papers.PAPERS[papers.Kind(document.paper)].unlike if document.paper else ()
        for name, field in document.fields.items():
            if name in unlike:
                continue
            is_better = field["confidence"] > best.get(name, {"confidence": -1})["confidence"]
            if field["value"] is not None and is_better:
                best[name] = field
    code = best.get("nationality")
    if code and code["value"] not in nationalities.WORDS:  # its holder writes it
        best["nationality"] = code | {"value": None}
    return best


@transaction.atomic
def look(document: Document, *, by, reason: str = "") -> None:
    """Record that one of the staff looks at somebody's paper, and why if not for its case."""
    view = DocumentView.objects.create(document=document, by=by)
    seen = {"document": document.pk, "side": document.side}
    chain.record("document.viewed", by=by, about=view, reason=reason, **seen)
