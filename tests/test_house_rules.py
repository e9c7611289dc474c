"""Rules about the code itself, for whatever no other tool looks at."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.utils.module_loading import import_string

from project.lib.workflow import Move
from project.management.commands import states
from project.schedule import TIMETABLE

ROOT = settings.ROOT
OURS = ("project", "notify", "kyc", "fleet", "taxes")
SOURCES = sorted(
    path
    for app in OURS
    for path in (ROOT / app).rglob("*.py")
    if "migrations" not in path.parts and path.stat().st_size
)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
TRACKED = states.tracked_models()


def name(path):
    return str(path.relative_to(ROOT))


def matches(paths, pattern):
    """Where a pattern stands, as `file: text`."""
    found = re.compile(pattern)
    return [
        f"{name(path)}: {match[0]}"
        for path in paths
        for match in found.finditer(path.read_text(encoding="utf-8"))
    ]


# --- Background work ----------------------------------------------------------------------------


def test_every_enqueued_task_exists():
    paths = {match.partition('"')[2] for match in matches(SOURCES, r'\benqueue\(\s*"[\w.]+')}
    assert paths
    for path in paths:
        assert callable(import_string(path)), path


def test_enqueue_is_always_given_a_path_that_can_be_checked():
    assert matches(SOURCES, r'(?<!def )\benqueue\((?!\s*")') == []


@pytest.mark.parametrize("entry", TIMETABLE, ids=lambda entry: entry.task)
def test_every_periodic_task_exists(entry):
    assert callable(import_string(entry.task))
    assert entry.minutes > 0


def test_nothing_else_speaks_to_the_queue():
    """A task is queued in the transaction of its act; the watchdog's beat belongs to no act."""
    allowed = {"project/lib/queue.py", "project/heartbeat.py"}
    found = matches(SOURCES, r"\basync_task\b|\bdjango_q\.tasks\b|\bAsyncTask\b")
    assert {place.partition(":")[0] for place in found} == allowed


# --- States -------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model._meta.label)
def test_every_state_can_be_reached(model):
    field = model._meta.get_field("state")
    reached, ahead = set(), {str(field.default)}
    while ahead:
        reached |= ahead
        ahead = {str(to) for state in ahead for to in model.MOVES.get(state, ())} - reached
    assert reached == {str(value) for value, _label in field.choices}


@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model._meta.label)
def test_every_tracked_row_has_its_history(model):
    assert issubclass(model._meta.get_field("log").related_model, Move)


def test_something_is_tracked():
    assert TRACKED


@pytest.mark.parametrize("model", apps.get_models(), ids=lambda model: model._meta.label)
def test_who_and_when_stand_together(model):
    """Where a row can say who did something and when, the database lets it say both or neither."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    pairs = [
        (by, f"{by[:-3]}_at")
        for by, field in fields.items()
        if by.endswith("_by") and field.null and getattr(fields.get(f"{by[:-3]}_at"), "null", False)
    ]
    rules = [str(rule.deconstruct()) for rule in model._meta.constraints]
    for by, at in pairs:
        assert any(by in rule and at in rule for rule in rules), (by, at)


# --- Templates ----------------------------------------------------------------------------------

# Django and allauth ask for these by name.
ASKED_FOR_BY_DJANGO = {f"{code}.html" for code in (400, 403, 404, 429, 500)} | {
    "account/password_reset_help_text.html"
}


def is_used(template):
    path = template.relative_to(ROOT / "templates")
    libraries = ("account", "admin", "allauth", "django")
    if str(path) in ASKED_FOR_BY_DJANGO or path.parts[0] in libraries:
        import allauth
        import django.contrib.admin
        import django.forms

        packages = (allauth, django.forms, django.contrib.admin)
        homes = [Path(package.__file__).parent for package in packages]
        if str(path) in ASKED_FOR_BY_DJANGO or any(
            (home / "templates" / path).exists() for home in homes
        ):
            return True
    places = [place for place in [*SOURCES, *TEMPLATES] if place != template]
    if path.parts[0] == "notify" and path.suffix == ".txt" and not path.name.startswith("_"):
        return is_sent(path.name.partition(".")[0])
    return any(str(path) in place.read_text(encoding="utf-8") for place in places)


def is_sent(message):
    """Whether some verb names the message, whole or as `f"case_{verdict}"`."""
    whole = re.compile(rf'"{message}"')
    starts = matches(SOURCES, r'messages\.send\w*\(\s*f"\w+(?=\{)')
    begins = any(message.startswith(start.rpartition('"')[2]) for start in starts)
    return begins or any(whole.search(path.read_text(encoding="utf-8")) for path in SOURCES)


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_every_template_is_used(template):
    assert is_used(template)


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("inline style", r"<[^>]*\sstyle\s*=|<style\b"),
        ("inline handler", r"<[^>]*\s(?:on[a-z]+|hx-on[\w:-]*)\s*="),
        ("inline script", r"<script(?![^>]*\ssrc=)[^>]*>"),
        ("script in an address", r"javascript:|[\"']js:"),
        ("unescaped output", r"\|\s*safe(?:seq)?\b|autoescape\s+off"),
        ("somebody else's host", r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//"),
    ],
)
def test_no_template_holds(what, pattern):
    assert matches([path for path in TEMPLATES if path.suffix == ".html"], pattern) == [], what


def test_nothing_is_declared_safe_by_hand():
    assert matches(SOURCES, r"\bmark_safe\b|\bSafeString\b|__html__") == []


def test_only_operators_may_post_without_a_token():
    exempt = {place.partition(":")[0] for place in matches(SOURCES, r"@csrf_exempt")}
    assert exempt == {"kyc/views/callbacks.py", "taxes/views/callbacks.py"}


# --- Files and names ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "limit"), [(SOURCES, 400), (TESTS, 600), (TEMPLATES, 150)], ids=["py", "test", "html"]
)
def test_no_file_is_long(files, limit):
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {path: length for path, length in lengths.items() if length > limit} == {}


def test_every_module_says_what_it_is_for():
    silent = [path for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text()))]
    assert [name(path) for path in silent] == []


def test_no_module_is_a_drawer():
    drawers = {"services", "selectors", "managers", "helpers", "utils", "common", "constants"}
    drawers |= {"mixins", "misc", "dao"}
    assert [name(path) for path in SOURCES if drawers & {path.stem, *path.parts}] == []


def test_verbs_are_called_by_their_module():
    """`review.decide(…)` says what `decide(…)` does not: no verb is imported by its own name."""
    rows = {"models", "forms", "urls", "cases", "fields", "admin"}
    found = []
    for path in [*SOURCES, *TESTS]:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ImportFrom) or not node.module:
                continue
            app, _, module = node.module.partition(".")
            if app in OURS[1:] and module and "." not in module and module not in rows:
                names = [alias.name for alias in node.names if alias.name.islower()]
                folder = ROOT / app / module
                found += [f"{name(path)}: {each}" for each in names if not folder.is_dir()]
    assert found == []


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_says_why(file):
    lines = (ROOT / file).read_text().splitlines()
    named = [line for line in lines if line and not line.startswith(("#", "-r "))]
    assert [line for line in named if not re.fullmatch(r"[\w.-]+==[\w.]+  # .{4,}", line)] == []
    assert len(named) > 10


def test_every_migration_can_be_undone_or_says_why_not():
    folders = [path for path in ROOT.glob("*/migrations/*.py") if path.stem != "__init__"]
    one_way = re.compile(r"Run(?:Python|SQL)\(\s*[^,()]+\s*\)")
    assert [name(path) for path in folders if one_way.search(path.read_text())] == []
