"""`manage.py states`: docs/states.md, drawn from the `MOVES` of every tracked model."""

from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.utils.translation import override

from project.lib.workflow import Tracked
from project.management.pages import PageCommand

HEADER = """# States

Written by `make states` from the `MOVES` of each model: do not edit. A row goes along these arrows
and no others, each move under a lock and with a line in its history.
"""


class Command(PageCommand):
    help = "Writes docs/states.md; with --check only says whether it is up to date."
    page = Path("states.md")

    def render(self) -> str:
        """The whole page, with labels in French as people read them."""
        with override("fr"):
            return "\n".join([HEADER, *(_section(model) for model in tracked_models())])


def tracked_models() -> list[type[Tracked]]:
    """Every model whose state moves, by app and name."""
    models = [model for model in apps.get_models() if issubclass(model, Tracked)]
    return sorted(models, key=lambda model: model._meta.label)


def _section(model: type[Tracked]) -> str:
    field = model._meta.get_field("state")
    labels = {str(value): str(label) for value, label in field.choices}
    arrows = [(state, target) for state in labels for target in _targets(model, state, labels)]
    diagram = [f"    [*] --> {field.default}", *(f"    {a} --> {b}" for a, b in arrows)]
    diagram += [f"    {state} --> [*]" for state in labels if not _targets(model, state, labels)]
    title = str(model._meta.verbose_name)
    lines = [f"## {title[:1].upper()}{title[1:]} (`{model._meta.label}`)", "", "```mermaid"]
    lines += ["stateDiagram-v2", *diagram, "```", "", *_table(model, labels), ""]
    return "\n".join(lines)


def _table(model: type[Tracked], labels: dict[str, str]) -> Iterator[str]:
    yield "| state | what people read | may become |"
    yield "|---|---|---|"
    for state, label in labels.items():
        targets = ", ".join(f"`{target}`" for target in _targets(model, state, labels))
        yield f"| `{state}` | {label} | {targets or '—'} |"


def _targets(model: type[Tracked], state: str, labels: dict[str, str]) -> list[str]:
    """Where a state may go, in the order in which the states are declared."""
    allowed = {str(target) for target in model.MOVES.get(state, ())}
    return [target for target in labels if target in allowed]
