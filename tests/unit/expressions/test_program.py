"""A condition does what it says, for anybody, and the account of it agrees."""

import math
import operator as operators
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any as AnyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.expressions.condition import (
    MAX_DEPTH,
    All,
    Any,
    FromToday,
    Leaf,
    Node,
    Not,
    Operator,
    Subject,
    depth_of,
    normal,
)
from shared.domain.expressions.engine import Program, Slot
from shared.domain.expressions.program import Account, Filter, Known, plain
from shared.domain.expressions.reader import read_text
from tests.unit.expressions.vocabulary_samples import SUBJECTS, VOCABULARY, known_values, nodes

TODAY = date(2026, 11, 30)


def filter_of(node: Node) -> Filter:
    return Filter(node, VOCABULARY, TODAY)


def met(of: Filter, known: Mapping[Subject, Known]) -> bool:
    return of.met_by({f"v{i}": plain(known.get(a.subject), a.kind) for i, a in enumerate(of.asked)})


def by_hand(node: Node, known: Mapping[Subject, Known]) -> bool:
    """The same by other means."""
    match node:
        case All(of):
            return all(by_hand(member, known) for member in of)
        case Any(of):
            return any(by_hand(member, known) for member in of)
        case Not(of):
            return not by_hand(of, known)
        case Leaf(subject, operator, value):
            return _leaf(known.get(subject), operator, value)


BY_HAND: dict[Operator, Callable[[AnyType, AnyType], object]] = {
    Operator.IS: operators.eq,
    Operator.IS_NOT: operators.ne,
    Operator.ONE_OF: lambda found, values: operators.contains(values, found),
    Operator.HAS: operators.contains,
    Operator.CONTAINS: operators.contains,
    Operator.STARTS_WITH: lambda found, value: str(found).startswith(str(value)),
    Operator.ENDS_WITH: lambda found, value: str(found).endswith(str(value)),
    Operator.LESS_THAN: operators.lt,
    Operator.AT_MOST: operators.le,
    Operator.MORE_THAN: operators.gt,
    Operator.AT_LEAST: operators.ge,
}


def _whole(value: object) -> object:
    """U+0000 and what stands for a lost character are one."""
    match value:
        case str():
            return value.replace("\0", "\ufffd")
        case list():
            return [_whole(one) for one in value]
        case tuple():
            return tuple(map(_whole, value))
    return value


def _leaf(found: object, operator: Operator, value: object) -> bool:
    if operator is Operator.KNOWN:
        return found is not None and found != []
    if isinstance(value, FromToday):
        value = TODAY + timedelta(days=value.days)
    found, value = _whole(found), _whole(value)
    return operator is Operator.IS_NOT if found is None else bool(BY_HAND[operator](found, value))


@pytest.mark.parametrize("text", ["\0", "a\0b", "\0b"])
def test_a_text_is_not_over_at_a_nul(text: str) -> None:
    (subject,) = [one for one in SUBJECTS if one.key == "package"]
    for operator, value in ((Operator.KNOWN, None), (Operator.IS, text), (Operator.ENDS_WITH, text[-1])):
        assert met(filter_of(normal(Leaf(subject, operator, value))), {subject: text}), operator


@st.composite
def people(draw: st.DrawFn) -> dict[Subject, Known]:
    return {subject: known_values(draw, kind) for subject, kind in SUBJECTS.items()}


@settings(max_examples=200, deadline=None)
@given(nodes(), people())
def test_for_anybody_the_engine_decides_as_one_would_by_hand(node: Node, known: dict[Subject, Known]) -> None:
    node = normal(node)
    if depth_of(node) > MAX_DEPTH:
        return
    of = filter_of(node)
    assert met(of, known) is by_hand(node, known)
    account = of.why(known.get)
    assert account.met is by_hand(node, known)
    assert [test.met for test in account.tests] == [by_hand(leaf, known) for leaf in _leaves(node)]
    assert any(test.decided for test in account.tests)


def _leaves(node: Node) -> list[Leaf]:
    match node:
        case All(of) | Any(of):
            return [leaf for member in of for leaf in _leaves(member)]
        case Not(of):
            return _leaves(of)
        case Leaf():
            return [node]


def account_of(text: str, **known: Known) -> Account:
    return filter_of(read_text(text, VOCABULARY)).why(lambda subject: known.get(subject.name.partition(".")[2]))


def test_who_decided_is_told() -> None:
    text = 'contact.country == "ES" && (contact.window_open || "vip" in contact.tags) && !(contact.name == "Ana")'
    out = account_of(text, country="PT", window_open=False, tags=["vip"], name="Ana")
    assert not out.met
    assert [(t.path, t.text, t.known, t.met, t.decided) for t in out.tests] == [
        ("all.0", 'contact.country == "ES"', "PT", False, True),
        ("all.1.any.0", "contact.window_open", False, False, False),
        ("all.1.any.1", '"vip" in contact.tags', ["vip"], True, False),
        ("all.2.not", 'contact.name == "Ana"', "Ana", True, True),
    ]
    within = account_of(text, country="ES", window_open=False, tags=["vip"], name="Eva")
    assert within.met
    assert [t.decided for t in within.tests] == [True, False, True, True]


@pytest.mark.parametrize(
    ("text", "seen", "expected"),
    [
        ("contact.last_seen >= days_ago(30)", date(2026, 10, 31), True),
        ("contact.last_seen >= days_ago(30)", date(2026, 10, 30), False),
        ("contact.last_seen == today()", TODAY, True),
        ("contact.last_seen < today()", None, False),
        ("!(contact.last_seen < today())", None, True),
        ('contact.last_seen != date("2026-01-01")', None, True),
        ("has(contact.last_seen)", None, False),
    ],
)
def test_days_and_the_unknown(text: str, seen: date | None, expected: bool) -> None:
    assert met(filter_of(read_text(text, VOCABULARY)), {Subject("contact.last_seen"): seen}) is expected


def test_a_value_from_outside_is_only_a_value() -> None:
    """What a person is called cannot become part of the program."""
    of = filter_of(read_text('contact.name == "\\" || true || \\""', VOCABULARY))
    assert not met(of, {Subject("contact.name"): "Ana"})
    assert met(of, {Subject("contact.name"): '" || true || "'})


def test_a_program_that_gives_no_yes_or_no_is_an_error_and_not_a_no() -> None:
    with pytest.raises(RuntimeError):
        Program('v0 == "x"', {"v0": Slot.TEXT}).run({})
    with pytest.raises(RuntimeError):
        Program("v0", {"v0": Slot.TEXT}).run({"v0": "x"})
    assert Program("v0 == v0", {"v0": Slot.NUMBER}).run({"v0": math.nan}) is False


def test_the_deepest_and_the_longest_can_be_evaluated() -> None:
    node: Node = Leaf(Subject("contact.window_open"), Operator.IS, True)
    for level in range(MAX_DEPTH - 1):
        node = Not(node) if level % 3 == 0 else (All if level % 3 == 1 else Any)((node, node))
    assert met(filter_of(node), {Subject("contact.window_open"): True}) in (True, False)
