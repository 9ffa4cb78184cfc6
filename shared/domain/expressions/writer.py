"""A condition as people read it: the canonical text, in CEL.

Between tests stands ` && ` or ` || `, a group within another kind of group in parentheses, texts in double quotes, days
as `date("2026-12-31")`, `today()`, `days_ago(30)` or `days_ahead(7)`. Comments and line breaks of a text that was read
are not kept.
"""

import json
import re
from datetime import date

from shared.domain.expressions.condition import (
    MAX_TEXT,
    All,
    Any,
    FromToday,
    Leaf,
    Node,
    Not,
    Operator,
    Scalar,
    Subject,
    Value,
)
from shared.domain.expressions.problems import Fault, Refused

SIGNS = {
    Operator.IS: "==",
    Operator.IS_NOT: "!=",
    Operator.LESS_THAN: "<",
    Operator.AT_MOST: "<=",
    Operator.MORE_THAN: ">",
    Operator.AT_LEAST: ">=",
    Operator.ONE_OF: "in",
}
METHODS = {Operator.CONTAINS: "contains", Operator.STARTS_WITH: "startsWith", Operator.ENDS_WITH: "endsWith"}
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_LITERALS = frozenset({"in", "true", "false", "null"})
"""Words that CEL's grammar takes for something else, behind a dot too (cel-spec, syntax)."""


def write(node: Node) -> str:
    """Raises Refused when it is longer than a text may be."""
    text = _node(node)
    if len(text) > MAX_TEXT:
        message = f"as text it has {len(text)} characters, and {MAX_TEXT} is the most there can be; split the segment"
        raise Refused(Fault.TOO_LONG, message)
    return text


def _node(node: Node) -> str:
    match node:
        case All(of):
            return " && ".join(f"({_node(member)})" if isinstance(member, Any) else _node(member) for member in of)
        case Any(of):
            return " || ".join(f"({_node(member)})" if isinstance(member, All) else _node(member) for member in of)
        case Not(of):
            return f"!{_node(of)}" if _is_one_word(of) else f"!({_node(of)})"
        case Leaf():
            return write_leaf(node)


def _is_one_word(node: Node) -> bool:
    """Whether `!` in front of it takes in all of it."""
    if not isinstance(node, Leaf):
        return False
    return node.operator in (Operator.KNOWN, *METHODS) or (node.operator is Operator.IS and node.value is True)


def write_leaf(leaf: Leaf) -> str:
    subject = write_subject(leaf.subject)
    if leaf.operator is Operator.KNOWN:
        return f"has({subject})"
    if leaf.operator is Operator.HAS:
        return f"{write_value(leaf.value)} in {subject}"
    if leaf.operator in METHODS:
        return f"{subject}.{METHODS[leaf.operator]}({write_value(leaf.value)})"
    if leaf.operator is Operator.IS and leaf.value is True:
        return subject
    return f"{subject} {SIGNS[leaf.operator]} {write_value(leaf.value)}"


def write_subject(subject: Subject) -> str:
    root, _, name = subject.name.partition(".")
    if not name:
        return f"{root}.{_identifier(str(subject.key))}"
    return f"{root}({write_value(subject.key)}).{name}" if subject.key != "" else f"{root}.{name}"


def _identifier(name: str) -> str:
    return name if _PLAIN.match(name) and name not in _LITERALS else f"`{name}`"


def write_value(value: Value) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_scalar, value))}]"
    return _scalar(value) if value is not None else "null"


def _scalar(value: Scalar) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return write_text(value)
        case date():
            return f'date("{value.isoformat()}")'
        case FromToday(0):
            return "today()"
        case FromToday(days):
            return f"days_ago({-days})" if days < 0 else f"days_ahead({days})"
        case _:
            return repr(value)


def write_text(text: str) -> str:
    """A literal: quotes, backslashes and signs that nobody sees are escaped, as in JSON, which CEL reads alike."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in quoted)
