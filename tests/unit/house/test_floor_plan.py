"""The floor plan holds for every module, old or new: what its name says decides whom it may import.

Roles go by a module's name, so that a new file is guarded from its first line. import-linter (pyproject.toml) holds
what is about packages as a whole.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FUNCTIONS = ("api", "billing_events", "bot_reply", "campaign_dispatch", "webhook_ingest")
LAYERS = ("base", "logic", "models", "actions", "described", "routes", "bootstrap", "handler")
"""From the bottom: each may import its own kind and those before it."""

MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 60
LONG_FILES: dict[str, str] = {
    "shared/store/conversations/messages.py": "a message, its changes and its media are one item",
}
LONG_FUNCTIONS: dict[str, str] = {}
"""`path` or `path:function` -> why it may be longer."""

ALONE = {
    "shared.clients.link_probe": "clients stand in one place, the only one that may import httpx",
    "shared.clients.sample_uploads": "clients stand in one place: it is the resumable half of the Graph client",
    "shared.clients.stripe_gateway": "clients stand in one place, the only one that may import stripe",
    "shared.domain.accounts.attempts": "the limits of a caller's calls stand in one place, stored by call_buckets",
    "shared.domain.accounts.call_limits": "stored by shared.store.accounts.call_buckets",
    "shared.domain.accounts.invitation": "stored by shared.store.accounts.team",
    "shared.domain.accounts.operator": "stored by shared.store.accounts.support_access and its neighbours",
    "shared.domain.accounts.person": "stored by shared.store.accounts.people",
    "shared.domain.accounts.signup": "stored by shared.store.accounts.signups",
    "shared.domain.contacts.consent_names": "shared.domain.contacts.phone asks it of remarks beside numbers",
    "shared.domain.contacts.opt_out_words.standings": "the words of a no stand in one place",
    "shared.domain.contacts.phone": "reading what people write stands beside the one form it comes to",
    "shared.domain.conversations.inbox_settings": "stored by shared.store.conversations.inbox_settings",
    "shared.domain.conversations.merge": "stored by shared.store.conversations.moves",
    "shared.domain.numbers.token_watch": "stored by shared.store.numbers.token_watches",
    "shared.domain.conversations.presence": "stored by shared.store.conversations.agents",
    "shared.domain.templates.checks.buttons": "Meta's rules of templates stand beside what a template is",
    "shared.domain.templates.checks.check": "Meta's rules of templates stand beside what a template is",
    "shared.domain.templates.checks.fault": "Meta's rules of templates stand beside what a template is",
    "shared.domain.templates.checks.texts": "Meta's rules of templates stand beside what a template is",
    "shared.domain.templates.draft": "stored by shared.store.templates.drafts",
    "shared.domain.templates.stored_draft": "stored by shared.store.templates.drafts",
    "shared.domain.webhooks.backlog": "stored by shared.store.webhooks.backlog",
    "shared.domain.webhooks.slow_host": "stored by shared.store.webhooks.slow_hosts",
}
"""Modules of shared that one function uses -> why they live there all the same."""


@cache
def modules() -> dict[str, Path]:
    """Dotted name -> file, of product code."""
    files = [path for top in ("functions", "shared") for path in (ROOT / top).rglob("*.py")]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in files}


@cache
def imports() -> dict[str, frozenset[str]]:
    """Module -> modules of ours that it imports, wherever in the file."""
    known = modules()
    found: dict[str, set[str]] = defaultdict(set)
    for name, path in known.items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    found[name].add(whole if whole in known else node.module)
            elif isinstance(node, ast.Import):
                found[name] |= {alias.name for alias in node.names}
    return {name: frozenset(named & known.keys()) for name, named in found.items()}


def layer(module: str) -> str:
    parts = module.split(".")
    last = parts[-1]
    if last == "described":
        return last
    if "http" in parts or last in ("json_input", "message_kind", "routing"):
        return "base"
    if "logic" in parts:
        return "logic"
    if last == "handler" or last.endswith("_handler"):
        return "handler"
    for kind in ("bootstrap", "routes", "models"):
        if last == kind or last.endswith(f"_{kind}"):
            return kind
    return "actions"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_module_imports_its_own_layer_and_those_below(function: str) -> None:
    upwards = [
        f"{importer} ({layer(importer)}) imports {imported} ({layer(imported)})"
        for importer, named in imports().items()
        for imported in named
        if importer.startswith(f"functions.{function}.") and imported.startswith("functions.")
        if LAYERS.index(layer(imported)) > LAYERS.index(layer(importer))
    ]
    assert sorted(upwards) == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_only_handlers_import_a_bootstrap(function: str) -> None:
    wired = [
        f"{importer} imports {imported}"
        for importer, named in imports().items()
        for imported in named
        if importer.startswith(f"functions.{function}.") and layer(imported) == "bootstrap"
        if layer(importer) not in ("handler", "bootstrap")
    ]
    assert wired == []


def test_what_lies_in_no_room_of_the_api_is_a_handler_or_a_bootstrap() -> None:
    flat = [path.stem for path in (ROOT / "functions/api").glob("*.py") if path.stem != "__init__"]
    assert [name for name in flat if layer(name) not in ("handler", "bootstrap")] == []


def test_shared_is_earned_by_a_second_function() -> None:
    """Stores stay together whoever uses them; what only other parts of shared use is theirs."""
    users: dict[str, set[str]] = defaultdict(set)
    for start in (name for name in imports() if name.startswith("functions.")):
        function, seen, rest = start.split(".")[1], set[str](), [start]
        while rest:
            for named in imports().get(rest.pop(), ()):
                if named not in seen:
                    seen.add(named)
                    rest.append(named)
        for named in seen:
            users[named].add(function)
    one = {
        name
        for name in modules()
        if name.startswith("shared.") and not name.endswith("__init__") and not name.startswith("shared.store.")
        if len(users[name]) < 2
    }
    assert sorted(one) == sorted(ALONE)


def test_nothing_lies_about_that_nobody_uses() -> None:
    """Handlers are named by the template, routes and what describes them by the API's handler (test_cold_starts holds
    that table to the code);
    the table of keys is held to the code by test_key_table."""
    used = {named for importer in imports() for named in imports()[importer]}
    idle = {name for name in modules() if name not in used and not name.endswith("__init__")}
    assert sorted(name for name in idle if layer(name) not in ("described", "handler", "routes")) == [
        "shared.store.engine.keys"
    ]


def functions_of(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_a_file_has_one_subject_and_a_function_one_thought() -> None:
    """Longer ones state their reason above."""
    files, functions = set(), set()
    for path in modules().values():
        name = str(path.relative_to(ROOT))
        if len(path.read_text().splitlines()) > MOST_LINES:
            files.add(name)
        functions |= {f"{name}:{found}" for found, lines in functions_of(path) if lines > MOST_LINES_OF_A_FUNCTION}
    assert (sorted(files), sorted(functions)) == (sorted(LONG_FILES), sorted(LONG_FUNCTIONS))


def test_a_function_of_the_tools_and_the_tests_has_one_thought_too() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{name}"
        for top in ("infra", "tests")
        for path in sorted((ROOT / top).rglob("*.py"))
        if "node_modules" not in path.parts
        for name, lines in functions_of(path)
        if lines > MOST_LINES_OF_A_FUNCTION
    ]
    assert found == []


def test_what_a_test_calls_its_own_no_other_takes() -> None:
    """What two need lives in tests/support."""
    taken = [
        f"{path.relative_to(ROOT)} takes {alias.name} of {node.module}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tests.")
        for alias in node.names
        if alias.name.startswith("_")
    ]
    assert taken == []


def test_no_suite_imports_another() -> None:
    tiers = ("unit", "integration", "e2e", "chaos", "bench", "console")
    crossing = []
    for tier in tiers:
        for path in (ROOT / "tests" / tier).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                named = node.module if isinstance(node, ast.ImportFrom) and node.module else ""
                crossing += [
                    f"{path.relative_to(ROOT)} imports {named}"
                    for t in tiers
                    if t != tier and named.startswith(f"tests.{t}.")
                ]
    assert crossing == []


def test_no_room_is_empty() -> None:
    rooms = [path.parent for top in ("functions", "shared") for path in (ROOT / top).rglob("__init__.py")]
    assert [str(room.relative_to(ROOT)) for room in rooms if len(list(room.rglob("*.py"))) == 1] == []


def test_packages_are_empty() -> None:
    assert [
        str(path)
        for top in ("functions", "shared")
        for path in (ROOT / top).rglob("__init__.py")
        if path.stat().st_size
    ] == []
