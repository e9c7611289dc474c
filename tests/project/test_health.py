"""What a load balancer is told, when all is well and when the database is away or silent."""

import threading
import time

import pytest
from django.db import OperationalError
from django.urls import reverse

from project import health
from tests.servers import wait_for


def test_alive_asks_nobody(client, django_assert_num_queries):
    response = client.get(reverse("live"))
    assert response.status_code == 200
    assert response.content == b"ok"
    assert "no-cache" in response["Cache-Control"]


@pytest.mark.django_db(transaction=True)
def test_ready_with_a_database(client):
    assert client.get(reverse("ready")).status_code == 200


def test_a_database_that_refuses_is_not_ready_and_no_detail_leaks(client, monkeypatch):
    class Away:
        def cursor(self):
            raise OperationalError("password of hetra is wrong")

        def close(self):
            pass

    monkeypatch.setattr(health, "connection", Away())
    response = client.get(reverse("ready"))
    assert response.status_code == 503
    assert response.content == b"unavailable"


def test_a_database_that_hangs_costs_a_second_and_one_thread(client, monkeypatch):
    released = threading.Event()

    class Silent:
        def cursor(self):
            released.wait(10)
            raise OperationalError("at last")

        def close(self):
            pass

    monkeypatch.setattr(health, "connection", Silent())
    threads = threading.active_count()
    begun = time.monotonic()
    assert client.get(reverse("ready")).status_code == 503
    assert 0.9 < time.monotonic() - begun < 2
    # While that question is open nobody asks another.
    assert client.get(reverse("ready")).status_code == 503
    assert threading.active_count() == threads + 1
    released.set()
    wait_for(lambda: threading.active_count() == threads, what="the thread's end")


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_are_both_answered(client):
    gate = threading.Barrier(4)
    answers = []

    def probe():
        gate.wait()
        answers.append(client.get(reverse("ready")).status_code)

    threads = [threading.Thread(target=probe) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 4
    assert client.get(reverse("ready")).status_code == 200
