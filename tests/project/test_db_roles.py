"""The roles of the database: pages and worker do their work, and can do nothing else to it."""

import contextlib
import secrets
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from kyc.models import Deletion, IdentityCase
from project import schedule
from project.audit import chain, verification
from project.audit.models import Event
from taxes.models import Payment, Scan
from tests.factories import IdentityCaseFactory, NoticeFactory, PaymentFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nobody_asks_for_events_of_rows_that_factories_made(monkeypatch):
    monkeypatch.setattr(verification, "EXPECTATIONS", [])


@contextlib.contextmanager
def signed_in_as(role):
    """Everything in between is done by another role of the database, which has signed in."""
    owner = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = role
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["USER"] = owner


@pytest.fixture
def roles():
    """A role for the pages and one for the worker, as the deployer makes them."""
    web, worker = (f"{name}_{secrets.token_hex(4)}" for name in ("web", "worker"))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {web} LOGIN; CREATE ROLE {worker} LOGIN")
    call_command("db_roles", web=web, worker=worker, verbosity=0)
    yield {"web": web, "worker": worker}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {web}, {worker}; DROP ROLE {web}, {worker}")


@pytest.fixture
def as_web(roles):
    """What there is, made by the owner; from then on the role of the pages."""
    chain.witness("login.failed", by=None)
    PaymentFactory(pending=True)
    with signed_in_as(roles["web"]):
        yield


def test_the_pages_do_their_work(roles, client, login, operator):
    notice = NoticeFactory()
    citizen, officer = notice.vehicle.holdings.get().holder, UserFactory(officer=True)
    with signed_in_as(roles["web"]):
        login(citizen)
        assert client.get(reverse("taxes:dashboard")).status_code == 200
        answer = client.post(
            reverse("taxes:pay", args=[notice.pk]),
            {"provider": operator.code, "phone": "034 12 345 67"},
        )
        assert answer.url == reverse("taxes:payment", args=[Payment.objects.get().pk])
        login(officer)
        checked = client.post(reverse("taxes:check"), {"asked": notice.vehicle.plate})
        assert checked.status_code == 200
        assert Event.objects.filter(action="payment.started").exists()
        assert Scan.objects.get().by == officer
        assert list(verification.faults()) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET action = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "INSERT INTO audit_event SELECT * FROM audit_event",
        "UPDATE audit_head SET seq = seq + 1",
        "DELETE FROM audit_head",
        "TRUNCATE audit_head",
        "TRUNCATE taxes_callback",
        "DELETE FROM taxes_payment",
        "UPDATE taxes_paymentmove SET note = 'x'",
        "INSERT INTO audit_round (kind, at, events, faults) VALUES ('anchoring', now(), 1, 0)",
        "DELETE FROM kyc_document",
        "UPDATE django_migrations SET name = 'x'",
        "CREATE TABLE mine (id int)",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "DROP TABLE taxes_scan",
        "DROP FUNCTION audit_append(text, text)",
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
        "SET session_replication_role = replica",
    ],
)
def test_the_pages_are_refused(as_web, statement):
    with pytest.raises(ProgrammingError, match="permission denied|must be owner"):
        connection.cursor().execute(statement)
    assert Event.objects.exists()


def test_the_owner_is_refused_only_by_the_triggers(roles):
    """The control: what stops the pages is their role."""
    connection.cursor().execute(
        "DELETE FROM taxes_callback; CREATE TABLE mine (id int); DROP TABLE mine"
    )


def test_the_worker_does_every_periodic_task(roles, settings, operator):
    settings.AUDIT_ANCHOR_MINUTES = 5
    IdentityCaseFactory(photos=False)
    IdentityCase.objects.update(created_at=timezone.now() - timedelta(days=400))
    PaymentFactory(expired=True)
    with signed_in_as(roles["worker"]):
        for entry in schedule.TIMETABLE:
            import_string(entry.task)(*entry.args)
        call_command("verify_audit", verbosity=0)
        assert not IdentityCase.objects.exists()
        assert Deletion.objects.get().kind == "abandoned drafts"


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_event SET action = 'x'", "DELETE FROM taxes_payment", "DROP TABLE taxes_scan"],
)
def test_the_worker_is_refused_as_well(roles, statement):
    refused = pytest.raises(ProgrammingError, match="permission denied|must be owner")
    with signed_in_as(roles["worker"]), refused, transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.parametrize(
    ("web", "said"),
    [("hetra", "superuser"), ("nobody_yet", "CREATE ROLE"), ("worker", "role each")],
)
def test_a_role_no_right_holds_back_is_refused(web, said):
    with pytest.raises(CommandError, match=said):
        call_command("db_roles", web=web, worker="worker")
