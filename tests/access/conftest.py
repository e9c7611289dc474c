"""One world a file, put back after each question; and the count of what was tried."""

import logging

import pytest
from django.db import transaction

from tests.access import world as worlds

COUNTED = "access combinations"


@pytest.fixture(scope="module")
def db(django_db_setup, django_db_blocker):
    """The database for a whole file, of which nothing stays. Its name puts these tests first."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world(db):
    return worlds.World()


@pytest.fixture(autouse=True)
def _undone(db):
    """What a test changes by itself is undone after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _checker(settings):
    """A service whose callbacks have an address."""
    settings.IDENTITY_CHECKERS = ["kyc.checkers.national_id.NationalId"]


@pytest.fixture(scope="package", autouse=True)
def _unheard():
    """Thousands of refusals, each with its line and its traceback, are nobody's news."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def tried(request):
    """Combinations of route, method, role and swap that this test has tried."""
    combinations = set()
    yield combinations
    request.node.user_properties.append((COUNTED, len(combinations)))


def pytest_terminal_summary(terminalreporter):
    """Say how many combinations were tried, file by file."""
    counts = {}
    # Counts are told when a test has been cleared away, which pytest files under no word.
    for report in terminalreporter.getreports(""):
        for name, count in report.user_properties:
            if name == COUNTED and report.when == "teardown":
                file = report.nodeid.partition("::")[0].rpartition("/")[2]
                counts[file] = counts.get(file, 0) + count
    if counts:
        each = ", ".join(f"{count} in {file}" for file, count in sorted(counts.items()))
        terminalreporter.write_line(
            f"access: {sum(counts.values())} combinations of route, method, role and swap "
            f"tried ({each})"
        )
