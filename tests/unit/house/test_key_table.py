"""Every key prefix that code writes or reads stands in the key table, and nothing else does."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.store.engine.keys import KEYS, Key

ROOT = Path(__file__).parents[3]
_MARK = re.compile(r"(?:^|(?<=#)|(?<=[^A-Za-z0-9#]))([A-Z]{1,12})(?=#)|(?<=#)([A-Z]{2,12})(?:$|(?=#))")
_WORDS = frozenset({"TENANT", "RATES", "HEAD", "MOVED", "TURN"})
"""Sort keys that are a word by themselves."""


def marks_of(text: str) -> set[str]:
    found = {a or b for a, b in _MARK.findall(text)}
    return found | ({text} & _WORDS)


def texts(path: Path) -> Iterator[str]:
    """The texts of a module, docstrings left out, and with a placeholder for what is filled in."""
    tree = ast.parse(path.read_text())
    docs = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    inner: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inner |= {id(part) for part in node.values}
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "0" for part in node.values)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs | inner:
            yield node.value


def in_code() -> Counter[str]:
    found: Counter[str] = Counter()
    for top in (
        "shared/store",
        "shared/services",
        "functions/api",
        "functions/billing_events",
        "functions/campaign_dispatch",
        "infra/ops",
    ):
        for path in (ROOT / top).rglob("*.py"):
            if path.name == "keys.py":
                continue
            source = path.read_text()
            if top.startswith("functions") and "directory" not in source:
                continue
            for text in texts(path):
                found.update(marks_of(text))
    return found


def in_table() -> set[str]:
    return {mark for key in KEYS for part in key.key.split(" / ") for mark in marks_of(part)}


def test_every_prefix_is_in_the_table_and_the_table_names_no_other() -> None:
    assert sorted(in_code()) == sorted(in_table())


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.key)
def test_what_is_personal_says_how_it_is_erased(key: Key) -> None:
    assert bool(key.eraser) == key.personal


def test_no_key_stands_twice() -> None:
    assert [key for key, times in Counter((key.table, key.key) for key in KEYS).items() if times > 1] == []
