"""Every address, by every method, asked by everybody: each gets what the policy says."""

import pytest

from project import policy
from tests.access import world as worlds
from tests.access.addresses import HONEST, THINGS
from tests.access.world import expected, said

ROLES = ["anonymous", *worlds.ROLES]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
ROUTES = list(policy.routes())
EVERYBODY = {"public", "member", "holder"}


def test_every_address_that_names_something_has_it_here(world):
    assert {route.name for route in ROUTES if "<" in route.address} <= set(THINGS)
    assert set(THINGS) | set(HONEST) <= {route.name for route in ROUTES}


@pytest.mark.parametrize("role", ROLES)
def test_each_address_gives_each_role_what_the_policy_says(world, tried, role):
    wrong, leaks = [], []
    for visitor in [each for each in world.visitors if each.role == role]:
        for route in ROUTES:
            for method in methods_for(visitor, route):
                data = HONEST.get(route.name, {}) if method in ("POST", "PUT") else None
                answer = world.ask(visitor, method, world.a.address(route.name), data)
                tried.add((route.name, method, visitor.name))
                meant, got = expected(route, visitor, method, world.a), said(answer)
                wrong += [] if meant == got else [(route.name, method, visitor.name, meant, got)]
                leaks += [(route.name, visitor.name, each) for each in answer.leaks]
    assert wrong == []
    assert leaks == []
    marks = next(each.marks for each in world.visitors if each.role == role)
    open_to = [route for route in ROUTES if policy.rule_for(route.name).who in marks]
    own = [each for each in open_to if policy.rule_for(each.name).who not in EVERYBODY]
    assert len(tried) >= len(ROUTES) * 2 + len(own) * (len(METHODS) - 2)


def methods_for(visitor, route):
    """Each page and each form for each role; every method for whom the page is made, and for who
    is not signed in. The other side, and people in other states, where that makes a difference."""
    rule = policy.rule_for(route.name)
    is_let_in, is_fresh = rule.who in visitor.marks, visitor.name.endswith(" fresh")
    if visitor.name in ("anonymous", f"a.{visitor.role}"):
        is_meant = is_let_in and rule.who not in EVERYBODY or visitor.role == "anonymous"
        return METHODS if is_meant else ["GET", "POST"]
    if visitor.name.endswith(" unproven"):
        counts = visitor.name.startswith("a.") and policy.factor_of(rule)
    else:
        counts = rule.fresh if is_fresh else rule.who not in EVERYBODY
    return rule.methods.split() if is_let_in and counts else []


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_asking_about_a_page_says_no_more_than_the_page(world, tried, method):
    wrong = []
    for route in ROUTES:
        rule = policy.rule_for(route.name)
        for role in ROLES:
            visitor = world.visitor("anonymous" if role == "anonymous" else f"a.{role}")
            if rule.who not in visitor.marks and role != "anonymous":
                continue
            answer = world.ask(visitor, method, world.a.address(route.name))
            tried.add((route.name, method, role))
            meant = {expected(route, visitor, method, world.a), "method"}
            wrong += [] if said(answer) in meant else [(route.name, role, said(answer))]
    assert wrong == []
    assert len(tried) >= len(ROUTES)
