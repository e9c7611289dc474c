"""How long pages take for addresses that have an account, against those that have none."""

import itertools
import statistics
import time

from django.test import Client, override_settings
from django.urls import reverse

from kyc.credentials import Tally
from tests.factories import PASSWORD, UserFactory
from tests.load.figures import Figure, figure

ROUNDS = 60  # each of both, by turns: a busy moment of the machine falls on both
WARM = 5
NUMBERS = itertools.count()
SETTINGS = {
    # As people's are hashed, whatever the settings of the bench.
    "PASSWORD_HASHERS": ["project.lib.crypto.Argon2id"],
    "LIMITS": dict.fromkeys(
        ["number_hour", "number_day", "prefix_day", "signup", "reset", "password_address"],
        {"free": 10**6, "window": 3600},
    ),
}


def _ask(name, address):
    """Milliseconds of one post from a browser nobody has used."""
    fields = {
        "account_login": {"login": address, "password": "pas-le-bon-mot"},
        "account_signup": {"phone": address, "email": "", "password1": PASSWORD},
        "account_reset_password": {"email": address},
    }
    client, started = Client(), time.perf_counter()
    answer = client.post(reverse(name), fields[name])
    spent = time.perf_counter() - started
    assert answer.status_code in (200, 302), answer.status_code
    return spent * 1e3


def _compare(name):
    with override_settings(**SETTINGS):
        times = {True: [], False: []}
        for turn in range(WARM + ROUNDS):
            for exists in (True, False):
                address = f"+26138{next(NUMBERS):07}"
                if exists:
                    UserFactory(phone=address)
                spent = _ask(name, address)
                if turn >= WARM:
                    times[exists].append(spent)
        Tally.objects.all().delete()
    known, unknown = (statistics.median(times[exists]) for exists in (True, False))
    return Figure(known, "ms", known / unknown, "the same page for a phone without an account")


@figure
def equal_sign_in():
    """Median of a wrong password for an account there is, over that for one there is not."""
    return _compare("account_login")


@figure
def equal_sign_up():
    """Median of a sign-up with a phone that has an account, over one that has none."""
    return _compare("account_signup")


@figure
def equal_reset():
    """Median of asking for a new password, as above."""
    return _compare("account_reset_password")
