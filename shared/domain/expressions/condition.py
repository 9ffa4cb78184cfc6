"""A condition: tests on what is known of somebody, joined by all, any and not.

It has two forms, each made from the other without loss: a tree of JSON that a form can edit (`tree.py`) and a text in
CEL that people read (`reader.py`, `writer.py`). Both mean the same `Node`, in the one normal form that `normal` makes:
no group with one member, none directly within its like, no not of a not.

**A value that is not there** passes no test but `is_not`: who has no birthday was not born before 1990, nor on a day,
and is of no plan, so also not of the plan "gold". `known` asks for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from shared.domain.expressions.problems import Fault, Refused

MAX_TEXT = 4_000
"""Characters of a text. The engine reads so many, of whatever kind, in a fifth of a second at worst."""
MAX_DEPTH = 8
MAX_TERMS = 50
MAX_VALUES = 200
"""In one list."""
MAX_VALUE = 200
"""Characters of a value."""
MAX_COST = 500
"""A test costs 1, and 1 more for each value of its list: what bounds how long one evaluation takes."""
MAX_NUMBER = 10**15
"""Doubles hold every whole number up to here (IEEE 754)."""
MAX_DAYS = 36_500


class Kind(StrEnum):
    """What may be asked of a subject."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    WORDS = "words"


class Operator(StrEnum):
    """The values are stored and shown; they never change meaning."""

    IS = "is"
    IS_NOT = "is_not"
    ONE_OF = "one_of"
    LESS_THAN = "less_than"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    AT_LEAST = "at_least"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    HAS = "has"
    KNOWN = "known"


ORDER = frozenset({Operator.LESS_THAN, Operator.AT_MOST, Operator.MORE_THAN, Operator.AT_LEAST})
PARTS = frozenset({Operator.CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH})
OPERATORS_OF = {
    Kind.TEXT: frozenset({Operator.IS, Operator.IS_NOT, Operator.ONE_OF, Operator.KNOWN}) | PARTS,
    Kind.NUMBER: frozenset({Operator.IS, Operator.IS_NOT, Operator.ONE_OF, Operator.KNOWN}) | ORDER,
    Kind.DATE: frozenset({Operator.IS, Operator.IS_NOT, Operator.KNOWN}) | ORDER,
    Kind.BOOLEAN: frozenset({Operator.IS, Operator.KNOWN}),
    Kind.WORDS: frozenset({Operator.HAS, Operator.KNOWN}),
}


@dataclass(frozen=True, slots=True)
class FromToday:
    """So many days after the day of the evaluation; before it where negative."""

    days: int


Scalar: TypeAlias = str | bool | int | float | date | FromToday
Value: TypeAlias = Scalar | tuple[str, ...] | tuple[int | float, ...] | None


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about: `contact.country`; or with a key `fields` (a field's key), `campaign.read` (a campaign's id)
    and `campaigns_in_days.read` (so many days)."""

    name: str
    key: str | int = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One test; `value` is None for `known`, and a tuple for `one_of`."""

    subject: Subject
    operator: Operator
    value: Value = None


@dataclass(frozen=True, slots=True)
class All:
    of: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    of: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    of: "Node"


Node: TypeAlias = All | Any | Not | Leaf


def normal(node: Node) -> Node:
    """The same condition in the form that both its forms have in common."""
    match node:
        case Not(of):
            inner = normal(of)
            return inner.of if isinstance(inner, Not) else Not(inner)
        case All(of) | Any(of):
            kind = type(node)
            members: list[Node] = []
            for member in map(normal, of):
                members += member.of if isinstance(member, kind) else (member,)
            return members[0] if len(members) == 1 else kind(tuple(members))
        case _:
            return node


def leaves(node: Node) -> Iterator[Leaf]:
    """In the order of the text."""
    match node:
        case All(of) | Any(of):
            for member in of:
                yield from leaves(member)
        case Not(of):
            yield from leaves(of)
        case Leaf():
            yield node


def depth_of(node: Node) -> int:
    """1 for a test."""
    match node:
        case All(of) | Any(of):
            return 1 + max(map(depth_of, of), default=0)
        case Not(of):
            return 1 + depth_of(of)
        case Leaf():
            return 1


def cost_of(node: Node) -> int:
    return sum(1 + (len(leaf.value) if isinstance(leaf.value, tuple) else 0) for leaf in leaves(node))


def check_bounds(node: Node) -> None:
    """Raises Refused for a condition that is larger than any may be."""
    if depth_of(node) > MAX_DEPTH:
        raise Refused(Fault.TOO_DEEP, f"groups are nested more than {MAX_DEPTH} deep; flatten them")
    terms = sum(1 for _ in leaves(node))
    if terms > MAX_TERMS:
        message = f"there are {terms} tests, and {MAX_TERMS} is the most there can be; use a list, or split the segment"
        raise Refused(Fault.TOO_MANY_TERMS, message)
    if cost_of(node) > MAX_COST:
        message = f"tests and values of lists come to more than {MAX_COST}; give people a tag or field to ask for"
        raise Refused(Fault.TOO_COSTLY, message)


def number(value: float) -> int | float:
    """As both forms write it: 5, not 5.0. Raises Refused for what a double does not hold surely."""
    if not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise Refused(Fault.WRONG_VALUE, f"a number lies between -{MAX_NUMBER} and {MAX_NUMBER}")
    return int(value) if value == int(value) else value


def check_leaf(leaf: Leaf, kind: Kind) -> None:
    """Raises Refused unless this may be asked of a subject of this kind."""
    allowed = OPERATORS_OF[kind]
    if leaf.operator not in allowed:
        choices = sorted(allowed)
        raise Refused(
            Fault.WRONG_OPERATOR, f"a {kind} is asked for by {', '.join(choices)}, not {leaf.operator}", choices
        )
    if leaf.operator is Operator.KNOWN:
        if leaf.value is not None:
            raise Refused(Fault.WRONG_VALUE, "known takes no value; leave it out")
        return
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    if isinstance(leaf.value, tuple) is not (leaf.operator is Operator.ONE_OF):
        raise Refused(Fault.WRONG_VALUE, "one_of takes a list of values, and any other test one value")
    if not 0 < len(values) <= MAX_VALUES:
        fault = Fault.TOO_MANY_VALUES if values else Fault.WRONG_VALUE
        raise Refused(fault, f"a list holds 1 to {MAX_VALUES} values; people with more have a tag or field in common")
    for value in values:
        _check_value(value, kind)


def _check_value(value: Scalar | None, kind: Kind) -> None:
    right: bool
    match kind:
        case Kind.TEXT | Kind.WORDS:
            right = isinstance(value, str) and 0 < len(value) <= MAX_VALUE
            expected = f'a text of 1 to {MAX_VALUE} characters such as "gold"; to ask whether there is one, use known'
        case Kind.NUMBER:
            right = isinstance(value, int | float) and not isinstance(value, bool)
            expected = "a number such as 12 or 12.5"
        case Kind.DATE:
            right = isinstance(value, date) or (isinstance(value, FromToday) and abs(value.days) <= MAX_DAYS)
            expected = 'a day: date("2026-12-31"), today(), days_ago(30) or days_ahead(7)'
        case Kind.BOOLEAN:
            right = isinstance(value, bool)
            expected = "true or false"
    if not right:
        raise Refused(Fault.WRONG_VALUE, f"it is compared with {expected}")
