"""A condition as a tree of JSON, which a form edits, and back, with the path of everything that is wrong.

    {"all": [{"subject": "contact.country", "operator": "one_of", "value": ["ES", "PT"]},
             {"not": {"subject": "contact.tags", "operator": "has", "value": "vip"}},
             {"any": [{"subject": "fields", "key": "renewal", "operator": "at_most", "value": {"days_from_today": 7}},
                      {"subject": "campaign.read", "key": "01J…", "operator": "is", "value": true}]}]}

A day is `{"date": "2026-12-31"}` or `{"days_from_today": -30}`. Groups that say nothing of their own (with one member,
or directly within their like) are dissolved.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from shared.domain.expressions.condition import (
    MAX_DEPTH,
    MAX_TERMS,
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
    check_bounds,
    check_leaf,
    normal,
    number,
)
from shared.domain.expressions.problems import BadCondition, Fault, Place, Problem, Refused
from shared.domain.expressions.vocabulary import Vocabulary
from shared.domain.expressions.writer import write
from shared.domain.json_text import lone_surrogate

_GROUPS: Mapping[str, Callable[[tuple[Node, ...]], All | Any]] = {"all": All, "any": Any}
_LEAF = frozenset({"subject", "key", "operator", "value"})


def to_tree(node: Node) -> dict[str, object]:
    match node:
        case All(of):
            return {"all": [to_tree(member) for member in of]}
        case Any(of):
            return {"any": [to_tree(member) for member in of]}
        case Not(of):
            return {"not": to_tree(of)}
        case Leaf(subject, test, value):
            tree: dict[str, object] = {"subject": subject.name}
            if subject.key != "":
                tree["key"] = subject.key
            tree["operator"] = test.value
            if value is not None:
                tree["value"] = _json(value)
            return tree


def _json(value: Value) -> object:
    match value:
        case tuple():
            return list(value)
        case date():
            return {"date": value.isoformat()}
        case FromToday(days):
            return {"days_from_today": days}
        case _:
            return value


def read_tree(tree: object, vocabulary: Vocabulary) -> Node:
    """Raises BadCondition."""
    reader = _Reader(vocabulary)
    node = reader.read(tree, "", 1)
    if reader.problems or node is None:
        raise BadCondition(reader.problems)
    try:
        node = normal(node)
        check_bounds(node)
        write(node)
    except Refused as refused:
        raise BadCondition([refused.at(Place())]) from refused
    return node


def _inside(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


class _Reader:
    """Goes on behind a problem, so that all are told at once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._terms = 0
        self.problems: list[Problem] = []

    def _refuse(self, path: str, refused: Refused) -> None:
        self.problems.append(refused.at(Place(path=path)))

    def read(self, tree: object, path: str, depth: int) -> Node | None:
        """None for what could not be read, which is among the problems."""
        if depth > MAX_DEPTH:
            self._refuse(path, Refused(Fault.TOO_DEEP, f"groups are nested more than {MAX_DEPTH} deep; flatten them"))
        elif isinstance(tree, Mapping) and len(tree) == 1 and (group := next(iter(tree))) in _GROUPS:
            return self._group(group, tree[group], path, depth)
        elif isinstance(tree, Mapping) and set(tree) == {"not"}:
            inner = self.read(tree["not"], _inside(path, "not"), depth + 1)
            return Not(inner) if inner is not None else None
        elif isinstance(tree, Mapping) and "subject" in tree:
            return self._leaf(tree, path)
        else:
            message = "a node has `all`, `any` or `not` and nothing else, or `subject`, `operator` and `value`"
            self._refuse(path, Refused(Fault.NOT_A_CONDITION, message))
        return None

    def _group(self, group: str, members: object, path: str, depth: int) -> Node | None:
        path = _inside(path, group)
        if not isinstance(members, Sequence) or isinstance(members, str) or not members:
            self._refuse(path, Refused(Fault.EMPTY, "a group needs a test; remove it, or add one"))
            return None
        if len(members) > MAX_TERMS:
            message = f"the group has {len(members)} members, and {MAX_TERMS} is the most there can be"
            self._refuse(path, Refused(Fault.TOO_MANY_TERMS, message))
            return None
        found = [self.read(member, _inside(path, str(i)), depth + 1) for i, member in enumerate(members)]
        return _GROUPS[group](tuple(node for node in found if node is not None))

    def _leaf(self, tree: Mapping[str, object], path: str) -> Leaf | None:
        self._terms += 1
        if self._terms > MAX_TERMS:
            if self._terms == MAX_TERMS + 1:
                message = f"there are more than {MAX_TERMS} tests; use a list, or split the segment"
                self._refuse(path, Refused(Fault.TOO_MANY_TERMS, message))
            return None
        at = path
        try:
            if strange := sorted(set(tree) - _LEAF):
                raise Refused(
                    Fault.NOT_A_CONDITION, f"a test has no member {strange[0]!r}; it has subject, key, operator, value"
                )
            if lone_surrogate(dict(tree)) is not None:
                raise Refused(Fault.WRONG_VALUE, "a text holds half a surrogate pair; send whole characters")
            at = _inside(path, "subject" if tree.get("key") is None else "key")
            subject = _subject(tree)
            kind = self._vocabulary.kind_of(subject)
            at = _inside(path, "operator")
            test = _operator(tree.get("operator"))
            at = _inside(path, "value")
            leaf = Leaf(subject, test, _value(tree.get("value")))
            check_leaf(leaf, kind)
        except Refused as refused:
            self._refuse(_inside(path, "operator") if refused.code is Fault.WRONG_OPERATOR else at, refused)
            return None
        return leaf


def _subject(tree: Mapping[str, object]) -> Subject:
    name, key = tree["subject"], tree.get("key")
    key = "" if key is None else key
    if not isinstance(name, str) or not isinstance(key, str | int) or isinstance(key, bool):
        raise Refused(Fault.UNKNOWN_SUBJECT, "`subject` is a text, and `key` a text or a whole number")
    return Subject(name, key)


def _operator(found: object) -> Operator:
    try:
        return Operator(str(found))
    except ValueError as error:
        choices = [test.value for test in Operator]
        raise Refused(Fault.WRONG_OPERATOR, f"`operator` is one of {', '.join(choices)}", choices) from error


def _value(found: object) -> Value:
    if not isinstance(found, list):
        return _scalar(found) if found is not None else None
    values = [_scalar(value) for value in dict.fromkeys(map(_hashable, found))]
    texts = tuple(value for value in values if isinstance(value, str))
    numbers = tuple(value for value in values if isinstance(value, int | float) and not isinstance(value, bool))
    if len(values) not in (len(texts), len(numbers)):
        raise Refused(Fault.WRONG_VALUE, "a list holds texts only, or numbers only")
    return texts or numbers


def _hashable(value: object) -> object:
    if isinstance(value, list | dict):
        raise Refused(Fault.WRONG_VALUE, "a list holds texts only, or numbers only")
    return value


def _scalar(found: object) -> Scalar:
    match found:
        case bool() | str():
            return found
        case int() | float():
            return number(found)
        case {"date": str(text), **rest} if not rest and len(text) == len("2026-12-31"):
            try:
                return date.fromisoformat(text)
            except ValueError as error:
                raise Refused(Fault.WRONG_VALUE, 'a date is written as in {"date": "2026-12-31"}') from error
        case {"days_from_today": int(days), **rest} if not rest and not isinstance(days, bool):
            return FromToday(days)
    message = 'a value is a text, a number, true, false, {"date": "2026-12-31"} or {"days_from_today": -30}'
    raise Refused(Fault.WRONG_VALUE, message)
