"""The policy and the addresses say the same, or nothing starts."""

import pytest
from django.core.checks import run_checks
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from project import policy
from project.lib.access import Rule, SignInMiddleware, agent, fresh_factor, public

ROUTES = list(policy.routes())


def test_every_address_has_a_row_and_every_row_an_address():
    names = {route.name for route in ROUTES}
    assert {name for name in names if policy.rule_for(name) is None} == set()
    spaces = {name.partition(":")[0] + ":*" for name in names}
    assert set(policy.POLICY) - names - spaces == set()
    assert len(ROUTES) > 80


def test_every_mark_says_what_its_row_says():
    assert [fault for route in ROUTES for fault in policy.faults(route)] == []


def test_every_row_uses_words_that_are_explained():
    assert {rule.rows for rule in policy.POLICY.values()} <= set(policy.ROWS)
    assert {rule.fresh for rule in policy.POLICY.values()} <= {"", "open", "write"}


def page(request):
    return HttpResponse("opened")


@pytest.mark.parametrize(
    ("view", "fault"),
    [
        (public(require_safe(page)), "is for public by its marks, agent by its row"),
        (agent(require_http_methods(["GET", "POST"])(page)), "takes"),
        (agent(page), "takes"),
        (agent(require_safe(fresh_factor()(page))), "wants a fresh proof to open"),
        (agent(require_safe(page)), ""),
    ],
)
def test_a_view_whose_marks_say_otherwise_is_found(monkeypatch, view, fault):
    monkeypatch.setitem(policy.POLICY, "page", Rule("agent", "GET", "none"))
    found = "; ".join(policy.faults(policy.Route("page", "/page/", view)))
    assert found.startswith(fault) if not fault else fault in found
    assert bool(found) == bool(fault)


@pytest.mark.parametrize("name", ["taxes:dashboard", "account_login"])
def test_an_address_without_a_row_lets_nothing_start(monkeypatch, name):
    monkeypatch.delitem(policy.POLICY, name)
    assert [each.id for each in run_checks(tags=["urls"])] == ["hetra.E030"]
    with pytest.raises(CommandError, match="has no row"):
        call_command("check")


def test_a_row_for_a_mark_nobody_has_lets_nothing_start(monkeypatch):
    monkeypatch.setitem(policy.POLICY, "account_login", Rule("everybody", "GET", "none"))
    assert ["is no mark" in each.msg for each in run_checks(tags=["urls"])] == [True]


def test_a_view_of_a_library_without_a_row_is_refused(monkeypatch):
    monkeypatch.delitem(policy.POLICY, "account_login")
    assert Client().get(reverse("account_login")).status_code == 403


def test_a_view_nobody_has_named_is_refused():
    with pytest.raises(PermissionDenied):
        SignInMiddleware(lambda request: None).process_view(RequestFactory().get("/"), page, (), {})


def test_a_view_of_a_library_is_opened_by_its_row_alone(monkeypatch):
    """allauth would take a PUT for a POST, and show this page to anybody."""
    assert Client().put(reverse("account_login")).status_code == 405
    monkeypatch.setitem(policy.POLICY, "account_inactive", Rule("agent", "GET", "none"))
    assert Client().get(reverse("account_inactive")).url.startswith(reverse("account_login"))


def test_the_page_of_docs_is_up_to_date(tmp_path, settings):
    call_command("policy", check=True)
    settings.ROOT = tmp_path
    (tmp_path / "docs").mkdir()
    with pytest.raises(CommandError, match="make policy"):
        call_command("policy", check=True)
    call_command("policy")
    text = (tmp_path / "docs" / "access.md").read_text()
    assert all(f"| `{route.name}` |" in text for route in ROUTES)
