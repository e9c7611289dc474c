"""The service as processes, browsers that watch for every complaint, and people to sign in as."""

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connections
from django_q.models import OrmQ

from kyc.models import Document
from tests.browser.people import cookie_of
from tests.browser.stack import Stack, wait_until_idle
from tests.browser.watch import Watch
from tests.factories import TariffFactory


@pytest.fixture(scope="package")
def stack(django_db_setup, postgres, tmp_path_factory):
    """Pages, worker and sandbox, started once: their start costs more than most tests.

    They end with this folder's tests: the worker would take the tasks of everybody else's.
    """
    database = postgres.url(connections["default"].settings_dict["NAME"])
    processes = Stack(database, tmp_path_factory.mktemp("stack"))
    try:
        yield processes
    finally:
        processes.end()


@pytest.fixture
def site(transactional_db, stack, monkeypatch):
    """The running service, with this year's law and nobody in it."""
    storage = FileSystemStorage(location=stack.folder / "scans")
    for name in ("picture", "original"):
        monkeypatch.setattr(Document._meta.get_field(name), "storage", storage)
    stack.ensure()
    TariffFactory()
    stack.mark_logs()
    yield stack
    stack.ensure()
    wait_until_idle(OrmQ.objects.all())
    assert stack.errors() == ""


@pytest.fixture
def open_page(browser, site):
    """Open a page in a browser nobody has used; what it complains of fails the test."""
    watches = []

    def open_one(*, width=360, scripts=True, **options):
        context = browser.new_context(
            base_url=site.url,
            locale="fr-FR",
            viewport={"width": width, "height": 740},
            java_script_enabled=scripts,
            **options,
        )
        context.set_default_timeout(15_000)
        watches.append(Watch(context))
        page = context.new_page()
        page.has_scripts = scripts
        return page

    yield open_one
    for watch in watches:
        watch.context.close()
    assert [line for watch in watches for line in watch.complaints] == []


@pytest.fixture
def page(open_page):
    """A small telephone, in French."""
    return open_page()


@pytest.fixture
def desk(open_page):
    """A screen in an office."""
    return open_page(width=1280)


@pytest.fixture
def given_signed_in(site):
    """Give a browser the session of somebody who has signed in a moment ago."""

    def sign_in(page, user, *, is_fresh=False):
        page.context.clear_cookies()
        page.context.add_cookies([cookie_of(user, is_fresh=is_fresh) | {"url": site.url}])

    return sign_in
