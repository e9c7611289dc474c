"""Duties that exclude each other, at once and for ever."""

from itertools import combinations

import pytest

from kyc import duties, staff
from kyc.models import User
from project.lib.workflow import MoveRefused
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PHONE = "+261341110001"
TOGETHER = {
    frozenset(pair)
    for pair in (("agent", "officer"), ("officer", "supervisor"), ("officer", "finance"))
}


@pytest.fixture
def two():
    return UserFactory.create_batch(2, administrator=True)


def colleague(role, **fields):
    """A staff account whose phone nobody has confirmed yet, as an invitation leaves it."""
    return UserFactory(role=role, phone=PHONE, phone_verified_at=None, mailed=True, **fields)


@pytest.mark.parametrize("pair", list(combinations(duties.ROLES, 2)), ids=" ".join)
def test_every_pair_of_duties_is_decided_and_the_order_does_not_matter(pair):
    one, other = pair
    assert duties.exclude(one, other) == duties.exclude(other, one)
    assert duties.exclude(one, other) == (frozenset(pair) not in TOGETHER)


@pytest.mark.parametrize("role", duties.ROLES)
def test_nobody_holds_one_duty_in_two_accounts(role):
    """They would be their own second person."""
    assert duties.exclude(role, role)


def test_a_second_account_of_the_same_phone_is_refused_where_duties_clash(two):
    colleague("agent")
    invite = {"email": "autre@finances.mg", "phone": PHONE, "reason": "x", "by": two[0]}
    with pytest.raises(MoveRefused, match="s'excluent"):
        staff.invite("finance", **invite)
    assert staff.invite("officer", **invite)


def test_a_second_administrators_account_for_oneself_is_refused(two):
    colleague("administrator")
    with pytest.raises(MoveRefused, match="s'excluent"):
        staff.invite("administrator", email="moi@autre.mg", phone=PHONE, reason="x", by=two[0])


def test_the_same_address_in_other_letters_is_the_same_person():
    person = UserFactory(agent=True, email="Soa@Finances.mg", regions=[])
    found = duties.of_same_person(email="soa@finances.mg", phone="+261341110099")
    assert list(found) == [person]


def test_a_citizens_account_of_the_same_person_is_none_of_the_staffs():
    UserFactory(phone=PHONE, phone_verified_at=None)
    assert not duties.of_same_person(email="", phone=PHONE).exists()


def test_a_closed_account_excludes_nothing_but_what_excludes_for_ever(two):
    colleague("agent", is_active=False)
    invite = {"email": "autre@finances.mg", "phone": PHONE, "reason": "x", "by": two[0]}
    with pytest.raises(MoveRefused, match="auditeur"):
        staff.invite("auditor", **invite)
    assert staff.invite("finance", **invite)


def grant(user, role, two):
    asked = staff.ask("role", user, role=role, reason="x", by=two[0])
    staff.decide(asked, "confirmed", by=two[1])
    return User.objects.get(pk=user.pk)


def test_an_auditor_has_never_held_another_duty_however_long_ago(two):
    user = UserFactory(agent=True)
    for role in ("officer", "finance"):
        user = grant(user, role, two)
    assert duties.held(user) == {"agent", "officer", "finance"}
    with pytest.raises(MoveRefused, match="auditeur"):
        grant(user, "auditor", two)


def test_who_once_audited_is_given_no_other_account(two):
    colleague("auditor", is_active=False)
    with pytest.raises(MoveRefused, match="auditeur"):
        staff.invite("agent", email="a@b.mg", phone=PHONE, reason="x", by=two[0])


def test_a_clash_that_came_up_since_it_was_asked_is_refused_at_the_second_yes(two):
    asked = staff.invite("finance", email="a@b.mg", phone=PHONE, reason="x", by=two[0])
    colleague("agent")
    with pytest.raises(MoveRefused, match="s'excluent"):
        staff.decide(asked, "confirmed", by=two[1])
    assert not User.objects.filter(email="a@b.mg").exists()


def test_another_duty_is_refused_for_whoever_holds_its_opposite_elsewhere(two):
    colleague("agent")
    other = colleague("officer")
    with pytest.raises(MoveRefused, match="s'excluent"):
        staff.ask("role", other, role="supervisor", reason="x", by=two[0])


def test_a_closed_account_is_not_opened_beside_its_opposite(two):
    closed = colleague("agent", is_active=False)
    colleague("finance")
    with pytest.raises(MoveRefused, match="s'excluent"):
        staff.ask("reopening", closed, reason="x", by=two[0])


def test_whoever_changed_what_they_were_invited_by_is_the_same_person(two):
    given = {"email": "soa@finances.mg", "phone": PHONE, "reason": "x"}
    person = staff.install("agent", **given, forced=True)
    User.objects.filter(pk=person.pk).update(email="autre@mail.mg", phone="+261341110099")
    person.emailaddress_set.update(email="autre@mail.mg")
    for kept in ({"phone": "+261341110055"}, {"email": "neuve@finances.mg"}):
        with pytest.raises(MoveRefused, match="s'excluent"):
            staff.invite("supervisor", **given | kept, by=two[0])
