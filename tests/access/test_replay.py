"""What one person opened, asked for by others: nothing of theirs shows, nothing of theirs moves."""

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from project import policy
from tests.access import replays
from tests.access.addresses import HONEST, THINGS
from tests.access.world import ROLES, SCOPED, expected, said, squash

ROUTES = list(policy.routes())
SCOPES = [route for route in ROUTES if policy.rule_for(route.name).rows in SCOPED]
# What no page shows whole: to its owner, or to the agent without a reason (test_reveals.py).
MASKED = {("citizen", "paid_msisdn")}
MASKED |= {("agent", word) for word in ("number", "address", "birth_place")}
STRANGERS = ["anonymous", *(f"b.{role}" for role in ROLES)]


@pytest.mark.parametrize("name", STRANGERS)
def test_no_page_of_somebody_elses_opens_by_its_address(world, tried, name):
    visitor, faults = world.visitor(name), []
    for route in SCOPES:
        if THINGS.get(route.name):
            faults += replays.by_address(world, visitor, route, tried)
    assert faults == []
    assert len(tried) >= sum(1 for route in SCOPES if THINGS.get(route.name))


def test_nor_to_whoever_has_proved_who_they_are_just_now(world, tried):
    faults = []
    for route in SCOPES:
        for visitor in replays.allowed_to(world, route):
            if THINGS.get(route.name) and visitor.is_fresh:
                faults += replays.by_address(world, visitor, route, tried)
    assert faults == []
    assert tried


def test_no_id_in_a_query_a_form_json_or_a_header_reaches_somebody_elses_rows(world, tried):
    faults = []
    for route in ROUTES:
        for visitor in replays.allowed_to(world, route):
            faults += replays.by_claim(world, visitor, route, tried)
    assert faults == []
    meant = {
        route.name
        for route in ROUTES
        if policy.rule_for(route.name).who != "public"
        and (route in SCOPES or "GET" in policy.rule_for(route.name).methods)
    }
    assert {name for name, *_rest in tried} == meant


def test_no_form_that_somebody_else_was_given_works_for_another(world, tried):
    faults = []
    for route in SCOPES:
        if policy.rule_for(route.name).methods != policy.BOTH:
            continue
        for visitor in replays.allowed_to(world, route):
            owner = world.visitor(visitor.name.replace("b.", "a.", 1))
            if owner.reaches(route.name, world.a):
                faults += replays.by_form(world, owner, visitor, route, tried)
    assert faults == []
    assert tried


def test_every_planted_word_is_read_by_whom_it_belongs_to(world):
    """Otherwise nothing would follow from its absence elsewhere."""
    told = dict.fromkeys(ROLES, "")
    for visitor in world.visitors:
        if visitor.side is world.a and visitor.is_fresh:
            for route in ROUTES:
                rule = policy.rule_for(route.name)
                if rule.who in visitor.marks - {"public"} and rule.rows in SCOPED | {"asked"}:
                    answer = world.ask(visitor, "GET", world.a.address(route.name))
                    told[visitor.role] += squash(answer.body)
    unseen = [
        (sorted(roles), word)
        for side, roles, word, planted in world.planted
        if side is world.a
        and roles
        and not any(planted in told[role] or (role, word) in MASKED for role in roles)
    ]
    assert unseen == []


def bare(answer):
    """A page without what is new each time: its token, and the address it was asked at."""
    html = re.sub(r'(name="next" value|href)="[^"]*"', "", answer.body)
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"', "", html)


def test_what_is_somebody_elses_looks_like_what_does_not_exist(world, tried):
    for route in SCOPES:
        things = THINGS.get(route.name, "").split()
        if not things:
            continue
        nothing = [
            uuid.uuid4() if isinstance(world.a.things[each], uuid.UUID) else 987_654_321
            for each in things
        ]
        for visitor in replays.allowed_to(world, route):
            for method in policy.rule_for(route.name).methods.split():
                data = HONEST.get(route.name, {}) if method == "POST" else None
                addresses = (world.a.address(route.name), reverse(route.name, args=nothing))
                answers, asked = [], []
                for address in addresses:
                    with CaptureQueriesContext(connection) as queries:
                        answers.append(world.ask(visitor, method, address, data))
                    asked.append(len(queries))
                tried.add((route.name, method, visitor.name))
                assert expected(route, visitor, method, world.a) == "hidden"
                assert [said(each) for each in answers] == ["hidden", "hidden"], route.name
                assert bare(answers[0]) == bare(answers[1]), route.name
                # As many questions to the database: how long it takes tells nothing either.
                assert asked[0] == asked[1], route.name
    assert tried
