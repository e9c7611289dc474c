"""How reading goes, and having the papers of waiting dossiers read again, many at a time.

A batch gives the readers a few papers at once and the next when those are taken: what a citizen
sends meanwhile waits behind a few, never behind a batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kyc import documents
from kyc.cases import Case
from kyc.models import Document, ReadingBatch, ReadingItem
from kyc.papers import FACES, PAPERS, Kind, Side
from project.audit import chain
from project.lib.queue import READING, untaken
from project.lib.workflow import MoveRefused

DAY = timedelta(days=1)
UNDECIDED = [Case.State.WAITING, Case.State.CLAIMED]
FEW = 2  # papers of a batch that may wait for a worker at any moment
MEASURED = 10  # papers after which their pace tells how long the others take

# The kinds of paper that are read: their words, and which pictures are of them.
KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    code: (word, {"side__in": FACES, "paper": code})
    for code, word in Kind.choices
    if PAPERS[Kind(code)].reader
} | {
    "carte_grise": (
        gettext_lazy("carte grise"),
        {"side__in": [Side.CARTE_GRISE_FRONT, Side.CARTE_GRISE_BACK]},
    ),
}


def _of(kinds: Sequence[str], prefix: str = "") -> Q:
    """Pictures of these kinds of paper; `prefix` leads to them."""
    chosen = [
        Q(**{prefix + name: value for name, value in KINDS[kind][1].items()}) for kind in kinds
    ]
    return Q(*chosen, _connector=Q.OR)


# --- How it goes ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """How many papers wait for their reading now, and what became of those of the last day."""

    waiting: int
    oldest: datetime | None
    read: int
    unread: int


def figures() -> Figures:
    """The state of reading in the whole country; of nobody's papers in particular."""
    pending = Document.objects.filter(state=Document.State.PENDING)
    waits = pending.aggregate(waiting=Count("pk"), oldest=Min("asked_at"))
    ended = Document.objects.filter(_of([*KINDS]), read_at__gte=timezone.now() - DAY)
    counts = dict(ended.order_by().values_list("state").annotate(Count("pk")))
    read, unread = (counts.get(state, 0) for state in (Document.State.READ, Document.State.UNREAD))
    return Figures(**waits, read=read, unread=unread)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch has come. Papers whose dossiers were decided meanwhile are left out."""

    batch: ReadingBatch
    read: int
    unread: int
    given: int

    @property
    def done(self) -> int:
        return self.read + self.unread

    @property
    def total(self) -> int:
        """What there is to do: once all was given, what was."""
        is_whole = self.batch.after >= self.batch.until
        return self.given if is_whole else max(self.batch.total, self.given)

    @property
    def left_out(self) -> int:
        return max(self.batch.total - self.total, 0)

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100

    @property
    def ends_at(self) -> datetime | None:
        """When it will have ended at the pace it has had so far; None before that is known."""
        if self.done < MEASURED or not self.batch.is_under_way:
            return None
        now = timezone.now()
        return now + (now - self.batch.began_at) * (self.total - self.done) / self.done

    @property
    def word(self) -> Any:
        """Which papers were chosen."""
        return KINDS[self.batch.kind][0] if self.batch.kind in KINDS else _("toutes les pièces")


def progress() -> Progress | None:
    """Of the batch under way, else of the last."""
    batch = ReadingBatch.objects.order_by("-pk").first()
    if batch is None:
        return None
    counts = dict(batch.items.order_by().values_list("state").annotate(Count("pk")))
    read, unread = (counts.get(state, 0) for state in (Document.State.READ, Document.State.UNREAD))
    return Progress(batch, read=read, unread=unread, given=sum(counts.values()))


# --- A batch --------------------------------------------------------------------------------------


@transaction.atomic
def begin(*, kind: str = "", only_unread: bool, by) -> ReadingBatch:
    """Have the papers of the dossiers that wait in `by`'s regions read again.

    `kind` is one of KINDS, empty for all. Raises MoveRefused when there are none, or while
    another batch is under way.
    """
    batch = ReadingBatch(kind=kind, only_unread=only_unread, by=by)
    batch.total = sum(_chosen(batch, model).count() for model in Case.__subclasses__())
    if not batch.total:
        raise MoveRefused(_("Aucune photo ne correspond à ce choix : il n'y a rien à relire."))
    batch.until = Document.objects.aggregate(newest=Max("pk"))["newest"]
    try:
        with transaction.atomic():
            batch.save()
    except IntegrityError:
        raise MoveRefused(
            _("Un lot est déjà en cours : attendez qu'il finisse, ou arrêtez-le.")
        ) from None
    asked = {"kind": kind, "only_unread": only_unread, "total": batch.total}
    chain.record("readings.begun", by=by, about=batch, **asked)
    go_on()
    return batch


@transaction.atomic
def stop(*, by) -> None:
    """Give no more papers of the batch under way. The few that were given are still read.

    Raises MoveRefused when there is none.
    """
    batch = ReadingBatch.objects.under_way().select_for_update().first()
    if batch is None:
        raise MoveRefused(_("Aucun lot n'est en cours : il a fini, ou quelqu'un l'a arrêté."))
    batch.ended_at = batch.stopped_at = timezone.now()
    batch.stopped_by = by
    batch.save(update_fields=["ended_at", "stopped_at", "stopped_by"])
    chain.record("readings.stopped", by=by, about=batch, given=batch.items.count())


@transaction.atomic
def go_on() -> None:
    """Give the readers the next papers of the batch under way, or end it after the last.

    Called after each reading, and by the timetable should a worker have died. Of two that come at
    once, one does it.
    """
    batch = ReadingBatch.objects.under_way().select_for_update(skip_locked=True).first()
    if batch is None:
        return
    room = FEW - untaken(READING)
    if room > 0 and batch.after < batch.until:
        _give(batch, _next(batch, room), room)
    if batch.after >= batch.until and not _waits(batch):
        batch.ended_at = timezone.now()
        batch.save(update_fields=["ended_at"])


def _give(batch: ReadingBatch, papers: list[int], room: int) -> None:
    """Write down what is given, and give it. One that waits to be read already is given once."""
    ReadingItem.objects.bulk_create(ReadingItem(batch=batch, document_id=pk) for pk in papers)
    documents.give(papers)
    batch.after = papers[-1] if len(papers) == room else batch.until
    batch.save(update_fields=["after"])


def _waits(batch: ReadingBatch) -> bool:
    """Whether something it gave is not read yet."""
    return batch.items.filter(state=Document.State.PENDING).exists()


def _next(batch: ReadingBatch, room: int) -> list[int]:
    """The next papers to be given, by their keys: no more than there is room for."""
    found: set[int] = set()
    for model in Case.__subclasses__():
        rest = _chosen(batch, model).filter(
            document_id__gt=batch.after, document_id__lte=batch.until
        )
        found |= set(rest.order_by("document_id").values_list("document_id", flat=True)[:room])
    return sorted(found)[:room]


def _chosen(batch: ReadingBatch, model: type[Case]) -> QuerySet:
    """The links from undecided dossiers of one kind to the newest pictures the batch is about.

    Of the regions in which who began it works at this moment, as on every page.
    """
    name = model._meta.model_name
    links = model.documents.through.objects.all()
    cases = model.objects.within(batch.by).filter(state__in=UNDECIDED)
    newer = links.filter(
        **{name: OuterRef(name)},
        document__side=OuterRef("document__side"),
        document__paper=OuterRef("document__paper"),
        document_id__gt=OuterRef("document_id"),
    )
    wanted = _of([batch.kind] if batch.kind else [*KINDS], "document__")
    if batch.only_unread:
        wanted &= Q(document__state=Document.State.UNREAD)
    return links.filter(wanted, ~Exists(newer), **{f"{name}__in": cases})
