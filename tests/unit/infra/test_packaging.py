"""The packages: the same bytes for the same sources, and nothing in them that the function doesn't need."""

import shutil
import zipfile
from pathlib import Path

import pytest

from infra.packaging.archive import write_archive
from infra.packaging.functions import FUNCTIONS, build_functions
from infra.packaging.target import local_target


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    for path in (
        "functions/__init__.py",
        "shared/__init__.py",
        *(f"functions/{name}/__init__.py" for name in FUNCTIONS),
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    (root / "shared/clock.py").write_text("NAMES = {'b', 'a', 'c'}\n")
    (root / "functions/api/handler.py").write_text("def lambda_handler(event, context):\n    return 1\n")
    for name in ("README.md", "openapi.json", "openapi-python-client.yaml"):
        (root / "functions/api" / name).write_text("for people who read the sources\n")
    return root


def build(sources: Path, into: Path) -> dict[str, Path]:
    return build_functions(local_target(), root=sources, into=into)


def names(archive: Path) -> set[str]:
    with zipfile.ZipFile(archive) as opened:
        return set(opened.namelist())


def test_package_holds_its_function_and_shared(sources: Path, tmp_path: Path) -> None:
    held = names(build(sources, tmp_path / "out")["ApiKey"])
    code = {name for name in held if name.endswith(".py")}
    assert code == {
        "functions/__init__.py",
        "functions/api/__init__.py",
        "functions/api/handler.py",
        "shared/__init__.py",
        "shared/clock.py",
    }
    assert len(held) == 2 * len(code)  # each with its bytecode


def test_bytecode_is_never_checked_against_the_source(sources: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(build(sources, tmp_path / "out")["ApiKey"]) as opened:
        compiled = [name for name in opened.namelist() if name.endswith(".pyc")]
        # Bytes 4-8 of a .pyc: 1 = hash-based, not checked (PEP 552).
        assert {opened.read(name)[4:8] for name in compiled} == {b"\x01\x00\x00\x00"}


def test_two_builds_are_the_same_bytes(sources: Path, tmp_path: Path) -> None:
    first = build(sources, tmp_path / "first")
    for path in sources.rglob("*.py"):
        path.touch()
    elsewhere = shutil.copytree(sources, tmp_path / "another" / "checkout")
    second = build(elsewhere, tmp_path / "second")
    assert {key: path.name for key, path in first.items()} == {key: path.name for key, path in second.items()}
    assert all(first[key].read_bytes() == second[key].read_bytes() for key in first)


def test_change_in_one_function_leaves_the_others_as_they_were(sources: Path, tmp_path: Path) -> None:
    before = build(sources, tmp_path / "before")
    (sources / "functions/api/handler.py").write_text("def lambda_handler(event, context):\n    return 2\n")
    after = build(sources, tmp_path / "after")
    assert [key for key in before if before[key].name != after[key].name] == ["ApiKey"]


def test_order_of_entries_does_not_matter(tmp_path: Path) -> None:
    entries = [("b", b"2"), ("a", b"1")]
    one = write_archive(tmp_path / "one.zip", entries, compress=True)
    two = write_archive(tmp_path / "two.zip", reversed(entries), compress=True)
    assert one.read_bytes() == two.read_bytes()
