"""Answers of the operators' command, and what every verb of it keeps to."""

import argparse
import json
from collections.abc import Iterator

import pytest

from infra.ops.__main__ import parser
from infra.ops.desk import masked
from infra.ops.output import as_json, as_text


def verbs(top: argparse.ArgumentParser, *names: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    deeper = [action for action in top._actions if isinstance(action, argparse._SubParsersAction)]
    if not deeper:
        yield " ".join(names), top
    for action in deeper:
        for name, inner in action.choices.items():
            yield from verbs(inner, *names, name)


def test_text_leaves_out_what_is_empty_and_indents_what_belongs_together() -> None:
    answer = {
        "status": "paused",
        "reason": "",
        "books": {"sent": 0, "balanced": True},
        "lanes": [{"lane": 0, "at": None}],
    }
    assert as_text(answer) == "status: paused\nbooks:\n  sent: 0\n  balanced: yes\nlanes:\n  - lane 0"
    assert json.loads(as_json(answer)) == answer


def test_where_nothing_is_left_that_is_said() -> None:
    assert as_text({"campaigns": []}) == "campaigns: none"
    assert as_text({"open_changes": [], "letters": {}}) == "open changes: none\nletters: none"


@pytest.mark.parametrize("phone", ["+34600111222", "US.13491208655302741918"])
def test_a_number_is_shown_masked(phone: str) -> None:
    assert masked(phone) not in phone
    assert len(masked(phone)) == 8


def test_every_verb_says_what_it_does_and_answers_as_json_where_asked() -> None:
    found = dict(verbs(parser()))
    assert {"campaign status", "person why", "tenant status", "number status"} <= found.keys()
    for name, verb in found.items():
        assert verb.description, name
        assert verb.get_default("run"), name
        assert any("--json" in action.option_strings for action in verb._actions), name
