"""A condition made ready for many people, and the account of what decided for one of them."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from shared.domain.expressions.condition import (
    All,
    Any,
    FromToday,
    Kind,
    Leaf,
    Node,
    Not,
    Operator,
    Scalar,
    Subject,
    leaves,
)
from shared.domain.expressions.engine import Program, Slot
from shared.domain.expressions.vocabulary import Vocabulary
from shared.domain.expressions.writer import METHODS, SIGNS, write_leaf, write_text
from shared.domain.json_text import LOST

Known: TypeAlias = str | int | float | bool | date | list[str] | None
"""What is known of somebody under one subject; None for nothing."""
Plain: TypeAlias = str | float | list[str]
_SLOTS = {Kind.TEXT: Slot.TEXT, Kind.WORDS: Slot.WORDS}
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Asked:
    """One variable of the program."""

    subject: Subject
    kind: Kind


class Filter:
    """A condition on the day `today`. `asked` are what it asks about, without repetition; whoever asks it gives their
    values in that order, as `plain` has them. Raises Refused when the vocabulary has a subject no more."""

    def __init__(self, node: Node, vocabulary: Vocabulary, today: date) -> None:
        self.node = node
        self.today = today
        subjects = dict.fromkeys(leaf.subject for leaf in leaves(node))
        self.asked = tuple(Asked(subject, vocabulary.kind_of(subject)) for subject in subjects)
        self._names = {asked.subject: f"v{i}" for i, asked in enumerate(self.asked)}
        self._slots = {f"v{i}": _SLOTS.get(asked.kind, Slot.NUMBER) for i, asked in enumerate(self.asked)}
        self._kinds = {asked.subject: asked.kind for asked in self.asked}
        self._program = Program(self._node(node), self._slots)

    def met_by(self, values: Mapping[str, Plain]) -> bool:
        """`values`: `v0`, `v1`… for each of `asked`."""
        return self._program.run(values)

    def why(self, known: Callable[[Subject], Known]) -> "Account":
        """Each test with what is known and whether it is met, and which of them decided."""
        values = {f"v{i}": plain(known(asked.subject), asked.kind) for i, asked in enumerate(self.asked)}
        teller = _Teller(self, known, values)
        met, finish = teller.tell(self.node, "")
        finish(True)
        return Account(met, tuple(teller.tests))

    def leaf_met(self, leaf: Leaf, values: Mapping[str, Plain]) -> bool:
        name = self._names[leaf.subject]
        return Program(self._leaf(leaf), {name: self._slots[name]}).run({name: values[name]})

    def _node(self, node: Node) -> str:
        match node:
            case All(of):
                return "(" + " && ".join(map(self._node, of)) + ")"
            case Any(of):
                return "(" + " || ".join(map(self._node, of)) + ")"
            case Not(of):
                return f"!({self._node(of)})"
            case Leaf():
                return self._leaf(node)

    def _leaf(self, leaf: Leaf) -> str:
        """Over variables in which nothing known is "", no words or NaN: that compares as nothing known should, equal to
        and ordered with no value (IEEE 754; cel-spec, numeric comparisons)."""
        name, kind = self._names[leaf.subject], self._kinds[leaf.subject]
        if leaf.operator is Operator.KNOWN:
            return {Kind.TEXT: f'{name} != ""', Kind.WORDS: f"size({name}) > 0"}.get(kind, f"{name} == {name}")
        if isinstance(leaf.value, tuple):
            return f"{name} in [{', '.join(map(self._value, leaf.value))}]"
        assert leaf.value is not None  # noqa: S101 - of a condition that was checked
        value = self._value(leaf.value)
        if leaf.operator is Operator.HAS:
            return f"{value} in {name}"
        return (
            f"{name}.{METHODS[leaf.operator]}({value})"
            if leaf.operator in METHODS
            else f"{name} {SIGNS[leaf.operator]} {value}"
        )

    def _value(self, value: Scalar) -> str:
        match value:
            case str():
                return write_text(whole(value))
            case date():
                return repr(_day_number(value))
            case FromToday(days):
                return repr(_day_number(self.today) + days)
            case _:
                return repr(float(value))


@dataclass(frozen=True, slots=True)
class Tested:
    """One test of a condition. `decided`: whether, had it come out otherwise, or not been there, the whole might have;
    of an `all` that is not met, those that are not."""

    path: str
    text: str
    subject: Subject
    known: Known
    met: bool
    decided: bool


@dataclass(frozen=True, slots=True)
class Account:
    met: bool
    tests: tuple[Tested, ...]


class _Teller:
    def __init__(self, of: Filter, known: Callable[[Subject], Known], values: Mapping[str, Plain]) -> None:
        self._filter = of
        self._known = known
        self._values = values
        self.tests: list[Tested] = []

    def tell(self, node: Node, path: str) -> tuple[bool, Callable[[bool], None]]:
        """Whether it is met, and what is to be called with whether it decided for the whole."""
        match node:
            case Leaf():
                return self._leaf(node, path)
            case Not(of):
                met, finish = self.tell(of, f"{path}.not".lstrip("."))
                return not met, finish
            case All(of) | Any(of):
                group = "all" if isinstance(node, All) else "any"
                members = [self.tell(member, f"{path}.{group}.{i}".lstrip(".")) for i, member in enumerate(of)]
                results = [met for met, _ in members]
                result = all(results) if group == "all" else any(results)

                def finish_all(decided: bool) -> None:
                    for met, finish in members:
                        finish(decided and met is result)

                return result, finish_all

    def _leaf(self, leaf: Leaf, path: str) -> tuple[bool, Callable[[bool], None]]:
        met = self._filter.leaf_met(leaf, self._values)
        place = len(self.tests)
        self.tests.append(Tested(path, write_leaf(leaf), leaf.subject, self._known(leaf.subject), met, decided=False))

        def finish(decided: bool) -> None:
            found = self.tests[place]
            self.tests[place] = Tested(found.path, found.text, found.subject, found.known, met, decided)

        return met, finish


def whole(text: str) -> str:
    """The engine takes a text that it is given for over at U+0000; what stands for a lost character takes its place."""
    return text.replace("\0", LOST)


def plain(known: Known, kind: Kind) -> Plain:
    """As the program takes it."""
    return PLAIN[kind](known)


def _plain_number(known: Known) -> float:
    return float(known) if isinstance(known, int | float) else math.nan


PLAIN: Mapping[Kind, Callable[[Known], Plain]] = {
    Kind.TEXT: lambda known: whole(known) if isinstance(known, str) else "",
    Kind.WORDS: lambda known: [whole(word) for word in known] if isinstance(known, list) else [],
    Kind.DATE: lambda known: _day_number(known) if isinstance(known, date) else math.nan,
    Kind.NUMBER: _plain_number,
    Kind.BOOLEAN: _plain_number,
}
"""What makes a value as the program takes it, of a subject of each kind: called for each contact."""


def _day_number(day: date) -> float:
    return float(day.toordinal() - _EPOCH)
