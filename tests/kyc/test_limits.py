"""Limits: guessing is slowed down, and nobody is kept out of their account by somebody else."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kyc import browsers, guesses, limits
from kyc.credentials import Tally
from kyc.models import User
from notify.models import Message
from tests.factories import PASSWORD, UserFactory
from tests.kyc.test_accounts import Taken, code, is_signed_in, sign_in, sign_up  # noqa: F401

pytestmark = pytest.mark.django_db

PHONE = "+261341234567"


def later(**time):
    return time_machine.travel(timezone.now() + timedelta(**time))


def browser(address):
    return Client(REMOTE_ADDR=address)


def guess(client, times, login=PHONE):
    page = reverse("account_login")
    return [client.post(page, {"login": login, "password": f"faux-mot-{n}"}) for n in range(times)][
        -1
    ]


@pytest.fixture
def compared(monkeypatch):
    """Every password that was compared with somebody's."""
    seen, check = [], User.check_password

    def noted(user, password):
        seen.append(password)
        return check(user, password)

    monkeypatch.setattr(User, "check_password", noted)
    return seen


# --- Rules ----------------------------------------------------------------------------------------


def test_a_pause_begins_after_the_free_tries_and_doubles():
    rule = limits.Rule(free=3, window=3600, pause=30, longest=100)
    assert [rule.wait_after(count) for count in range(1, 8)] == [0, 0, 30, 60, 100, 100, 100]


def test_what_is_refused_is_not_counted():
    for _ in range(10):
        limits.take("password", "x")
    assert Tally.objects.get().count == 5


def test_whoever_waits_gets_in_however_long_others_tried():
    for _ in range(10):
        wait = limits.take("password", "x")
    assert 0 < wait <= 30
    with later(seconds=31):
        assert limits.take("password", "x") == 0
        assert 30 < limits.take("password", "x") <= 60


def test_a_window_ends():
    for _ in range(6):
        assert limits.take("number_hour", "x") == 0
    assert limits.take("number_hour", "x") > 3000
    with later(hours=1, seconds=1):
        assert limits.take("number_hour", "x") == 0


def test_a_try_given_back_was_none():
    for _ in range(20):
        assert limits.take("number_hour", "x") == 0
        limits.give_back("number_hour", "x")


def test_counts_are_kept_apart():
    for _ in range(6):
        limits.take("number_hour", "x")
    assert limits.take("number_hour", "y") == 0
    assert limits.take("number_day", "x") == 0


def test_settings_give_other_figures(settings):
    settings.LIMITS = {"number_hour": {"free": 1, "window": 60}}
    limits.take("number_hour", "x")
    assert 0 < limits.take("number_hour", "x") <= 60


def test_nobody_reads_in_a_row_what_was_counted():
    limits.take("password", f"{PHONE}|10.0.0.0/24")
    assert PHONE not in str(Tally.objects.values().get())


def test_old_counts_are_forgotten():
    limits.take("number_hour", "x")
    assert limits.forget_old() == 0
    with later(hours=3):
        assert limits.forget_old() == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("41.188.12.7", "41.188.12.0/24"),
        ("2c0f:1234:5678:9abc::1", "2c0f:1234:5678::/48"),
        ("::ffff:41.188.12.7", "41.188.12.0/24"),
        ("unknown", "unknown"),
    ],
)
def test_neighbours_are_told_by_their_network(address, network):
    assert guesses.neighbourhood(address) == network


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("41.188.12.7", "41.188.12.7"),
        ("::ffff:41.188.12.7", "41.188.12.7"),
        ("2c0f:1234:5678:9abc:dead:beef:0:1", "2c0f:1234:5678:9abc::/64"),
        ("unknown", "unknown"),
    ],
)
def test_an_address_of_ipv6_counts_with_all_of_its_device(address, counted):
    assert guesses.source(address) == counted


# --- Passwords ------------------------------------------------------------------------------------


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(compared):
    UserFactory(phone=PHONE)
    client = browser("41.188.1.1")
    page = guess(client, 8)
    assert len(compared) == 5
    assert page.status_code == 200
    assert not is_signed_in(client)
    sign_in(client, PHONE)
    assert not is_signed_in(client)
    with later(seconds=31):
        sign_in(client, PHONE)
        assert is_signed_in(client)


def test_the_answer_is_the_same_for_an_account_that_does_not_exist():
    UserFactory(phone=PHONE)
    known, unknown = browser("41.188.1.1"), browser("41.188.2.1")
    pages = [guess(known, 8), guess(unknown, 8, login="+261349998877")]
    found = [page.context["form"].errors.as_json() for page in pages]
    assert found[0] == found[1]


def test_the_owner_signs_in_from_elsewhere_while_somebody_guesses():
    UserFactory(phone=PHONE)
    guess(browser("41.188.1.1"), 8)
    owner = browser("102.16.3.4")
    sign_in(owner, PHONE)
    assert is_signed_in(owner)


def test_guesses_from_everywhere_leave_the_owners_device_and_the_way_by_code():
    UserFactory(phone=PHONE)
    owner = browser("102.16.3.4")
    sign_in(owner, PHONE)
    owner.post(reverse("account_logout"))
    for _ in range(60):
        limits.take("password_account", PHONE)
    stranger = browser("41.188.1.1")
    sign_in(stranger, PHONE)
    assert not is_signed_in(stranger)
    assert sign_in(owner, PHONE).url == reverse("landing")
    assert is_signed_in(owner)
    reset = browser("41.188.7.7")
    reset.post(reverse("account_reset_password"), {"email": PHONE})
    assert reset.post(
        reverse("account_confirm_password_reset_code"), {"code": code()}
    ).url == reverse("account_complete_password_reset")


def test_the_owners_device_may_not_guess_for_ever_either(compared):
    UserFactory(phone=PHONE)
    owner = browser("102.16.3.4")
    sign_in(owner, PHONE)
    owner.post(reverse("account_logout"))
    compared.clear()
    guess(owner, 20)
    assert len(compared) == 10


def test_a_town_behind_one_address_signs_in():
    """Only failures count, and people of one address do not count for one another."""
    people = UserFactory.create_batch(12)
    for person in people:
        client = browser("41.188.1.1")
        guess(client, 3, login=person.phone)
        sign_in(client, person.phone)
        assert is_signed_in(client)
    assert Tally.objects.get(action="password_address").count == 36


def test_one_address_cannot_try_one_password_with_everybody(compared, settings):
    settings.LIMITS = {"password_address": {"free": 7, "window": 3600}}
    client = browser("41.188.1.1")
    for person in UserFactory.create_batch(12):
        guess(client, 1, login=person.phone)
    assert len(compared) == 7


def test_one_address_that_does_its_worst_locks_neither_its_victim_nor_its_town(compared):
    """A thousand guesses from a carrier's address: what they cost whom, in figures."""
    carrier, elsewhere = "41.188.1.1", "102.16.3.4"
    victim, neighbour, newcomer = UserFactory.create_batch(3)
    known = browser(carrier)
    sign_in(known, neighbour.phone)
    known.post(reverse("account_logout"))
    compared.clear()
    attacker = browser(carrier)
    guess(attacker, 100, login=victim.phone)
    assert len(compared) == 5  # of one account from one neighbourhood, then pauses
    for n in range(900):
        guess(attacker, 1, login=f"+26132{n:07}")
    assert Tally.objects.get(action="password_address").count == 500
    # The victim elsewhere, the neighbour on a device that is known, and whoever asks for a code.
    for client, person in ((browser(elsewhere), victim), (known, neighbour)):
        sign_in(client, person.phone)
        assert is_signed_in(client)
    late = browser(carrier)
    sign_in(late, newcomer.phone)
    assert not is_signed_in(late)
    late.post(reverse("account_reset_password"), {"email": newcomer.phone})
    answer = late.post(reverse("account_confirm_password_reset_code"), {"code": code()})
    assert answer.url == reverse("account_complete_password_reset")
    # Without anybody's help it is over after an hour, whatever the attacker goes on doing.
    guess(attacker, 5, login="+261329999999")
    with later(hours=1, seconds=1):
        sign_in(late, newcomer.phone)
        assert is_signed_in(late)


def test_four_hundred_people_behind_one_address_mistype_once_and_sign_in(compared):
    """A town behind one address of its carrier: only 500 failures an hour close it to guesses."""
    people = UserFactory.create_batch(3)
    for _n in range(400):
        limits.take("password_address", guesses.source("41.188.1.1"))
    for person in people:
        client = browser("41.188.1.1")
        guess(client, 1, login=person.phone)
        sign_in(client, person.phone)
        assert is_signed_in(client)


def test_another_address_of_the_same_device_is_the_same_source(settings):
    settings.LIMITS = {"password_address": {"free": 7, "window": 3600}}
    for n in range(12):
        guess(browser(f"2c0f:f8f0:1:2::{n:x}"), 1, login=f"+26132000{n:04}")
    assert Tally.objects.get(action="password_address").count == 7
    guess(browser("2c0f:f8f0:1:3::1"), 1, login="+261320001234")
    assert Tally.objects.filter(action="password_address").count() == 2


# --- Devices --------------------------------------------------------------------------------------


def test_a_device_that_was_never_seen_is_asked_for_a_code():
    UserFactory(phone=PHONE)
    client = Client()
    answer = client.post(reverse("account_login"), {"login": PHONE, "password": PASSWORD})
    assert answer.url == reverse("account_new_device")
    assert not is_signed_in(client)
    assert client.get(reverse("taxes:dashboard")).status_code == 302
    wrong = f"{(int(code()) + 1) % 1_000_000:06}"
    page = client.post(answer.url, {"code": wrong})
    assert "034 12 345 67" not in page.text
    assert "67" in page.text
    assert not is_signed_in(client)
    client.post(answer.url, {"code": code()})
    assert is_signed_in(client)


def test_a_device_that_was_seen_is_not_asked_again():
    UserFactory(phone=PHONE)
    client = Client()
    sign_in(client, PHONE)
    client.post(reverse("account_logout"))
    answer = client.post(reverse("account_login"), {"login": PHONE, "password": PASSWORD})
    assert answer.url == reverse("landing")


def test_a_device_is_known_for_those_who_signed_in_on_it_only():
    UserFactory(phone=PHONE)
    client = Client()
    sign_in(client, PHONE)
    client.post(reverse("account_logout"))
    other = UserFactory()
    answer = client.post(reverse("account_login"), {"login": other.phone, "password": PASSWORD})
    assert answer.url == reverse("account_new_device")


def test_a_new_password_makes_every_device_unknown():
    user = UserFactory(phone=PHONE)
    client = Client()
    sign_in(client, PHONE)
    user.set_password("papaye-locomotive-88")
    user.save()
    client.post(reverse("account_logout"))
    form = {"login": PHONE, "password": "papaye-locomotive-88"}
    assert client.post(reverse("account_login"), form).url == reverse("account_new_device")


@pytest.mark.parametrize("forged", ["", "x", "eyJpZCI6IngifQ:1:abc"])
def test_a_forged_cookie_makes_no_device_known(rf, forged):
    user = UserFactory()
    request = rf.get("/")
    request.COOKIES["device"] = forged
    assert not browsers.is_known(request, user)


def test_the_device_of_a_sign_up_is_known(client):
    sign_up(client)
    client.post(reverse("account_verify_phone"), {"code": code()})
    client.post(reverse("account_logout"))
    form = {"login": PHONE, "password": PASSWORD}
    assert client.post(reverse("account_login"), form).url == reverse("landing")


def test_staff_have_their_second_factor_instead():
    user = UserFactory(agent=True)
    client = Client()
    client.post(reverse("account_login"), {"login": user.phone, "password": PASSWORD})
    assert is_signed_in(client)
    assert not Message.objects.exists()


def test_another_code_for_a_device_kills_the_first():
    UserFactory(phone=PHONE)
    client, page = Client(), reverse("account_new_device")
    client.post(reverse("account_login"), {"login": PHONE, "password": PASSWORD})
    first = code()
    client.post(page, {"action": "resend"})
    second = code()
    if first != second:
        client.post(page, {"code": first})
        assert not is_signed_in(client)
    client.post(page, {"code": second})
    assert is_signed_in(client)


def test_nobody_opens_the_page_for_devices_without_a_password(client):
    assert client.get(reverse("account_new_device")).url == reverse("account_login")


# --- Messages -------------------------------------------------------------------------------------


def test_one_number_is_not_sent_messages_for_ever():
    for _ in range(10):
        client = browser("41.188.1.1")
        answer = sign_up(client)
        assert answer.url == reverse("account_verify_phone")
    assert [message.to for message in Message.objects.all()] == [PHONE] * 6


def test_numbers_in_a_row_are_not_pumped(settings):
    settings.LIMITS = {"prefix_day": {"free": 5, "window": 86400}}
    for n in range(10):
        sign_up(browser(f"41.188.{n}.1"), phone=f"034 12 345 {n:02}")
    assert Message.objects.count() == 5


@pytest.mark.parametrize("rule", ["prefix_day", "service_day"])
def test_strangers_numbers_do_not_use_up_the_codes_of_those_who_have_an_account(settings, rule):
    settings.LIMITS = {rule: {"free": 5, "window": 86400}}
    UserFactory(phone=PHONE)
    for n in range(10):
        sign_up(browser(f"41.188.{n}.1"), phone=f"034 12 345 {n:02}")
    owner = browser("102.16.3.4")
    owner.post(reverse("account_reset_password"), {"email": PHONE})
    assert [message.to for message in Message.objects.all()].count(PHONE) == 1


def test_what_others_asked_for_does_not_keep_the_owner_from_a_code():
    UserFactory(phone=PHONE)
    for _ in range(20):
        browser("41.188.1.1").post(reverse("account_reset_password"), {"email": PHONE})
    owner = browser("102.16.3.4")
    sign_in(owner, PHONE)
    assert is_signed_in(owner)


def test_sign_ups_of_one_address_end_in_a_page_that_says_so(settings):
    settings.LIMITS = {"signup": {"free": 2, "window": 3600}}
    client = browser("41.188.1.1")
    answers = [sign_up(client, phone="bonjour") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
