"""What members of an organisation do at once, each beside a control without what keeps it apart."""

from functools import partial

import pytest
from allauth.account.models import EmailAddress

from kyc import organisations
from kyc.models import Membership, Organisation, User
from project.audit.models import Event
from project.lib.workflow import MoveRefused
from tests.factories import IdentityCaseFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.races import Meeting, failures, together, unlock, without

pytestmark = pytest.mark.django_db(transaction=True)

PHONE, EMAIL = "+261349990001", "rasoa@example.mg"


@pytest.fixture
def organisation():
    return OrganisationFactory()


@pytest.fixture
def guest():
    """Somebody known, who has confirmed a phone and an address."""
    person = UserFactory(phone=PHONE)
    EmailAddress.objects.create(user=person, email=EMAIL, verified=True)
    IdentityCaseFactory(citizen=person, approved=True, photos=False)
    return person


def invite(organisation, role, address):
    return organisations.invite(organisation, role, address=address, by=organisation.founded_by)


def answer(verb, invitation, person):
    """As a request does it: with its own copies of both."""
    verb(Membership.objects.get(pk=invitation.pk), by=User.objects.get(pk=person.pk))


def meet(monkeypatch):
    """Make the threads meet when they have locked the organisation, if they can."""
    monkeypatch.setattr(Organisation, "lock", Meeting().after(Organisation.lock))


# --- Two roles for one person ---------------------------------------------------------------------


def accept_both_roles(organisation, guest):
    invitations = [
        invite(organisation, "maker", PHONE),
        invite(organisation, "checker", EMAIL),
    ]
    accept = organisations.accept
    results = together(*[partial(answer, accept, each, guest) for each in invitations])
    roles = [part.role for part in Membership.objects.active().filter(user=guest)]
    return roles, failures(results)


def test_of_two_invitations_accepted_at_once_one_makes_a_member(monkeypatch, organisation, guest):
    meet(monkeypatch)
    roles, (refusal,) = accept_both_roles(organisation, guest)
    assert len(roles) == 1
    assert isinstance(refusal, MoveRefused)


def test_control_without_the_constraint_one_person_makes_and_approves(organisation, guest):
    with without(Membership, "kyc_membership_one_live_per_person"):
        roles, refusals = accept_both_roles(organisation, guest)
    assert (sorted(roles), refusals) == (["checker", "maker"], [])


# --- One invitation, two answers ------------------------------------------------------------------


def accept_twice(organisation, guest):
    invitation = invite(organisation, "checker", PHONE)
    results = together(*[partial(answer, organisations.accept, invitation, guest)] * 2)
    return Event.objects.filter(action="membership.begun").count(), failures(results)


def test_an_invitation_accepted_in_two_tabs_begins_once(monkeypatch, organisation, guest):
    meet(monkeypatch)
    assert accept_twice(organisation, guest) == (1, [])


def test_control_without_the_lock_it_begins_twice(monkeypatch, organisation, guest):
    unlock(monkeypatch)
    monkeypatch.setattr(
        organisations, "_require_open", Meeting().after(organisations._require_open)
    )
    monkeypatch.setattr(Membership, "move", Meeting().before(Membership.move))
    begun, _refusals = accept_twice(organisation, guest)
    assert begun == 2


def test_an_invitation_accepted_and_refused_at_once_has_one_answer(organisation, guest):
    invitation = invite(organisation, "checker", PHONE)
    verbs = (organisations.accept, organisations.refuse)
    (refusal,) = failures(together(*[partial(answer, verb, invitation, guest) for verb in verbs]))
    assert isinstance(refusal, MoveRefused)
    assert invitation.log.count() == 1


def test_an_invitation_withdrawn_while_it_is_accepted_leaves_no_open_end(organisation, guest):
    invitation = invite(organisation, "checker", PHONE)
    together(
        partial(answer, organisations.accept, invitation, guest),
        partial(answer, organisations.end, invitation, organisation.founded_by),
    )
    invitation.refresh_from_db()
    assert (invitation.state, invitation.address) == ("ended", "")


def test_one_address_invited_by_two_gestionnaires_at_once_is_invited_once(organisation):
    other = MembershipFactory(organisation=organisation, colleague=True).user
    calls = [
        partial(
            organisations.invite,
            Organisation.objects.get(pk=organisation.pk),
            "checker",
            address=PHONE,
            by=by,
        )
        for by in (organisation.founded_by, other)
    ]
    (refusal,) = failures(together(*calls))
    assert isinstance(refusal, MoveRefused)
    assert organisation.memberships.open().count() == 1


# --- The last two gestionnaires -------------------------------------------------------------------


def leave_together(organisation):
    other = MembershipFactory(organisation=organisation, colleague=True)
    parts = list(organisation.memberships.makers())
    assert other in parts
    calls = [partial(answer, organisations.end, part, part.user) for part in parts]
    refusals = failures(together(*calls))
    return organisation.memberships.makers().count(), refusals


def test_of_two_last_gestionnaires_who_leave_at_once_one_stays(monkeypatch, organisation):
    meet(monkeypatch)
    left, (refusal,) = leave_together(organisation)
    assert (left, type(refusal)) == (1, MoveRefused)


def test_control_without_the_lock_both_leave(monkeypatch, organisation):
    unlock(monkeypatch)
    monkeypatch.setattr(Membership, "move", Meeting().before(Membership.move))
    assert leave_together(organisation) == (0, [])


def test_founding_twice_at_once_founds_once(guest):
    found = partial(organisations.found, "X", nif="4000016017", by=guest)
    (refusal,) = failures(together(found, found))
    assert isinstance(refusal, MoveRefused)
    assert Organisation.objects.count() == 1


def test_control_without_the_constraint_two_are_founded(guest):
    with without(Organisation, "kyc_organisation_founded_once"):
        found = partial(organisations.found, "X", nif="4000016017", by=guest)
        assert failures(together(found, found)) == []
        assert Organisation.objects.count() == 2
