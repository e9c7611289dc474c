"""The log: it grows with each act, refuses to change, and says so when it was changed."""

import contextlib
import hashlib
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from django.utils import timezone

from project.audit import anchors, chain, tasks, verification
from project.audit.models import Event, Head, Round, Stream
from tests.factories import PaymentFactory, UserFactory
from tests.races import failures, together

pytestmark = pytest.mark.django_db

triggers = import_module("project.audit.migrations.0002_only_grows")
appending = import_module("project.audit.migrations.0003_append")

WRITERS = 8


@pytest.fixture(autouse=True)
def _no_anchors_of_others(settings):
    """Each test has an anchor store of its own, and no rows that lack events but its own."""
    settings.STORAGES = settings.STORAGES | {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verification, "EXPECTATIONS", [])
        yield


def append(times=1, action="scan.recorded"):
    return [chain.witness(action, by=None, verdict="paid", place=n) for n in range(times)]


def faults():
    return list(verification.faults())


class Intruder:
    """A superuser of the database, who goes round its triggers."""

    def __enter__(self):
        self.cursor = connection.cursor()
        self.cursor.execute("SET session_replication_role = replica")
        return self.cursor.execute

    def __exit__(self, *failure):
        self.cursor.execute("SET session_replication_role = DEFAULT")


# --- Appending ----------------------------------------------------------------------------------


def test_each_event_follows_the_one_before_it():
    first, second, third = append(3)
    assert [first.seq, second.seq, third.seq] == [1, 2, 3]
    assert [first.prev, second.prev] == [chain.GENESIS, first.hash]
    assert Head.objects.get(pk="scan").hash == third.hash
    assert faults() == []


def test_streams_are_chains_of_their_own():
    append()
    event = chain.witness("login.failed", by=None)
    assert (event.stream, event.seq, event.prev) == (Stream.ACCESS, 1, chain.GENESIS)


def test_the_hashed_form_is_the_documented_one():
    """Written out by hand: whoever verifies with other tools relies on it."""
    moment = datetime(2026, 11, 20, 8, 0, 0, 12, tzinfo=UTC)
    event = Event(stream="money", seq=7, at=moment, actor=3, actor_role="agent", prev="ab" * 32)
    event.action, event.object_type, event.object_id = "case.é", "kyc.identitycase", "5"
    event.data = {"b": 2, "a": [True, None, "x"]}
    form = (
        '{"action":"case.é","actor":3,"actor_role":"agent",'
        '"at":"2026-11-20T08:00:00.000012+00:00","data":{"a":[true,null,"x"],"b":2},"ip":"",'
        '"object_id":"5","object_type":"kyc.identitycase","reason":"","seq":7,"session_hash":"",'
        '"stream":"money"}'
    ).encode()
    assert chain.canonical(event) == form
    assert chain.digest(event) == hashlib.sha256(b"ab" * 32 + b"\n" + form).hexdigest()


def test_an_event_reads_back_as_it_was_hashed():
    data = {"é": "Ô 🚗", "deep": {"z": 1, "a": [1, {"k": None}]}, "big": 2**70, "empty": ""}
    with transaction.atomic():
        event = chain.record("scan.recorded", by=UserFactory(agent=True), about=None, **data)
    stored = Event.objects.get(pk=event.pk)
    assert chain.digest(stored) == stored.hash
    assert stored.data == data


@pytest.mark.parametrize("value", [1.5, float("nan"), object(), datetime.now(UTC), {1.0: 2.5}])
def test_what_json_would_not_give_back_unchanged_is_refused(value):
    with pytest.raises(TypeError), transaction.atomic():
        chain.record("scan.recorded", by=None, about=None, value=value)
    assert Event.objects.count() == 0


def test_an_unknown_act_needs_a_stream():
    with pytest.raises(KeyError):
        chain.witness("tea.made", by=None)
    assert chain.witness("tea.made", by=None, stream=Stream.ADMIN).stream == "admin"


@pytest.mark.django_db(transaction=True)
def test_an_act_cannot_be_recorded_outside_its_transaction():
    with pytest.raises(RuntimeError, match="inside the transaction"):
        chain.record("scan.recorded", by=None, about=None)


@pytest.mark.django_db(transaction=True)
def test_an_act_that_is_taken_back_takes_its_event_along():
    append()
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        chain.record("scan.recorded", by=None, about=None)
        raise ZeroDivisionError
    assert Event.objects.count() == Head.objects.get().seq == 1
    append()
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_leave_one_chain_without_a_gap():
    each = 25
    results = together(*[lambda: append(each)] * WRITERS)
    assert failures(results) == []
    numbers = Event.objects.order_by("seq").values_list("seq", flat=True)
    assert list(numbers) == list(range(1, WRITERS * each + 1))
    assert faults() == []


@pytest.fixture
def unlocked():
    """The database's own function without its lock, and a moment between reading and writing."""
    function = appending.FUNCTION.replace("{schema}", "public")
    slow = function.replace("FOR UPDATE", "").replace("print :=", "PERFORM pg_sleep(1); print :=")
    assert slow.count("FOR UPDATE") == 0
    connection.cursor().execute(slow)
    yield
    connection.cursor().execute(function)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_two_writers_want_one_place(unlocked):
    append()
    results = together(*[append] * WRITERS)
    # What the lock is for: without it acts are lost. Even then the database lets no chain fork.
    assert len(failures(results)) == WRITERS - 1
    assert faults() == []


# --- What the database refuses -------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET action = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "UPDATE audit_head SET seq = seq - 1",
        "UPDATE audit_head SET seq = seq, hash = 'x'",
        "DELETE FROM audit_head",
        "TRUNCATE audit_head",
    ],
)
def test_the_database_refuses(statement):
    append(2)
    with pytest.raises(DatabaseError, match="audit"), transaction.atomic():
        connection.cursor().execute(statement)
    assert faults() == []


def test_the_orm_is_refused_like_anybody():
    (event,) = append()
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        Event.objects.all().delete()
    event.action = "x"
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        event.save()


def test_an_event_written_by_hand_at_another_place_is_refused():
    (event,) = append()
    event.pk, event.seq = None, 5
    with pytest.raises(DatabaseError, match="one step"), transaction.atomic():
        event.save(force_insert=True)


def test_the_triggers_can_be_taken_away_and_put_back():
    append(2)
    for statement in [*triggers.POSTGRESQL_BACK, *triggers.POSTGRESQL]:
        connection.cursor().execute(statement)
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        Event.objects.all().delete()


@pytest.fixture
def sqlite():
    """The two tables with the triggers of the demo, and one event."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE audit_head (stream TEXT PRIMARY KEY, seq INT, hash TEXT)")
    base.execute("CREATE TABLE audit_event (stream TEXT, seq INT, hash TEXT)")
    base.execute("INSERT INTO audit_head VALUES ('scan', 0, 'zero')")
    for statement in triggers.SQLITE:
        base.execute(statement)
    base.execute("INSERT INTO audit_event VALUES ('scan', 1, 'one')")
    yield base
    base.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET hash = 'x'",
        "DELETE FROM audit_event",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET seq = 0",
        "INSERT INTO audit_event VALUES ('scan', 3, 'three')",
    ],
)
def test_sqlite_refuses(sqlite, statement):
    with pytest.raises(sqlite3.IntegrityError, match="audit"):
        sqlite.execute(statement)
    assert sqlite.execute("SELECT * FROM audit_head").fetchall() == [("scan", 1, "one")]


# --- What the verifier finds, a superuser having done it -----------------------------------------

OTHER = {
    "stream": "'money'",
    "seq": "99",
    "at": "at + interval '1 second'",
    "actor": "12345",
    "actor_role": "'citizen'",
    "session_hash": "'x'",
    "ip": "'x'",
    "action": "'x'",
    "object_type": "'x'",
    "object_id": "'x'",
    "reason": "'x'",
    "data": """'{"verdict": "unpaid"}'""",
    "prev": f"'{'1' * 64}'",
    "hash": f"'{'1' * 64}'",
}


def test_every_column_is_tried():
    columns = {field.column for field in Event._meta.fields}
    assert columns - {"id"} == set(OTHER)
    assert set(chain.HASHED) | {"prev", "hash"} == set(OTHER)


@pytest.mark.parametrize("column", OTHER)
@pytest.mark.parametrize("seq", [1, 2, 3])
def test_altering_any_column_of_any_event_is_found(column, seq):
    append(3)
    with Intruder() as run:
        run(f"UPDATE audit_event SET {column} = {OTHER[column]} WHERE seq = {seq}")
    assert faults() != []


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_deleting_any_event_is_found(seq):
    append(3)
    with Intruder() as run:
        run(f"DELETE FROM audit_event WHERE seq = {seq}")
    assert any("missing" in fault for fault in faults())


def test_changing_the_order_of_two_events_is_found():
    append(4)
    with Intruder() as run:
        run("UPDATE audit_event SET seq = 99 WHERE seq = 2")
        run("UPDATE audit_event SET seq = 2 WHERE seq = 3")
        run("UPDATE audit_event SET seq = 3 WHERE seq = 99")
    assert "scan 2: was altered" in faults()


def test_an_event_written_beyond_the_head_is_found():
    append(2)
    with Intruder() as run:
        run("UPDATE audit_head SET seq = 1, hash = (SELECT hash FROM audit_event WHERE seq = 1)")
    assert faults() == ["scan 2: stands after the head"]


def cut(last):
    """Take away what comes after an event, so well that the database alone cannot tell."""
    with Intruder() as run:
        run(f"DELETE FROM audit_event WHERE seq > {last}")
        run(
            f"UPDATE audit_head SET seq = {last},"
            f" hash = (SELECT hash FROM audit_event WHERE seq = {last})"
        )


def rewrite(first):
    """Change an event and make every later hash anew, as one with all rights would."""
    with Intruder() as run:
        event = Event.objects.get(seq=first)
        event.reason = "rewritten"
        before = event.prev
        for row in [event, *Event.objects.filter(seq__gt=first).order_by("seq")]:
            row.prev = before
            row.hash = before = chain.digest(row)
            row.save()
        run(f"UPDATE audit_head SET hash = '{before}'")


def test_cutting_off_the_end_is_found_by_the_anchor_alone():
    append(5)
    cut(3)
    assert faults() == []  # nothing in the database tells
    append(2)
    anchors.write()
    cut(3)
    (fault,) = faults()
    assert fault.startswith("scan 5: anchored in")
    assert fault.endswith("gone")


def test_emptying_the_whole_log_is_found_by_the_anchor():
    append(2)
    anchors.write()
    with Intruder() as run:
        run("TRUNCATE audit_event, audit_head")
    assert [fault for fault in faults() if "gone" in fault]


def test_rewriting_the_chain_is_found_by_the_anchor():
    append(5)
    rewrite(2)
    assert faults() == []
    anchors.write()
    rewrite(4)
    (fault,) = faults()
    assert fault.startswith("scan 5: is not what was anchored")


def test_cutting_and_growing_again_is_found_by_the_older_anchor():
    append(5)
    anchors.write()
    cut(3)
    append(4)
    anchors.write()
    (fault,) = faults()
    assert fault.startswith("scan 5: is not what was anchored")


def test_what_is_older_than_the_period_is_not_looked_at_but_its_link_is():
    append(4)
    moment = timezone.now()
    append(4)
    with Intruder() as run:
        run("UPDATE audit_event SET reason = 'x' WHERE seq = 2")
    assert list(verification.faults(moment)) == []
    with Intruder() as run:
        run("DELETE FROM audit_event WHERE seq = 5")
    assert list(verification.faults(moment)) == ["scan 5: missing"]


# --- Anchors ------------------------------------------------------------------------------------


def test_an_anchor_names_each_stream_once_and_is_signed():
    append(2)
    chain.witness("login.failed", by=None)
    assert anchors.write() == 2
    (_name, lines) = next(anchors.read(timezone.now() - timedelta(minutes=1)))
    found = {anchor["stream"]: anchor for anchor in map(anchors.check, lines)}
    heads = {head.stream: (head.seq, head.hash) for head in Head.objects.all()}
    assert {name: (each["seq"], each["hash"]) for name, each in found.items()} == heads


@pytest.mark.parametrize("name", ["stream", "seq", "hash", "at", "key", "signature"])
def test_an_anchor_somebody_else_wrote_is_refused(name):
    append()
    anchors.write()
    line = json.loads(next(anchors.read())[1][0])
    line[name] = {"seq": 2, "signature": "00" * 64}.get(name, "x")
    with pytest.raises(anchors.Forged):
        anchors.check(json.dumps(line))
    anchors.store().save("2026-11-20/000000.000000-x.jsonl", ContentFile(json.dumps(line)))
    assert any("not signed with a key of ours" in fault for fault in faults())


@pytest.mark.parametrize("line", ["", "null", "[]", "{}", '{"signature": 3}', "\x00"])
def test_rubbish_among_the_anchors_is_a_fault_and_not_a_crash(line):
    with pytest.raises(anchors.Forged):
        anchors.check(line)


def test_anchors_of_an_older_key_still_count(settings):
    append()
    anchors.write()
    new = "new:" + "bmV3LWF1ZGl0LWtleS0wMDAwMDAwMDAwMDAwMDAwMDA="
    with override_settings(AUDIT_KEYS=[new, *settings.AUDIT_KEYS]):
        append()
        anchors.write()
        assert faults() == []
    with override_settings(AUDIT_KEYS=[new]):
        assert len(faults()) == 1


def test_nothing_is_anchored_of_an_empty_log():
    assert anchors.write() == 0
    assert list(anchors.read()) == []


# --- The command ---------------------------------------------------------------------------------


def test_the_command_counts_what_it_saw_and_notes_that_it_ran(capsys):
    append(3)
    call_command("anchor_audit")
    append()
    call_command("verify_audit")
    out = capsys.readouterr().out
    assert "4 events (1 not anchored yet), 1 anchors, 0 rows: no fault" in out
    kinds = Round.objects.values_list("kind", "events", "faults")
    assert list(kinds) == [("anchoring", 3, 0), ("verification", 4, 0)]


def test_the_command_says_one_line_a_fault_and_fails(capsys):
    append(3)
    with Intruder() as run:
        run("UPDATE audit_event SET reason = 'x' WHERE seq IN (1, 3)")
    with pytest.raises(CommandError, match="2 faults") as failure:
        call_command("verify_audit")
    assert failure.value.returncode == 1
    assert capsys.readouterr().out.splitlines() == ["scan 1: was altered", "scan 3: was altered"]
    assert Round.objects.get().faults == 2


@pytest.mark.parametrize("since", ["x", "2026-13-01", "2026-11-20T25:00"])
def test_the_command_refuses_what_is_no_date(since):
    with pytest.raises(CommandError, match="is no date"):
        call_command("verify_audit", since=since)


def test_the_nightly_verification_cries_out(caplog):
    append(2)
    with Intruder() as run:
        run("UPDATE audit_event SET reason = 'x' WHERE seq = 2")
    tasks.anchor()
    tasks.verify()
    assert "scan 2: was altered" in caplog.text
    assert Round.objects.get(kind="verification").faults == 1


def test_verifying_holds_no_more_than_a_handful_of_rows(django_assert_max_num_queries):
    append(40)
    PaymentFactory()
    with django_assert_max_num_queries(45):
        assert faults() == []
