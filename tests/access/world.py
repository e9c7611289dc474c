"""Two of everybody, each with something of everything, and words planted in what is theirs."""

import re
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie

from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from kyc.models import User
from kyc.regions import Region
from project import policy
from project.lib.access import FRESH, HAS_FACTOR
from tests.access import people
from tests.access.addresses import BESIDES, THINGS
from tests.conftest import pass_second_factor
from tests.factories import PASSWORD, TariffFactory

# The marks that let somebody in, beside those for everybody and the name of the role.
MARKS = {
    "citizen": {"filler"},
    "agent": {"reviewer", "filler"},
    "supervisor": {"reviewer"},
    "maker": {"citizen", "filler", "insider"},
    "checker": {"citizen", "filler", "insider"},
}
ROLES = [*User.Role.values, "maker", "checker"]
# Planted words that a role may read whosesoever they are: what was paid, which organisations are.
KNOWN = {
    "finance": {"plate", "owed_plate", "receipt", "operator_reference"},
    "administrator": {"organisation", "nif"},
}
# Rows that are nobody's: they change with each request, or with each act of anybody.
NOBODYS = {"sessions.session", "audit.event", "audit.head", "kyc.tally", "taxes.receiptcounter"}
# The words of the policy for rows that are some people's and not others'.
SCOPED = {"own", "filled", "visits", "looked", "held", "lost", "invited", "joined"}


@dataclass
class Side:
    """One of everybody: who they are, what is theirs, and the words that only they may read."""

    mark: int
    region: str
    people: dict = field(default_factory=dict)
    things: dict = field(default_factory=dict)
    owners: dict = field(default_factory=dict)  # of a thing: the roles that may reach it, or all
    words: list = field(default_factory=list)  # (roles that may read it, what it is, the text)
    rows: dict = field(default_factory=dict)  # the keys of all rows of this side, by table

    def give(self, *roles, **things):
        """These things are theirs."""
        self.things |= things
        self.owners |= dict.fromkeys(things, set(roles))

    def plant(self, *roles, **words):
        """These words are for them alone."""
        self.words += [(set(roles), word, text) for word, text in words.items()]

    def address(self, name, instead=None):
        """The address of that name with the things of this side, but for those given `instead`."""
        things = self.things | (instead or {})
        return reverse(name, args=[things[each] for each in THINGS.get(name, "").split()])


@dataclass
class Visitor:
    """Somebody in a browser: of which side, in which role, and what they have proved so far."""

    name: str
    side: Side | None
    role: str
    client: Client
    has_factor: bool = False
    is_fresh: bool = False

    @property
    def marks(self):
        """The marks that let this person in, whatever they have proved."""
        if self.role == "anonymous":
            return {"public"}
        return {"public", "member", "holder", self.role, *MARKS.get(self.role, ())}

    def may_read(self, side, roles, word):
        """Whether a word planted for these roles of that side may be read by this person."""
        is_own = side is self.side and self.role in roles
        return is_own or word in KNOWN.get(self.role, ())

    def reaches(self, name, side):
        """Whether the things of that side that an address names are within this person's reach."""
        things = THINGS.get(name, "").split()
        return side is self.side and all(
            self.role in (side.owners[thing] or {self.role}) for thing in things
        )


@dataclass
class Answer:
    """What came back, with the words in it that this visitor may not read."""

    status: int
    headers: dict
    body: str
    leaks: set

    @property
    def door(self):
        """Where it sends whoever must prove something first, or nothing."""
        target = self.headers.get("HX-Redirect") or self.headers.get("Location") or ""
        path, _, query = target.partition("?")
        return DOORS.get(path, "") if "next=" in query else ""


DOORS = {
    "/compte/connexion/": "login",
    "/compte/second-facteur/": "factor",
    "/compte/confirmer/": "factor",
}


class World:
    """Side `a` and side `b`, and a browser for each person in each state."""

    def __init__(self):
        TariffFactory()
        self.a, self.b = _side(1, Region.ANALAMANGA), _side(2, Region.DIANA)
        self.visitors = [Visitor("anonymous", None, "anonymous", _client())]
        for name, side in (("a", self.a), ("b", self.b)):
            for role, person in side.people.items():
                self.visitors += _visitors(f"{name}.{role}", side, role, person)
        # Each would load the middleware, and look through the static files, for itself.
        handler = Client().handler
        for visitor in self.visitors:
            visitor.client.handler = handler
        self.keys = _keys()
        self.rows = fingerprint(self.a)
        # Each word as it is looked for in an answer, squashed.
        self.planted = [
            (side, roles, word, squash(text))
            for side in (self.a, self.b)
            for roles, word, text in side.words
        ]

    def visitor(self, name):
        """The browser of that name: `anonymous`, `a.agent`, `b.citizen fresh`…"""
        return next(each for each in self.visitors if each.name == name)

    def ask(self, visitor, method, address, data=None, *, judge=None, **headers):
        """Ask, and undo whatever it did: the next question finds the same world.

        What `judge` finds before it is undone is given back beside the answer.
        """
        cookies = SimpleCookie(visitor.client.cookies)
        kind = {"content_type": headers.pop("content_type")} if "content_type" in headers else {}
        with transaction.atomic():
            send = getattr(visitor.client, method.lower())
            response = send(address, data, headers=headers, **kind)
            found = judge() if judge else None
            body = b"".join(response) if response.streaming else response.content
            transaction.set_rollback(True)
        visitor.client.cookies = cookies
        text = body.decode("utf-8", "replace")
        answer = Answer(
            response.status_code, dict(response.headers), text, self.leaks(visitor, text, response)
        )
        return (answer, found) if judge else answer

    def leaks(self, visitor, text, response):
        """The planted words in an answer that this visitor may not read."""
        told = squash(text + str(dict(response.headers)))
        return {
            f"{word} of {' or '.join(sorted(roles)) or 'nobody'} of {side.region}"
            for side, roles, word, planted in self.planted
            if planted in told and not visitor.may_read(side, roles, word)
        }


def squash(text):
    """Without spaces of any kind, so that a number is found however it is grouped."""
    return re.sub(r"\s|&nbsp;|&#160;|&#8239;", "", text).lower()


# --- People and their browsers -------------------------------------------------------------------


def _side(mark, region):
    """Somebody of every role in that region; rows made meanwhile are theirs."""
    before = _keys()
    side = people.settle(Side(mark, region))
    side.rows = {table: keys - before[table] for table, keys in _keys().items()}
    return side


def _visitors(name, side, role, person):
    """A browser for each state: just signed in, with the factor, with a proof given just now."""
    yield Visitor(f"{name} unproven", side, role, _browser(person, role))
    if role == "citizen":
        yield Visitor(name, side, role, _browser(person, role))
        yield Visitor(
            f"{name} fresh", side, role, _browser(person, role, password=True), is_fresh=True
        )
    else:
        yield Visitor(name, side, role, _browser(person, role, factor=True), has_factor=True)
        fresh = _browser(person, role, factor=True, fresh=True)
        yield Visitor(f"{name} fresh", side, role, fresh, has_factor=True, is_fresh=True)


def _client():
    """What breaks answers 500 here as it does outside: one more answer that nobody promised."""
    return Client(raise_request_exception=False)


def _browser(person, role, *, factor=False, fresh=False, password=False):
    client = _client()
    client.force_login(person)
    if password:
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    session = client.session
    if factor:
        pass_second_factor(client, person)
        session = client.session
        session[FRESH] = time.time() if fresh else 0
    # As signing in leaves it: only the citizen of either side has chosen to have none.
    session[HAS_FACTOR] = role != "citizen"
    session.save()
    return client


# --- Rows -----------------------------------------------------------------------------------------


def _tables():
    return [model for model in apps.get_models() if model._meta.label_lower not in NOBODYS]


def _keys():
    return {model: set(model._base_manager.values_list("pk", flat=True)) for model in _tables()}


def fingerprint(side):
    """All rows that were a side's from the beginning, as the database holds them."""
    parts, values = [], []
    for model, keys in side.rows.items():
        if keys:
            table, key = model._meta.db_table, model._meta.pk.column
            parts.append(
                f"SELECT '{table}', md5(string_agg(row::text, ' ' ORDER BY \"{key}\")) "
                f'FROM "{table}" row WHERE "{key}" = ANY(%s)'
            )
            values.append(list(keys))
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return dict(cursor.fetchall())


# --- What the policy says -------------------------------------------------------------------------


def expected(route, visitor, method, owner):
    """What that visitor must get there, in one word; `owner` is the side whose things are named."""
    rule = policy.rule_for(route.name)
    refused = _refused(rule, visitor)
    if refused:
        return refused
    if method not in rule.methods.replace("GET", "GET HEAD").split():
        return "method"
    writes = method not in ("GET", "HEAD")
    is_asked = rule.fresh == "open" or (rule.fresh == "write" and writes)
    if is_asked and not visitor.is_fresh and visitor.role != "anonymous":
        return "factor"
    is_hidden = rule.rows in SCOPED and THINGS.get(route.name)
    if is_hidden and not visitor.reaches(route.name, owner):
        return "hidden"
    return BESIDES.get((route.name, method, visitor.role), "open")


def _refused(rule, visitor):
    if rule.who != "public" and visitor.role == "anonymous":
        return "login"
    if rule.who not in visitor.marks:
        return "forbidden"
    asked = policy.factor_of(rule)
    if not visitor.has_factor and (asked == "always" or (asked and visitor.role != "citizen")):
        return "factor"
    return ""


def said(answer, method="GET"):
    """An answer in the same words as `expected`."""
    words = {403: "forbidden", 404: "hidden", 405: "method"}
    is_open = answer.status in (200, 286, 409, 422) or answer.status in (302, 303)
    return answer.door or words.get(answer.status) or ("open" if is_open else str(answer.status))
