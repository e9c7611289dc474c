"""Words planted in somebody's papers: the main acts are played, and none may turn up elsewhere."""

import io
import logging
from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from kyc import privacy
from kyc.cases import Case
from kyc.models import IdentityCase
from notify import tasks as notify_tasks
from notify.models import Message
from project.lib import drafts, logs
from tests.conftest import pass_second_factor
from tests.factories import (
    DocumentFactory,
    IdentityCaseFactory,
    NoticeFactory,
    TariffFactory,
    UserFactory,
    VehicleFactory,
)

pytestmark = pytest.mark.django_db

TYPED = {
    "number": "909 876 543 210",
    "surname": "CANARINOM",
    "given_names": "Canariprénom",
    "birth_date": "13/02/1971",
    "birth_place": "Canariville",
    "address": "Lot CANARI 77 bis",
    "occupation": "canaricole",
    "father": "CANARIPERE Jean",
    "mother": "CANARIMERE Jeanne",
    "issue_date": "03/04/2016",
    "issue_place": "Canaribureau",
    "sex": "F",
    "nationality": "malgache",
}
REST = {
    "piece": {"paper": "cin"},
    "adresse": {
        "district": "101",
        "commune": "Canarikaominina",
        "fokontany": "Canarifokontany",
        "lot": "Lot CANARI 88 ter",
    },
    "activite": {"employer": "CANARI SA", "income": "none", "income_source": "family"},
}
LABELS = {model._meta.label_lower for model in Case.__subclasses__()}
WORDS = ["909876543210", "909 876 543 210", "909\u00a0876\u00a0543\u00a0210", "CANARI", "canari"]
WORDS += ["Canari", "1971", "99 900 01", "349990001", "0349990001"]
SEALED = ["909876543210", "1971-02-13", "Canariville", "Lot CANARI", "CANARIPERE", "CANARIMERE"]


class Recorder:
    """Every line that would be logged, and every address that was asked or sent to."""

    def __init__(self):
        self.stream, self.addresses = io.StringIO(), []
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(logs.formatter())

    def follow(self, answer):
        self.addresses += [answer.request["PATH_INFO"], answer.request.get("QUERY_STRING", "")]
        self.addresses += [answer.headers.get("Location", "")]
        return answer


@pytest.fixture
def recorder():
    recorder, root = Recorder(), logging.getLogger()
    level = root.level
    root.addHandler(recorder.handler)
    root.setLevel(logging.DEBUG)
    yield recorder
    root.removeHandler(recorder.handler)
    root.setLevel(level)


@pytest.fixture
def played(recorder):
    """A citizen types, sends, is decided and pays; an agent looks; a task fails; a form fails."""
    TariffFactory()
    citizen = UserFactory(phone="+261349990001", email="canari@example.mg")
    case = IdentityCaseFactory(citizen=citizen, empty=True, photos=False)
    read = {"fields": {"number": {"value": "909876543210", "confidence": 1.0, "box": None}}}
    case.documents.add(DocumentFactory(owner=citizen, side="identity_front", reading=read))
    for side in ("identity_back", "selfie", "proof_of_address"):
        case.documents.add(DocumentFactory(owner=citizen, side=side))
    own, office = Client(), Client()
    own.force_login(citizen)
    recorder.follow(own.post(case.section_url("reponses"), TYPED | {"birth_date": "13/02/2971"}))
    recorder.follow(own.post(case.section_url("reponses"), TYPED))
    for name, typed in REST.items():
        recorder.follow(own.post(case.section_url(name), typed))
    recorder.follow(own.get(case.url("check")))
    recorder.follow(own.post(case.url("check")))
    agent = UserFactory(agent=True)
    office.force_login(agent)
    pass_second_factor(office, agent)
    recorder.follow(office.post(reverse("kyc:queue")))
    recorder.follow(office.get(case.agent_url))
    recorder.follow(office.post(case.agent_url, {"verdict": "approved"}))
    notice = NoticeFactory(vehicle=VehicleFactory(holder=citizen))
    pay = reverse("taxes:pay", args=[notice.pk])
    recorder.follow(own.post(pay, {"provider": "mvola", "phone": "034 99 900 01"}))
    recorder.follow(own.get("/rien/"))
    for message in Message.objects.all():
        notify_tasks.deliver(message.pk)
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    # The session has ended: a draft is kept.
    recorder.follow(own.post(case.section_url("reponses"), TYPED))
    logging.getLogger("x").error("left by somebody: %s of %s", TYPED["number"], citizen.phone)
    assert any(drafts.KEY in session.get_decoded() for session in Session.objects.all())
    case.refresh_from_db()
    assert case.state == "approved"
    assert case.birth_date == date(1971, 2, 13)
    return case


def found(text, words):
    return {word for word in words if word in text}


def test_no_log_line_names_anybody(played, recorder):
    said = recorder.stream.getvalue()
    assert "answered" in said
    # Django's SQL log exists only with DEBUG, which production refuses.
    assert found(said, WORDS) == set()


def test_no_address_names_anybody(played, recorder):
    assert len(recorder.addresses) > 20
    assert found(" ".join(recorder.addresses), WORDS) == set()


def test_no_task_carries_more_than_ids(played):
    queued = [row.task for row in OrmQ.objects.all()]
    assert queued
    for task in queued:
        ids = [each for each in task["args"] if each not in LABELS]
        assert all(isinstance(each, int) for each in ids), task["func"]
        assert found(str(task), WORDS) == set()


def test_no_message_names_anybody(played):
    assert Message.objects.count() > 3
    for message in Message.objects.all():
        assert found(message.subject + message.body, WORDS) == set(), message.template
    for letter in mail.outbox:
        assert found(letter.subject + letter.body, WORDS) == set()


def test_no_name_of_a_row_names_anybody(played):
    rows = [played, played.citizen, *played.documents.all(), *played.log.all()]
    rows += list(Message.objects.all())
    assert found(" ".join(f"{row} {row!r}" for row in rows), WORDS) == set()


def test_no_table_holds_what_is_sealed(played):
    """Every text and every byte of the whole database, sessions included."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                told = " ".join(
                    bytes(value).decode("latin-1") if isinstance(value, memoryview) else str(value)
                    for value in row
                )
                assert found(told, SEALED) == set(), table
    for session in Session.objects.all():
        assert found(str(session.get_decoded()), [*SEALED, "CANARI"]) == set()
    assert privacy.gather(played.citizen)["identitycase"][0]["number"] == "909876543210"


def test_nothing_of_a_signed_in_page_is_kept_by_the_browser(client, login):
    case = IdentityCaseFactory(returned=True)
    login(case.citizen)
    pages = [case.get_absolute_url(), case.section_url("photos"), case.section_url("reponses")]
    for page in [*pages, reverse("kyc:privacy"), reverse("taxes:dashboard")]:
        answer = client.get(page)
        assert answer.headers["Cache-Control"] == "no-store", page
        assert '<body class="" hx-history="false">' in answer.text, page
    assert "hx-history" not in Client().get(reverse("home")).text
    assert IdentityCase.objects.count() == 1


def test_a_kept_form_is_sealed_and_comes_back_to_who_typed_it():
    case, client = IdentityCaseFactory(empty=True), Client()
    client.force_login(case.citizen)
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    client.post(case.section_url("reponses"), TYPED)
    kept = client.session[drafts.KEY]
    assert found(str(kept), WORDS) == set()
    client.force_login(case.citizen)
    page = client.get(case.section_url("reponses")).text
    assert TYPED["father"] in page
