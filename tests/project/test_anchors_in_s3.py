"""Anchors in a real S3 bucket: what a superuser of the database did is found by them."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from project.audit import anchors, chain, verification
from project.audit.models import Event
from project.lib.buckets import Bucket
from project.settings import base as production
from tests.project.test_audit import Intruder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bucket(s3, monkeypatch):
    """Production's own store of anchors, empty, on the test server."""
    store = production._anchors("s3://anchors/hetra")
    store["OPTIONS"] |= {
        "endpoint_url": s3.url,
        "region_name": "us-east-1",
        "access_key": s3.access_key,
        "secret_key": s3.secret_key,
    }
    storage = Bucket(**store["OPTIONS"])
    monkeypatch.setattr(anchors, "store", lambda: storage)
    monkeypatch.setattr(verification, "EXPECTATIONS", [])
    yield storage
    for name in anchors._names():
        storage.delete(name)


def log(times=5):
    """Some events, anchored, and some that are younger."""
    for turn in range(times):
        chain.witness("login.failed", by=None, turn=turn)
    anchors.write()
    chain.witness("login.failed", by=None, turn="young")


def verify(capsys):
    """The exit status and the lines of the command."""
    try:
        call_command("verify_audit")
        status = 0
    except CommandError as refusal:
        status = refusal.returncode
    return status, capsys.readouterr().out.splitlines()


def forge_all_from(seq):
    """Every later hash computed anew, the head with them: the chain alone shows nothing."""
    events = list(Event.objects.filter(stream="access", seq__gte=seq).order_by("seq"))
    prev = Event.objects.get(stream="access", seq=seq - 1).hash if seq > 1 else chain.GENESIS
    with Intruder() as execute:
        for event in events:
            event.prev = prev
            prev = event.hash = chain.digest(event)
            execute(
                "UPDATE audit_event SET prev = %s, hash = %s WHERE id = %s",
                [event.prev, event.hash, event.pk],
            )
        execute("UPDATE audit_head SET hash = %s WHERE stream = 'access'", [prev])


def test_an_untouched_log_is_found_so(capsys):
    log()
    status, said = verify(capsys)
    assert (status, said) == (0, ["6 events (1 not anchored yet), 1 anchors, 0 rows: no fault"])


def test_an_edited_event_with_every_hash_made_anew(capsys):
    log()
    with Intruder() as execute:
        execute("""UPDATE audit_event SET data = '{"turn": 99}' WHERE seq = 3""")
    forge_all_from(3)
    assert list(verification._chain_faults("access", None, verification.Counter())) == []
    status, said = verify(capsys)
    assert status == 1
    assert len(said) == 1
    assert said[0].startswith("access 5: is not what was anchored in ")


def test_two_events_in_another_order(capsys):
    log()
    with Intruder() as execute:
        execute("UPDATE audit_event SET seq = seq + 1000 WHERE seq IN (2, 3)")
        execute("UPDATE audit_event SET seq = 1005 - seq WHERE seq > 1000")
    forge_all_from(2)
    status, said = verify(capsys)
    assert (status, len(said)) == (1, 1)


def test_a_deleted_event_with_those_after_it_moved_up(capsys):
    log()
    with Intruder() as execute:
        execute("DELETE FROM audit_event WHERE seq = 3")
        execute("UPDATE audit_event SET seq = seq + 1000 WHERE seq > 3")
        execute("UPDATE audit_event SET seq = seq - 1001 WHERE seq > 1000")
        execute("UPDATE audit_head SET seq = 5")
    forge_all_from(3)
    status, said = verify(capsys)
    assert status == 1
    assert said[0].startswith("access 5: is not what was anchored in ")


@pytest.mark.parametrize("kept", [0, 3])
def test_an_end_cut_off_with_its_head_wound_back(capsys, kept):
    log()
    with Intruder() as execute:
        execute("DELETE FROM audit_event WHERE seq > %s", [kept])
        if kept:
            event = Event.objects.get(seq=kept)
            execute("UPDATE audit_head SET seq = %s, hash = %s", [event.seq, event.hash])
        else:
            execute("DELETE FROM audit_head")
    status, said = verify(capsys)
    assert status == 1
    assert len(said) == 1
    assert said[0].startswith("access 5: anchored in ")
    assert said[0].endswith("and gone")


def test_the_control_what_is_younger_than_the_last_anchor_can_be_cut_off(capsys):
    log()
    with Intruder() as execute:
        execute("DELETE FROM audit_event WHERE seq = 6")
        execute("UPDATE audit_head SET seq = 5, hash = %s", [Event.objects.get(seq=5).hash])
    assert verify(capsys)[0] == 0


def test_anchors_that_were_deleted_are_missed(capsys, bucket):
    log()
    for name in list(anchors._names()):
        bucket.delete(name)
    assert verify(capsys)[0] == 0, "younger than the setting: not missed yet"
    with time_machine.travel(timezone.now() + timedelta(minutes=8)):
        status, said = verify(capsys)
    assert (status, said) == (1, ["access 1: in no anchor, more than 5 minutes later"])


def test_an_anchor_older_than_the_setting_is_said(capsys, settings):
    log()
    with time_machine.travel(timezone.now() + timedelta(minutes=8)):
        status, said = verify(capsys)
        assert status == 1
        assert said[0].startswith("anchors: the last is of ")
        assert said[1] == "access 6: in no anchor, more than 5 minutes later"
        settings.AUDIT_ANCHOR_MINUTES = 10
        assert verify(capsys)[0] == 0


def test_an_old_anchor_under_a_new_name_is_not_taken_for_a_new_one(capsys, bucket):
    log()
    (name,) = anchors._names()
    with bucket.open(name) as file:
        copy = file.read()
    later = timezone.now() + timedelta(minutes=8)
    bucket.save(f"{anchors._stem(later)}-copy.jsonl", ContentFile(copy))
    with time_machine.travel(later + timedelta(seconds=30)):
        assert verify(capsys)[1][0].startswith("anchors: the last is of ")


def test_a_bucket_that_does_not_answer_is_a_fault(capsys, bucket):
    log()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bucket, "bucket_name", "elsewhere")
        patch.setattr(bucket, "_bucket", None)
        status, said = verify(capsys)
    assert (status, len(said)) == (1, 1)
    assert said[0].startswith("anchors: cannot be read (")
