"""No riddles: a name says what it stands for. `wanted`, `made` or `again` leave open what of, and `told` by whom."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

RIDDLES = re.compile(r"(?:^|_)(?:made|wanted|told|wish|wishes|again|(?:at|in)_hand)(?:_|$)")
ALLOWED = {
    "MediaMadeOut": "a schema of the OpenAPI document, by which clients call what they generate",
}


def riddles(source: str) -> Iterator[tuple[int, str]]:
    """(line, name) of functions, classes, parameters, variables and attributes with such a word in them."""
    for node in ast.walk(ast.parse(source)):
        for name in _named(node):
            if name not in ALLOWED and is_riddle(name):
                yield getattr(node, "lineno", 0), name


def is_riddle(name: str) -> bool:
    return bool(RIDDLES.search(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()))


def _named(node: ast.AST) -> list[str]:
    """What this node gives a name to."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.arg(arg=name):
            return [name]
        case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
            return [name]
        case ast.ExceptHandler(name=str(name)) | ast.alias(asname=str(name)):
            return [name]
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            return [name]
    return []


def test_no_name_is_a_riddle() -> None:
    files = [path for top in ("functions", "shared") for path in (ROOT / top).rglob("*.py")]
    assert len(files) > 200
    found = [f"{path.relative_to(ROOT)}:{line}: {name}" for path in files for line, name in riddles(path.read_text())]
    found += [str(path.relative_to(ROOT)) for path in files if is_riddle(path.stem) or is_riddle(path.parent.name)]
    assert not found, f"say what it is instead: {found}"


def test_what_is_allowed_is_still_there() -> None:
    text = "".join(path.read_text() for top in ("functions", "shared") for path in (ROOT / top).rglob("*.py"))
    assert [name for name in ALLOWED if f" {name}" not in text] == []


@pytest.mark.parametrize(
    "source",
    [
        *("def told(): ...", "async def look_again(): ...", "class Wish: ...", "class LastWish(Base): ..."),
        *(
            "def take(wanted): ...",
            "def take(*, made_by=1): ...",
            "lambda again: 1",
            "made = 1",
            "a, (_told, b) = 1, 2",
        ),
        *("made: int = 1", "self._made = {}", "self.at_hand: int = 0", "for again in range(2): ...", "_AGAIN_MS = 5"),
        *("[x for wanted in y]", "with a() as made: ...", "(told := 1)", "from a import b as told"),
        *("try: ...\nexcept ValueError as told: ...", "match x:\n    case [made, *again]: ..."),
    ],
)
def test_a_riddle_is_seen_wherever_a_name_is_given(source: str) -> None:
    assert list(riddles(source))


def test_other_words_and_what_others_named_pass() -> None:
    assert not list(riddles("def hand_over_at(untold, against): return theirs.made + other.told(again=1)"))
