"""Who may open what: the one declared policy, a row for each address of the service.

Our own views carry their mark too, for whoever reads them: `project/checks.py` lets nothing start
whose marks say otherwise. For views of libraries the row is all there is, and the middleware asks
it. `manage.py policy` writes the whole as docs/access.md.
"""

from collections.abc import Callable, Iterator
from inspect import getclosurevars
from typing import Any, NamedTuple

from django.urls import get_resolver

from project.lib.access import REFUSALS, Rule

GET, POST, BOTH, PUT = "GET", "POST", "GET POST", "PUT POST"
FRESH = "open"  # a proof of who one is, given just now, is wanted to open the page

# Of whom a mark asks the second factor, beside the staff, who always give it.
FACTOR = {"public": "", "member": ""}
FACTOR |= dict.fromkeys(["holder", "citizen", "filler"], "enrolled")

# What stands behind an address. Whatever is outside it answers as if it did not exist.
ROWS = {
    "none": "no rows of anybody",
    "own": "what belongs to whoever asks",
    "filled": "one's own dossiers; to an agent, the one they fill in with its citizen before them",
    "visits": "the visits to a counter of the agent who asks",
    "looked": "identity dossiers of the region once looked up, masked; each look is in the log",
    "held": "cases the agent holds, and the bare decision of those they have decided",
    "asked": "the one vehicle whose plate or code is typed, as far as the role may read it",
    "secret": "the one row whose secret the address carries",
    "lost": "open requests of the region, masked, and one's own; papers to who holds it",
    "invited": "invitations to a phone or an address whoever asks has confirmed",
    "joined": "organisations whoever asks belongs to, in the role the page is for; people masked",
    "register": "organisations by name, NIF and state, with counts: none of what they do",
    "staff": "accounts of the staff, never of citizens",
    "every": "every row, personal data masked",
    "counts": "figures, nobody's rows",
    "demo": "every message of the demo, where nobody is real; does not exist in production",
}

# A name that ends with * stands for all names that begin like it.
POLICY = {
    "home": Rule("public", GET, "none"),
    "landing": Rule("member", GET, "none"),
    "set_language": Rule("public", POST, "own"),
    "live": Rule("public", GET, "none"),
    "ready": Rule("public", GET, "none"),
    # Signing in and up, codes and passwords: allauth's views.
    "account_signup": Rule("public", BOTH, "none"),
    "account_login": Rule("public", BOTH, "none"),
    "account_logout": Rule("public", BOTH, "own"),
    "account_inactive": Rule("public", GET, "none"),
    "account_reauthenticate": Rule("member", BOTH, "own"),
    "account_verify_phone": Rule("public", BOTH, "own"),
    "account_new_device": Rule("public", BOTH, "own"),
    "account_change_phone": Rule("member", BOTH, "own", FRESH),
    "account_email": Rule("member", BOTH, "own", FRESH),
    "account_email_verification_sent": Rule("public", BOTH, "own"),
    "account_change_password": Rule("holder", BOTH, "own"),
    "account_set_password": Rule("holder", BOTH, "own"),
    "account_reset_password": Rule("public", BOTH, "none"),
    "account_confirm_password_reset_code": Rule("public", BOTH, "own"),
    "account_complete_password_reset": Rule("public", BOTH, "own"),
    "account_password_reset_completed": Rule("public", GET, "none"),
    "kyc:drop_email": Rule("public", POST, "own"),
    # What protects an account.
    "kyc:second_factor": Rule("member", BOTH, "own"),
    "kyc:factor_enrol": Rule("member", BOTH, "own", FRESH),
    "kyc:factor_image": Rule("member", GET, "own", FRESH),
    "kyc:factor_codes": Rule("member", POST, "own", FRESH),
    "kyc:session_list": Rule("holder", BOTH, "own"),
    # Whoever lost it: their side, and that of the two of the staff.
    "kyc:factor_lost": Rule("member", BOTH, "own"),
    "kyc:factor_stop": Rule("public", BOTH, "secret"),
    "kyc:reproofing_list": Rule("reviewer", GET, "lost"),
    "kyc:reproofing_detail": Rule("reviewer", BOTH, "lost"),
    "kyc:reproofing_take": Rule("agent", POST, "lost"),
    "kyc:reproofing_release": Rule("reviewer", POST, "lost"),
    "kyc:reproofing_code": Rule("agent", POST, "lost"),
    "kyc:reproofing_prove": Rule("agent", BOTH, "lost", FRESH),
    "kyc:reproofing_picture": Rule("agent", GET, "lost"),
    "kyc:reproofing_confirm": Rule("reviewer", BOTH, "lost", FRESH),
    # The staff.
    "kyc:staff_activate": Rule("public", BOTH, "secret"),
    "kyc:staff_list": Rule("administrator", GET, "staff"),
    "kyc:staff_invite": Rule("administrator", BOTH, "staff", FRESH),
    "kyc:staff_detail": Rule("administrator", GET, "staff"),
    "kyc:staff_ask": Rule("administrator", BOTH, "staff", FRESH),
    "kyc:staff_end": Rule("administrator", POST, "staff", FRESH),
    "kyc:staff_close": Rule("administrator", POST, "staff", FRESH),
    "kyc:staff_link": Rule("administrator", POST, "staff", FRESH),
    "kyc:staff_decide": Rule("administrator", BOTH, "staff", FRESH),
    # Identity, and one's own data.
    "kyc:privacy": Rule("citizen", GET, "own"),
    "kyc:privacy_export": Rule("citizen", BOTH, "own", FRESH),
    "kyc:privacy_close": Rule("citizen", BOTH, "own", FRESH),
    "kyc:consultations": Rule("citizen", GET, "own"),
    "kyc:identity": Rule("citizen", BOTH, "own"),
    "kyc:case": Rule("filler", GET, "filled"),
    "kyc:section": Rule("filler", BOTH, "filled"),
    "kyc:picture": Rule("filler", GET, "filled"),
    "kyc:upload": Rule("filler", "GET PATCH", "filled"),
    "kyc:reading": Rule("filler", GET, "filled"),
    "kyc:check": Rule("filler", BOTH, "filled"),
    # At a counter, with the person there.
    "kyc:counter_list": Rule("agent", BOTH, "visits"),
    "kyc:counter_visit": Rule("agent", BOTH, "visits"),
    "kyc:counter_code": Rule("agent", POST, "visits"),
    "kyc:counter_check": Rule("agent", BOTH, "visits"),
    "kyc:counter_end": Rule("agent", POST, "visits"),
    # What a supervisor counts, has read again, suspends and resumes.
    "kyc:figures": Rule("supervisor", GET, "counts"),
    "kyc:readings": Rule("supervisor", BOTH, "counts"),
    "kyc:readings_stop": Rule("supervisor", POST, "counts"),
    "kyc:dossier_find": Rule("supervisor", BOTH, "looked"),
    "kyc:dossier_detail": Rule("supervisor", GET, "looked"),
    "kyc:dossier_suspend": Rule("supervisor", BOTH, "looked", FRESH),
    "kyc:dossier_resume": Rule("supervisor", BOTH, "looked", FRESH),
    "kyc:queue": Rule("agent", BOTH, "held"),
    "kyc:case_detail": Rule("agent", BOTH, "held"),
    "kyc:case_release": Rule("agent", POST, "held"),
    "kyc:case_reveal": Rule("agent", BOTH, "held", FRESH),
    "kyc:case_picture": Rule("agent", GET, "held"),
    "kyc:case_read_again": Rule("agent", POST, "held"),
    "kyc:resemblance": Rule("agent", BOTH, "held"),
    "kyc:resemblance_picture": Rule("agent", GET, "held"),
    # Organisations: one's own list and invitations; then, with the factor, what is one's own.
    "kyc:organisation_list": Rule("citizen", GET, "own"),
    "kyc:organisation_found": Rule("citizen", BOTH, "own"),
    "kyc:invitation": Rule("citizen", BOTH, "invited"),
    "kyc:organisation_detail": Rule("insider", GET, "joined"),
    "kyc:organisation_invite": Rule("maker", BOTH, "joined", FRESH),
    "kyc:membership_end": Rule("insider", BOTH, "joined", FRESH),
    "kyc:organisation_register": Rule("administrator", GET, "register"),
    "kyc:organisation_suspend": Rule("administrator", BOTH, "register", FRESH),
    # Vehicles.
    "fleet:declare": Rule("citizen", BOTH, "own"),
    "fleet:case": Rule("filler", GET, "filled"),
    "fleet:section": Rule("filler", BOTH, "filled"),
    "fleet:picture": Rule("filler", GET, "filled"),
    "fleet:upload": Rule("filler", "GET PATCH", "filled"),
    "fleet:reading": Rule("filler", GET, "filled"),
    "fleet:check": Rule("filler", BOTH, "filled"),
    "fleet:queue": Rule("agent", BOTH, "held"),
    "fleet:case_detail": Rule("agent", BOTH, "held"),
    "fleet:case_release": Rule("agent", POST, "held"),
    "fleet:case_reveal": Rule("agent", BOTH, "held", FRESH),
    "fleet:case_picture": Rule("agent", GET, "held"),
    "fleet:case_read_again": Rule("agent", POST, "held"),
    "fleet:resemblance": Rule("agent", BOTH, "held"),
    "fleet:resemblance_picture": Rule("agent", GET, "held"),
    # Taxes.
    "taxes:simulator": Rule("public", GET, "none"),
    "taxes:code": Rule("public", BOTH, "asked"),
    "taxes:dashboard": Rule("citizen", GET, "own"),
    "taxes:vehicle": Rule("citizen", GET, "own"),
    "taxes:pay": Rule("citizen", BOTH, "own"),
    "taxes:receipt": Rule("citizen", GET, "own"),
    "taxes:windscreen": Rule("citizen", GET, "own"),
    "taxes:code_image": Rule("citizen", GET, "own"),
    "taxes:payment": Rule("citizen", GET, "own"),
    "taxes:callback": Rule("public", PUT, "secret"),
    "kyc:check_callback": Rule("public", POST, "none"),
    "taxes:check": Rule("officer", BOTH, "asked"),
    "taxes:queues": Rule("supervisor", GET, "counts"),
    "taxes:payments": Rule("finance", GET, "every"),
    # The log.
    "audit:events": Rule("auditor", GET, "every"),
    # Django's administration site, whose tables come and go.
    "admin:jsi18n": Rule("administrator", GET, "none"),
    "admin:*": Rule("administrator", BOTH, "every", "write"),
    # The demo's only.
    "notify:outbox": Rule("public", GET, "demo"),
}


def rule_for(name: str) -> Rule | None:
    """The row of the address of that name: its own, else that of the names it begins like."""
    exact = POLICY.get(name)
    space, _, _rest = name.partition(":")
    return exact or POLICY.get(f"{space}:*")


def factor_of(rule: Rule) -> str:
    """Of whom the second factor is asked there: "always", "enrolled" (who has one), or nobody."""
    return FACTOR.get(rule.who, "always")


# --- What is there -------------------------------------------------------------------------------


class Route(NamedTuple):
    """One address of the service: its name, its pattern, and the view it leads to."""

    name: str
    address: str
    view: Callable[..., Any]


def routes(patterns: Any = None, space: str = "", start: str = "/") -> Iterator[Route]:
    """Every address there is, in the order in which they are tried."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        address = start + str(each.pattern)
        if hasattr(each, "url_patterns"):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from routes(each.url_patterns, inner, address)
        else:
            yield Route(space + (each.name or address), address, each.callback)


def faults(route: Route) -> Iterator[str]:
    """How an address differs from its row: in words, nothing if it does not."""
    rule, view = rule_for(route.name), route.view
    if rule is None:
        yield "has no row"
    elif rule.who not in REFUSALS:
        yield f"is for {rule.who}, which is no mark"
    elif hasattr(view, "audience"):
        factor, fresh = getattr(view, "factor", ""), getattr(view, "fresh", "")
        said = (view.audience, factor, methods_of(view), fresh)
        meant = (rule.who, factor_of(rule), set(rule.methods.split()), rule.fresh)
        words = ("is for", "asks the factor", "takes", "wants a fresh proof to")
        for word, mark, row in zip(words, said, meant, strict=True):
            if mark != row:
                yield f"{word} {mark or 'nothing'} by its marks, {row or 'nothing'} by its row"


def methods_of(view: Any) -> set[str]:
    """What the `require_…` of a view lets through; every method there is, if it has none."""
    while view:
        # Django's decorator leaves no trace but this.
        allowed = getclosurevars(view).nonlocals.get("request_method_list")
        if allowed:
            return set(allowed) - {"HEAD"}
        view = getattr(view, "__wrapped__", None)
    return {"any"}
