"""The sweep: files nobody names and rows without their file, in a bucket and in a folder."""

import tracemalloc
import uuid
from datetime import datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.utils import timezone

from kyc import documents, sweep, tasks
from kyc.models import Document, Sweep, Upload
from project.audit.models import Event
from project.lib import buckets as lib
from project.schedule import TIMETABLE
from tests import buckets, queued, servers
from tests.factories import DocumentFactory, IdentityCaseFactory
from tests.kyc.test_documents import photo
from tests.kyc.test_uploads import Sender, noise

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["bucket", "folder"])
def storage(request, monkeypatch, tmp_path):
    """Where scans lie: production's storage in a real bucket, and the demo's folder."""
    if request.param == "folder":
        return buckets.use(FileSystemStorage(location=tmp_path), monkeypatch)
    found = buckets.bucket_of(request.getfixturevalue("s3"))
    buckets.empty(found)
    return buckets.use(found, monkeypatch)


@pytest.fixture
def later(monkeypatch):
    """Long enough after: the store refuses signatures of another day, so what waits is the rule."""
    monkeypatch.setattr(sweep, "GRACE", timedelta(hours=-1))


@pytest.fixture
def case():
    return IdentityCaseFactory(photos=False)


def receive(case, side="identity_front"):
    return documents.receive(case, ContentFile(photo()), side=side, by=case.citizen)


def lay(storage, *names):
    for name in names:
        storage.save(name, ContentFile(b"x"))


def orphan(suffix=".jpg"):
    return f"{uuid.uuid4()}{suffix}"


def run(capsys, *options):
    """The exit status and the lines of the command."""
    try:
        call_command("sweep_scans", *options)
        status = 0
    except CommandError as fault:
        status = fault.returncode
    return status, capsys.readouterr().out.splitlines()


def test_where_all_is_well_nothing_is_found(storage, case, later, capsys):
    receive(case)
    Sender(case, noise()).send(0)
    status, lines = run(capsys, "--delete")
    assert (status, lines) == (0, ["3 files, 0 orphans, 0 deleted, 0 strangers, 0 missing"])


def test_what_nobody_names_is_told_and_stays(storage, case, later, capsys):
    document = receive(case)
    names = [orphan(), orphan(".sealed"), f"parts/{7:012}-{uuid.uuid4()}"]
    lay(storage, *names)
    status, lines = run(capsys)
    assert status == 0
    assert sorted(lines[:-1]) == sorted(f"orphan {name}" for name in names)
    assert lines[-1] == "5 files, 3 orphans, 0 deleted, 0 strangers, 0 missing"
    assert all(storage.exists(name) for name in [*names, document.picture.name])


def test_it_is_deleted_when_asked_and_nothing_else_is(storage, case, later, capsys):
    document = receive(case)
    Sender(case, noise()).send(0)
    names = [orphan(), f"parts/{Upload.objects.get().pk:012}-{uuid.uuid4()}"]
    lay(storage, *names)
    status, lines = run(capsys, "--delete")
    assert lines[-1] == "5 files, 2 orphans, 2 deleted, 0 strangers, 0 missing"
    assert not any(storage.exists(name) for name in names)
    kept = [document.picture.name, document.original.name, *Upload.objects.get().parts]
    assert all(storage.exists(name) for name in kept)


def test_what_came_today_may_yet_get_its_row(storage, capsys):
    name = orphan()
    lay(storage, name)
    assert run(capsys, "--delete")[1] == ["1 files, 0 orphans, 0 deleted, 0 strangers, 0 missing"]
    assert storage.exists(name)


def test_a_name_that_is_not_ours_is_told_and_never_deleted(storage, later, capsys):
    lay(storage, "backup.tar", "0123.jpg", "parts/note.txt")
    _status, lines = run(capsys, "--delete")
    assert lines[-1].endswith("0 orphans, 0 deleted, 3 strangers, 0 missing")
    assert storage.exists("backup.tar")


@pytest.mark.parametrize("which", ["picture", "original"])
def test_a_row_whose_file_is_gone_is_an_error_and_stays(storage, case, capsys, caplog, which):
    document = receive(case)
    name = getattr(document, which).name
    storage.delete(name)
    status, lines = run(capsys, "--delete")
    assert status == 1
    assert lines[0] == f"MISSING {name} of kyc.document:{document.pk}"
    assert Document.objects.get() == document
    assert name in caplog.text
    assert Event.objects.get(action="scans.swept").data["missing"] == 1


def test_a_part_that_is_gone_is_found(storage, case, capsys):
    Sender(case, noise()).send(0)
    (name,) = Upload.objects.get().parts
    storage.delete(name)
    assert run(capsys)[0] == 1


def test_an_original_whose_time_had_come_is_not_missed(storage, case, capsys):
    document = receive(case)
    storage.delete(document.original.name)
    Document.objects.update(original="")
    assert run(capsys)[0] == 0


def test_many_rows_and_files_are_paired_across_pages(storage, monkeypatch, later, capsys):
    monkeypatch.setattr(sweep, "PAGE", 2)
    monkeypatch.setattr(sweep, "SLICES", [*"0123456789abcdef", sweep.PARTS])
    case = IdentityCaseFactory(photos=False)
    papers = [DocumentFactory(owner=case.citizen) for _turn in range(12)]
    for paper in papers:
        named = {"picture": f"{paper.key}.jpg", "original": f"{paper.key}.sealed"}
        lay(storage, *named.values())
        Document.objects.filter(pk=paper.pk).update(**named)
    gone = f"{papers[5].key}.sealed"
    storage.delete(gone)
    stray = [orphan() for _turn in range(5)]
    lay(storage, *stray)
    _status, lines = run(capsys)
    told = {line.split()[1] for line in lines[:-1] if line.split()[1] in {gone, *stray}}
    assert told == {gone, *stray}
    assert "5 orphans, 0 deleted, 0 strangers, 1 missing" in lines[-1]


# --- The timetable ------------------------------------------------------------------------------


def test_by_night_little_is_deleted_by_itself_and_the_log_says_how_much(storage, later):
    assert "kyc.tasks.sweep_scans" in {entry.task for entry in TIMETABLE}
    lay(storage, *(orphan() for _turn in range(3)))
    tasks.sweep_scans()
    row = Sweep.objects.get()
    assert (row.orphans, row.deleted, row.done) == (3, 3, len(sweep.SLICES))
    event = Event.objects.get(action="scans.swept")
    assert event.data["deleted"] == 3
    assert event.object_id == str(row.pk)


def test_where_much_has_no_row_the_rows_are_to_blame_and_the_files_stay(
    storage, later, monkeypatch, caplog
):
    monkeypatch.setattr(sweep, "FEW", 2)
    lay(storage, *(orphan() for _turn in range(8)))
    tasks.sweep_scans()
    row = Sweep.objects.get()
    assert row.orphans == 8
    assert row.deleted <= 2
    assert [line.levelname for line in caplog.records if "compared" in line.getMessage()] == [
        "ERROR"
    ]


def test_a_run_without_time_goes_on_in_the_next(storage, monkeypatch, later):
    lay(storage, *(orphan() for _turn in range(3)))
    monkeypatch.setattr(sweep, "BUDGET", 0.02)
    tasks.sweep_scans()
    assert 0 < Sweep.objects.get().done < len(sweep.SLICES)
    monkeypatch.setattr(sweep, "BUDGET", 40)
    assert queued.work() == 1
    row = Sweep.objects.get()
    assert row.ended_at
    assert (row.files, row.deleted) == (3, 3)


def test_two_that_compare_the_same_slice_count_it_once(storage, later):
    lay(storage, "00000000-0000-4000-8000-000000000000.jpg")
    first = sweep.begin(deletes=Sweep.Deletes.NONE)
    second = Sweep.objects.get()
    list(sweep.compare(first))
    list(sweep.compare(second))
    first.refresh_from_db()
    assert (first.done, first.orphans) == (1, 1)


def test_a_store_that_is_away_ends_the_command_with_two(s3, monkeypatch, capsys):
    closed = f"http://127.0.0.1:{servers.free_port()}"
    buckets.use(buckets.bucket_of(s3, endpoint_url=closed), monkeypatch)
    assert run(capsys)[0] == 2
    assert Sweep.objects.get().ended_at is None


# --- A million ----------------------------------------------------------------------------------


class Endless(lib.Bucket):
    """As a bucket of so many objects lists them."""

    many = 0

    def entries(self, prefix):
        old = datetime(2020, 1, 1, tzinfo=timezone.get_current_timezone())
        for number in range(self.many):
            yield lib.Entry(f"{prefix:0<8}-0000-4000-8000-{number:012}.jpg", old)


@pytest.mark.parametrize("many", [1_000, 20_000])
def test_memory_does_not_grow_with_the_store(s3, monkeypatch, many):
    monkeypatch.setattr(sweep, "SLICES", ["00"])
    found = Endless(bucket_name="scans", access_key="a", secret_key="b")
    found.many = many
    buckets.use(found, monkeypatch)
    row = sweep.begin(deletes=Sweep.Deletes.NONE)
    tracemalloc.start()
    told = sum(1 for _finding in sweep.compare(row))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert told == row.orphans == many
    assert peak < 4 * 1024 * 1024
