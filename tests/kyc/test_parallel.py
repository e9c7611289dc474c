"""Signing in at the same moment in several places, and counts kept by many processes at once."""

import multiprocessing
from functools import partial

import pytest
from allauth.usersessions.models import UserSession
from django.db import connections
from django.test import Client
from django.urls import reverse

from kyc import factors, limits, sessions
from kyc.credentials import Tally
from kyc.models import TOTPDevice
from tests.factories import UserFactory
from tests.races import Meeting, failures, together, unlock

pytestmark = pytest.mark.django_db(transaction=True)


# --- One session for an agent ---------------------------------------------------------------------


def listed(user, client):
    """The row that signing in makes."""
    key = client.session.session_key
    return UserSession.objects.create(user=user, session_key=key, ip="41.188.1.1", user_agent="x")


def open_at_once(monkeypatch, role, places=2):
    """One person gives a right second factor in several places at once; who is in afterwards."""
    user = UserFactory(role=role)
    TOTPDevice.objects.create(user=user, name="tests", confirmed=True)
    codes = factors.renew_recovery_codes(user)
    clients = [Client(raise_request_exception=False) for _ in range(places)]
    for client in clients:
        client.force_login(user)
        listed(user, client)
    # All have a session of a new name before any looks for the others.
    monkeypatch.setattr(sessions, "renew", Meeting(places).after(sessions.renew))
    monkeypatch.setattr(sessions, "end_others", Meeting(places).before(sessions.end_others))
    page = reverse("kyc:second_factor")
    pairs = zip(clients, codes, strict=False)
    together(*[partial(client.post, page, {"token": code}) for client, code in pairs])
    landing = reverse({"agent": "kyc:queue", "officer": "taxes:check"}[role])
    within = [client for client in clients if client.get(landing).status_code == 200]
    return within, list(UserSession.objects.filter(user=user))


def test_of_two_places_where_an_agent_signs_in_at_once_one_stays(monkeypatch):
    within, listed = open_at_once(monkeypatch, "agent")
    assert len(within) == 1
    assert [row.session_key for row in listed] == [within[0].session.session_key]


def test_of_five_places_one_stays(monkeypatch):
    within, listed = open_at_once(monkeypatch, "agent", places=5)
    assert (len(within), len(listed)) == (1, 1)


def test_control_without_waiting_for_one_another_none_stays_or_several(monkeypatch):
    def careless(request):
        sessions.renew(request)
        sessions.end_others(request)

    monkeypatch.setattr(sessions, "renew_alone", careless)
    within, listed = open_at_once(monkeypatch, "agent")
    assert (len(within), len(listed)) != (1, 1)


def test_control_other_staff_may_be_in_two_places(monkeypatch):
    within, listed = open_at_once(monkeypatch, "officer")
    assert (len(within), len(listed)) == (2, 2)


def test_a_session_that_was_ended_while_it_was_renewed_is_listed_all_the_same(rf):
    """It lives on under its new name: unlisted, nobody could see it, nor end it."""
    client, user = Client(), UserFactory(agent=True)
    client.force_login(user)
    listed(user, client).delete()
    request = rf.get("/")
    request.user, request.session = user, client.session
    sessions.renew(request)
    assert UserSession.objects.get().session_key == request.session.session_key


# --- Counting -------------------------------------------------------------------------------------


def count_in_processes(people):
    """How many of so many processes were let through, each with a connection of its own."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    gate, granted = context.Barrier(people), context.Value("i", 0)

    def one():
        # What was inherited is the parent's: closing it would end the parent's session.
        for inherited in connections.all():
            inherited.connection = None
        gate.wait(30)
        if limits.take("number_day", "x") == 0:
            with granted.get_lock():
                granted.value += 1
        connections.close_all()

    processes = [context.Process(target=one) for _ in range(people)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * people
    return granted.value, Tally.objects.get().count


def test_fifty_processes_at_once_are_counted_one_by_one(settings):
    settings.LIMITS = {"number_day": {"free": 1000, "window": 3600}}
    assert count_in_processes(50) == (50, 50)


def test_of_fifty_processes_at_once_fifteen_are_let_through():
    assert count_in_processes(50) == (15, 15)


def test_control_without_the_lock_processes_lose_counts(settings, monkeypatch):
    settings.LIMITS = {"number_day": {"free": 1000, "window": 3600}}
    limits.take("number_day", "x")
    unlock(monkeypatch)
    monkeypatch.setattr(Tally, "save", Meeting(10).before(Tally.save))
    assert failures(together(*[partial(limits.take, "number_day", "x")] * 10)) == []
    assert Tally.objects.get().count < 11
