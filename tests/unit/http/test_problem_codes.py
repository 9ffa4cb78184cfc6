"""Every code that is written down somewhere is one of an operation's, or has its reason here; and every code that
somebody is shown is explained."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.api import handler
from functions.api.http.description import Advice, Description
from functions.api.http.errors import advice, page
from tests.support.api_document import api_document

Json = dict[str, Any]
ROOT = Path(__file__).parents[3]
ELSEWHERE = {
    "already_operator": "told by `python -m infra.ops operators add`: no route makes an operator",
    "code_missing": "stops a step of an onboarding, as the code of its trouble",
    "consent_column": "ends an import, as its `error_code`",
    "email_unverified": "becomes `unauthenticated`: nobody is told who waits for a code",
    "file_too_large": "ends an import, as its `error_code`",
    "header_too_long": "ends an import, as its `error_code`",
    "media_gone": "each case has a code of its own",
    "media_host": "ends the copying of a received file",
    "misconfigured": "a deployment that is not told all; a caller is told `internal`",
    "not_yet": "between a queue and its worker",
    "rejected": "each case has a code of its own",
    "send_refused": "each case has a code of its own",
    "test_unknown": "stops a step of an onboarding, as the code of its trouble",
    "too_many": "each case has a code of its own",
    "too_many_columns": "ends an import, as its `error_code`",
    "unknown_route": "where no operation is",
    "write_first": "stops a step of an onboarding, as the code of its trouble",
}
"""Code -> why no operation answers with it."""
_OF_AN_IMPORT = {code for code, why in ELSEWHERE.items() if why.startswith("ends an import")} | {"import_failed"}


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
def document() -> Json:
    return api_document()


@pytest.fixture(scope="module")
def declared(document: Json) -> set[str]:
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


def test_every_code_that_is_shown_is_explained_and_no_other(declared: set[str]) -> None:
    """Under `errors` of the `described.py` of its noun: what it means, and what to do."""
    explained = set(advice(handler.descriptions()))
    shown = declared | _OF_AN_IMPORT | {"unknown_route"}
    assert sorted(shown - explained) == [], "say what these mean, and what to do"
    assert sorted(explained - shown) == []


def test_an_explanation_is_two_sentences_and_names_calls_that_there_are(document: Json) -> None:
    calls = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    for code, one in advice(handler.descriptions()).items():
        assert len(one.meaning) >= 20, code
        assert one.meaning.endswith("."), code
        assert len(one.remedy) >= 10, code
        assert one.remedy.endswith("."), code
        named = re.findall(r"`([A-Z]+ /v1/[^`]*)`", f"{one.meaning} {one.remedy}")
        assert sorted(set(named) - calls) == [], code


def test_a_code_is_explained_once() -> None:
    twice = [Description(tags={}, errors={"conflict": Advice("One.", "Two.")})] * 2
    with pytest.raises(ValueError, match="conflict"):
        advice(twice)


def test_the_page_leads_to_each_code_and_shows_words_as_words() -> None:
    shown = page([Description(tags={}, errors={"a_code": Advice("It is < `this`.", "Do & so.")})])
    assert '<h2 id="a_code">' in shown
    assert "It is &lt; <code>this</code>." in shown
    assert "Do &amp; so." in shown
