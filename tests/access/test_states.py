"""The same act in every state, and what is taken away in the middle of a session."""

import pytest

from fleet.models import VehicleCase
from kyc.models import IdentityCase, Posting
from project import policy
from project.lib.access import FRESH
from taxes.models import Payment
from tests.access import replays
from tests.access.addresses import HONEST, THINGS
from tests.access.world import ROLES, expected, said, squash
from tests.factories import (
    IdentityCaseFactory,
    NoticeFactory,
    PaymentFactory,
    UserFactory,
    VehicleCaseFactory,
    VehicleFactory,
)

CASES = [(IdentityCaseFactory, "identity"), (VehicleCaseFactory, "declaration")]
ACTS = [route for route in policy.routes() if "POST" in policy.rule_for(route.name).methods]
ROUTES = list(policy.routes())


# --- The same act in every state ------------------------------------------------------------------


@pytest.mark.parametrize("state", IdentityCase.State.values)
@pytest.mark.parametrize(("make", "paper"), CASES)
def test_an_act_on_a_case_goes_along_its_arrows_only(world, tried, make, paper, state):
    """Whoever may act: the citizen on what is still theirs, the agent on what is in their hands."""
    citizen, agent = world.b.people["citizen"], world.b.people["agent"]
    trait = {} if state == "draft" else {state: True}
    if state not in ("draft", "waiting"):
        trait["agent"] = agent
    # One at a time: what the citizen has already becomes somebody else's.
    make._meta.model.objects.filter(citizen=citizen).update(citizen=UserFactory())
    case = make(citizen=citizen, region=world.b.region, **trait)
    things = {paper: case.pk, f"held_{paper}": case.pk}
    wrong = []
    for route in ACTS:
        if not set(THINGS.get(route.name, "").split()) & set(things):
            continue
        for visitor in replays.allowed_to(world, route):
            address = world.b.address(route.name, things)
            data = HONEST.get(route.name, {})

            def judge():
                return type(case).objects.get(pk=case.pk).state

            answer, after = world.ask(visitor, "POST", address, data, judge=judge)
            tried.add((route.name, "POST", visitor.role, state))
            is_theirs = state == "claimed" if visitor.role == "agent" else case.is_editable
            may = {state} | (type(case).MOVES.get(state, set()) if is_theirs else set())
            if after not in may or answer.status >= 500:
                wrong.append((route.name, visitor.name, state, str(after), answer.status))
    assert wrong == []
    assert len(tried) >= 5


@pytest.mark.parametrize("state", Payment.State.values)
def test_paying_again_opens_no_second_attempt_while_one_is_live(world, tried, state):
    vehicle = VehicleFactory(holder=world.b.people["citizen"])
    payment = PaymentFactory(
        notice=NoticeFactory(vehicle=vehicle), **({} if state == "created" else {state: True})
    )
    address = world.b.address("taxes:pay", {"owed": payment.notice_id})
    told = world.b.address("taxes:callback", {"secret": payment.secret})

    def judge():
        return [each.state for each in payment.notice.payments.order_by("pk")]

    data = HONEST["taxes:pay"]
    answer, states = world.ask(world.visitor("b.citizen"), "POST", address, data, judge=judge)
    assert answer.status in (302, 422)
    assert states == ([state] if state in Payment.LIVE else [state, "created"])
    # Whatever a callback says, it only makes us go and ask.
    body = {"transactionStatus": "completed", "state": "confirmed", "amount": "1"}
    answer, states = world.ask(world.visitor("anonymous"), "POST", told, body, judge=judge)
    assert states == [state]
    tried |= {("taxes:pay", "POST", state), ("taxes:callback", "POST", state)}


# --- In the middle of a session -------------------------------------------------------------------


def own(world, role):
    """The addresses that this role alone may open, on side `b`, with who asks for them."""
    for route in ROUTES:
        for visitor in replays.allowed_to(world, route):
            if visitor.role == role and policy.rule_for(route.name).who not in ("member", "holder"):
                yield route, visitor


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("taken", ["role", "account", "factor", "session"])
def test_what_is_taken_away_counts_at_the_next_click(world, tried, role, taken):
    person = world.b.people[role]
    meant = {"role": "forbidden", "account": "login", "factor": "factor", "session": "login"}
    if taken == "factor" and role == "citizen":
        return  # who has none is asked for none
    _take(world, person, role, taken)
    wrong = []
    for route, visitor in own(world, role):
        answer = world.ask(visitor, "GET", world.b.address(route.name))
        tried.add((route.name, "GET", visitor.name, taken))
        if said(answer) != meant[taken] and not _goes_without(route, taken):
            wrong.append((route.name, visitor.name, said(answer)))
    assert wrong == []
    assert tried


def _take(world, person, role, taken):
    if taken == "account":
        person.is_active = False
        person.save()
    elif taken == "factor":
        person.totpdevice_set.all().delete()
    elif taken == "session":
        for visitor in world.visitors:
            if visitor.side is world.b and visitor.role == role:
                visitor.client.session.flush()
    elif role in ("maker", "checker"):
        person.memberships.update(state="ended", ended_at="2026-01-02T00:00Z")
    else:
        person.role = "officer" if role != "officer" else "finance"
        person.save()


def _goes_without(route, taken):
    """A citizen's own page needs no part in an organisation, nor a factor nobody enrolled."""
    return taken in ("role", "factor") and policy.rule_for(route.name).who == "citizen"


def test_a_case_given_to_somebody_else_takes_its_pages_along(world, tried):
    other = world.a.people["agent"]
    Posting.objects.create(user=other, region=world.b.region)
    for model in (IdentityCase, VehicleCase):
        model.objects.filter(agent=world.b.people["agent"]).update(agent=other)
    for route, visitor in own(world, "agent"):
        if THINGS.get(route.name, "").startswith("held_"):
            for method in policy.rule_for(route.name).methods.split():
                data = HONEST.get(route.name, {})
                answer = world.ask(visitor, method, world.b.address(route.name), data)
                tried.add((route.name, method))
                assert said(answer) == "hidden", route.name
    assert len(tried) >= 8


def test_a_region_taken_away_takes_its_cases_along(world, tried):
    Posting.objects.filter(user=world.b.people["agent"]).delete()
    for route, visitor in own(world, "agent"):
        if policy.rule_for(route.name).rows in ("held", "lost") and THINGS.get(route.name):
            method = policy.rule_for(route.name).methods.split()[0]
            answer = world.ask(visitor, method, world.b.address(route.name))
            tried.add((route.name, method))
            assert said(answer) == "hidden", route.name
    assert len(tried) >= 8


def test_a_proof_given_long_ago_is_asked_for_again(world, tried):
    for role in ROLES:
        visitor = world.visitor(f"b.{role} fresh")
        session = visitor.client.session
        session[FRESH] = session.get(FRESH, 0) - 6 * 60
        session.pop("account_authentication_methods", None)
        session.save()
        visitor.is_fresh = False
        for route in ROUTES:
            rule = policy.rule_for(route.name)
            if rule.who in visitor.marks and rule.fresh == "open":
                method = rule.methods.split()[0]
                answer = world.ask(visitor, method, world.b.address(route.name))
                tried.add((route.name, method, role))
                assert said(answer) == expected(route, visitor, method, world.b) == "factor"
        visitor.is_fresh = True
    assert len(tried) > 20


def test_a_decided_case_shows_its_agent_no_more_than_the_decision(world):
    words = {word: text for roles, word, text in world.b.words if roles == {"agent"}}
    IdentityCase.objects.filter(pk=world.b.things["held_identity"]).update(
        state="approved", decided_at="2026-01-02T00:00Z"
    )
    address = world.b.address("kyc:case_detail")
    page = squash(world.ask(world.visitor("b.agent"), "GET", address).body)
    assert squash(words["reference"]) in page
    for word in ("number", "address", "birth_place", "given_names"):
        assert squash(words[word]) not in page, word
    picture = world.b.address("kyc:case_picture")
    assert said(world.ask(world.visitor("b.agent"), "GET", picture)) == "hidden"


def test_the_outbox_exists_in_the_demo_only(world, settings):
    address = world.b.address("notify:outbox")
    assert said(world.ask(world.visitor("anonymous"), "GET", address)) == "open"
    settings.DEMO = False
    assert said(world.ask(world.visitor("anonymous"), "GET", address)) == "hidden"
