"""Looking for what does not fit: links, gaps, hashes, heads, anchors, rows without an event."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from project.audit import anchors, chain
from project.audit.completeness import EXPECTATIONS, due, silent
from project.audit.models import Event, Head, Round, Stream

CHUNK = 2000  # rows held in memory at once
NIGHTLY = timedelta(days=8)
# An anchor may be this much later than its setting says: the queue was busy.
LATE = timedelta(minutes=2)


def faults(since: datetime | None = None, *, tally: Counter | None = None) -> Iterator[str]:
    """One line for each thing that does not fit; what was looked at is counted in `tally`.

    With `since`, only events, anchors and rows from then on, and the link to what is before.
    """
    counted = Counter() if tally is None else tally
    for stream in Stream.values:
        yield from _chain_faults(stream, since, counted)
    yield from _anchor_faults(since, counted)
    yield from _row_faults(since, counted)


def run(since: datetime | None = None) -> tuple[list[str], Counter]:
    """Verify, and note for the auditor that it was done. Returns the faults and the counts."""
    tally: Counter = Counter()
    found = list(faults(since, tally=tally))
    note(since, tally, len(found))
    return found, tally


def note(since: datetime | None, tally: Counter, found: int) -> None:
    """Keep for the auditor's screen that the log was verified, and how many faults it had."""
    Round.objects.create(
        kind=Round.Kind.VERIFICATION, since=since, events=tally["events"], faults=found
    )


# --- The chains -----------------------------------------------------------------------------------


def _chain_faults(stream: str, since: datetime | None, tally: Counter) -> Iterator[str]:
    # Read first: what is appended meanwhile stands after it, and is another time's affair.
    head = Head.objects.filter(pk=stream).first() or Head(stream=stream, seq=0, hash=chain.GENESIS)
    events = Event.objects.filter(stream=stream, seq__lte=head.seq).order_by("seq")
    seq, prev = _start(events, since)
    for event in events.filter(seq__gt=seq).iterator(chunk_size=CHUNK):
        tally["events"] += 1
        if event.seq != seq + 1:
            yield f"{stream} {_span(seq + 1, event.seq - 1)}: missing"
        elif event.prev != prev:
            yield f"{stream} {event.seq}: does not follow the event before it"
        if chain.digest(event) != event.hash:
            yield f"{stream} {event.seq}: was altered"
        seq, prev = event.seq, event.hash
    if seq < head.seq:
        yield f"{stream} {_span(seq + 1, head.seq)}: missing at the end"
    elif prev != head.hash:
        yield f"{stream} {head.seq}: the head names another hash"
    yield from _beyond(stream)


def _start(events: QuerySet, since: datetime | None) -> tuple[int, str]:
    """The number and hash of the last event before those to look at."""
    if since is None:
        return 0, chain.GENESIS
    first = events.filter(at__gte=since).first()
    before = events.filter(seq__lt=first.seq) if first else events
    last = before.last()
    return (last.seq, last.hash) if last else (0, chain.GENESIS)


def _beyond(stream: str) -> Iterator[str]:
    """Events after the head: nobody but a forger or a rewound head leaves any."""
    last = Event.objects.filter(stream=stream).order_by("-seq").first()
    head = Head.objects.filter(pk=stream).first()  # read after the events: it never is behind them
    if last and last.seq > (head.seq if head else 0):
        yield f"{stream} {last.seq}: stands after the head"


def _span(first: int, last: int) -> str:
    return f"{first}" if first == last else f"{first} to {last}"


# --- The anchors ----------------------------------------------------------------------------------


def _anchor_faults(since: datetime | None, tally: Counter) -> Iterator[str]:
    last = Latest()
    try:
        for name, lines in anchors.read(since):
            for line in lines:
                tally["anchors"] += 1
                try:
                    anchor = anchors.check(line)
                except anchors.Forged:
                    yield f"anchor {name}: not signed with a key of ours"
                else:
                    last.note(anchor)
                    yield from _contradiction(name, anchor)
    except Exception as error:  # whatever the store is: what was not read is not verified
        yield f"anchors: cannot be read ({type(error).__name__}: {error})"
        return
    yield from _missing(last, since, tally)


class Latest:
    """The youngest anchor of each stream and of all, by what was signed: names can be copied."""

    def __init__(self) -> None:
        self.seqs: dict[str, int] = {}
        self.at: datetime | None = None

    def note(self, anchor: dict) -> None:
        at = datetime.fromisoformat(anchor["at"])
        self.at = max(at, self.at or at)
        self.seqs[anchor["stream"]] = max(anchor["seq"], self.seqs.get(anchor["stream"], 0))


def _missing(last: Latest, since: datetime | None, tally: Counter) -> Iterator[str]:
    """What no anchor holds, though it is older than the setting lets the last anchor be."""
    limit = timezone.now() - timedelta(minutes=settings.AUDIT_ANCHOR_MINUTES) - LATE
    young = Event.objects.filter(at__gte=since) if since else Event.objects.all()
    said = f"more than {settings.AUDIT_ANCHOR_MINUTES} minutes"
    if last.at and last.at < limit:
        yield f"anchors: the last is of {last.at:%Y-%m-%d %H:%M} UTC, {said} ago"
    for stream in Stream.values:
        events = young.filter(stream=stream, seq__gt=last.seqs.get(stream, 0)).order_by("seq")
        tally["young"] += events.count()
        first = events.first()
        if first and first.at < limit:
            yield f"{stream} {first.seq}: in no anchor, {said} later"


def _contradiction(name: str, anchor: dict) -> Iterator[str]:
    stream, seq = anchor["stream"], anchor["seq"]
    event = Event.objects.filter(stream=stream, seq=seq).values_list("hash", flat=True).first()
    if event is None:
        yield f"{stream} {seq}: anchored in {name}, and gone"
    elif event != anchor["hash"]:
        yield f"{stream} {seq}: is not what was anchored in {name}"


# --- The rows of the apps -------------------------------------------------------------------------


def _row_faults(since: datetime | None, tally: Counter) -> Iterator[str]:
    for expectation in EXPECTATIONS:
        tally["rows"] += due(expectation, since).count()
        rows = silent(expectation, since).order_by("pk").values_list("pk", flat=True)
        for pk in rows.iterator(chunk_size=CHUNK):
            yield f"{rows.model._meta.label_lower} {pk}: no {expectation.action} in the log"
