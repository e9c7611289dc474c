"""`manage.py policy`: docs/access.md, drawn from the policy and the addresses there are."""

from collections.abc import Iterator
from pathlib import Path

from project import policy
from project.lib.access import FRESH_MINUTES, REFUSALS
from project.management.pages import PageCommand

HEADER = f"""# Access

Written by `make policy` from `project/policy.py`: do not edit. Every address there is stands here
once, under whoever may open it; to everybody else it is closed, and so is an address without a row.
Nothing starts while a mark on a view says otherwise (`project/checks.py`), and `tests/access/`
tries each address, method and role, and each person's addresses as somebody else.

| answer | to |
|---|---|
| sign in first (302) | who is not signed in |
| forbidden (403) | who has another role |
| give the second factor (302) | who has not in this session, where it is asked: *always*, or \
*enrolled*: of who has one |
| prove again who you are (302) | who did so more than {FRESH_MINUTES} minutes ago, where *fresh* \
says so: to open the page, or to write there |
| not allowed (405) | another method |
| not found (404) | who asks for a row outside *rows*, in the same words as for none at all |

`GET` says `HEAD` too. A role taken away, an account closed or a case given to somebody else counts
from the next request on: nothing of it is kept in the session.

"""


class Command(PageCommand):
    help = "Writes docs/access.md; with --check only says whether it is up to date."
    page = Path("access.md")

    def render(self) -> str:
        """The whole page: what `rows` means, then a table for each audience."""
        return HEADER + "\n".join([*_words(), *_tables()]) + "\n"


def _words() -> Iterator[str]:
    yield from ["## Rows", "", "| word | what is there |", "|---|---|"]
    yield from (f"| {word} | {meaning} |" for word, meaning in policy.ROWS.items())


def _tables() -> Iterator[str]:
    """A table for each mark that some address carries, in the order of the marks."""
    found = [(route, policy.rule_for(route.name)) for route in policy.routes()]
    for who in REFUSALS:
        lines = [_line(route, rule) for route, rule in found if rule and rule.who == who]
        if lines:
            yield from ["", f"## {who.capitalize()}", ""]
            yield "| view | address | methods | rows | factor | fresh |"
            yield "|---|---|---|---|---|---|"
            yield from lines


def _line(route: policy.Route, rule: policy.Rule) -> str:
    address = route.address.replace("|", "\\|")
    factor = policy.factor_of(rule) or "–"
    fresh = f"to {rule.fresh}" if rule.fresh else "–"
    return f"| `{route.name}` | `{address}` | {rule.methods} | {rule.rows} | {factor} | {fresh} |"
