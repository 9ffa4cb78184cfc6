"""Tests are parametrized in one order. Texts hash otherwise in every process, so a set is walked otherwise by each
worker of pytest-xdist: they collect other tests than their neighbours, and the run ends."""

import ast
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TOPS = ("tests", "shared", "functions", "infra")
SETS = frozenset({"set", "frozenset"})
OF_SETS = frozenset({"union", "intersection", "difference", "symmetric_difference"})
VIEWS = frozenset({"keys", "items"})


@dataclass(frozen=True)
class Names(Mapping[str, ast.expr]):
    """What the names of a module stand for, and the functions of one return."""

    own: Mapping[str, ast.expr]
    imported: Mapping[str, tuple[str, str]]
    """Module and name there: read when somebody asks, which few do."""

    def __getitem__(self, name: str) -> ast.expr:
        if name in self.own:
            return self.own[name]
        module, beyond = self.imported[name]
        return names_of_module(module)[beyond]

    def __iter__(self) -> Iterator[str]:
        return iter({**self.own, **self.imported})

    def __len__(self) -> int:
        return len({**self.own, **self.imported})

    def but(self, name: str) -> "Names":
        return Names({**self.own, name: ast.Constant(None)}, self.imported)


def names_of(module: ast.Module) -> Names:
    own: dict[str, ast.expr] = {}
    imported: dict[str, tuple[str, str]] = {}
    for node in module.body:
        if isinstance(node, ast.Assign):
            own |= {target.id: node.value for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            own[node.target.id] = node.value
        elif isinstance(node, ast.FunctionDef):
            results = [one.value for one in ast.walk(node) if isinstance(one, ast.Return | ast.Yield) and one.value]
            own[node.name] = ast.Tuple([ast.Starred(one) for one in results])
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in TOPS:
            imported |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
    return Names(own, imported)


@cache
def names_of_module(module: str) -> Names:
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    return names_of(ast.parse(path.read_text() if path.exists() else ""))


def without_order(value: ast.AST, names: Names) -> bool:
    """Whether walking it gives another order in another process."""
    match value:
        case ast.Set() | ast.SetComp():
            return True
        case ast.ListComp() | ast.GeneratorExp():
            return any(without_order(one.iter, names) for one in value.generators)
        case ast.Tuple() | ast.List():
            return any(isinstance(one, ast.Starred) and without_order(one.value, names) for one in value.elts)
        case ast.BinOp():
            views = isinstance(value.op, ast.Sub | ast.BitAnd | ast.BitXor | ast.BitOr) and any(
                isinstance(side, ast.Call) and isinstance(side.func, ast.Attribute) and side.func.attr in VIEWS
                for side in (value.left, value.right)
            )
            return views or without_order(value.left, names) or without_order(value.right, names)
        case ast.IfExp():
            return without_order(value.body, names) or without_order(value.orelse, names)
        case ast.Call(func=ast.Name(id="sorted"), keywords=[]):
            return False
        case ast.Call(func=ast.Name(id=name)):
            own = name in names and without_order(names[name], names.but(name))
            return name in SETS or own or any(without_order(one, names) for one in value.args)
        case ast.Call(func=ast.Attribute(attr=name, value=of)):
            return name in OF_SETS and without_order(of, names)
        case ast.Name(id=name) if name in names:
            return without_order(names[name], names.but(name))
    return False


def parameters(module: ast.Module) -> Iterator[ast.expr]:
    """What tests and fixtures are parametrized with."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "parametrize":
                yield from (*node.args[1:2], *(one.value for one in node.keywords if one.arg == "argvalues"))
            elif node.func.attr == "fixture":
                yield from (one.value for one in node.keywords if one.arg == "params")


def unordered(source: str) -> list[str]:
    if "param" not in source:
        return []
    module = ast.parse(source)
    names = names_of(module)
    return [ast.unparse(value) for value in parameters(module) if without_order(value, names)]


def test_every_worker_collects_the_same_tests_in_the_same_order() -> None:
    found = {
        str(path.relative_to(ROOT)): values
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if (values := unordered(path.read_text()))
    }
    assert found == {}, "sort them, or write them down as a tuple"


@pytest.mark.parametrize(
    "values",
    [
        '{"a", "b"}',
        '[one for one in {"a", "b"}]',
        'list(frozenset(("a", "b")))',
        "KNOWN",
        "[*KNOWN, 1]",
        'KNOWN | {"c"}',
        "KNOWN - OTHERS",
        "TABLE.keys() - OTHERS",
        "KNOWN.union(TABLE)",
        "made()",
        "[pytest.param(one) for one in made()]",
        "enumerate(KNOWN)",
        "sorted(KNOWN, key=len)",
    ],
)
def test_what_has_no_order_is_found(values: str) -> None:
    assert unordered(_source(values)) != []


@pytest.mark.parametrize(
    "values", ['["a"]', "sorted(KNOWN)", "TABLE", "TABLE.items()", "[one for one in sorted(KNOWN)]", "OTHERS", "(1, 2)"]
)
def test_what_has_one_is_not(values: str) -> None:
    assert unordered(_source(values)) == []


def _source(values: str) -> str:
    return textwrap.dedent(f"""
        KNOWN = frozenset({{"a"}})
        OTHERS = ["b"]
        TABLE = {{"a": 1}}
        def made():
            return [one for one in KNOWN]
        @pytest.mark.parametrize("one", {values})
        def test_it(one): ...
    """)
