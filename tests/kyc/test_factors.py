"""The second factor: enrolling, recovery codes, and giving it again before what matters."""

import re
from base64 import b32decode
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import totp

from kyc import factors
from kyc.models import RecoveryCode, TOTPDevice
from tests.factories import PASSWORD, UserFactory
from tests.kyc.test_accounts import is_signed_in, sign_in

pytestmark = pytest.mark.django_db

ENROL, GIVE = "kyc:factor_enrol", "kyc:second_factor"
NEW = "rizière-camion-1962"


def token_of(device, *, drift=0):
    return f"{totp(device.bin_key, drift=drift):06}"


def enrol(client, user):
    client.get(reverse(ENROL))
    page = client.post(reverse(ENROL), {"token": token_of(factors.pending_of(user))})
    return page.context["codes"]


@pytest.fixture
def agent(client):
    """An agent whose password was right, and who has no device yet."""
    user = UserFactory(agent=True)
    sign_in(client, user.phone)
    return user


def opens(client):
    return client.get(reverse("kyc:queue")).status_code == 200


def test_staff_without_a_device_are_sent_to_enrol_one(client, agent):
    asked = client.get(reverse("kyc:queue")).url
    assert client.get(asked).url.partition("?")[0] == reverse(ENROL)
    page = client.get(reverse(ENROL))
    assert reverse("kyc:factor_image") in page.text
    assert not opens(client)
    codes = enrol(client, agent)
    assert len(set(codes)) == 10
    assert opens(client)


def test_the_image_holds_the_seed_and_is_kept_by_nobody(client, agent):
    client.get(reverse(ENROL))
    answer = client.get(reverse("kyc:factor_image"))
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content.startswith(b"<?xml")


def test_a_wrong_first_code_enrols_nothing(client, agent):
    client.get(reverse(ENROL))
    right = token_of(factors.pending_of(agent))
    page = client.post(reverse(ENROL), {"token": f"{(int(right) + 1) % 1_000_000:06}"})
    assert page.status_code == 422
    assert not opens(client)
    assert factors.device_of(agent) is None


@pytest.mark.parametrize("role", ["agent", "citizen"])
def test_a_seed_somebody_read_with_the_password_is_not_the_one_its_owner_enrols(client, role):
    user, thief = UserFactory(role=role), Client()
    sign_in(thief, user.phone)
    stolen = thief.get(reverse(ENROL)).context["seed"]
    sign_in(client, user.phone)
    shown = client.get(reverse(ENROL)).context["seed"]
    assert shown != stolen
    assert client.get(reverse(ENROL)).context["seed"] == shown
    enrol(client, user)
    assert factors.device_of(user).bin_key == b32decode(shown.replace(" ", ""))


def test_a_code_of_the_seed_another_session_was_shown_enrols_nothing(client, agent):
    client.get(reverse(ENROL))
    right = token_of(factors.pending_of(agent))
    other = Client()
    sign_in(other, agent.phone)
    assert other.post(reverse(ENROL), {"token": right}).status_code == 422
    assert factors.device_of(agent) is None


def test_whoever_has_a_device_cannot_enrol_another_with_the_password_alone(client, agent):
    enrol(client, agent)
    thief = Client()
    sign_in(thief, agent.phone)
    assert reverse(GIVE) in thief.get(reverse(ENROL)).url
    assert reverse(GIVE) in thief.get(reverse("kyc:factor_image")).url
    assert reverse(GIVE) in thief.post(reverse("kyc:factor_codes")).url


@pytest.mark.parametrize("role", ["agent", "citizen"])
@pytest.mark.parametrize("page", ["account_change_password", "kyc:session_list"])
def test_with_the_password_alone_nobody_changes_it_or_ends_the_owners_sessions(page, role):
    user, owner, thief = UserFactory(role=role), Client(), Client()
    sign_in(owner, user.phone)
    enrol(owner, user)
    sign_in(thief, user.phone)
    given = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW, "session": "others"}
    assert reverse(GIVE) in thief.get(reverse(page)).url
    assert reverse(GIVE) in thief.post(reverse(page), given).url
    assert is_signed_in(owner)
    assert owner.get(reverse(page)).status_code == 200


def test_a_new_device_replaces_the_old_one_and_signs_out_elsewhere(client, agent):
    enrol(client, agent)
    old, other = factors.device_of(agent), Client()
    sign_in(other, agent.phone)
    assert is_signed_in(other)
    enrol(client, agent)
    assert TOTPDevice.objects.get(user=agent).pk != old.pk
    assert other.get(reverse("kyc:session_list")).status_code == 302


def test_a_recovery_code_opens_once(client, agent):
    codes = enrol(client, agent)
    for spelling, opened in ((codes[0], True), (codes[0], False), (codes[1].upper(), True)):
        other = Client()
        sign_in(other, agent.phone)
        other.post(reverse(GIVE), {"token": spelling})
        assert opens(other) is opened
    assert factors.codes_left(agent) == 8


def test_recovery_codes_cannot_be_read_in_their_rows(client, agent):
    codes = enrol(client, agent)
    written = str(list(RecoveryCode.objects.values()))
    assert not any(code in written or code.replace("-", "") in written for code in codes)


def test_somebody_elses_recovery_code_opens_nothing(client, agent):
    codes = enrol(client, agent)
    other = UserFactory(agent=True)
    TOTPDevice.objects.create(user=other, name="x", confirmed=True)
    stranger = Client()
    sign_in(stranger, other.phone)
    stranger.post(reverse(GIVE), {"token": codes[0]})
    assert not opens(stranger)


def test_recovery_codes_are_not_guessed_for_ever(client, agent):
    codes = enrol(client, agent)
    other = Client()
    sign_in(other, agent.phone)
    for n in range(6):
        other.post(reverse(GIVE), {"token": f"aaaa-aaaa-aaa{n}"})
    other.post(reverse(GIVE), {"token": codes[0]})
    assert not opens(other)


def test_new_recovery_codes_make_the_old_ones_worthless(client, agent):
    old = enrol(client, agent)
    fresh = client.post(reverse("kyc:factor_codes")).context["codes"]
    assert factors.prove(agent, old[0]) is None
    assert factors.prove(agent, fresh[0])


def test_an_agent_works_in_one_place_at_a_time(client, agent):
    enrol(client, agent)
    elsewhere = Client()
    sign_in(elsewhere, agent.phone)
    elsewhere.post(reverse(GIVE), {"token": token_of(factors.device_of(agent), drift=1)})
    assert opens(elsewhere)
    assert not opens(client)


# --- Citizens may have one ------------------------------------------------------------------------


def test_a_citizen_who_chose_a_second_factor_is_asked_for_it(client):
    user = UserFactory()
    sign_in(client, user.phone)
    enrol(client, user)
    assert client.get(reverse("taxes:dashboard")).status_code == 200
    other = Client()
    sign_in(other, user.phone)
    assert reverse(GIVE) in other.get(reverse("taxes:dashboard")).url
    other.post(reverse(GIVE), {"token": token_of(factors.device_of(user), drift=1)})
    assert other.get(reverse("taxes:dashboard")).status_code == 200


# --- Once more before what matters ----------------------------------------------------------------


@pytest.mark.parametrize("page", ["account_change_phone", "account_email"])
def test_five_minutes_later_a_citizen_gives_the_password_again(client, page):
    user = UserFactory()
    sign_in(client, user.phone)
    assert client.get(reverse(page)).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        asked = client.get(reverse(page)).url
        assert reverse("account_reauthenticate") in asked
        assert client.post(asked, {"password": "faux"}).status_code == 200
        assert reverse("account_reauthenticate") in client.get(reverse(page)).url
        target = re.search(r"next=([^&]+)", asked)[1]
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": target})
        assert client.get(reverse(page)).status_code == 200


def test_five_minutes_later_staff_give_the_factor_again(client, agent):
    enrol(client, agent)
    page = reverse("account_change_phone")
    assert client.get(page).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert reverse(GIVE) in client.get(page).url
        client.post(reverse(GIVE), {"token": token_of(factors.device_of(agent))})
        assert client.get(page).status_code == 200


def test_a_post_is_held_back_too(client):
    user = UserFactory()
    sign_in(client, user.phone)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        answer = client.post(reverse("account_change_phone"), {"phone": "033 11 222 33"})
        assert reverse("account_reauthenticate") in answer.url
