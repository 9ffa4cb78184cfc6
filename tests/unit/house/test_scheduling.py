"""What asks for the local cloud lies where one worker alone runs it, so that it is never started twice."""

import ast
from pathlib import Path

from tests.support.scheduling import scope_of

ROOT = Path(__file__).parents[3]


def test_whatever_asks_for_the_cloud_stays_with_one_worker() -> None:
    asking = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and "cloud" in [argument.arg for argument in node.args.args]
    }
    assert asking
    assert {scope_of(f"{path}::test") for path in asking} == {"the local cloud"}
    assert scope_of("tests/unit/test_ids.py::test_one[a::b]") == "tests/unit/test_ids.py"
