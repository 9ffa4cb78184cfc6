"""What may be logged and counted, held for every handler, line and metric: a new one that breaks it fails by name."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.template import load_template, resources
from tests.unit.house.test_floor_plan import ROOT, modules

HANDLERS = {
    name.removesuffix("Function"): ROOT / f"{str(function['Handler']).rpartition('.')[0].replace('.', '/')}.py"
    for name, function in resources(load_template(), "AWS::Serverless::Function").items()
}
WITHOUT = {
    "ApiAuthorizer": "functions/api/README.md",
    "CampaignDue": "functions/campaign_dispatch/README.md",
    "WebhookCompactDue": "functions/webhook_ingest/README.md",
    "WebhookReceive": "functions/webhook_ingest/README.md",
}
"""Functions that write no line for what they do thousands of times -> where it says why."""

# fmt: off
FIELDS = frozenset({
    # ids
    "campaign_id", "fence", "import_id", "member_id", "message_id", "part", "phone_number_id", "lane", "shard",
    "subject", "support_access_id", "template_id", "tenant_id", "token", "turn", "what",
    # counts, moments and states
    "books", "claimed", "ended", "first_claim_at", "last_claim_at", "more", "sent", "ticks",
    # words of ours
    "code", "fact", "kind", "message", "problem", "refusal", "result", "route",
})
# fmt: on
"""What a line may say beside what `shared.observability` and `shared.failures` do: a new field is a decision, because
none may hold what a person wrote or is called, a number, a secret, or Meta's id of a message."""
BOUNDED = {
    "self._metric": "each kind of parking has one",
    "fact": "a Metric each, beside it",
    "after.status.capitalize()": "states of a file",
    "sent.status.capitalize()": "states of a message",
    "tell_late(courier.publisher, courier.queue, work, courier.clock())": "literals",
    "courier.deliver(work)": "literals",
}
"""What a metric's name is made of, where it is no literal -> why there are few of them."""


@cache
def trees() -> list[tuple[str, ast.Module]]:
    """Modules that log or count."""
    return [
        (name, ast.parse(text))
        for name, path in modules().items()
        if name not in ("shared.observability", "shared.failures")
        if re.search(r"observability|\bprint\(|aws_lambda_powertools.metrics", text := path.read_text())
    ]


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == name:
            yield node


def logged(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """(method, call) of the logger."""
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(node, ast.Call) and isinstance(called, ast.Attribute) and ast.unparse(called.value) == "logger":
            yield called.attr, node


@pytest.mark.parametrize("function", HANDLERS)
def test_every_handler_writes_its_line(function: str) -> None:
    (handler,) = (
        node
        for node in ast.parse(HANDLERS[function].read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name == "lambda_handler"
    )
    around = [ast.unparse(decorator) for decorator in handler.decorator_list]
    assert around == (["one_line_if_counted"] if function in WITHOUT else ["one_line"])


@pytest.mark.parametrize("function", WITHOUT)
def test_where_a_line_is_left_out_it_says_why(function: str) -> None:
    said = re.sub(r"\s+", " ", Path(ROOT / WITHOUT[function]).read_text())
    assert f"`{function}` writes no line" in said


def test_a_line_says_ids_counts_and_words_of_ours() -> None:
    other = []
    for name, tree in trees():
        keys = {keyword.arg for call in calls(tree, "say") for keyword in call.keywords if keyword.arg}
        for method, call in logged(tree):
            keys |= {keyword.arg for keyword in call.keywords if keyword.arg and method == "append_keys"}
            for keyword in call.keywords:
                if keyword.arg == "extra" and isinstance(keyword.value, ast.Dict):
                    keys |= {ast.literal_eval(key) for key in keyword.value.keys if key is not None}
        other += [f"{name}: {key}" for key in sorted(keys - FIELDS)]
    assert other == []


def test_nothing_that_is_said_takes_the_place_of_what_the_line_has_itself() -> None:
    """Only `message`, which is there to be replaced. What is said is spelled out, so that this can be seen."""
    said = [(name, keyword.arg) for name, tree in trees() for call in calls(tree, "say") for keyword in call.keywords]
    source = (ROOT / "shared/observability.py").read_text()
    own = {
        field
        for function in ast.parse(source).body
        if isinstance(function, ast.FunctionDef) and function.name in ("_ids", "_about", "_waited", "_with_line")
        for field in _fields_of(function)
    }
    assert own >= {"failed", "records", "status", "latency_ms", "waited_ms", "request_id", "cold_start", "message"}
    assert [(name, field) for name, field in said if field is None or field in own - {"message"}] == []


def _fields_of(function: ast.FunctionDef) -> Iterator[str]:
    """What it writes by name: in a dict, or into one."""
    for node in ast.walk(function):
        keys = node.keys if isinstance(node, ast.Dict) else []
        targets = node.targets if isinstance(node, ast.Assign) else []
        for key in [*keys, *(target.slice for target in targets if isinstance(target, ast.Subscript))]:
            if isinstance(key, ast.Constant):
                yield str(key.value)


def test_a_line_is_a_literal_and_never_an_errors_own_words() -> None:
    wrong = []
    for name, tree in trees():
        for method, call in logged(tree):
            if method == "append_keys":
                continue
            literal = bool(call.args) and isinstance(call.args[0], ast.Constant) and len(call.args) == 1
            if method not in ("debug", "info", "warning", "error") or not literal:
                wrong.append(f"{name}:{call.lineno} {ast.unparse(call)}")
        for node in ast.walk(tree):
            # What is logged of an error is what `failure` says of it.
            if isinstance(node, ast.ExceptHandler) and node.name:
                wrong += [
                    f"{name}:{call.lineno} names {node.name}"
                    for _, call in logged(node)
                    for used in ast.walk(call)
                    if isinstance(used, ast.Name) and used.id == node.name
                    if f"failure({node.name})" not in ast.unparse(call) and f"{node.name}.code" not in ast.unparse(call)
                ]
        wrong += [f"{name}: prints" for _ in calls(tree, "print")]
    assert wrong == []


def test_metrics_are_few_and_have_no_dimension_of_a_tenant_or_number() -> None:
    """Each name with each dimension's value is a metric, and is paid for: none may grow with tenants or numbers."""
    found = set()
    wrong = []
    for name, tree in trees():
        for call in calls(tree, "count"):
            literals, others = names_of(call.args[0])
            wrong += [f"{name}:{call.lineno} {one}" for one in literals if not re.fullmatch(r"[A-Z][A-Za-z]+", one)]
            wrong += [f"{name}:{call.lineno} {one}" for one in others - BOUNDED.keys()]
            found |= others
        wrong += [f"{name} has metrics of its own" for node in ast.walk(tree) if _is_metrics(node)]
    assert wrong == []
    assert found == BOUNDED.keys()
    source = (ROOT / "shared/observability.py").read_text()
    assert not re.search(r"add_dimension|set_default_dimensions|single_metric", source)


def names_of(name: ast.expr) -> tuple[set[str], set[str]]:
    """(literals, expressions) that a metric's name may be, or is made of."""
    if isinstance(name, ast.IfExp):
        ours, theirs = names_of(name.body), names_of(name.orelse)
        return ours[0] | theirs[0], ours[1] | theirs[1]
    if isinstance(name, ast.JoinedStr):
        return set(), {ast.unparse(one.value) for one in name.values if isinstance(one, ast.FormattedValue)}
    if isinstance(name, ast.Constant):
        return {str(name.value)}, set()
    return set(), {ast.unparse(name)}


def _is_metrics(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith("aws_lambda_powertools.metrics")
