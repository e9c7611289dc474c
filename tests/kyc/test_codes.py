"""One-time codes: hashed, short-lived, tried a few times, good in one browser for one thing."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kyc import codes
from kyc.credentials import Code
from kyc.models import User
from notify.models import Message
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

PHONE = "+261341234567"
FORM = {"phone": "034 12 345 67", "email": "", "password1": PASSWORD}


def given(purpose="phone", address=PHONE, user=None):
    reference = codes.new_reference()
    return reference, codes.issue(reference, purpose, address=address, user=user)


def wrong(right, by=1):
    return f"{(int(right) + by) % 1_000_000:06}"


def sent():
    return re.search(r"\b\d{6}\b", Message.objects.filter(template="code").latest("pk").body)[0]


def test_a_code_is_six_digits_and_opens_once():
    reference, right = given()
    assert re.fullmatch(r"\d{6}", right)
    assert codes.check(reference, right)
    assert not codes.check(reference, right)


@pytest.mark.parametrize("spelling", [" {} ", "{:.3} {:.3}", "{:.3}-{:.3}"])
def test_spaces_in_a_code_do_no_harm(spelling):
    reference, right = given()
    typed = spelling.format(right[:3], right[3:]) if ".3" in spelling else spelling.format(right)
    assert codes.check(reference, typed)


@pytest.mark.parametrize("typed", ["", "0", "\0", "１２３４５６", "a" * 5000])
def test_what_is_no_code_opens_nothing_and_is_counted(typed):
    reference, _right = given()
    assert not codes.check(reference, typed)
    assert Code.objects.get().tries == 1


def test_three_wrong_codes_make_the_right_one_worthless():
    reference, right = given()
    for by in range(1, 4):
        codes.check(reference, wrong(right, by))
    assert not codes.check(reference, right)
    assert Code.objects.get().tries == 3, "what is not compared is not counted either"


def test_a_code_ends_after_ten_minutes():
    reference, right = given()
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        assert not codes.check(reference, right)


def test_a_new_code_kills_the_one_before():
    user = UserFactory()
    first, old = given(user=user)
    second, new = given(user=user)
    assert not codes.check(first, old)
    assert codes.check(second, new)


def test_a_code_for_somebody_else_kills_nothing():
    first, right = given(user=UserFactory())
    given(user=UserFactory())
    given(purpose="reset", user=UserFactory())
    assert codes.check(first, right)


@pytest.mark.parametrize("reference", ["", "unknown", "\0"])
def test_no_code_hides_behind_an_unknown_reference(reference):
    assert not codes.check(reference.replace("\0", "x"), "123456")


def test_neither_the_code_nor_the_address_can_be_read_in_the_row():
    _reference, right = given()
    written = str(Code.objects.values().get())
    assert right not in re.sub(r"[0-9a-f]{32,}", "", written)
    assert PHONE not in written


def test_two_rows_with_one_code_look_different():
    """A hash that were the same would tell who was sent the code one was sent oneself."""
    first, second = given()[0], given()[0]
    assert codes._code_hash(first, "123456") != codes._code_hash(second, "123456")


def test_the_database_refuses_more_tries_than_the_limit():
    given()
    with pytest.raises(IntegrityError, match="kyc_code_never_tried"):
        Code.objects.update(tries=4)


def test_old_codes_are_forgotten():
    given()
    assert codes.forget_old() == 0
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert codes.forget_old() == 1


# --- Behind allauth's pages -----------------------------------------------------------------------


@pytest.mark.parametrize("page", ["account_signup", "account_reset_password", "account_login"])
def test_no_session_holds_a_code(client, page):
    if page != "account_signup":
        UserFactory(phone=PHONE)
    form = FORM | {"login": PHONE, "password": PASSWORD}
    if page == "account_reset_password":
        form["email"] = PHONE
    client.post(reverse(page), form)
    kept = [str(row.get_decoded()) for row in Session.objects.all()]
    assert kept
    assert Code.objects.get().reference in " ".join(kept)
    assert not any(re.search(rf"\b{sent()}\b", text) for text in kept)


def test_a_code_that_was_asked_again_too_soon_has_to_wait(client):
    client.post(reverse("account_signup"), FORM)
    page = reverse("account_verify_phone")
    for _ in range(2):
        client.post(page, {"action": "resend"})
    assert Message.objects.count() == 2
    assert "secondes avant de demander" in client.get(page).text
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        client.post(page, {"action": "resend"})
        assert Message.objects.count() == 3


def test_asking_again_says_the_same_where_there_is_an_account_already():
    told = []
    UserFactory(phone=PHONE)
    for phone in ("034 12 345 67", "034 76 543 21"):
        client = Client()
        client.post(reverse("account_signup"), FORM | {"phone": phone})
        answers = [
            client.post(reverse("account_verify_phone"), {"action": "resend"}, follow=True)
            for _ in range(3)
        ]
        texts = [re.sub(r'(value|nonce)="[^"]*"|\d+', "", answer.text) for answer in answers]
        told.append(texts)
    assert told[0] == told[1]


# --- A phone or an address that somebody merely claims --------------------------------------------


def sign_up(client, **changes):
    client.post(reverse("account_signup"), FORM | changes)
    return sent()


def test_a_phone_somebody_claimed_is_its_owners_once_the_code_is_right():
    squatter, owner = Client(), Client()
    stale = sign_up(squatter, password1="un-squatteur-passe-ici")
    right = sign_up(owner)
    owner.post(reverse("account_verify_phone"), {"code": right})
    assert owner.get(reverse("taxes:dashboard")).status_code == 200
    squatter.post(reverse("account_verify_phone"), {"code": stale})
    assert squatter.get(reverse("taxes:dashboard")).status_code == 302
    confirmed = User.objects.get(phone=PHONE, phone_verified_at__isnull=False)
    assert confirmed.check_password(PASSWORD)
    assert not User.objects.filter(phone=PHONE, is_active=True).exclude(pk=confirmed.pk).exists()


def test_the_password_of_whoever_claimed_a_phone_opens_nothing_of_its_owners():
    sign_up(Client(), password1="un-squatteur-passe-ici")
    owner = Client()
    owner.post(reverse("account_verify_phone"), {"code": sign_up(owner)})
    other = Client()
    form = {"login": PHONE, "password": "un-squatteur-passe-ici"}
    assert other.post(reverse("account_login"), form).status_code == 200


def test_whoever_left_before_the_code_signs_in_with_their_own_password():
    sign_up(Client(), password1="un-squatteur-passe-ici")
    sign_up(Client())
    client = Client()
    client.post(reverse("account_login"), {"login": PHONE, "password": PASSWORD})
    client.post(reverse("account_verify_phone"), {"code": sent()})
    assert client.get(reverse("taxes:dashboard")).status_code == 200


def test_an_address_somebody_claimed_is_its_owners_once_the_code_is_right():
    squatter = Client()
    code = sign_up(squatter, phone="034 76 543 21", email="rabe@example.mg")
    squatter.post(reverse("account_verify_phone"), {"code": code})
    owner = Client()
    owner.post(reverse("account_verify_phone"), {"code": sign_up(owner, email="rabe@example.mg")})
    owner.post(reverse("account_email_verification_sent"), {"code": sent()})
    assert owner.get(reverse("taxes:dashboard")).status_code == 200
    assert User.objects.get(email="rabe@example.mg").phone == PHONE


def test_a_claimed_address_does_not_reset_a_password(client):
    sign_up(client, email="rabe@example.mg")
    Message.objects.all().delete()
    Client().post(reverse("account_reset_password"), {"email": "rabe@example.mg"})
    assert not Message.objects.filter(template="code").exists()


def test_the_database_knows_one_owner_of_a_phone():
    UserFactory(phone=PHONE)
    UserFactory(phone=PHONE, phone_verified_at=None)
    with pytest.raises(IntegrityError, match="one_owner_per_phone"):
        UserFactory(phone=PHONE)
