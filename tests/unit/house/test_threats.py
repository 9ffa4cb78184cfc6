"""The tables of threats: each test that is named is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TABLES = sorted(path for path in ROOT.glob("functions/**/README.md") if "## Threats" in path.read_text())
NAME = re.compile(r"`((?:[\w/]+\.py|…)(?:::\w+)?)`")
HOME = "tests/integration/api"
"""Where a test is whose folder is not named."""


def found_in(path: Path) -> set[str]:
    if not path.exists():
        return set()
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


def missing_in(table: str) -> list[str]:
    missing: list[str] = []
    for row in table.splitlines():
        file = ""
        for name in NAME.findall(row):
            named, _, test = name.partition("::")
            file = file if named == "…" else named if "/" in named else f"{HOME}/{named}"
            there = found_in(ROOT / file)
            if not there or (test and test not in there):
                missing.append(name)
    return missing


@pytest.mark.parametrize("readme", TABLES, ids=lambda path: path.parent.name)
def test_each_test_of_the_table_is_there(readme: Path) -> None:
    table = readme.read_text().partition("## Threats")[2]
    rows = [row for row in table.splitlines() if row.startswith("| ")][1:]
    assert [row for row in rows if not NAME.search(row) and not row.rstrip().endswith("| the same |")] == []
    assert missing_in(table) == []


def test_one_that_is_not_there_is_found() -> None:
    assert TABLES
    assert missing_in("| a | b | `test_sessions.py::test_no_such`, `…::test_keys_cannot_do_what_is_for_people` |") == [
        "test_sessions.py::test_no_such"
    ]
    assert missing_in("| a | b | `tests/unit/no_such.py` |") == ["tests/unit/no_such.py"]
