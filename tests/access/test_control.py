"""Doors left open on purpose: whoever removes a mark or widens a query is found out."""

import pytest
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import get_resolver

from fleet.models import VehicleQuerySet
from kyc.cases import CaseQuerySet
from project import policy
from project.lib import access
from tests.access import replays
from tests.access.world import expected, said


def route(name):
    return next(each for each in policy.routes() if each.name == name)


def pattern(name, patterns=None, space=""):
    """The pattern behind an address, whose view can be exchanged."""
    for each in patterns or get_resolver().url_patterns:
        if hasattr(each, "url_patterns"):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            found = pattern(name, each.url_patterns, inner)
            if found:
                return found
        elif f"{space}{each.name}" == name:
            return each
    return None


@pytest.mark.parametrize(
    ("name", "who", "rows", "method"),
    [
        ("kyc:case_detail", "b.agent", CaseQuerySet, "seen_by"),
        ("kyc:case_picture", "b.agent", CaseQuerySet, "held_by"),
        ("taxes:vehicle", "b.citizen", VehicleQuerySet, "held_by"),
    ],
)
def test_a_query_without_its_scope_is_found_out(world, tried, monkeypatch, name, who, rows, method):
    visitor = world.visitor(who)
    assert replays.by_address(world, visitor, route(name), tried) == []
    monkeypatch.setattr(rows, method, lambda self, *_who: QuerySet.all(self))
    faults = replays.by_address(world, visitor, route(name), tried)
    assert {fault[0] for fault in faults} == {name}
    assert ("open", "hidden") in {fault[-2:] for fault in faults}


def test_words_that_reach_somebody_else_are_found_out(world, monkeypatch):
    """A page that lists everybody's: nothing in its address is anybody's."""
    number = next(text for _roles, word, text in world.a.words if word == "number")
    leaky = access.citizen(lambda request: HttpResponse(f"{number[:3]}\u00a0{number[3:]}"))
    monkeypatch.setattr(pattern("taxes:dashboard"), "callback", leaky)
    answer = world.ask(world.visitor("b.citizen"), "GET", world.b.address("taxes:dashboard"))
    assert len(answer.leaks) == 1
    assert replays.by_claim(world, world.visitor("b.citizen"), route("taxes:dashboard"), set())


def test_a_view_whose_mark_was_removed_is_found_out_and_stays_closed(world, monkeypatch):
    bare = route("taxes:payments").view.__wrapped__
    monkeypatch.setattr(pattern("taxes:payments"), "callback", bare)
    visitor = world.visitor("a.citizen")
    # The row is asked where there is no mark: the door stays shut.
    assert said(world.ask(visitor, "GET", world.a.address("taxes:payments"))) == "forbidden"


def test_a_view_with_a_wider_mark_is_found_out(world, monkeypatch):
    wider = access.member(route("taxes:payments").view.__wrapped__)
    monkeypatch.setattr(pattern("taxes:payments"), "callback", wider)
    found, visitor = route("taxes:payments"), world.visitor("b.citizen")
    assert list(policy.faults(found))
    answer = world.ask(visitor, "GET", world.a.address("taxes:payments"))
    assert said(answer) != expected(found, visitor, "GET", world.a)
    assert answer.leaks
