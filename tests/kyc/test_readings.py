"""Reading papers again: one by its agent, many by a supervisor, and what each leaves as it was."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_q.conf import Conf
from django_q.signals import post_spawn

from kyc import documents, ocr, readings, retention, tasks
from kyc.models import Document, ReadingBatch, ReadingItem
from project.audit.models import Event
from project.lib.queue import READING, enqueue
from project.lib.workflow import MoveRefused
from tests import queued
from tests.factories import (
    DocumentFactory,
    IdentityCaseFactory,
    UserFactory,
    VehicleCaseFactory,
)
from tests.htmx import Page

pytestmark = pytest.mark.django_db
State = Document.State
OLD = {"fields": {"surname": {"value": "ANCIEN", "confidence": 0.9, "confident": True}}}


@pytest.fixture
def reader(monkeypatch):
    """A reader that finds what the test says, and counts how often it was asked."""
    said = SimpleNamespace(surname="NOUVEAU", times=0)

    def read(_picture, **_asked):
        said.times += 1
        return ocr.Reading("cin", {"surname": ocr.Field(said.surname, 0.9)})

    monkeypatch.setattr(ocr, "read", read)
    return said


def boss(*regions):
    return UserFactory(supervisor=True, regions=list(regions))


def front(case, **state):
    """The front of its paper, read before."""
    paper = case.documents.filter(side__endswith="_front").get()
    Document.objects.filter(pk=paper.pk).update(reading=OLD, **state)
    paper.refresh_from_db()
    return paper


def given():
    """The papers that batches gave, in their order."""
    return list(ReadingItem.objects.order_by("pk").values_list("document", flat=True))


def faces(*cases):
    """All that is read of these cases, in the order of the keys."""
    rows = Document.objects.filter(identitycases__in=cases, side__startswith="identity")
    return list(rows.order_by("pk").values_list("pk", flat=True))


# --- One ------------------------------------------------------------------------------------------


def test_a_paper_is_put_back_into_the_queue_and_keeps_what_was_read_until_then(reader):
    paper, agent = front(IdentityCaseFactory(claimed=True), attempts=2), UserFactory(agent=True)
    documents.read_again(paper, by=agent)
    paper.refresh_from_db()
    assert (paper.state, paper.attempts, paper.reading) == (State.PENDING, 0, OLD)
    assert queued.waiting() == [("kyc.tasks.read", (paper.pk,))]
    event = Event.objects.get(action="document.reread")
    assert (event.actor, event.object_id) == (agent.pk, str(paper.pk))
    queued.work()
    paper.refresh_from_db()
    assert (paper.state, paper.fields["surname"]["value"]) == (State.READ, "NOUVEAU")
    assert paper.read_at


def test_asked_twice_it_is_read_once(reader):
    paper, agent = front(IdentityCaseFactory(claimed=True)), UserFactory(agent=True)
    documents.read_again(paper, by=agent)
    with pytest.raises(MoveRefused, match="attend déjà"):
        documents.read_again(paper, by=agent)
    queued.work()
    assert reader.times == 1
    assert Event.objects.filter(action="document.reread").count() == 1


def test_a_reading_that_finds_nothing_leaves_the_old_one(reader):
    paper = front(IdentityCaseFactory(claimed=True))
    documents.read_again(paper, by=UserFactory(agent=True))
    reader.surname = None
    queued.work()
    paper.refresh_from_db()
    assert (paper.state, paper.reading) == (State.READ, OLD)


def test_a_reading_that_kills_its_reader_leaves_the_old_one(monkeypatch):
    paper = front(IdentityCaseFactory(claimed=True))
    documents.read_again(paper, by=UserFactory(agent=True))
    monkeypatch.setattr(ocr, "read", lambda *args, **kwargs: 1 / 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            tasks.read(paper.pk)
    tasks.read(paper.pk)
    paper.refresh_from_db()
    assert (paper.state, paper.reading) == (State.READ, OLD)


def test_a_face_is_read_by_nobody():
    case = IdentityCaseFactory(claimed=True)
    with pytest.raises(MoveRefused, match="automatique"):
        documents.read_again(case.documents.get(side="selfie"), by=case.agent)
    assert queued.waiting() == []


def test_what_was_asked_for_just_now_is_not_late_however_old_the_photo_is():
    paper = front(IdentityCaseFactory(claimed=True))
    Document.objects.update(uploaded_at=timezone.now() - timedelta(days=9))
    documents.read_again(paper, by=UserFactory(agent=True))
    paper.refresh_from_db()
    assert (paper.is_pending, paper.is_slow) == (True, False)


def address(name, case, *rest):
    return reverse(f"{case._meta.app_label}:{name}", args=[case.pk, *rest])


@pytest.mark.parametrize("factory", [IdentityCaseFactory, VehicleCaseFactory])
def test_who_holds_the_case_may_have_its_photos_read_again(client, login, factory):
    case = factory(claimed=True)
    paper = front(case)
    login(case.agent)
    page = client.get(case.agent_url)
    assert page.text.count("Relire cette photo") == len(case.readers)
    again = address("case_read_again", case, paper.key)
    assert again in page.text
    after = client.post(again, follow=True)
    assert after.text.count("Relire cette photo") == len(case.readers) - 1
    assert "attend d'être relue" in after.text
    assert "attend déjà" in client.post(again, follow=True).text
    assert len(queued.waiting()) == 1


def test_without_the_case_in_hand_nothing_is_read_again(client, login):
    case = IdentityCaseFactory(claimed=True)
    login(UserFactory(agent=True))
    assert client.post(address("case_read_again", case, front(case).key)).status_code == 404
    assert queued.waiting() == []


def test_the_page_asks_until_the_photo_is_read_and_keeps_what_is_typed(client, login, reader):
    case = IdentityCaseFactory(claimed=True)
    paper, htmx = front(case), {"HX-Request": "true"}
    login(case.agent)
    page = Page(client.get(case.agent_url))
    page.swap(client.post(address("case_read_again", case, paper.key), headers=htmx))
    polled = page.soup.find(id="rereading")
    assert polled["hx-get"] == case.agent_url
    page.swap(client.get(case.agent_url, headers=htmx))
    assert "attend d'être relue" in page.text("rereading")
    queued.work()
    page.swap(client.get(case.agent_url, headers=htmx))
    assert not page.soup.find(id="rereading").has_attr("hx-get")
    assert "La relecture est finie" in page.text("rereading")
    assert page.soup.find("textarea")


# --- Many -----------------------------------------------------------------------------------------


def test_a_batch_reads_the_papers_of_every_dossier_that_waits_and_ends(reader):
    waits, held = IdentityCaseFactory(waiting=True), IdentityCaseFactory(claimed=True)
    for state in ("draft", "returned", "approved", "rejected"):
        IdentityCaseFactory(**{state: True} if state != "draft" else {})
    vehicle = VehicleCaseFactory(waiting=True)
    person = boss()
    batch = readings.begin(kind="", only_unread=False, by=person)
    queued.work(rounds=20)
    batch.refresh_from_db()
    wanted = sorted([*faces(waits, held), vehicle.documents.get().pk])
    assert (given(), batch.total, reader.times) == (wanted, 5, 5)
    assert batch.ended_at
    found = readings.progress()
    assert (found.read, found.unread, found.percent, found.left_out) == (5, 0, 100, 0)
    event = Event.objects.get(action="readings.begun")
    assert (event.actor, event.data["total"]) == (person.pk, 5)


@pytest.mark.parametrize(
    ("kind", "only_unread", "wanted"),
    [("cin", False, "cin"), ("carte_grise", False, "vehicle"), ("cin", True, "unread")],
)
def test_a_batch_is_about_the_kind_and_the_state_that_were_chosen(
    reader, kind, only_unread, wanted
):
    card, passport = (
        IdentityCaseFactory(waiting=True),
        IdentityCaseFactory(waiting=True, passport=True),
    )
    vehicle = VehicleCaseFactory(waiting=True)
    unread = front(card, state=State.UNREAD)
    front(passport, state=State.UNREAD)
    readings.begin(kind=kind, only_unread=only_unread, by=boss())
    queued.work()
    chosen = {
        "cin": faces(card),
        "vehicle": [vehicle.documents.get().pk],
        "unread": [unread.pk],
    }
    assert given() == chosen[wanted]


def test_a_photo_that_was_taken_again_is_not_read_for_nothing(reader):
    case = IdentityCaseFactory(waiting=True)
    old = front(case)
    new = DocumentFactory(owner=case.citizen, side=old.side, paper=old.paper)
    case.documents.add(new)
    readings.begin(kind="cin", only_unread=False, by=boss())
    queued.work()
    assert new.pk in given()
    assert old.pk not in given()


def test_a_supervisor_has_the_dossiers_of_their_regions_read(reader):
    here = IdentityCaseFactory(waiting=True, region="boeny")
    IdentityCaseFactory(waiting=True, region="diana")
    readings.begin(kind="", only_unread=False, by=boss("boeny"))
    queued.work()
    assert given() == faces(here)


def test_where_nothing_is_to_be_read_no_batch_begins():
    IdentityCaseFactory(waiting=True)
    with pytest.raises(MoveRefused, match="rien à relire"):
        readings.begin(kind="", only_unread=True, by=boss())
    assert not ReadingBatch.objects.exists()


def test_one_batch_at_a_time(reader):
    IdentityCaseFactory(waiting=True)
    readings.begin(kind="", only_unread=False, by=boss())
    with pytest.raises(MoveRefused, match="déjà en cours"):
        readings.begin(kind="", only_unread=False, by=boss())
    queued.work()
    readings.begin(kind="", only_unread=False, by=boss())


def test_a_batch_never_puts_more_than_a_few_papers_before_those_of_citizens(reader):
    for _ in range(5):
        IdentityCaseFactory(waiting=True)
    readings.begin(kind="", only_unread=False, by=boss())
    assert len(queued.waiting()) == readings.FEW
    for _ in range(3):
        readings.go_on()
    assert len(queued.waiting()) == readings.FEW
    enqueue("kyc.tasks.read", DocumentFactory(state=State.PENDING).pk, queue=READING)
    (first, _second, _citizens) = queued.waiting()
    queued._rows()[0].delete()
    tasks.read(*first[1])
    assert len(queued.waiting()) == readings.FEW  # it waits while a citizen's photo does


def test_what_fails_is_counted_and_the_batch_goes_on(reader, monkeypatch):
    case = IdentityCaseFactory(waiting=True)
    killer = front(case)
    readings.begin(kind="cin", only_unread=False, by=boss())

    def read(_picture, *, kind, **_asked):
        if Document.objects.filter(pk=killer.pk, state=State.PENDING, attempts__gte=1).exists():
            raise MemoryError
        return ocr.Reading("cin", {"surname": ocr.Field("X", 0.9)})

    monkeypatch.setattr(ocr, "read", read)
    for _ in range(2):
        with pytest.raises(MemoryError):
            tasks.read(killer.pk)
    queued.work()
    found = readings.progress()
    assert (found.read, found.unread, found.total) == (1, 1, 2)
    assert found.batch.ended_at
    killer.refresh_from_db()
    assert (killer.state, killer.reading) == (State.READ, OLD)


def test_a_task_that_is_run_again_counts_nothing_twice(reader):
    IdentityCaseFactory(waiting=True)
    readings.begin(kind="cin", only_unread=False, by=boss())
    first, second = queued.waiting()
    for _ in range(3):
        tasks.read(*first[1])
    assert reader.times == 1
    assert readings.progress().done == 1
    assert readings.progress().given == 2
    tasks.read(*second[1])
    assert (readings.progress().done, reader.times) == (2, 2)


def test_a_paper_that_waits_already_is_read_once_for_both(reader):
    case = IdentityCaseFactory(waiting=True)
    paper = front(case)
    documents.read_again(paper, by=UserFactory(agent=True))
    readings.begin(kind="cin", only_unread=False, by=boss())
    queued.work()
    assert (reader.times, readings.progress().done) == (2, 2)


def test_a_batch_whose_worker_was_killed_goes_on_by_the_timetable(reader):
    cases = [IdentityCaseFactory(waiting=True) for _ in range(3)]
    readings.begin(kind="cin", only_unread=False, by=boss())
    for _name, args in queued.waiting():
        documents.read(documents.claim_reading(*args))  # and no more: killed before it went on
    queued.forget()
    assert not ReadingBatch.objects.get().ended_at
    tasks.go_on_reading()
    queued.work()
    assert given() == faces(*cases)
    assert ReadingBatch.objects.get().ended_at


def test_a_dossier_that_is_decided_meanwhile_is_left_out(reader):
    first, second = IdentityCaseFactory(waiting=True), IdentityCaseFactory(waiting=True)
    readings.begin(kind="cin", only_unread=False, by=boss())
    now = timezone.now()
    agent = UserFactory(agent=True)
    type(second).objects.filter(pk=second.pk).update(
        state="approved", agent=agent, claimed_at=now, decided_at=now
    )
    queued.work()
    found = readings.progress()
    assert given() == faces(first)
    assert (found.done, found.total, found.left_out, found.percent) == (2, 2, 2, 100)


def test_a_batch_that_is_stopped_gives_no_more(reader):
    for _ in range(3):
        IdentityCaseFactory(waiting=True)
    readings.begin(kind="cin", only_unread=False, by=boss())
    other = boss()
    readings.stop(by=other)
    queued.work()
    found = readings.progress()
    assert (found.done, found.given, found.total, reader.times) == (2, 2, 6, 2)
    assert (found.batch.stopped_by, found.ends_at) == (other, None)
    assert Event.objects.get(action="readings.stopped").data["given"] == 2
    with pytest.raises(MoveRefused, match="Aucun lot"):
        readings.stop(by=other)


def test_the_end_is_foretold_only_once_the_pace_was_measured():
    begun = timezone.now() - timedelta(minutes=10)
    batch = ReadingBatch(total=100, after=1, until=9, began_at=begun)
    assert readings.Progress(batch, read=9, unread=0, given=11).ends_at is None
    left = readings.Progress(batch, read=18, unread=2, given=22).ends_at - timezone.now()
    assert abs(left - timedelta(minutes=40)) < timedelta(seconds=5)


def test_lines_of_old_batches_go_and_those_of_the_batch_under_way_stay(reader):
    case = IdentityCaseFactory(waiting=True)
    readings.begin(kind="cin", only_unread=False, by=boss())
    queued.work()
    long_ago = timezone.now() - timedelta(days=91)
    ReadingBatch.objects.update(ended_at=long_ago, began_at=long_ago)
    readings.begin(kind="cin", only_unread=False, by=boss())
    assert retention.enforce()["lines of readings"] == 2
    assert given() == faces(case)


# --- The workers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("queue", "loads"), [("reading", 1), ("hetra", 0)])
def test_models_that_cannot_be_loaded_keep_no_reader_from_starting(monkeypatch, queue, loads):
    asked = []

    def load():
        asked.append(queue)
        raise ImportError("onnxruntime")

    monkeypatch.setattr(ocr, "load", load)
    monkeypatch.setattr(Conf, "CLUSTER_NAME", queue)
    post_spawn.send(sender="django_q")
    assert len(asked) == loads


# --- The page -------------------------------------------------------------------------------------


def test_the_page_tells_how_reading_goes(client, login):
    now = timezone.now()
    DocumentFactory(state=State.PENDING, asked_at=now - timedelta(hours=3))
    for state, hours in [("read", 1), ("read", 23), ("unread", 2), ("read", 25), ("unread", 30)]:
        DocumentFactory(state=state, paper="cin", read_at=now - timedelta(hours=hours))
    # A face is read by nobody: it is no failure.
    DocumentFactory(state="unread", side="selfie", read_at=now)
    found = readings.figures()
    assert (found.waiting, found.read, found.unread) == (1, 2, 1)
    login(boss())
    assert "3\xa0heures" in Page(client.get(reverse("kyc:readings"))).soup.text


def test_a_supervisor_begins_a_batch_follows_it_and_stops_it(client, login, reader):
    for _ in range(3):
        IdentityCaseFactory(waiting=True)
    login(boss())
    url, htmx = reverse("kyc:readings"), {"HX-Request": "true"}
    begun = client.post(url, {"kind": "cin", "only_unread": "no"}, follow=True)
    page = Page(begun)
    assert page.soup.find(id="readings")["hx-get"] == url
    assert "sur 6 (0 %)" in page.text()
    assert not page.soup.find("input", {"name": "only_unread"})
    (_name, args), *_rest = queued.waiting()
    tasks.read(*args)
    page.swap(client.get(url, headers=htmx))
    assert "1 photo relue sur 6 (16 %)" in page.text()
    stopped = Page(client.post(reverse("kyc:readings_stop"), follow=True))
    assert "arrêtée" in stopped.text("readings")
    page.swap(client.get(url, headers=htmx))
    assert not page.soup.find(id="readings").has_attr("hx-get")
    assert page.soup.find("input", {"name": "only_unread"})
    assert page.text("readings") == Page(client.get(url)).text("readings")


def test_a_choice_that_finds_nothing_is_explained(client, login):
    login(boss())
    answer = client.post(reverse("kyc:readings"), {"kind": "cin", "only_unread": "yes"})
    assert answer.status_code == 422
    assert "rien à relire" in answer.text


def queries(act):
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


def test_the_page_and_a_step_cost_the_same_questions_at_any_size(client, login, reader):
    login(boss())
    url = reverse("kyc:readings")
    costs = []
    for size in (1, 12):
        ReadingBatch.objects.all().delete()
        queued.forget()
        Document.objects.update(state=State.READ)
        for _ in range(size):
            IdentityCaseFactory(waiting=True)
        begun = queries(lambda: readings.begin(kind="cin", only_unread=False, by=boss()))
        page, still = queries(lambda: client.get(url)), queries(readings.go_on)
        queued.forget()
        costs.append((begun, page, still, queries(readings.figures)))
    assert costs[0] == costs[1]
