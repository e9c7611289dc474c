"""Organisations: who enters, who leaves, and what a suspended one may still do."""

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import timezone

from kyc import organisations, privacy
from kyc.models import Membership, Organisation, User
from notify.models import Message
from project.audit import verification
from project.audit.models import Event
from project.lib.workflow import MoveRefused
from tests.factories import (
    IdentityCaseFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

PHONE = "+261349990001"
State = Membership.State


def known(**fields):
    """A citizen an agent has approved."""
    person = UserFactory(**fields)
    IdentityCaseFactory(citizen=person, approved=True, photos=False)
    return person


@pytest.fixture
def organisation():
    return organisations.found("Transports Canari", nif="4000016017", by=known())


@pytest.fixture
def founder(organisation):
    return organisation.founded_by


def invite(organisation, role="checker", address=PHONE, by=None):
    by = by or organisation.founded_by
    return organisations.invite(organisation, role, address=address, by=by)


def live(organisation, role=None):
    found = organisation.memberships.active()
    return found.filter(role=role) if role else found


# --- Founding -------------------------------------------------------------------------------------


def test_whoever_founds_makes_and_does_not_approve(organisation, founder):
    assert [(part.user, part.role) for part in live(organisation)] == [(founder, "maker")]
    person = User.objects.with_duties().get(pk=founder.pk)
    assert (person.is_maker, person.is_checker) == (True, False)


def test_nobody_founds_before_they_have_proved_who_they_are():
    with pytest.raises(MoveRefused, match="identité"):
        organisations.found("X", nif="1", by=UserFactory())
    assert Organisation.objects.count() == 0


def test_the_staff_founds_nothing():
    with pytest.raises(MoveRefused):
        organisations.found("X", nif="1", by=UserFactory(agent=True))


def test_one_organisation_is_founded_once_by_one_person(organisation, founder):
    with pytest.raises(MoveRefused, match="déjà créé"):
        organisations.found("Autre nom", nif=organisation.nif, by=founder)


def test_claiming_a_nif_first_keeps_nobody_out(organisation):
    assert organisations.found("La vraie", nif=organisation.nif, by=known()).pk


def test_ten_organisations_a_day_are_enough(founder):
    for number in range(9):
        organisations.found("X", nif=str(number), by=founder)
    with pytest.raises(MoveRefused, match="demain"):
        organisations.found("X", nif="99", by=founder)


# --- Inviting and answering -----------------------------------------------------------------------


def test_an_invitation_is_accepted_by_whoever_has_confirmed_the_phone(organisation):
    invitation, guest = invite(organisation), known(phone=PHONE)
    organisations.accept(invitation, by=guest)
    part = Membership.objects.get(pk=invitation.pk)
    assert (part.user, part.role, part.state, part.address) == (guest, "checker", "active", "")
    organisations.accept(invitation, by=guest)
    assert part.log.count() == 1


def test_an_invitation_by_mail_is_accepted_by_whoever_has_confirmed_the_address(organisation):
    invitation, guest = invite(organisation, address="rasoa@example.mg"), known()
    address = EmailAddress.objects.create(user=guest, email="rasoa@example.mg", verified=False)
    with pytest.raises(MoveRefused):
        organisations.accept(invitation, by=guest)
    address.verified = True
    address.save()
    organisations.accept(invitation, by=guest)
    assert live(organisation, "checker").get().user == guest


def test_claiming_a_phone_is_not_enough(organisation):
    invitation, thief = invite(organisation), known()
    thief.phone, thief.phone_verified_at = PHONE, None
    thief.save()
    for verb in (organisations.accept, organisations.refuse):
        with pytest.raises(MoveRefused, match="plus valable"):
            verb(invitation, by=thief)
    assert list(Membership.objects.addressed_to(thief)) == []


def test_nobody_answers_for_somebody_else(organisation):
    invitation = invite(organisation)
    with pytest.raises(MoveRefused, match="plus valable"):
        organisations.accept(invitation, by=known())


def test_a_second_account_does_not_approve_what_the_first_made(organisation):
    """One CIN is approved once: whoever enters has shown theirs, and shows it in one account."""
    invitation, second = invite(organisation), UserFactory(phone=PHONE)
    with pytest.raises(MoveRefused, match="identité"):
        organisations.accept(invitation, by=second)


def test_the_staff_enters_no_organisation(organisation):
    invitation, agent = invite(organisation), UserFactory(agent=True, phone=PHONE)
    with pytest.raises(MoveRefused):
        organisations.accept(invitation, by=agent)


def test_an_invitation_ends_after_seven_days(organisation):
    invitation, guest = invite(organisation), known(phone=PHONE)
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1)):
        with pytest.raises(MoveRefused, match="plus valable"):
            organisations.accept(invitation, by=guest)
        assert organisations.end_stale() == 1
        assert organisations.end_stale() == 0
    invitation.refresh_from_db()
    assert (invitation.state, invitation.address) == ("ended", "")


def test_after_an_invitation_has_ended_another_may_follow(organisation):
    first = invite(organisation)
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        second = invite(organisation)
    first.refresh_from_db()
    assert (first.state, second.state) == ("ended", "invited")


def test_an_answer_is_given_once(organisation):
    invitation, guest = invite(organisation), known(phone=PHONE)
    organisations.refuse(invitation, by=guest)
    for verb in (organisations.accept, organisations.refuse):
        with pytest.raises(MoveRefused):
            verb(invitation, by=guest)
    assert live(organisation).count() == 1


def test_nobody_invites_themselves(organisation, founder):
    EmailAddress.objects.create(user=founder, email="moi@example.mg", verified=True)
    for address in (founder.phone, "moi@example.mg"):
        with pytest.raises(MoveRefused, match="soi-même"):
            invite(organisation, address=address)
    assert Membership.objects.filter(state="invited").count() == 0


def test_an_address_is_invited_once_at_a_time(organisation):
    invite(organisation)
    with pytest.raises(MoveRefused, match="déjà"):
        invite(organisation, "maker")


def test_only_gestionnaires_invite(organisation):
    checker = MembershipFactory(organisation=organisation, checker=True).user
    for stranger in (checker, known(), OrganisationFactory().founded_by):
        with pytest.raises(MoveRefused, match="rôle"):
            invite(organisation, by=stranger)


def test_a_gestionnaire_does_not_become_superviseur_by_another_address(organisation, founder):
    other = MembershipFactory(organisation=organisation, colleague=True).user
    IdentityCaseFactory(citizen=other, approved=True, photos=False)
    EmailAddress.objects.create(user=other, email="autre@example.mg", verified=True)
    invitation = invite(organisation, address="autre@example.mg")
    with pytest.raises(MoveRefused, match="déjà membre"):
        organisations.accept(invitation, by=other)
    assert live(organisation, "checker").count() == 0


def test_an_invitation_says_the_same_whether_there_is_an_account_or_not(organisation):
    UserFactory(phone=PHONE)
    told = []
    for address in (PHONE, "+261349990002"):
        invitation = invite(organisation, address=address)
        told.append((invitation.state, invitation.role, invitation.user, invitation.shown_address))
    assert told[0][:3] == told[1][:3]
    sent = Message.objects.filter(template="organisation_invitation")
    assert {message.to for message in sent} == {PHONE, "+261349990002"}
    assert len({message.body for message in sent}) == 1


def test_a_stranger_is_sent_no_word_an_organisation_chose(organisation):
    organisation.name = "GAGNEZ http://evil.example"
    organisation.save()
    for address in (PHONE, "rasoa@example.mg"):
        invite(organisation, address=address)
    for message in Message.objects.filter(template="organisation_invitation"):
        assert "evil" not in message.subject + message.body


def test_invitations_are_no_way_to_flood_a_telephone(organisation):
    for number in range(30):
        invite(organisation, address=f"+26134000{number:04}")
    with pytest.raises(MoveRefused, match="Trop"):
        invite(organisation, address="+261340009999")
    assert Message.objects.filter(template="organisation_invitation").count() == 30


# --- Leaving --------------------------------------------------------------------------------------


def test_the_last_gestionnaire_stays(organisation, founder):
    own = live(organisation).get()
    MembershipFactory(organisation=organisation, checker=True)
    with pytest.raises(MoveRefused, match="au moins un gestionnaire"):
        organisations.end(own, by=founder)
    MembershipFactory(organisation=organisation, colleague=True)
    organisations.end(own, by=founder)
    assert live(organisation, "maker").count() == 1


def test_a_gestionnaire_ends_the_part_of_others_and_they_are_told(organisation, founder):
    part = MembershipFactory(organisation=organisation, checker=True)
    organisations.end(part, by=founder)
    assert live(organisation, "checker").count() == 0
    assert Message.objects.get(template="membership_ended").recipient == part.user
    organisations.end(part, by=founder)
    assert part.log.count() == 1


def test_a_superviseur_ends_no_part_but_their_own(organisation):
    part = MembershipFactory(organisation=organisation, checker=True)
    with pytest.raises(MoveRefused, match="rôle"):
        organisations.end(live(organisation, "maker").get(), by=part.user)
    organisations.end(part, by=part.user)
    assert live(organisation, "checker").count() == 0
    assert Message.objects.filter(template="membership_ended").count() == 0


def test_a_gestionnaire_of_another_organisation_ends_nothing(organisation):
    part = MembershipFactory(organisation=organisation, checker=True)
    with pytest.raises(MoveRefused, match="rôle"):
        organisations.end(part, by=OrganisationFactory().founded_by)


def test_the_invitations_of_a_gestionnaire_end_with_their_part(organisation, founder):
    other = MembershipFactory(organisation=organisation, colleague=True)
    mine, theirs = invite(organisation), invite(organisation, address="x@example.mg", by=other.user)
    organisations.end(other, by=founder)
    assert [Membership.objects.get(pk=each.pk).state for each in (mine, theirs)] == [
        "invited",
        "ended",
    ]


def test_a_role_changes_by_an_end_and_a_new_invitation(organisation, founder):
    guest = known(phone=PHONE)
    organisations.accept(invite(organisation, "checker"), by=guest)
    organisations.end(live(organisation, "checker").get(), by=founder)
    organisations.accept(invite(organisation, "maker"), by=guest)
    assert live(organisation, "maker").count() == 2


def test_closing_an_account_ends_its_parts_but_leaves_nobody_without_a_gestionnaire(
    organisation, founder
):
    part = MembershipFactory(organisation=organisation, checker=True)
    with pytest.raises(MoveRefused, match="dernier gestionnaire"):
        privacy.close(founder, by=founder)
    privacy.close(part.user, by=part.user)
    assert live(organisation, "checker").count() == 0
    privacy.close(founder, by=founder)
    assert live(organisation).count() == 0
    assert not User.objects.get(pk=founder.pk).is_active


def test_ones_own_copy_names_ones_organisations(organisation, founder):
    (part,) = privacy.gather(founder)["memberships"]
    assert (part["organisation"], part["role"]) == ("Transports Canari", "maker")


# --- Suspending -----------------------------------------------------------------------------------


def test_a_suspended_organisation_is_read_and_nothing_more(organisation, founder):
    boss, guest = UserFactory(administrator=True), known(phone=PHONE)
    open_one, part = (
        invite(organisation),
        MembershipFactory(organisation=organisation, checker=True),
    )
    organisations.suspend(organisation, reason="NIF contesté.", by=boss)
    for act in (
        lambda: invite(organisation, address="x@example.mg"),
        lambda: organisations.accept(open_one, by=guest),
        lambda: organisations.end(part, by=founder),
        lambda: organisations.end(part, by=part.user),
    ):
        with pytest.raises(MoveRefused, match="suspendue"):
            act()
    assert Message.objects.filter(template="organisation_suspended").count() == 2
    organisations.resume(organisation, reason="NIF vérifié.", by=boss)
    organisations.accept(open_one, by=guest)
    assert (organisation.state, organisation.reason) == ("active", "")


def test_suspending_twice_is_suspending_once(organisation):
    boss = UserFactory(administrator=True)
    for _ in range(2):
        organisations.suspend(organisation, reason="NIF contesté.", by=boss)
    assert organisation.log.count() == 1
    assert Event.objects.filter(action="organisation.suspended").count() == 1


# --- What the database and the log hold -----------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"invited_by": "self"}, "nobody_invites_themselves"),
        ({"role": "checker", "invited_by": None, "expires_at": None}, "only_a_maker"),
        ({"address": PHONE}, "address_while_invited"),
        ({"user": None}, "somebody_since_it_began"),
        ({"state": "ended"}, "ended_when_it_ended"),
    ],
)
def test_the_database_refuses_nonsense(fields, rule):
    part = MembershipFactory(checker=True)
    if fields.get("invited_by") == "self":
        fields = {"invited_by": part.user}
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Membership.objects.filter(pk=part.pk).update(**fields)


def test_the_database_lets_nobody_hold_two_parts_in_one_organisation(organisation, founder):
    with pytest.raises(IntegrityError, match="one_live_per_person"), transaction.atomic():
        MembershipFactory(
            organisation=organisation,
            user=founder,
            role="checker",
            invited_by=known(),
            expires_at=timezone.now(),
        )


def test_a_suspension_has_its_reason(organisation):
    with pytest.raises(IntegrityError, match="with_a_reason"), transaction.atomic():
        Organisation.objects.filter(pk=organisation.pk).update(state="suspended")


def test_every_act_is_in_the_log_and_no_event_names_anybody(organisation, founder):
    guest = known(phone=PHONE)
    organisations.accept(invite(organisation), by=guest)
    organisations.end(live(organisation, "checker").get(), by=founder)
    organisations.suspend(organisation, reason="Canari conteste.", by=UserFactory())
    organisations.resume(organisation, reason="Canari confirme.", by=UserFactory())
    events = Event.objects.filter(action__regex="^(organisation|membership)").order_by("pk")
    assert sorted(events.values_list("action", flat=True)) == sorted(
        ["organisation.founded", "membership.begun", "membership.invited", "membership.begun"]
        + ["membership.ended", "organisation.suspended", "organisation.resumed"]
    )
    told = " ".join(f"{event.data} {event.reason}" for event in events)
    assert not any(word in told for word in ("Canari", "4999", PHONE[-6:]))


def test_what_was_done_around_the_verbs_is_found(organisation):
    faults = lambda: [line for line in verification.faults() if "membership" in line]  # noqa: E731
    assert faults() == []
    part = MembershipFactory(organisation=organisation, checker=True)
    assert faults() == [
        f"kyc.membership {part.pk}: no membership.invited in the log",
        f"kyc.membership {part.pk}: no membership.begun in the log",
    ]
