"""Forms take what they ask for and nothing else, and only from their own pages."""

import re
from datetime import datetime
from functools import partial

import pytest
from django.test import Client

from project import policy
from tests.access import replays
from tests.access.addresses import HONEST

ROUTES = [route for route in policy.routes() if "POST" in policy.rule_for(route.name).methods]
# What nobody may set by naming it. Where a form asks for one itself, that is its own.
FORBIDDEN = {
    "role": "administrator",
    "is_staff": "on",
    "is_superuser": "on",
    "is_active": "",
    "is_demo": "on",
    "state": "approved",
    "status": "approved",
    "amount": "7777777",
    "reference": "CANARI-IMPOSE",
    "number": "777777777777",
    "secret": "canari-impose",
    "region": "atsinanana",
    "plate": "7777TZZ",
    "phone_verified_at": "2001-02-03 04:05:06",
    "verified_at": "2001-02-03 04:05:06",
    "decided_at": "2001-02-03 04:05:06",
    "published_at": "2001-02-03 04:05:06",
    "verified": "on",
}
PEOPLE = ["owner", "citizen", "agent", "user", "by", "holder", "recipient", "verified_by"]
PEOPLE += ["decided_by", "approved_by", "confirmed_by", "asked_by", "founded_by", "invited_by"]
ROWS = {"organisation": "organisation", "notice": "owed", "vehicle": "vehicle"}
ROWS |= {"payment": "payment", "case": "identity"}


def forbidden(world, honest):
    """All that a form did not ask for, by its name and by the name of its column."""
    person = str(world.a.people["administrator"].pk)
    rows = {name: str(world.a.things[thing]) for name, thing in ROWS.items()}
    asked = dict.fromkeys(PEOPLE, person) | rows | FORBIDDEN
    asked |= {f"{name}_id": asked[name] for name in [*PEOPLE, *ROWS]}
    return {name: value for name, value in asked.items() if name not in honest}


def columns(world):
    """What stands in the columns of those names, of every table there is."""
    found = {}
    names = {*FORBIDDEN, *PEOPLE, *ROWS} - {"number", "reference", "secret"}
    for model in world.keys:
        fields = [field for field in model._meta.concrete_fields if field.name in names]
        if fields:
            rows = model._base_manager.order_by("pk").values_list(
                *(each.attname for each in fields)
            )
            found[model._meta.label] = [
                [_plain(world, *each) for each in zip(fields, row, strict=True)] for row in rows
            ]
    return found


def _plain(world, field, value):
    """A time by its year, and a row made meanwhile, whose key is never the same, as new."""
    if field.is_relation and value is not None:
        return value if value in world.keys.get(field.related_model, ()) else "new"
    return value.year if isinstance(value, datetime) else value


def posters(world, route):
    """Somebody of side `b` whom the policy lets post there."""
    if policy.rule_for(route.name).who == "public":
        return [world.visitor("anonymous")]
    return list(replays.allowed_to(world, route))


def test_nothing_can_be_set_that_a_form_does_not_ask_for(world, tried):
    wrong, judge = [], partial(columns, world)
    for route in ROUTES:
        for visitor in posters(world, route):
            address, honest = world.b.address(route.name), HONEST.get(route.name, {})
            if "GET" in policy.rule_for(route.name).methods:
                page = world.ask(visitor, "GET", address)
                for _action, fields in replays.fields(page):
                    honest = fields | honest
            more = honest | forbidden(world, honest)
            plain, meant = world.ask(visitor, "POST", address, honest, judge=judge)
            more, found = world.ask(visitor, "POST", address, more, judge=judge)
            tried.add((route.name, "POST", visitor.name))
            if (plain.status, meant) != (more.status, found):
                tables = [table for table in meant if meant[table] != found[table]]
                wrong.append((route.name, visitor.name, plain.status, more.status, tables))
    assert wrong == []
    assert {name for name, *_rest in tried} == {route.name for route in ROUTES}


def test_forms_without_a_token_are_refused(world, tried):
    strict = Client(enforce_csrf_checks=True)
    for route in ROUTES:
        if route.name in ("taxes:callback", "kyc:check_callback"):
            continue
        for visitor in posters(world, route):
            strict.cookies = visitor.client.cookies
            answer = strict.post(world.b.address(route.name), HONEST.get(route.name, {}))
            tried.add((route.name, "POST", visitor.name))
            assert answer.status_code == 403, route.name
            assert re.search("csrf|jeton|formulaire", answer.text, re.I), route.name
    assert tried


@pytest.mark.parametrize("pk", [0, 2**31, 2**63, 10**30])
def test_no_number_breaks_a_page(world, tried, pk):
    wrong = []
    for route in policy.routes():
        names = [name for name, value in world.b.things.items() if isinstance(value, int)]
        address = world.b.address(route.name, dict.fromkeys(names, pk))
        if address == world.b.address(route.name):
            continue
        for visitor in posters(world, route):
            for method in policy.rule_for(route.name).methods.split():
                answer = world.ask(visitor, method, address, HONEST.get(route.name, {}))
                tried.add((route.name, method, visitor.name))
                wrong += [] if answer.status == 404 else [(route.name, method, answer.status)]
    assert wrong == []
    assert tried
