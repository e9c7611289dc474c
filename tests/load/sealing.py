"""What a sealed column costs against a plain one, and how fast keys are renewed."""

import base64
import io
import time
from functools import cache

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings

from kyc.models import IdentityCase
from project.management.commands import rotate_keys
from tests.factories import IdentityCaseFactory
from tests.load.figures import Figure, figure

ROUNDS = 5
ROWS = 500
VALUE = "Lot II M 45 Bis Ankadivato"


def ring(*letters):
    return [f"{each}:{base64.b64encode(each.encode() * 32).decode()}" for each in letters]


@cache
def rows():
    """Cases to read and write; `address` is sealed, `issue_place` is as long and plain."""
    cases = [
        IdentityCaseFactory(
            photos=False,
            citizen__phone=None,
            citizen__email=f"{turn}@x.mg",
            address=VALUE,
            issue_place=VALUE,
        )
        for turn in range(ROWS)
    ]
    return [case.pk for case in cases]


def best(act):
    """Seconds a row, the least of several rounds: machines are busy."""
    act()
    rounds = []
    for _turn in range(ROUNDS):
        started = time.perf_counter()
        act()
        rounds.append(time.perf_counter() - started)
    return min(rounds) / ROWS


def read(column):
    rows()
    assert set(IdentityCase.objects.values_list(column, flat=True)) == {VALUE}


@transaction.atomic
def write(column):
    for pk in rows():
        IdentityCase.objects.filter(pk=pk).update(**{column: VALUE})


def _against_a_plain_one(act, word):
    sealed, plain = (best(lambda name=name: act(name)) for name in ("address", "issue_place"))
    return Figure(sealed * 1e6, "µs", sealed / plain, f"{word} a plain column of the same words")


@figure
def sealed_field_read():
    """Reading one sealed column of 500 rows, a row."""
    return _against_a_plain_one(read, "reading")


@figure
def sealed_field_write():
    """Writing one sealed column, row by row in one transaction, a row."""
    return _against_a_plain_one(write, "writing")


@figure
def rotate_keys_rows():
    """Rows a second that rotate_keys seals anew: seven columns and an index each."""
    rows()
    plain = _plain_updates()
    fields, blinds = settings.FIELD_KEYS, settings.BLIND_KEYS
    with override_settings(FIELD_KEYS=[*ring("b"), *fields], BLIND_KEYS=[*ring("y"), *blinds]):
        left = rotate_keys.stale(IdentityCase).count()
        assert left >= ROWS, left
        started = time.perf_counter()
        call_command("rotate_keys", stdout=io.StringIO())
        spent = time.perf_counter() - started
        assert not rotate_keys.stale(IdentityCase).exists()
        back = override_settings(FIELD_KEYS=[*fields, *ring("b")], BLIND_KEYS=[*blinds, *ring("y")])
        with back:
            call_command("rotate_keys", stdout=io.StringIO())
    rate = left / spent
    return Figure(rate, "rows/s", rate / plain, "updating one plain column row by row")


def _plain_updates():
    """Rows a second of the plainest update."""
    started = time.perf_counter()
    write("issue_place")
    assert connection.vendor == "postgresql"
    return ROWS / (time.perf_counter() - started)
