"""What is wrong with a body before any route looks at it, and how little is done to find out that nothing is."""

import json

import pytest

from functions.api.http import request


def code_of(body: str) -> str:
    found = request.body_problem({"body": body})
    return "" if found is None else found.code


@pytest.mark.parametrize(
    "body",
    ['{"a": ["\\ud83d"]}', '{"\\uD83D": 1}', '{"a": "é\\udE00"}', json.dumps({"a": "\ud83d"}, ensure_ascii=False)],
)
def test_half_a_character_is_refused_however_it_is_written(body: str) -> None:
    assert code_of(body) == "invalid_text"


def test_a_whole_one_is_not() -> None:
    assert code_of('{"a": "\\ud83d\\ude00 \U0001f600"}') == ""


def test_what_spells_no_such_thing_is_not_walked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    def walked(value: object) -> None:
        raise AssertionError

    monkeypatch.setattr(request, "lone_surrogate", walked)
    assert code_of(json.dumps({"a": [{"b": "é"}] * 1000}, ensure_ascii=False)) == ""
