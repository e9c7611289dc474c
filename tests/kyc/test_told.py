"""What is told of the checks: to the citizen how each turned out, to the agent its points too."""

import pytest
from django.urls import reverse
from django.utils import timezone

from kyc import approval, review
from kyc.approval import DECIDED, DISCREET, UNDER_WAY
from kyc.models import Check, Decision, IdentityCase
from kyc.score import WEIGHTS, Signal
from tests.factories import IdentityCaseFactory, UserFactory, VehicleCaseFactory

pytestmark = pytest.mark.django_db
TITLE = "Ce que nos contrôles ont vérifié"
BAD_WORDS = {str(DECIDED[Signal.BAD][1]), str(DECIDED[Signal.PARTLY][1])}


def answered(case, checker, state):
    return Check.objects.create(
        case=case,
        version=case.fingerprint(),
        checker=checker,
        state=state,
        answered_at=timezone.now(),
        next_at=None,
    )


def words(case):
    """What is told of each signal."""
    told = approval.told(case)
    return dict(zip(WEIGHTS, [str(line.badge[1]) for line in told], strict=True)) if told else {}


@pytest.mark.parametrize("state", ["waiting", "claimed"])
def test_until_it_is_decided_nobody_hears_what_speaks_against_them(state):
    case = IdentityCaseFactory(**{state: True})
    before = words(case)
    answered(case, "national_id", "refused")
    assert words(case) == before
    assert BAD_WORDS.isdisjoint(before.values())
    answered(case, "onfido", "clear")
    assert words(case)["document"] == DECIDED[Signal.GOOD][1]
    assert words(case)["registry"] == UNDER_WAY[Signal.UNKNOWN][1]


def test_what_would_speak_of_others_is_the_same_whatever_it_is():
    """Not even by the others' words: every line of a number declared twice is as it was."""
    case = IdentityCaseFactory(claimed=True)
    before = words(case)
    IdentityCaseFactory(waiting=True, number=case.number, paper=case.paper)
    answered(case, "comply_advantage", "refused")
    assert approval.judge(case).bad == ("unique", "lists")
    assert words(case) == before
    review.decide(case, "rejected", code="forged", by=case.agent)
    case.refresh_from_db()
    assert {words(case)[name] for name in ("unique", "lists")} == {str(DISCREET[1])}


def test_once_decided_each_line_is_told_as_it_was_then():
    case = IdentityCaseFactory(claimed=True)
    check = answered(case, "national_id", "refused")
    answered(case, "onfido", "clear")
    review.decide(case, "rejected", code="forged", by=case.agent)
    case.refresh_from_db()
    said = words(case)
    assert said["registry"] == DECIDED[Signal.BAD][1]
    assert said["face"] == said["phone"] == DECIDED[Signal.GOOD][1]
    assert said["reading"] == DECIDED[Signal.UNKNOWN][1]
    Check.objects.filter(pk=check.pk).update(state="clear")
    assert words(case) == said


@pytest.mark.parametrize("state", [None, "returned"])
def test_nothing_is_told_of_what_is_not_sent(state):
    assert approval.told(IdentityCaseFactory(**({state: True} if state else {}))) == []


def test_a_vehicle_has_no_such_lines(client, login):
    case = VehicleCaseFactory(waiting=True)
    login(case.citizen)
    assert TITLE not in client.get(case.get_absolute_url()).text


def test_the_citizen_reads_every_line_with_its_weight_and_no_sum(client, login):
    case = IdentityCaseFactory(claimed=True)
    review.decide(case, "approved", by=case.agent)
    login(case.citizen)
    page = client.get(case.get_absolute_url())
    assert TITLE in page.text
    for weight in WEIGHTS.values():
        assert str(weight.label).replace("'", "&#x27;") in page.text
        assert f"compte pour {weight.points} sur 100" in page.text
    assert Decision.objects.get(case=case).points == 15
    assert "15 sur 100</h2>" not in page.text


def test_the_agent_reads_the_points_beside_the_checks(client, login):
    agent = UserFactory(agent=True)
    case = IdentityCaseFactory(claimed=True, agent=agent)
    answered(case, "national_id", "clear")
    login(agent)
    text = client.get(reverse("kyc:case_detail", args=[case.pk])).text
    assert "45 sur 100</h2>" in text
    assert "30 sur 30" in text
    for weight in WEIGHTS.values():
        assert str(weight.short) in text
    assert IdentityCase.objects.get().state == "claimed"
