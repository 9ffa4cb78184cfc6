"""Three arguments of one primitive type in a row are given by name: no reader and no type checker would see two of them
change places."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]

PRIMITIVES = {"str", "int", "bool"}
MOST = 2
ALLOWED: dict[str, str] = {}
"""`path:function` -> why its arguments may go by place."""


def alike(source: str) -> Iterator[tuple[int, str]]:
    """(line, name) of functions that take more than MOST arguments of one primitive type in a row by place."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            before, run = "", 0
            for argument in (*node.args.posonlyargs, *node.args.args):
                kind = _primitive(argument.annotation)
                run = run + 1 if kind == before else 1
                before = kind
                if kind and run > MOST:
                    yield node.lineno, node.name
                    break


def _primitive(annotation: ast.expr | None) -> str:
    """ "" for what is none. None beside it, and quotes around it, make no difference."""
    if annotation is None:
        return ""
    written = str(annotation.value) if isinstance(annotation, ast.Constant) else ast.unparse(annotation)
    name = written.replace(" | None", "").replace("None | ", "")
    return name if name in PRIMITIVES else ""


def test_three_of_one_primitive_type_go_by_keyword() -> None:
    files = [path for top in ("functions", "shared") for path in (ROOT / top).rglob("*.py")]
    assert len(files) > 200
    found = {f"{path.relative_to(ROOT)}:{name}": line for path in files for line, name in alike(path.read_text())}
    assert sorted(found) == sorted(ALLOWED), f"put `*, ` before the third, or give it a type of its own: {found}"


def test_they_are_seen_wherever_they_stand() -> None:
    assert list(alike("def f(a: str, b: str, *, c: str): ...")) == []
    assert list(alike("def f(a: str, b: str, c: str): ...")) == [(1, "f")]
    assert list(alike("class C:\n    async def f(self, n: int, a: str, b: str | None, c: 'str' = ''): ...")) == [
        (2, "f")
    ]
    assert list(alike("def f(a: int, b: int, /, c: int): ...")) == [(1, "f")]
    assert list(alike("def f(a: str, b: str, n: int, c: str, d: TenantId, e: TenantId, g: TenantId): ...")) == []
    assert list(alike("def f(a, b, c, x: list[str], y: list[str], z: list[str]): ...")) == []
