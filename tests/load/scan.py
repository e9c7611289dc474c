"""What checking a windscreen code costs, against a bare view with one indexed look-up."""

import time
from functools import cache

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext

from taxes import receipts
from taxes.models import Scan
from tests.conftest import pass_second_factor
from tests.factories import NoticeFactory, TariffFactory, UserFactory
from tests.load.figures import Figure, figure

ROUNDS = 7
REQUESTS = 60  # a round
BARE = "CPU of a bare view: no middleware, one indexed look-up, one template"


class Asked:
    """One request, made again and again to a WSGI application, as a server would make it."""

    def __init__(self, handler, path, *, expected, data=None, cookies=""):
        self.handler, self.expected = handler, expected
        factory = RequestFactory()
        made = factory.post(path, data) if data else factory.get(path)
        self.environ = made.environ | {"HTTP_COOKIE": cookies}
        self.body = made.body if data else b""

    def once(self):
        """Ask, and read the whole answer. Raises AssertionError on any other than the expected."""
        from io import BytesIO

        status = []
        environ = self.environ | {"wsgi.input": BytesIO(self.body)}
        response = self.handler(environ, lambda line, headers: status.append(line))
        page = b"".join(response).decode()
        response.close()
        assert status[0].startswith("200"), status
        assert self.expected in page, page

    def seconds(self):
        """(CPU, wall) of one request: the least of several rounds, machines being busy."""
        for _ in range(REQUESTS // 3):
            self.once()
        return tuple(map(min, zip(*(self._round() for _ in range(ROUNDS)), strict=True)))

    def _round(self):
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(REQUESTS):
            self.once()
        spent = time.process_time() - cpu, time.perf_counter() - wall
        return spent[0] / REQUESTS, spent[1] / REQUESTS

    def queries(self):
        self.once()
        with CaptureQueriesContext(connection) as captured:
            self.once()
        return len(captured)


@cache
def world():
    """(officer's check, passer-by's check, bare view): the same paid vehicle among others."""
    TariffFactory()
    NoticeFactory.create_batch(200)
    code = receipts.issue_code(NoticeFactory(paid=True))
    plate = code.notice.vehicle.plate
    handler = WSGIHandler()
    with override_settings(MIDDLEWARE=[]):
        plain = WSGIHandler()
    officer = _signed_in(UserFactory(officer=True))
    return (
        _check(handler, "/controle/", code.token, officer, "PAYÉE"),
        _check(handler, "/c/", code.token, Client(), "CODE AUTHENTIQUE"),
        Asked(plain, f"/bare/{plate}/", expected=plate),
    )


def _signed_in(user):
    client = Client()
    client.force_login(user)
    pass_second_factor(client, user)
    return client


def _check(handler, path, token, client, expected):
    client.get(path)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    data = {"asked": token, "csrfmiddlewaretoken": cookies[settings.CSRF_COOKIE_NAME]}
    written = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return Asked(handler, path, data=data, cookies=written, expected=expected)


@cache
def spent(number):
    return world()[number].seconds()


@figure
def scan_check_officer_cpu():
    """An officer's check of a genuine code, signed in, through the whole middleware."""
    return _against_the_bare_view(0)


@figure
def scan_check_public_cpu():
    """A passer-by's check of a genuine code."""
    return _against_the_bare_view(1)


def _against_the_bare_view(number):
    cpu, _wall = spent(number)
    return Figure(cpu * 1000, "ms", cpu / spent(2)[0], BARE)


@figure
def scan_check_officer_wall():
    """The same, by the clock, the database's own work included."""
    wall = spent(0)[1]
    return Figure(wall * 1000, "ms", wall / spent(2)[1], BARE.replace("CPU", "wall time"))


@figure
def scan_check_officer_queries():
    """How often the database is asked for one check, the session's queries included."""
    before = Scan.objects.count()
    queries = world()[0].queries()
    assert Scan.objects.count() == before + 2, "a check left no scan"
    return Figure(queries, "queries", queries / world()[2].queries(), "queries of the bare view")


@figure
def scan_check_public_queries():
    """The same for a passer-by."""
    queries = world()[1].queries()
    return Figure(queries, "queries", queries / world()[2].queries(), "queries of the bare view")
