"""The store of scans down, slow, or lying: people go on, and no row claims what is not there."""

import html
import io
import logging
import threading
import time
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kyc import documents, intake, limits, privacy, store, tasks
from kyc.models import Document, Upload
from project.lib import buckets as lib
from project.lib import crypto
from project.lib.workflow import MoveRefused
from project.sandbox import papers
from tests import buckets, queued, servers
from tests.factories import IdentityCaseFactory
from tests.kyc.test_documents import photo
from tests.kyc.test_uploads import Sender, noise

pytestmark = pytest.mark.django_db
FRONT = "identity_front"
AWAY = str(intake.MESSAGES["away"])


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    """A tenth of production's patience, in the same proportions; no rest between two questions."""
    patience = lib.Config(
        connect_timeout=lib.CONNECT / 10,
        read_timeout=lib.READ / 10,
        retries=lib.PATIENCE.retries,
    )
    monkeypatch.setattr(lib, "PATIENCE", patience)
    monkeypatch.setattr(lib, "WHOLE", lib.WHOLE / 10)
    monkeypatch.setattr(lib, "REST", 0)


@pytest.fixture
def way(s3):
    """What stands between us and the store."""
    with buckets.proxy(s3) as server:
        yield server


@pytest.fixture
def direct(s3):
    """The store itself, empty."""
    storage = buckets.bucket_of(s3)
    buckets.empty(storage)
    return storage


@pytest.fixture
def bucket(s3, direct, way, monkeypatch):
    return buckets.use(buckets.bucket_of(s3, endpoint_url=way.url), monkeypatch)


@pytest.fixture
def case():
    return IdentityCaseFactory(photos=False)


@pytest.fixture
def home(case):
    client = Client()
    client.force_login(case.citizen)
    return client


def card():
    front, _back = papers.draw_cin(papers.person(1), seed=1)
    return papers.as_jpeg(front)


def receive(case, jpeg=None):
    return documents.receive(case, ContentFile(jpeg or card()), side=FRONT, by=case.citizen)


def photos_page(case):
    return next(part for part in case.SECTIONS if FRONT in part.sides).name


# --- Giving a photograph ------------------------------------------------------------------------


FAULTS = {
    "nobody answers": ("silent",),
    "the line is cut": ("hang up",),
    "too busy": ("refuse",),
    "forbidden": ("forbid",),
    "half of it is kept": ("shorten", "GET"),
    "something else is kept": ("alter", "GET"),
    "a drop at a time": ("drip", "GET"),
    "it cannot be written": ("refuse", "PUT"),
    "it cannot be read back": ("refuse", "GET"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_photo_that_cannot_be_kept_is_refused_in_words_and_leaves_no_row(
    bucket, direct, way, case, fault
):
    way.always(*FAULTS[fault])
    with pytest.raises(intake.Refused) as refusal:
        receive(case)
    assert (refusal.value.code, refusal.value.message) == ("away", intake.MESSAGES["away"])
    assert not Document.objects.exists()
    assert not queued.waiting()
    way.fault = lambda method, name: None
    assert receive(case).sha256
    assert len(buckets.names_in(direct)) == 2


def test_where_nobody_listens_it_is_said_at_once(s3, monkeypatch, case):
    closed = f"http://127.0.0.1:{servers.free_port()}"
    buckets.use(buckets.bucket_of(s3, endpoint_url=closed), monkeypatch)
    began = time.monotonic()
    with pytest.raises(intake.Refused, match="away"):
        receive(case)
    assert time.monotonic() - began < 20


def test_the_picture_goes_where_the_original_is_refused(bucket, direct, way, case):
    way.fault = lambda method, name: (
        "refuse" if method == "PUT" and name.endswith(".sealed") else None
    )
    with pytest.raises(intake.Refused, match="away"):
        receive(case)
    assert ("PUT", "jpg") in {(method, name[-3:]) for method, name in way.asked}
    assert buckets.names_in(direct) == []


def test_both_files_go_where_the_dossier_is_sent_meanwhile(bucket, direct, case, monkeypatch):
    attach = documents._attach

    def too_late(*args):
        sent = {"state": "waiting", "submitted_at": timezone.now()}
        type(case).objects.filter(pk=case.pk).update(**sent)
        return attach(*args)

    monkeypatch.setattr(documents, "_attach", too_late)
    with pytest.raises(MoveRefused):
        receive(case)
    assert buckets.names_in(direct) == []


def test_what_we_could_not_keep_is_not_counted(bucket, way, case, settings):
    settings.LIMITS = {"uploads": {"free": 1, "window": 86_400}}
    way.always("refuse", "PUT")
    for _turn in range(3):
        with pytest.raises(intake.Refused, match="away"):
            receive(case)
    way.fault = lambda method, name: None
    assert receive(case).pk
    assert limits.take("uploads", str(case.citizen_id))


def test_the_page_says_it_beside_the_field_and_keeps_what_is_good(bucket, way, case, home):
    url = reverse("kyc:section", args=[case.pk, photos_page(case)])
    way.fault = lambda method, name: "refuse" if method == "PUT" and puts() > 2 else None

    def puts():
        return sum(method == "PUT" for method, name in way.asked) + 1

    sent = {
        side: SimpleUploadedFile("x.jpg", jpeg, "image/jpeg")
        for side, jpeg in ((FRONT, card()), ("identity_back", photo()))
    }
    answer = home.post(url, sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"identity_back": [AWAY]}
    assert AWAY in html.unescape(answer.content.decode())
    assert [paper.side for paper in case.documents.all()] == [FRONT]


def test_other_parts_can_be_filled_meanwhile(bucket, way, case, home):
    receive(case)
    way.always("silent")
    for page in (case.get_absolute_url(), reverse("kyc:section", args=[case.pk, "adresse"])):
        assert home.get(page).status_code == 200
    url = reverse("kyc:section", args=[case.pk, photos_page(case)])
    assert home.get(url).status_code == 200


def test_of_many_that_wait_most_are_told_at_once(bucket, way, monkeypatch):
    monkeypatch.setattr(lib, "REST", 60)
    monkeypatch.setattr(lib, "TURN", 0.2)
    way.always("silent")
    took = []

    def ask():
        began = time.monotonic()
        with pytest.raises(store.Away):
            store.fetch("x.jpg")
        took.append(time.monotonic() - began)

    threads = [threading.Thread(target=ask) for _turn in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(seconds > 0.45 for seconds in took) <= lib.AT_ONCE
    began = time.monotonic()
    with pytest.raises(store.Away):
        store.fetch("x.jpg")
    assert time.monotonic() - began < 0.1


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_store_is_waited_for(bucket, way, case):
    open_ones = []

    def look(method, name):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND state LIKE 'idle in transaction%%' AND pid <> pg_backend_pid()"
            )
            open_ones.append(cursor.fetchone()[0])
        connection.close()

    way.fault = look
    receive(case)
    content = noise()
    Sender(case, content).send_all()
    assert case.documents.count() == 2
    assert len(open_ones) > 20
    assert set(open_ones) == {0}


# --- Parts --------------------------------------------------------------------------------------


def test_parts_that_arrived_wait_for_the_next_try(bucket, direct, way, case, home):
    sender = Sender(case, noise(), client=home)
    sender.send(0)
    way.always("refuse", "PUT")
    answer = sender.send(8192)
    assert (answer.status_code, answer.json()["message"]) == (503, AWAY)
    assert sender.asked() == (8192, False)
    way.fault = lambda method, name: None
    assert "Upload-Complete" in sender.send_all(start=8192).headers
    assert not [name for name in buckets.names_in(direct) if name.startswith("parts/")]


@pytest.mark.parametrize("what", ["parts/", ".jpg", ".sealed"])
def test_a_file_that_is_whole_is_put_together_at_the_next_try(
    bucket, direct, way, case, home, what
):
    sender = Sender(case, noise(), client=home)
    last = len(sender.content) - 8192
    start = 0
    while start < last:
        start = int(sender.send(start).headers["Upload-Offset"])
    kept = set(buckets.names_in(direct))
    if what == "parts/":
        way.fault = lambda method, name: "refuse" if method == "GET" and name in kept else None
    else:
        way.fault = lambda method, name: "refuse" if method == "PUT" and what in name else None
    answer = sender.send(start)
    assert (answer.status_code, answer.json()["message"]) == (503, AWAY)
    assert not Document.objects.exists()
    assert sender.asked() == (len(sender.content), False)
    way.fault = lambda method, name: None
    assert "Upload-Complete" in sender.send(len(sender.content)).headers
    assert case.documents.count() == 1


@pytest.mark.parametrize("how", ["gone", "altered"])
def test_a_part_that_was_lost_makes_the_sender_begin_anew(bucket, direct, case, home, how):
    sender = Sender(case, noise(), client=home)
    sender.send(0)
    (name,) = buckets.names_in(direct)
    direct.delete(name)
    if how == "altered":
        direct._client.put_object(Bucket=direct.bucket_name, Key=name, Body=b"x" * 100)
    answer = sender.send_all(start=8192)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (409, "0")
    assert not Upload.objects.exists()
    assert "Upload-Complete" in sender.send_all().headers


# --- Looking at one -----------------------------------------------------------------------------


def spoil(direct, document, how):
    """The stored picture is deleted, cut, or another."""
    name = document.picture.name
    with direct.open(name) as stored:
        jpeg = stored.read()
    direct.delete(name)
    body = {"gone": None, "cut": jpeg[:-100], "another": photo()}[how]
    if body:
        direct._client.put_object(Bucket=direct.bucket_name, Key=name, Body=body)


@pytest.fixture
def held(case, bucket, login):
    """A paper whose case an agent holds."""
    document = receive(case)
    office = IdentityCaseFactory(claimed=True, photos=False)
    office.documents.add(document)
    login(office.agent)
    return document, reverse("kyc:case_picture", args=[office.pk, document.key])


@pytest.mark.parametrize("how", ["gone", "cut", "another"])
def test_an_agent_is_told_what_is_lost_or_not_what_was_stored(held, direct, client, how, caplog):
    document, url = held
    spoil(direct, document, how)
    page = client.get(url, headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.status_code == 404
    assert "Photo introuvable" in page.content.decode()
    drawn = client.get(url, headers={"Accept": "image/avif,image/webp,*/*;q=0.8"})
    assert (drawn.status_code, drawn["Content-Type"]) == (404, "image/svg+xml")
    assert "Photo introuvable" in drawn.content.decode()
    assert drawn["Cache-Control"] == "no-store"
    errors = [line.getMessage() for line in caplog.records if line.levelno == logging.ERROR]
    assert document.picture.name in errors[0]


def test_an_agent_is_told_to_come_back_where_the_store_is_away(held, way, client):
    way.always("refuse")
    page = client.get(held[1], headers={"Accept": "text/html"})
    assert page.status_code == 503
    assert "Rien n'est perdu" in page.content.decode()
    assert "Photo indisponible" in client.get(held[1]).content.decode()


def test_its_owner_is_told_too_and_not_sent_to_a_bucket_that_is_away(
    bucket, direct, way, case, home
):
    document = receive(case)
    url = reverse("kyc:picture", args=[case.pk, document.key])
    assert home.get(url).status_code == 302
    way.always("silent")
    assert home.get(url, headers={"Accept": "text/html"}).status_code == 503
    way.fault = lambda method, name: None
    spoil(direct, document, "gone")
    assert home.get(url, headers={"Accept": "text/html"}).status_code == 404


def test_a_copy_of_ones_data_names_the_picture_that_is_lost(bucket, direct, case):
    first, second = receive(case), receive(case)
    spoil(direct, first, "cut")
    names = zipfile.ZipFile(io.BytesIO(privacy.export(case.citizen))).namelist()
    assert names == ["donnees.json", f"{first.pk}-{FRONT}.txt", f"{second.pk}-{FRONT}.jpg"]


# --- The reader ---------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["gone", "cut", "another"])
def test_a_paper_whose_file_is_lost_is_filled_in_by_hand(bucket, direct, case, how):
    document = receive(case)
    spoil(direct, document, how)
    tasks.read(document.pk)
    document.refresh_from_db()
    assert (document.state, document.fields) == (Document.State.UNREAD, {})


def test_a_paper_is_read_once_the_store_is_back(bucket, way, case):
    document = receive(case)
    way.always("refuse")
    with pytest.raises(store.Away):
        tasks.read(document.pk)
    document.refresh_from_db()
    assert document.is_pending
    way.fault = lambda method, name: None
    tasks.read(document.pk)
    document.refresh_from_db()
    assert document.state == Document.State.READ


def test_a_store_that_stays_away_leaves_the_paper_to_be_filled_in_by_hand(bucket, way, case):
    document = receive(case)
    way.always("refuse")
    for _turn in range(documents.READINGS):
        with pytest.raises(store.Away):
            tasks.read(document.pk)
    tasks.read(document.pk)
    document.refresh_from_db()
    assert document.state == Document.State.UNREAD


def test_the_original_is_what_was_sent(bucket, case):
    jpeg = card()
    assert crypto.unseal(store.fetch(receive(case, jpeg).original.name)) == jpeg
