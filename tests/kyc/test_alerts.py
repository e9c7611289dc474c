"""What protects an account has changed: its owner is told, and the log says so."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kyc import alerts, factors, sessions, staff
from kyc.accounts import Adapter
from kyc.models import RecoveryCode, TOTPDevice, User
from notify.models import Message
from project.audit.completeness import EXPECTATIONS, silent
from project.audit.models import Event
from tests.factories import PASSWORD, UserFactory
from tests.kyc.test_accounts import sign_in

pytestmark = pytest.mark.django_db

OLD, NEW = "+261349990001", "+261349990002"
OLD_MAIL, NEW_MAIL = "ancien@example.mg", "nouveau@example.mg"
CHOSEN = "riz-lune-4821-vola"
WHAT = [
    *["phone", "email_added", "email_changed", "email_dropped", "password"],
    *["factor_enrolled", "factor_removed", "factor_renewed", "factor_recovered", "factor_failed"],
]


@pytest.fixture
def person():
    person = UserFactory(phone=OLD, email=OLD_MAIL)
    EmailAddress.objects.create(user=person, email=OLD_MAIL, verified=True, primary=True)
    return person


def told(start="account_changed"):
    return set(Message.objects.filter(template=start).values_list("channel", "to"))


def read(**found):
    return [str(message.body) for message in Message.objects.filter(**found)]


def acts(*actions):
    return list(
        Event.objects.filter(action__in=actions).order_by("pk").values_list("action", "actor")
    )


def recent(client):
    """Give the password once more, as the page asks for it."""
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302


# --- The words ------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", WHAT)
def test_each_change_has_its_words_and_says_what_to_do(person, what):
    alerts.tell(what, person)
    by_sms, by_mail = Message.objects.get(channel="sms"), Message.objects.get(channel="email")
    for message in (by_sms, by_mail):
        assert "compte" in message.body
        assert reverse("kyc:session_list") in message.body
        assert OLD[4:] not in message.body
    assert by_sms.body.startswith("Hetra. ")
    assert not by_sms.body.startswith("Hetra. Ce n'est pas vous")
    assert by_mail.subject == "Sécurité de votre compte Hetra"
    assert len(by_sms.body) <= 160


def test_nobody_is_told_twice_at_one_address(person):
    alerts.tell("phone", person, also=[person.phone, "", NEW, NEW])
    assert sorted(Message.objects.values_list("channel", flat=True)) == ["email", "sms", "sms"]


# --- Phone, e-mail, password ----------------------------------------------------------------------


def test_a_new_phone_is_told_on_the_old_one_too(person):
    Adapter().set_phone_verified(person, NEW)
    assert told() == {("sms", OLD), ("sms", NEW), ("email", OLD_MAIL)}
    assert acts("phone.changed") == [("phone.changed", person.pk)]


def test_a_phone_confirmed_at_the_first_sign_in_is_no_change(person):
    Adapter().set_phone_verified(person, OLD)
    assert (told(), acts("phone.changed")) == (set(), [])


def test_what_is_undone_is_neither_told_nor_recorded(person, monkeypatch):
    monkeypatch.setattr("project.audit.chain.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Adapter().set_phone_verified(person, NEW)
    person.refresh_from_db()
    assert (person.phone, told()) == (OLD, set())


def test_changing_a_password_is_told_and_recorded(client, person):
    sign_in(client, person.phone)
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": CHOSEN, "password2": CHOSEN},
    )
    person.refresh_from_db()
    assert person.check_password(CHOSEN)
    assert told() == {("sms", OLD), ("email", OLD_MAIL)}
    assert acts("password.changed", "password.reset") == [("password.changed", person.pk)]


def test_an_address_that_is_added_is_told_by_the_old_one(client, person, rf):
    request = rf.get("/")
    request.user, request.session = person, client.session
    request._messages = NoMessages()
    added = EmailAddress(user=person, email=NEW_MAIL)
    assert Adapter(request).confirm_email(request, added)
    assert told() == {("sms", OLD), ("email", OLD_MAIL), ("email", NEW_MAIL)}
    assert acts("email.added") == [("email.added", person.pk)]


class NoMessages:
    """A request without a page to show a message on."""

    def add(self, *args):
        """Forget it."""


def test_another_main_address_and_one_taken_away_are_told(client, login, person):
    EmailAddress.objects.create(user=person, email=NEW_MAIL, verified=True)
    login(person)
    recent(client)
    page = reverse("account_email")
    client.post(page, {"action_primary": "", "email": NEW_MAIL})
    person.refresh_from_db()
    assert person.email == NEW_MAIL
    assert told() == {("sms", OLD), ("email", OLD_MAIL), ("email", NEW_MAIL)}
    client.post(page, {"action_remove": "", "email": OLD_MAIL})
    dropped = [body for body in read(template="account_changed") if "retirée" in body]
    assert len(dropped) == 3
    assert acts("email.changed", "email.dropped") == [
        ("email.changed", person.pk),
        ("email.dropped", person.pk),
    ]


def test_a_removal_that_cannot_be_recorded_is_undone(client, login, person, monkeypatch):
    EmailAddress.objects.create(user=person, email=NEW_MAIL, verified=True)
    login(person)
    recent(client)
    monkeypatch.setattr("kyc.receivers.chain.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        client.post(reverse("account_email"), {"action_remove": "", "email": NEW_MAIL})
    assert EmailAddress.objects.filter(email=NEW_MAIL).exists()


# --- The second factor ----------------------------------------------------------------------------


def test_enrolling_and_renewing_are_told_and_recorded(person, monkeypatch):
    monkeypatch.setattr(TOTPDevice, "verify_token", lambda self, token: True)
    device, _codes = factors.confirm(person, "000000")
    factors.renew_recovery_codes(person)
    assert acts("factor.enrolled", "factor.renewed") == [
        ("factor.enrolled", person.pk),
        ("factor.renewed", person.pk),
    ]
    assert Event.objects.get(action="factor.enrolled").object_id == str(device.pk)
    bodies = " ".join(read(channel="sms"))
    assert "installé" in bodies
    assert "renouvelés" in bodies


def test_a_recovery_code_that_is_used_is_told_and_recorded_once(person):
    TOTPDevice.objects.create(user=person, confirmed=True)
    code = factors.renew_recovery_codes(person)[0]
    Message.objects.all().delete()
    assert factors.prove(person, code)
    assert factors.prove(person, code) is None
    assert acts("factor.recovered") == [("factor.recovered", person.pk)]
    assert told() == {("sms", OLD), ("email", OLD_MAIL)}
    assert Message.objects.count() == 2


def test_of_many_wrong_codes_one_message_an_hour_but_every_event(client, login):
    person = UserFactory(agent=True, mailed=True)
    login(person)
    for _try in range(4):
        client.post(reverse("kyc:second_factor"), {"token": "000000"})
    assert len(acts("factor.failed")) == 4
    assert Message.objects.filter(template="account_changed").count() == 2


def test_a_factor_that_administrators_replace_is_recorded(person):
    User.objects.filter(pk=person.pk).update(role="agent")
    person.refresh_from_db()
    boss = UserFactory(administrator=True)
    factors.remove(person, by=boss)
    event = Event.objects.get(action="factor.removed")
    assert (event.actor, event.object_id) == (boss.pk, str(person.pk))


# --- Sessions -------------------------------------------------------------------------------------


def test_each_end_of_a_session_is_recorded():
    person = UserFactory()
    here, there, elsewhere = Client(), Client(), Client()
    for client in (here, there, elsewhere):
        sign_in(client, person.phone)
    page = reverse("kyc:session_list")
    row = next(
        row
        for row in here.get(page).context["sessions"]
        if row.session_key == there.session.session_key
    )
    here.post(page, {"session": row.pk})
    here.post(page, {"session": "others"})
    here.post(page, {"session": "others"})
    boss = UserFactory(administrator=True)
    sessions.end_all(person, by=boss)
    assert acts("session.ended", "session.others_ended", "session.all_ended") == [
        ("session.ended", person.pk),
        ("session.others_ended", person.pk),
        ("session.all_ended", boss.pk),
    ]


def test_a_new_password_ends_every_other_session():
    person = UserFactory()
    here, there = Client(), Client()
    for client in (here, there):
        sign_in(client, person.phone)
    given = {"oldpassword": PASSWORD, "password1": CHOSEN, "password2": CHOSEN}
    here.post(reverse("account_change_password"), given)
    dashboard = reverse("taxes:dashboard")
    assert (here.get(dashboard).status_code, there.get(dashboard).status_code) == (200, 302)


def test_a_session_that_time_ended_is_recorded_when_somebody_comes_back(client, login):
    person = UserFactory()
    login(person)
    session = client.session
    session["began_at"] = session["seen_at"] = 0
    session.save()
    client.get(reverse("taxes:dashboard"))
    event = Event.objects.get(action="session.expired")
    assert (event.actor, event.object_id) == (None, str(person.pk))


# --- Refusals -------------------------------------------------------------------------------------


def test_what_a_role_may_not_open_is_recorded_once_a_while(client, login):
    person = UserFactory()
    login(person)
    for _try in range(3):
        assert client.get(reverse("kyc:staff_list")).status_code == 403
    client.get(reverse("kyc:queue"))
    events = Event.objects.filter(action="access.denied").order_by("pk")
    assert [event.data["route"] for event in events] == ["kyc:staff_list", "kyc:queue"]
    assert {event.actor for event in events} == {person.pk}


def test_strangers_fill_nothing(client):
    client.get(reverse("kyc:staff_list"))
    assert not Event.objects.filter(action="access.denied").exists()


# --- Rows without an event ------------------------------------------------------------------------


def test_a_factor_or_a_used_code_put_in_by_hand_is_found(person):
    device = TOTPDevice.objects.create(user=person, confirmed=True)
    code = RecoveryCode.objects.create(user=person, code_hash="x", used_at=timezone.now())
    link = staff.Activation.objects.create(
        user=person,
        by=UserFactory(),
        token_hash="x",
        expires_at=timezone.now(),
        used_at=timezone.now(),
    )
    found = {
        (each.action, row.pk) for each in EXPECTATIONS for row in silent(each, None).order_by("pk")
    }
    assert found >= {
        ("factor.enrolled", device.pk),
        ("factor.recovered", code.pk),
        ("staff.opened", link.pk),
    }


def test_a_copy_and_the_end_of_an_account_are_recorded(client, login, person):
    login(person)
    recent(client)
    client.post(reverse("kyc:privacy_export"))
    assert acts("account.exported") == [("account.exported", person.pk)]
