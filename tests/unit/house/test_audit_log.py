"""No code changes or removes an entry of a tenant's audit log. Its keys are made in one place; whoever writes there
says that nothing may stand there yet. What IAM can say of it, tests/unit/infra/test_template.py holds."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[3]
ENGINE, TRAIL = "shared/store/engine/audited.py", "shared/store/audit/trail.py"
ABSENT = "DirectoryItem.pk.does_not_exist()"


def sources() -> dict[str, str]:
    tops = ("functions", "shared", "infra")
    return {
        str(path.relative_to(ROOT)): path.read_text()
        for top in tops
        for path in (ROOT / top).rglob("*.py")
        if "node_modules" not in path.parts
    }


def calls(source: str, name: str) -> list[ast.Call]:
    """Of functions and methods of this name."""
    if name not in source:
        return []
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [
        call
        for call in found
        if (isinstance(call.func, ast.Name) and call.func.id == name)
        or (isinstance(call.func, ast.Attribute) and call.func.attr == name)
    ]


def function(source: str, name: str) -> str:
    (found,) = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef) and n.name == name]
    return ast.unparse(found)


def test_its_keys_are_made_in_one_place() -> None:
    found = {path for path, source in sources().items() if "#AUDIT#" in source}
    assert found == {ENGINE, TRAIL, "shared/store/engine/keys.py"}
    made = {path for path, source in sources().items() if calls(source, "partition_of") or calls(source, "entry_item")}
    assert made == {ENGINE, TRAIL}
    # In the trail it stands in a docstring.
    assert [line for line in sources()[TRAIL].splitlines() if "#AUDIT#" in line and not line.startswith("| ")] == []


def test_an_entry_is_put_where_none_is() -> None:
    engine, trail = sources()[ENGINE], sources()[TRAIL]
    assert f"transaction.save(entry.item, condition={ABSENT})" in function(engine, "add_entry")
    assert "entry.item" not in engine.replace(function(engine, "add_entry"), "").replace("entry.item is", "").replace(
        f"transaction.save(entry.item, condition={ABSENT})", ""
    )
    assert f"item.save({ABSENT})" in function(trail, "_put_if_absent")
    assert len(calls(trail, "save")) == 1


def test_whoever_asks_for_an_entry_writes_it() -> None:
    ways = ("entry_of_change", "entry_of_changes", "needed_entry")
    for path, source in sources().items():
        if any(calls(source, name) for name in ways) and path != ENGINE:
            assert calls(source, "add_entry") or calls(source, "save"), path


def test_the_log_has_no_way_to_remove_or_change_one() -> None:
    trail = sources()[TRAIL]
    for name in ("delete", "update", "put", "batch_write", "delete_item", "update_item", "batch_write_item"):
        assert not calls(trail, name), name
    removed = [ast.unparse(call) for call in calls(sources()[ENGINE], "delete")]
    assert removed, "documents are removed with their entries"
    assert all("DirectoryItem(item.pk, item.sk)" in call for call in removed), "of what was read as a document"
