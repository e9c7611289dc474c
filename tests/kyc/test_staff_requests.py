"""What one administrator asks for and another signs: regions, re-opening, first accounts, races."""

from functools import partial

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kyc import factors, staff
from kyc.models import Activation, Posting, StaffRequest, User
from notify.models import Message
from project.audit import verification
from project.audit.completeness import EXPECTATIONS, silent
from project.audit.models import Event
from project.lib.workflow import MoveRefused
from tests.factories import PASSWORD, UserFactory
from tests.kyc.test_accounts import code, is_signed_in
from tests.kyc.test_staff import ask, decide
from tests.races import Meeting, failures, together, unlock

pytestmark = pytest.mark.django_db

WHERE = ["--email", "a@example.mg", "--phone", "034 12 345 67"]


@pytest.fixture
def agent():
    return UserFactory(agent=True, mailed=True, regions=["boeny", "sofia"])


def regions_of(user):
    return staff.posted(User.objects.get(pk=user.pk))


# --- Regions --------------------------------------------------------------------------------------


def test_regions_change_once_another_administrator_has_confirmed(client, boss, second, agent):
    ask(client, agent, kind="regions", regions=["sofia", "diana"])
    assert regions_of(agent) == ["boeny", "sofia"]
    decide(client)
    assert regions_of(agent) == ["boeny", "sofia"], "not by whoever asked"
    decide(second)
    assert regions_of(agent) == ["diana", "sofia"]


def test_the_page_says_what_held_and_what_will(client, boss, second, agent):
    ask(client, agent, kind="regions", regions=["diana"])
    asked = StaffRequest.objects.get()
    page = second.get(reverse("kyc:staff_decide", args=[asked.pk])).text
    assert "Boeny, Sofia" in page
    assert "Diana" in page
    assert "Elle part à Toamasina." in page


def test_no_regions_are_given_to_who_works_nowhere_in_particular(boss):
    with pytest.raises(MoveRefused, match="Seuls les agents"):
        staff.ask("regions", UserFactory(officer=True), regions=["sofia"], reason="x", by=boss)


def test_a_role_without_regions_takes_them_away(client, boss, second, agent):
    ask(client, agent, role="officer", regions=["sofia"])
    decide(second)
    assert regions_of(agent) == []


def test_what_has_changed_since_it_was_asked_is_not_signed(boss, second, agent):
    asked = staff.ask("regions", agent, regions=["diana"], reason="x", by=boss)
    Posting.objects.create(user=agent, region="anosy")
    with pytest.raises(MoveRefused, match="a changé"):
        staff.decide(asked, "confirmed", by=second.user)
    assert StaffRequest.objects.get().state == "asked"
    staff.decide(asked, "refused", by=second.user)


# --- Closing and opening --------------------------------------------------------------------------


def test_a_closed_account_is_opened_by_two_and_proves_itself_anew(client, boss, second, agent):
    agent.totpdevice_set.create(name="old", confirmed=True)
    staff.deactivate(agent, by=boss)
    ask(client, agent, kind="reopening")
    decide(client)
    assert not User.objects.get(pk=agent.pk).is_active, "not by whoever asked"
    decide(second)
    agent = User.objects.get(pk=agent.pk)
    assert agent.is_active
    assert not agent.has_usable_password()
    assert factors.device_of(agent) is None
    assert Activation.objects.filter(user=agent).count() == 1
    assert regions_of(agent) == ["boeny", "sofia"]


def test_a_code_given_before_the_factor_was_replaced_opens_nothing_after(boss, second, agent):
    """Whoever stole the telephone, and has given the code of the forgotten password already."""
    agent.totpdevice_set.create(name="old", confirmed=True)
    thief = Client()
    thief.post(reverse("account_reset_password"), {"email": agent.phone})
    thief.post(reverse("account_confirm_password_reset_code"), {"code": code()})
    asked = staff.ask("factor", agent, reason="téléphone volé", by=boss)
    staff.decide(asked, "confirmed", by=second.user)
    chosen = {"password1": "rizière-camion-1962", "password2": "rizière-camion-1962"}
    page = thief.post(reverse("account_complete_password_reset"), chosen)
    assert "Un lien vous est envoyé" in page.text
    assert not User.objects.get(pk=agent.pk).has_usable_password()


def test_an_open_account_is_not_opened_and_a_closed_one_gets_nothing(boss, agent):
    with pytest.raises(MoveRefused):
        staff.ask("reopening", agent, reason="x", by=boss)
    staff.deactivate(agent, by=boss)
    for kind, wish in (("role", {"role": "officer"}), ("regions", {}), ("factor", {})):
        with pytest.raises(MoveRefused, match="fermé"):
            staff.ask(kind, agent, **wish, reason="x", by=boss)


def test_what_waits_for_an_account_that_is_closed_meanwhile_is_not_signed(boss, second, agent):
    asked = staff.ask("factor", agent, reason="x", by=boss)
    staff.deactivate(agent, by=boss)
    with pytest.raises(MoveRefused, match="fermé"):
        staff.decide(asked, "confirmed", by=second.user)
    assert not Activation.objects.exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "officer"}])
def test_the_word_of_somebody_who_administers_no_more_is_worth_nothing(boss, second, agent, change):
    asked = staff.ask("role", agent, role="finance", reason="x", by=boss)
    User.objects.filter(pk=boss.pk).update(**change)
    with pytest.raises(MoveRefused, match="n'est plus administrateur"):
        staff.decide(asked, "confirmed", by=second.user)
    other = staff.ask("role", UserFactory(officer=True), role="finance", reason="x", by=second.user)
    with pytest.raises(MoveRefused, match="Un autre administrateur"):
        staff.decide(other, "confirmed", by=boss)


def test_an_administrator_ends_every_session_of_an_account(client, boss, agent):
    there = Client()
    there.post(reverse("account_login"), {"login": agent.phone, "password": PASSWORD})
    assert is_signed_in(there)
    client.post(reverse("kyc:staff_end", args=[agent.pk]))
    assert there.get(reverse("kyc:session_list")).status_code == 302
    assert User.objects.get(pk=agent.pk).is_active
    event = Event.objects.get(action="session.all_ended")
    assert (event.actor, event.object_id) == (boss.pk, str(agent.pk))


def test_nobody_ends_their_own_sessions_there(client, boss):
    before = Session.objects.count()
    client.post(reverse("kyc:staff_end", args=[boss.pk]))
    assert Session.objects.count() == before
    assert not Event.objects.filter(action="session.all_ended").exists()


# --- The list -------------------------------------------------------------------------------------


def listed(client, **search):
    page = client.get(reverse("kyc:staff_list"), search)
    return {person.email for person in page.context["page"]}


def test_the_staff_is_found_by_role_region_state_and_address(client, boss, agent):
    finance = UserFactory(finance=True, mailed=True, is_active=False)
    assert listed(client) == {boss.email, agent.email, finance.email}
    assert listed(client, role="agent") == {agent.email}
    assert listed(client, region="sofia") == {agent.email}
    assert listed(client, region="diana") == set()
    assert listed(client, state="closed") == {finance.email}
    assert listed(client, name=agent.email[:12]) >= {agent.email}
    assert listed(client, name=f"0{agent.phone[4:]}") == {agent.email}
    assert listed(client, role="nothing") == {boss.email, agent.email, finance.email}


def test_the_list_costs_the_same_however_many_they_are(client, boss):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("kyc:staff_list"))
        return len(queries)

    def hire(count):
        for person in UserFactory.create_batch(count, agent=True, mailed=True):
            staff.ask("factor", person, reason="x", by=boss)

    hire(2)
    few = cost()
    hire(60)
    assert cost() == few
    page = client.get(reverse("kyc:staff_list"), {"page": 2})
    assert len(page.context["page"].object_list) == 13


# --- The first accounts ---------------------------------------------------------------------------


def test_the_installation_makes_an_account_by_a_link_and_shows_no_secret_but_it(capsys):
    call_command("staff", "administrator", *WHERE)
    user = User.objects.get()
    said = capsys.readouterr().out.strip()
    token = said.rstrip("/").rpartition("/activation/")[2]
    assert staff.invited(token).user == user
    assert not user.has_usable_password()
    assert factors.device_of(user) is None
    assert not Message.objects.exists()
    assert not {each.action for each in EXPECTATIONS if silent(each, None).exists()}


def test_the_installation_can_send_the_link_instead(capsys):
    call_command("staff", "administrator", *WHERE, "--mail")
    assert "activation" not in capsys.readouterr().out
    assert Message.objects.get().to == "a@example.mg"


def test_two_administrators_are_enough_of_that():
    UserFactory.create_batch(2, administrator=True)
    with pytest.raises(CommandError, match="Deux administrateurs"):
        call_command("staff", "agent", *WHERE)
    assert not StaffRequest.objects.exists()


def test_one_administrator_and_a_closed_one_are_not_two(capsys):
    UserFactory(administrator=True)
    UserFactory(administrator=True, is_active=False)
    call_command("staff", "administrator", *WHERE)
    assert User.objects.filter(email="a@example.mg").exists()


def test_breaking_the_glass_leaves_a_reason_and_tells_every_administrator(capsys):
    bosses = UserFactory.create_batch(2, administrator=True)
    reason = "Les deux ont perdu leur téléphone"
    call_command("staff", "administrator", *WHERE, "--break-glass", reason)
    request = StaffRequest.objects.get()
    assert (request.reason, request.asked_by, request.state) == (reason, None, "confirmed")
    assert Event.objects.filter(action="staff.forced", object_id=str(request.pk)).exists()
    told = Message.objects.filter(template="staff_forced").values_list("recipient", flat=True)
    assert set(told) == {boss.pk for boss in bosses}


def test_a_blank_reason_breaks_no_glass():
    UserFactory.create_batch(2, administrator=True)
    with pytest.raises(CommandError, match="Deux administrateurs"):
        call_command("staff", "agent", *WHERE, "--break-glass", "  ")


# --- The database ---------------------------------------------------------------------------------


def test_the_database_knows_what_goes_with_what(agent):
    boss, other = UserFactory.create_batch(2, administrator=True)
    somebody = {"email": "a@b.mg", "phone": "+261341110001"}
    signed = {"state": "confirmed", "decided_at": timezone.now(), "decided_by": other}
    wrong = {
        "role_with_its_kind": {"kind": "regions", "user": agent, "role": "officer"},
        "about_somebody": {"kind": "invitation", "role": "agent", "email": "a@b.mg"},
        "decided_by_somebody": {"kind": "factor", "user": agent, "asked_by": None},
    }
    wrong_later = [
        {"kind": "invitation", "role": "agent", **somebody, **signed},  # made nobody
        {"kind": "invitation", "role": "agent", **somebody, "user": agent},  # made before the yes
        {"kind": "factor", **somebody, "user": agent},
    ]
    for rule, fields in [*wrong.items(), *(("about_somebody", each) for each in wrong_later)]:
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            StaffRequest.objects.create(**{"asked_by": boss, "reason": "x"} | fields)


# --- The log --------------------------------------------------------------------------------------


def test_a_role_written_by_hand_is_found(agent):
    made = {"email": "soa@finances.mg", "phone": "+261341110001", "reason": "x", "forced": True}
    person = staff.install("officer", **made)
    said = f"kyc.user {person.pk}: no staff.confirmed in the log"
    assert said not in verification.faults()
    User.objects.filter(pk=person.pk).update(role="administrator")
    assert said in verification.faults()


def test_a_region_or_a_request_written_around_the_verbs_is_found(agent):
    first, other = UserFactory.create_batch(2, administrator=True)
    StaffRequest.objects.create(
        kind="factor",
        user=agent,
        reason="x",
        asked_by=first,
        state="confirmed",
        decided_by=other,
        decided_at=timezone.now(),
    )
    found = {each.action for each in EXPECTATIONS if silent(each, None).exists()}
    assert found >= {"staff.posted", "staff.asked", "staff.confirmed"}


# --- At once --------------------------------------------------------------------------------------


def sign_twice(monkeypatch):
    """Two administrators confirm the same change of role at the same moment."""
    asker, *deciders = UserFactory.create_batch(3, administrator=True)
    agent = UserFactory(agent=True)
    asked = staff.ask("role", agent, role="officer", reason="x", by=asker)
    monkeypatch.setattr(staff, "_carry_out", Meeting().before(staff._carry_out))
    return together(*(partial(staff.decide, asked, "confirmed", by=by) for by in deciders))


def signed():
    return Event.objects.filter(action="staff.confirmed").count()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_decide_at_once_and_one_is_told_it_is_decided(monkeypatch):
    refused = failures(sign_twice(monkeypatch))
    assert [type(failure) for failure in refused] == [MoveRefused]
    assert signed() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_locks_both_decide(monkeypatch):
    unlock(monkeypatch)
    sign_twice(monkeypatch)
    assert signed() == 2


def both_invite(monkeypatch):
    """One person is confirmed in two accounts that exclude each other, at the same moment."""
    one, other = UserFactory.create_batch(2, administrator=True)
    phone = {"phone": "+261341110001", "phone_verified_at": None}
    users = [UserFactory(officer=True, **phone), UserFactory(officer=True, **phone)]
    wishes = zip(users, ("agent", "finance"), strict=True)
    asked = [staff.ask("role", user, role=role, reason="x", by=one) for user, role in wishes]
    monkeypatch.setitem(staff.CARRIED_OUT, "role", Meeting().before(staff.CARRIED_OUT["role"]))
    return together(*(partial(staff.decide, each, "confirmed", by=other) for each in asked))


@pytest.mark.django_db(transaction=True)
def test_two_duties_that_clash_are_not_signed_at_the_same_moment(monkeypatch):
    assert len(failures(both_invite(monkeypatch))) == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_locks_one_person_gets_both(monkeypatch):
    unlock(monkeypatch)
    assert failures(both_invite(monkeypatch)) == []


def close_each_other(monkeypatch):
    """How many administrators are left of two who close each other at the same moment."""
    one, other = UserFactory.create_batch(2, administrator=True)
    monkeypatch.setattr(staff, "_administrators", Meeting().after(staff._administrators))
    together(*(partial(staff.deactivate, who, by=by) for who, by in ((one, other), (other, one))))
    return User.objects.filter(role="administrator", is_active=True).count()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_close_each_other_are_not_both_closed(monkeypatch):
    assert close_each_other(monkeypatch) == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_locks_no_administrator_is_left(monkeypatch):
    unlock(monkeypatch)
    assert close_each_other(monkeypatch) == 0
