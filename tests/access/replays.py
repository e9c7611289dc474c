"""Asking as somebody else: every id of theirs, wherever an id may stand."""

from functools import partial
from itertools import combinations

from bs4 import BeautifulSoup

from project import policy
from tests.access.addresses import HONEST, THINGS
from tests.access.world import SCOPED, expected, fingerprint, said

# Names under which code is tempted to take an id from whoever asks.
NAMES = ["id", "pk", "key", "case", "document", "vehicle", "notice", "payment", "receipt", "code"]
NAMES += ["citizen", "holder", "owner", "agent", "user", "by", "organisation", "member", "token"]
NAMES += ["session", "region", "reference", "q", "search", "before", "next"]


# Where a page is for many roles: those in whose place it is asked for.
FOR = dict.fromkeys(["member", "holder"], {"citizen", "agent"}) | {"citizen": {"citizen"}}


def allowed_to(world, route):
    """Who of side `b` may open an address: with the factor, and proved just now where asked."""
    rule = policy.rule_for(route.name)
    for visitor in world.visitors:
        is_meant = rule.who in visitor.marks and visitor.role in FOR.get(rule.who, [visitor.role])
        is_ready = visitor.name == f"b.{visitor.role}" + " fresh" * bool(rule.fresh)
        is_theirs = rule.rows not in SCOPED or visitor.reaches(route.name, world.b)
        if rule.who != "public" and is_meant and is_ready and is_theirs:
            yield visitor


def swaps(world, name):
    """The addresses of `b` in which some things, then all, are those of `a`."""
    things = THINGS.get(name, "").split()
    for count in range(1, len(things) + 1):
        for taken in combinations(things, count):
            if all(world.a.things[thing] == world.b.things[thing] for thing in taken):
                continue  # a word of the address that names nobody's row: a section, a side
            yield world.b.address(name, {thing: world.a.things[thing] for thing in taken})


def claims(world, name):
    """What a browser says of itself, made to speak of `a`'s pages."""
    page = "http://testserver" + world.a.address(name)
    ids = " ".join(str(each) for each in world.a.things.values())
    return {
        "HX-Request": "true",
        "HX-Current-URL": page,
        "Referer": page,
        "HX-Target": ids,
        "HX-Trigger": ids,
        "HX-Prompt": ids,
        "X-Original-URL": world.a.address(name),
        "X-HTTP-Method-Override": "PUT",
    }


def by_address(world, visitor, route, tried):
    """What goes wrong when `a`'s things are put into the address: by page, by htmx, by form."""
    rule = policy.rule_for(route.name)
    if rule.rows not in SCOPED:
        return []
    faults, kinds = [], {"page": {}, "htmx": claims(world, route.name)}
    if rule.who not in visitor.marks:
        del kinds["page"]  # as the matrix asks it
    for number, address in enumerate(swaps(world, route.name)):
        for method in rule.methods.split():
            for kind, headers in kinds.items():
                data = HONEST.get(route.name, {}) if method == "POST" else None
                meant = expected(route, visitor, method, world.a)
                judge = fingerprint if meant == "hidden" else _unasked
                answer, rows = world.ask(
                    visitor, method, address, data, judge=partial(judge, world.a), **headers
                )
                tried.add((route.name, method, visitor.name, kind, number))
                if said(answer) != meant or answer.leaks or rows not in (None, world.rows):
                    faults.append((route.name, method, visitor.name, kind, said(answer), meant))
    return faults


def _unasked(_side):
    """Whoever is refused at the door changes nothing behind it."""


def by_claim(world, visitor, route, tried):
    """What goes wrong when `a`'s ids are put anywhere but into the address: query, form, JSON."""
    rule, address = policy.rule_for(route.name), world.b.address(route.name)
    headers, faults = claims(world, route.name), []
    # Under each name every id; one that is taken alone is the one the address names.
    things = [*world.a.things, *THINGS.get(route.name, "").split()]
    values = [str(world.a.things[thing]) for thing in things]
    ids = dict.fromkeys([*NAMES, *things], values)
    tries = []
    if "GET" in rule.methods:
        tries += [("query", "GET", ids, headers)]
    if "POST" in rule.methods and rule.rows in SCOPED:
        honest = ids | HONEST.get(route.name, {})
        tries += [("form", "POST", honest, headers)]
        tries += [("json", "POST", honest, headers | {"content_type": "application/json"})]
    for kind, method, data, extra in tries:
        judge = partial(fingerprint, world.a)
        answer, rows = world.ask(visitor, method, address, data, judge=judge, **extra)
        tried.add((route.name, method, visitor.name, kind))
        if answer.leaks or rows != world.rows or answer.status >= 500:
            faults.append((route.name, kind, visitor.name, answer.status, answer.leaks))
    return faults


def fields(answer):
    """The forms of a page as a browser would send them untouched: (where to, fields)."""
    for form in BeautifulSoup(answer.body, "html.parser").find_all("form", method="post"):
        sent = {}
        for field in form.find_all(["input", "select", "textarea"]):
            if field.get("name") and field.get("type") not in ("file", "submit", "button"):
                is_choice = field.get("type") in ("checkbox", "radio")
                if not is_choice or field.has_attr("checked"):
                    sent[field["name"]] = _value(field)
        yield form.get("action") or "", sent


def _value(field):
    if field.name == "textarea":
        return field.get_text()
    if field.name == "select":
        chosen = field.find("option", selected=True) or field.find("option")
        return chosen.get("value", "") if chosen else ""
    return field.get("value", "")


def by_form(world, owner, visitor, route, tried):
    """What goes wrong when forms recorded as `a` are sent as `b`, there and at `b`'s own page."""
    page = world.ask(owner, "GET", world.a.address(route.name))
    faults = []
    for action, sent in fields(page):
        data = sent | HONEST.get(route.name, {})
        theirs = action or world.a.address(route.name)
        for kind, address in (("there", theirs), ("here", world.b.address(route.name))):
            if kind == "there" and not THINGS.get(route.name):
                continue
            judge = partial(fingerprint, world.a)
            answer, rows = world.ask(visitor, "POST", address, data, judge=judge)
            tried.add((route.name, "POST", visitor.name, kind, action))
            if answer.leaks or rows != world.rows or answer.status >= 500:
                faults.append((route.name, kind, visitor.name, answer.status, answer.leaks))
    return faults
