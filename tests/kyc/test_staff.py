"""Staff accounts: a link instead of a password, two administrators for what matters."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kyc import factors, staff
from kyc.models import Activation, StaffRequest, User
from notify.models import Message
from project.lib.workflow import MoveRefused
from tests.factories import UserFactory
from tests.kyc.test_accounts import code, is_signed_in
from tests.kyc.test_factors import enrol

pytestmark = pytest.mark.django_db

FORM = {
    "role": "agent",
    "email": "Soa@finances.mg",
    "phone": "034 12 345 67",
    "regions": ["boeny", "sofia"],
    "reason": "Elle remplace Tiana à Mahajanga.",
}
SECRET = "papaye-locomotive-88"


def link():
    body = Message.objects.filter(template="staff_invited").latest("pk").body
    return re.search(r"/activation/\S+", body)[0]


def decide(client, verdict="confirmed"):
    asked = StaffRequest.objects.latest("pk")
    return client.post(reverse("kyc:staff_decide", args=[asked.pk]), {"verdict": verdict})


def invite(client, second):
    client.post(reverse("kyc:staff_invite"), FORM)
    decide(second)
    return User.objects.get(email="soa@finances.mg")


# --- Inviting -------------------------------------------------------------------------------------


def test_an_invited_person_opens_their_account_with_a_password_nobody_else_saw(
    client, boss, second
):
    user = invite(client, second)
    assert not user.has_usable_password()
    guest = Client()
    assert guest.get(link()).status_code == 200
    guest.post(link(), {"password": SECRET})
    login = {"login": "soa@finances.mg", "password": SECRET}
    assert guest.post(reverse("account_login"), login).url == reverse("account_verify_phone")
    guest.post(reverse("account_verify_phone"), {"code": code()})
    assert is_signed_in(guest)
    assert reverse("kyc:second_factor") in guest.get(reverse("kyc:queue")).url
    enrol(guest, user)
    assert guest.get(reverse("kyc:queue")).status_code == 200


def test_a_link_opens_once(client, boss, second):
    user = invite(client, second)
    Client().post(link(), {"password": SECRET})
    assert Client().get(link()).status_code == 404
    Client().post(link(), {"password": "une-autre-phrase-ici"})
    user.refresh_from_db()
    assert user.check_password(SECRET)


def test_a_link_ends_after_two_days(client, boss, second):
    invite(client, second)
    with time_machine.travel(timezone.now() + timedelta(hours=49)):
        assert Client().get(link()).status_code == 404


def test_a_new_link_ends_the_one_before(client, boss, second):
    user = invite(client, second)
    first = link()
    client.post(reverse("kyc:staff_link", args=[user.pk]))
    assert link() != first
    assert Client().get(first).status_code == 404
    assert Client().get(link()).status_code == 200


def test_opening_a_link_by_looking_at_it_spends_nothing(client, boss, second):
    invite(client, second)
    for _ in range(3):
        assert Client().get(link()).status_code == 200


def test_a_link_cannot_be_read_in_its_row(client, boss, second):
    invite(client, second)
    token = link().split("/")[2]
    assert len(token) >= 43
    assert token not in str(Activation.objects.values().get())


@pytest.mark.parametrize("password", ["court", "motdepasse2026", ""])
def test_a_password_anybody_would_guess_is_refused(client, boss, second, password):
    user = invite(client, second)
    assert Client().post(link(), {"password": password}).status_code == 200
    user.refresh_from_db()
    assert not user.has_usable_password()


def test_an_account_nobody_has_opened_is_not_opened_by_a_forgotten_password(client, boss, second):
    invite(client, second)
    for address in ("soa@finances.mg", "034 12 345 67"):
        Client().post(reverse("account_reset_password"), {"email": address})
    assert not Message.objects.filter(template="code").exists()


def test_nobody_is_invited_twice(client, boss, second):
    invite(client, second)
    page = client.post(reverse("kyc:staff_invite"), FORM | {"phone": "034 12 345 68"})
    assert "existe déjà" in page.text
    assert User.objects.filter(email="soa@finances.mg").count() == 1


def test_a_citizens_role_cannot_be_given(client, boss, second):
    client.post(reverse("kyc:staff_invite"), FORM | {"role": "citizen"})
    assert not StaffRequest.objects.exists()
    with pytest.raises(MoveRefused):
        staff.invite("citizen", email="a@b.mg", phone="+261341110001", reason="x", by=boss)


def test_one_administrator_makes_no_account_and_sends_no_link(client, boss, second):
    """An administrator alone would else make themselves a second person."""
    client.post(reverse("kyc:staff_invite"), FORM)
    decide(client)
    assert not User.objects.filter(email="soa@finances.mg").exists()
    assert not Activation.objects.exists()
    assert not Message.objects.filter(template="staff_invited").exists()
    decide(second)
    assert Client().get(link()).status_code == 200


def test_a_refused_invitation_leaves_nobody_and_may_be_asked_again(client, boss, second):
    client.post(reverse("kyc:staff_invite"), FORM)
    decide(second, "refused")
    assert not User.objects.filter(email="soa@finances.mg").exists()
    assert invite(client, second).is_active


def test_one_invitation_at_a_time_waits_for_an_address_or_a_phone(client, boss):
    client.post(reverse("kyc:staff_invite"), FORM)
    for other in ({"email": "autre@finances.mg"}, {"phone": "034 12 345 68"}):
        page = client.post(reverse("kyc:staff_invite"), FORM | other)
        assert "attend déjà" in page.text
    assert StaffRequest.objects.count() == 1


def test_the_second_administrator_sees_what_they_sign(client, boss, second):
    client.post(reverse("kyc:staff_invite"), FORM)
    asked = StaffRequest.objects.get()
    page = second.get(reverse("kyc:staff_decide", args=[asked.pk])).text
    for words in ("soa@finances.mg", "034 12 345 67", "Agent", "Boeny, Sofia", "Tiana", boss.email):
        assert words in page
    assert "verdict" in page
    assert 'name="verdict"' not in client.get(reverse("kyc:staff_decide", args=[asked.pk])).text


def test_an_invited_agent_works_in_the_regions_that_were_signed(client, boss, second):
    assert staff.posted(invite(client, second)) == ["boeny", "sofia"]


def test_an_open_account_gets_no_link(client, boss):
    agent = UserFactory(agent=True, mailed=True)
    client.post(reverse("kyc:staff_link", args=[agent.pk]))
    assert not Activation.objects.exists()


# --- Closing --------------------------------------------------------------------------------------


def test_a_closed_account_is_gone_at_once_and_never_deleted(client, boss, second):
    agent = UserFactory(agent=True)
    there = Client()
    there.post(reverse("account_login"), {"login": agent.phone, "password": "mangue-vapeur-1947"})
    assert is_signed_in(there)
    client.post(reverse("kyc:staff_close", args=[agent.pk]))
    assert there.get(reverse("kyc:session_list")).status_code == 302
    assert not User.objects.get(pk=agent.pk).is_active


def test_nobody_closes_their_own_account(client, boss, second):
    client.post(reverse("kyc:staff_close", args=[boss.pk]))
    boss.refresh_from_db()
    assert boss.is_active


def test_a_citizen_is_no_staff(client, boss, second):
    citizen = UserFactory()
    assert client.get(reverse("kyc:staff_detail", args=[citizen.pk])).status_code == 404
    assert client.post(reverse("kyc:staff_close", args=[citizen.pk])).status_code == 404


# --- What takes two -------------------------------------------------------------------------------


def ask(client, user, **form):
    data = {"role": "supervisor", "reason": "Elle part à Toamasina."} | form
    kind = data.pop("kind", "role")
    return client.post(reverse("kyc:staff_ask", args=[user.pk, kind]), data)


def test_a_role_changes_once_another_administrator_has_confirmed(client, boss, second):
    agent = UserFactory(agent=True, mailed=True)
    ask(client, agent)
    agent.refresh_from_db()
    assert agent.role == "agent"
    decide(client)
    agent.refresh_from_db()
    assert agent.role == "agent", "not by whoever asked"
    decide(second)
    agent.refresh_from_db()
    assert agent.role == "supervisor"


def test_what_is_refused_changes_nothing(client, boss, second):
    agent = UserFactory(agent=True)
    ask(client, agent)
    decide(second, "refused")
    agent.refresh_from_db()
    assert (agent.role, StaffRequest.objects.get().state) == ("agent", "refused")
    decide(second)
    agent.refresh_from_db()
    assert agent.role == "agent", "decided once"


def test_nobody_asks_for_themselves(client, boss, second):
    ask(client, boss)
    assert not StaffRequest.objects.exists()


def test_the_person_concerned_does_not_confirm(client, boss):
    admin = UserFactory(administrator=True)
    asked = staff.ask("role", admin, role="agent", reason="x", by=boss)
    with pytest.raises(MoveRefused):
        staff.decide(asked, "confirmed", by=admin)


@pytest.mark.parametrize(("before", "after"), [("finance", "auditor"), ("auditor", "agent")])
def test_nobody_audits_what_they_did(client, boss, before, after):
    with pytest.raises(MoveRefused, match="auditeur"):
        staff.ask("role", UserFactory(role=before), role=after, reason="x", by=boss)


def test_a_lost_factor_is_replaced_by_two_administrators(client, boss, second):
    agent = UserFactory(agent=True, mailed=True)
    factors.confirm(agent, "x")
    ask(client, agent, kind="factor", role="")
    decide(second)
    agent.refresh_from_db()
    assert factors.device_of(agent) is None
    assert not agent.has_usable_password()
    assert Client().get(link()).status_code == 200


def test_the_database_wants_two_people(boss):
    agent = UserFactory(agent=True)
    asked = StaffRequest.objects.create(
        kind="role", role="finance", user=agent, asked_by=boss, reason="x"
    )
    decided = {"state": "confirmed", "decided_at": timezone.now()}
    for by, rule in ((boss, "two_people"), (agent, "not_for_oneself")):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            StaffRequest.objects.filter(pk=asked.pk).update(**decided, decided_by=by)


def test_administration_wants_a_fresh_factor(client, boss):
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        agent = UserFactory(agent=True)
        answer = client.post(reverse("kyc:staff_close", args=[agent.pk]))
        assert reverse("kyc:second_factor") in answer.url
        agent.refresh_from_db()
        assert agent.is_active


def test_the_list_says_who_holds_what_and_came_when(client, boss):
    UserFactory(role="finance", email="tiana@finances.mg", last_login=timezone.now())
    page = client.get(reverse("landing"), follow=True)
    assert "tiana@finances.mg" in page.text
    assert timezone.localtime().strftime("%Y") in page.text
