"""CEL itself, Google's own engine: the only module that knows it. README.md says why this one.

What may be imported in vain is not imported before it is asked for: the engine is 14 MB of machine code.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import ModuleType
from typing import NamedTuple, Protocol, cast

from shared.domain.expressions.syntax import Expr, decode_parsed


class Slot(StrEnum):
    """What a variable of a program is."""

    TEXT = "text"
    NUMBER = "number"
    WORDS = "words"


class SyntaxFault(NamedTuple):
    """Why a text is no expression. Line and column count from 1, in code points; `deep` when it is nested too deep for
    the engine, which then knows no place."""

    line: int
    column: int
    words: str
    deep: bool = False


class NotCel(Exception):
    def __init__(self, fault: SyntaxFault) -> None:
        super().__init__(fault.words)
        self.fault = fault


class _Value(Protocol):
    def value(self) -> object: ...


class _Compiled(Protocol):
    def eval(self, *, data: Mapping[str, object]) -> _Value: ...
    def serialize(self) -> bytes: ...


_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (?:Syntax error: )?(.*)")
_TOO_DEEP = re.compile(r"recursion (?:limit|depth)")
_LONGEST_WORDS = 200


def parse(text: str) -> Expr:
    """What the text says. Raises NotCel with the first place that cannot be read.

    The engine nests no deeper than 32, and reads 4,000 characters of whatever kind in less than a fifth of a second.
    """
    try:
        return decode_parsed(_compile((), text, check=False).serialize())
    except RuntimeError as error:
        raise NotCel(_fault(str(error))) from error


class Program:
    """An expression made ready for many evaluations. Raises RuntimeError where it is no CEL over these variables, or no
    yes or no: programs are made from conditions that were checked."""

    def __init__(self, text: str, slots: Mapping[str, Slot]) -> None:
        self._text = text
        self._compiled = _compile(tuple(slots.items()), text, check=True)

    def run(self, values: Mapping[str, str | float | list[str]]) -> bool:
        """`values` names each of the program's variables."""
        found = self._compiled.eval(data=values).value()
        if found is True or found is False:
            return found
        raise RuntimeError(f"no yes or no comes of it: {type(found).__name__}")


def _compile(slots: tuple[tuple[str, Slot], ...], text: str, *, check: bool) -> _Compiled:
    return cast("_Compiled", _environment(slots).compile(text, disable_check=not check))


@cache
def _cel() -> ModuleType:
    from cel_expr_python import cel

    return cast("ModuleType", cel)


def _environment(slots: tuple[tuple[str, Slot], ...]):  # type: ignore[no-untyped-def]
    cel = _cel()
    types = {Slot.TEXT: cel.Type.STRING, Slot.NUMBER: cel.Type.DOUBLE, Slot.WORDS: cel.Type.List(cel.Type.STRING)}
    return cel.NewEnv(variables={name: types[slot] for name, slot in slots})


def _fault(message: str) -> SyntaxFault:
    if _TOO_DEEP.search(message):
        return SyntaxFault(1, 1, "", deep=True)
    found = _ERROR.search(message)
    if found is None:
        return SyntaxFault(1, 1, "it cannot be read")
    return SyntaxFault(int(found[1]), int(found[2]), found[3][:_LONGEST_WORDS])
