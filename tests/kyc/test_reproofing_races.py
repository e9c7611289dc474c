"""A lost factor at its worst moments, each beside a control that shows what the lock is for."""

import pytest
from django.utils import timezone

from kyc import factors, reproofing
from kyc.models import Reproofing, TOTPDevice
from notify.models import Message
from project.lib.workflow import MoveRefused
from tests.kyc import test_reproofing as lives
from tests.kyc.test_factors import token_of
from tests.races import Meeting, failures, together, unlock, without

pytestmark = [pytest.mark.django_db(transaction=True)]


def hold_apart(monkeypatch, owner, name):
    """Make two threads meet after a function of `owner`, if nothing keeps them apart.

    Call it once everything is prepared: whoever waits there alone breaks the meeting for good.
    """
    monkeypatch.setattr(owner, name, Meeting(patience=2).after(getattr(owner, name)))


def due():
    proofing = lives.confirmed()
    Reproofing.objects.filter(pk=proofing.pk).update(due_at=timezone.now())
    return lives.again(proofing)


def moves(proofing):
    return list(proofing.log.values_list("state", flat=True))


# --- Two people confirm ---------------------------------------------------------------------------


def confirm_twice(monkeypatch):
    proofing = lives.proved()
    people = lives.staff(), lives.staff("supervisor")
    hold_apart(monkeypatch, Reproofing, "lock")
    results = together(
        *(lambda by=by: reproofing.confirm(lives.again(proofing), by=by) for by in people)
    )
    return proofing, results


def test_of_two_who_confirm_at_once_one_does(monkeypatch):
    proofing, results = confirm_twice(monkeypatch)
    assert [type(failure) for failure in failures(results)] == [MoveRefused]
    assert moves(proofing).count("confirmed") == 1
    assert Message.objects.filter(template="reproofing_confirmed", channel="sms").count() == 1


def test_control_without_the_lock_both_confirm(monkeypatch):
    unlock(monkeypatch)
    proofing, results = confirm_twice(monkeypatch)
    assert failures(results) == []
    assert moves(proofing).count("confirmed") == 2


# --- One clicks twice -----------------------------------------------------------------------------


def ask_twice(monkeypatch):
    citizen = lives.person()
    hold_apart(monkeypatch, reproofing, "open_of")
    ask = lambda: reproofing.ask(by=citizen)  # noqa: E731
    return together(ask, ask)


def test_two_clicks_make_one_request(monkeypatch):
    first, second = ask_twice(monkeypatch)
    assert first == second
    assert lives.acts() == ["asked"]


def test_control_without_the_constraint_two_clicks_make_two(monkeypatch):
    with without(Reproofing, "kyc_reproofing_one_open_per_citizen"):
        ask_twice(monkeypatch)
        assert Reproofing.objects.count() == 2


# --- Its owner stops it while it is carried out ---------------------------------------------------


def stop_and_remove(monkeypatch):
    proofing = due()
    citizen = proofing.citizen
    hold_apart(monkeypatch, Reproofing, "lock")
    together(
        lambda: reproofing.dispute(lives.again(proofing), by=citizen),
        lambda: reproofing.remove(lives.again(proofing)),
    )
    return proofing


def test_what_is_stopped_is_not_removed_and_the_reverse(monkeypatch):
    proofing = stop_and_remove(monkeypatch)
    last = moves(proofing)[-1]
    assert len(set(moves(proofing)) & {"disputed", "removed"}) == 1
    assert lives.has_factor(proofing.citizen) is (last == "disputed")


def test_control_without_lock_and_constraint_it_is_both(monkeypatch):
    unlock(monkeypatch)
    with without(Reproofing, "kyc_reproofing_removed_when_due"):
        proofing = stop_and_remove(monkeypatch)
        assert {"disputed", "removed"} <= set(moves(proofing))


# --- The real factor is given at that moment ------------------------------------------------------


def give_and_remove(monkeypatch):
    proofing = due()
    citizen = proofing.citizen
    token, meeting = token_of(factors.device_of(citizen)), Meeting(patience=2)
    monkeypatch.setattr(factors, "used_since", meeting.after(factors.used_since))
    monkeypatch.setattr(TOTPDevice, "verify_token", meeting.after(TOTPDevice.verify_token))
    given, removed = together(
        lambda: factors.prove(citizen, token),
        lambda: reproofing.remove(lives.again(proofing)),
    )
    return bool(given), removed


def test_a_factor_that_was_just_accepted_is_not_taken_away(monkeypatch):
    given, removed = give_and_remove(monkeypatch)
    assert given is not removed


def test_control_without_the_lock_it_is_accepted_and_gone(monkeypatch):
    unlock(monkeypatch)
    assert give_and_remove(monkeypatch) == (True, True)
