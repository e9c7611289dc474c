"""How fast the log grows when everybody writes to one stream at once."""

import multiprocessing
import time

from django.db import connection, connections, transaction

from project.audit import chain, verification
from project.audit.models import Event, Round, Stream
from tests.load.figures import Figure, figure

WRITERS = 8
SECONDS = 4
PLAIN = "the same rows inserted by 8 writers with no chain and no lock"


def _append():
    chain.record("scan.recorded", by=None, about=None, verdict="paid", vehicle=1)


def _insert():
    Round.objects.create(kind="anchoring", events=1)


def _write(act, gate, counts):
    connections.close_all()
    connection.ensure_connection()
    gate.wait()
    done, ends = 0, time.monotonic() + SECONDS
    while time.monotonic() < ends:
        with transaction.atomic():
            act()
        done += 1
    counts.put(done)


def _per_second(act):
    """Acts a second, each in its own transaction, of eight processes that begin together."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    gate, counts = context.Barrier(WRITERS), context.Queue()
    writers = [
        context.Process(target=_write, args=(act, gate, counts), daemon=True)
        for _ in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    done = sum(counts.get(timeout=60) for _ in writers)
    for writer in writers:
        writer.join()
    return done / SECONDS


@figure
def audit_appends():
    """Appends a second on one stream with 8 writers, each in a transaction of its own."""
    before = Event.objects.filter(stream=Stream.SCAN).count()
    rate = _per_second(_append)
    made = Event.objects.filter(stream=Stream.SCAN).count() - before
    assert made == round(rate * SECONDS), "an append was lost"
    assert list(verification._chain_faults(Stream.SCAN, None, verification.Counter())) == []
    return Figure(rate, "appends/s", rate / _per_second(_insert), PLAIN, aim=1_000)


@figure
def audit_verification():
    """Events a second that the verifier reads and hashes, of one long chain."""
    while Event.objects.filter(stream=Stream.SCAN).count() < 5_000:
        with transaction.atomic():
            for _ in range(1_000):
                _append()
    tally, begun = verification.Counter(), time.perf_counter()
    assert list(verification._chain_faults(Stream.SCAN, None, tally)) == []
    return Figure(tally["events"] / (time.perf_counter() - begun), "events/s")
