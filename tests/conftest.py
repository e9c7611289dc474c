"""What every test may use, and what no test may do."""

import ipaddress
import os
import socket

import hypothesis
import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.db import connections
from django.db.backends.postgresql.operations import DatabaseOperations
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.util import random_hex

from kyc.models import TOTPDevice
from tests import servers

# The live server of pytest-django would take a port from the kernel's range for clients.
os.environ.setdefault("DJANGO_LIVE_TEST_SERVER_ADDRESS", f"127.0.0.1:{servers.free_port()}")


# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile("tests", deadline=None, database=None)
hypothesis.settings.load_profile("tests")


def pytest_collection_modifyitems(items):
    """Everything under tests/browser drives a browser."""
    for item in items:
        if "browser" in item.path.parts or "page" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


# --- Servers ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres():
    """The throw-away PostgreSQL, started by the first test that needs a database."""
    with servers.postgres() as server:
        yield server


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, postgres):
    """Point Django to it; processes that tests start are told by their environment."""
    here = connections["default"].settings_dict
    here.update(HOST="127.0.0.1", PORT=postgres.port, USER="hetra", PASSWORD="")


@pytest.fixture(scope="session", autouse=True)
def _tables_can_be_emptied():
    """The log refuses TRUNCATE, with which Django empties tables between tests.

    Only a superuser, which nobody but the tests' own server makes of us, can go round triggers.
    """
    empty = DatabaseOperations.sql_flush

    def emptied(*args, **kwargs):
        statements = empty(*args, **kwargs)
        return statements and ["SET LOCAL session_replication_role = replica;", *statements]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", emptied)
        yield


@pytest.fixture(autouse=True)
def _anchors_end_with_their_log():
    """The log of a test goes with it; an anchor left behind would find the next one altered."""
    yield
    for name in (name for names in storages["anchors"].listdir("") for name in names):
        storages["anchors"].delete(name)


@pytest.fixture
def child_environment(transactional_db, postgres):
    """The environment of a process that shall see what this test writes (not in a transaction)."""
    return os.environ | {
        "DATABASE_URL": postgres.url(connections["default"].settings_dict["NAME"]),
        "DJANGO_SETTINGS_MODULE": "project.settings.test",
        "PYTHONPATH": str(settings.ROOT),
    }


@pytest.fixture(scope="session")
def s3(tmp_path_factory):
    """An S3 server that refuses wrong signatures and addresses that have expired."""
    with servers.s3(tmp_path_factory.mktemp("s3") / "store") as store:
        yield store


# --- The outside world --------------------------------------------------------------------------


def _is_loopback(host):
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def _nobody_outside_is_called():
    """Refuse every connection that would leave this machine, and every look-up of a name."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self, address):
        if self.family != socket.AF_UNIX and not _is_loopback(address[0]):
            raise RuntimeError(f"a test called {address!r}")
        return connect(self, address)

    def guarded_look_up(host, *args, **kwargs):
        name = host.decode() if isinstance(host, bytes) else host or ""
        if not _is_loopback(name):
            raise RuntimeError(f"a test looked up {name!r}")
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


@pytest.fixture
def operator(settings):
    """The only payment operator there is, which answers as the test tells it to."""
    # Where the settings say, not here: importing it needs them.
    from tests.operator import Operator

    settings.PAYMENT_PROVIDERS = ["tests.operator.Operator"]
    Operator.script()
    return Operator


# --- People -------------------------------------------------------------------------------------


def pass_second_factor(client, user):
    """What the second-factor page does, with a device as real as the one it would have asked."""
    device = user.totpdevice_set.filter(confirmed=True).first() or TOTPDevice.objects.create(
        user=user, name="tests", key=random_hex(), confirmed=True
    )
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return device


@pytest.fixture
def login(client):
    """Sign somebody in on `client`; staff have passed their second factor, unless told not to."""

    def sign_in(user, *, factor=None):
        client.force_login(user)
        if user.role != "citizen" if factor is None else factor:
            pass_second_factor(client, user)
        return client

    return sign_in


# --- The browser --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium, started once."""
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in our thread, where Django would take any query for a mistake.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(
            executable_path=servers.CHROMIUM, args=servers.CHROMIUM_ARGUMENTS
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, live_server):
    """A page of a browser nobody has used, as wide as a small telephone, in French."""
    context = browser.new_context(
        base_url=live_server.url, locale="fr-FR", viewport={"width": 360, "height": 740}
    )
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
