"""Every code that is written down somewhere is one of an operation's, or has its reason here."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.api_document import api_document

ROOT = Path(__file__).parents[3]
ELSEWHERE = {
    "consent_column": "ends an import, as its `error_code`",
    "file_too_large": "ends an import, as its `error_code`",
    "header_too_long": "ends an import, as its `error_code`",
    "media_gone": "each case has a code of its own",
    "media_host": "ends the copying of a received file",
    "misconfigured": "a deployment that is not told all; a caller is told `internal`",
    "not_yet": "between a queue and its worker",
    "rejected": "each case has a code of its own",
    "send_refused": "each case has a code of its own",
    "too_many": "each case has a code of its own",
    "too_many_columns": "ends an import, as its `error_code`",
    "unknown_route": "where no operation is",
}
"""Code -> why no operation answers with it."""


def written() -> Iterator[str]:
    for top in ("functions/api", "shared"):
        for path in (ROOT / top).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ClassDef):
                    for inner in node.body:
                        if isinstance(inner, ast.Assign) and [getattr(t, "id", "") for t in inner.targets] == ["code"]:
                            yield from _text(inner.value)
                elif isinstance(node, ast.Call):
                    for keyword in node.keywords:
                        if keyword.arg == "code":
                            yield from _text(keyword.value)


def _text(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value


@pytest.fixture(scope="module")
def declared() -> set[str]:
    document = api_document()
    shared = document["components"]["responses"]
    return {
        code
        for methods in document["paths"].values()
        for operation in methods.values()
        for response in operation["responses"].values()
        for code in shared.get(response.get("$ref", "").rpartition("/")[2], response).get("x-problem-codes", ())
    }


def test_every_code_is_of_an_operation_or_has_its_reason(declared: set[str]) -> None:
    found = set(written())
    assert len(found) > 50
    assert sorted(found - declared - ELSEWHERE.keys()) == []


def test_what_has_a_reason_not_to_be_declared_is_not(declared: set[str]) -> None:
    assert sorted(declared & ELSEWHERE.keys()) == []
