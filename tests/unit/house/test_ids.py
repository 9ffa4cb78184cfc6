"""Whose data it is has a type: no text that is something else gets where a tenant's id is meant."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]


def plain(source: str) -> Iterator[int]:
    """Lines on which a parameter, field or variable called `tenant_id` is annotated as any text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg):
            name = node.arg
        elif isinstance(node, ast.AnnAssign):
            name = ast.unparse(node.target).rpartition(".")[2]
        else:
            continue
        annotation = node.annotation
        if name.strip("_") == "tenant_id" and annotation is not None and "str" in ast.unparse(annotation):
            yield node.lineno


def test_a_tenant_s_id_is_never_any_text() -> None:
    files = [path for top in ("functions", "shared") for path in (ROOT / top).rglob("*.py")]
    assert len(files) > 200
    found = [f"{path.relative_to(ROOT)}:{line}" for path in files for line in plain(path.read_text())]
    assert not found, f"annotate as TenantId (shared/ids.py): {found}"


def test_any_text_is_seen_wherever_it_stands() -> None:
    assert list(plain("def get(tenant_id: TenantId, key: str) -> str: ...")) == []
    assert list(plain("def get(tenant_id: str | None = None): ...")) == [1]
    assert list(plain("class Run:\n    tenant_id: str\n")) == [2]
    assert list(plain("def __init__(self, tenant_id):\n    self._tenant_id: 'str' = tenant_id\n")) == [2]
