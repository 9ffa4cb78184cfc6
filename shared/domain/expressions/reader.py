"""From a text in CEL to the condition that it says, with the line and column of everything that is wrong.

CEL itself reads the text; of what CEL can say, conditions are made of these: `&&`, `||`, `!`, comparisons of a subject
with a value (either first), `in`, `has`, `contains`, `startsWith`, `endsWith` and a bare subject that is true or false.
"""

from dataclasses import replace
from datetime import date

from shared.domain.expressions.condition import (
    MAX_TEXT,
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
    check_bounds,
    check_leaf,
    normal,
    number,
)
from shared.domain.expressions.engine import NotCel, SyntaxFault, parse
from shared.domain.expressions.problems import BadCondition, Fault, Place, Problem, Refused
from shared.domain.expressions.syntax import Call, Const, Expr, Items, Name, Other, Select, start_of
from shared.domain.expressions.vocabulary import Vocabulary
from shared.domain.expressions.writer import METHODS, write

_COMPARISONS = {
    "_==_": Operator.IS,
    "_!=_": Operator.IS_NOT,
    "_<_": Operator.LESS_THAN,
    "_<=_": Operator.AT_MOST,
    "_>_": Operator.MORE_THAN,
    "_>=_": Operator.AT_LEAST,
}
_TURNED = {
    Operator.LESS_THAN: Operator.MORE_THAN,
    Operator.AT_MOST: Operator.AT_LEAST,
    Operator.MORE_THAN: Operator.LESS_THAN,
    Operator.AT_LEAST: Operator.AT_MOST,
}
"""What a comparison is when its sides change places."""
_METHODS = {function: test for test, function in METHODS.items()}
_DAYS = frozenset({"date", "today", "days_ago", "days_ahead"})


def read_text(text: str, vocabulary: Vocabulary) -> Node:
    """Raises BadCondition."""
    if len(text) > MAX_TEXT:
        message = f"the text has {len(text)} characters, and {MAX_TEXT} is the most there can be; split the segment"
        raise BadCondition([Problem(Fault.TOO_LONG, message, _place(text, MAX_TEXT))])
    if not text.strip():
        message = 'it says nothing; write a test such as contact.country == "ES"'
        raise BadCondition([Problem(Fault.EMPTY, message, Place(1, 1))])
    try:
        # Half a surrogate pair is no text that CEL could be handed.
        syntax = parse(text.encode(errors="replace").decode())
    except NotCel as error:
        raise BadCondition([_syntax_problem(error.fault)]) from error
    reader = _Reader(text, vocabulary)
    node = reader.read(syntax)
    if reader.problems or node is None:
        raise BadCondition(sorted(reader.problems, key=lambda problem: (problem.place.line, problem.place.column)))
    try:
        node = normal(node)
        check_bounds(node)
        write(node)
    except Refused as refused:
        raise BadCondition([refused.at(Place(1, 1))]) from refused
    return node


def _syntax_problem(fault: SyntaxFault) -> Problem:
    place = Place(fault.line, fault.column)
    if fault.deep:
        return Problem(Fault.TOO_DEEP, "parentheses are nested too deep; flatten them", place)
    remedy = "texts stand in double quotes, comparisons are ==, !=, <, <=, > and >=, and tests are joined by && and ||"
    return Problem(Fault.SYNTAX, f"cannot be read from here: {fault.words}; {remedy}", place)


def _place(text: str, offset: int) -> Place:
    before = text[:offset]
    return Place(before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1)


class _Wrong(Exception):
    """One problem; where it stands is known."""

    def __init__(self, offset: int, refused: Refused) -> None:
        super().__init__(refused.message)
        self.offset = offset
        self.refused = refused


class _Reader:
    """Goes on behind a problem, so that all are told at once."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._text = text
        self._vocabulary = vocabulary
        self.problems: list[Problem] = []

    def read(self, expr: Expr) -> Node | None:
        """None for what could not be read, which is among the problems."""
        match expr:
            case Call(_, "_&&_" | "_||_" as sign, args):
                members = [self.read(arg) for arg in args]
                found = tuple(member for member in members if member is not None)
                return All(found) if sign == "_&&_" else Any(found)
            case Call(_, "!_", (inner,)):
                member = self.read(inner)
                return Not(member) if member is not None else None
        try:
            return self._leaf(expr)
        except _Wrong as wrong:
            self.problems.append(wrong.refused.at(_place(self._text, wrong.offset)))
            return None

    def _leaf(self, expr: Expr) -> Leaf:
        match expr:
            case Call(_, sign, (left, right)) if sign in _COMPARISONS:
                test = _COMPARISONS[sign]
                if _is_value(left) and not _is_value(right):
                    left, right, test = right, left, _TURNED.get(test, test)
                return self._tested(left, test, right)
            case Call(_, "@in", (left, right)):
                return self._among(left, right)
            case Call(_, function, (value,), target) if target is not None and function in _METHODS:
                return self._tested(target, _METHODS[function], value)
            case Select(has=True):
                return self._tested(replace(expr, has=False), Operator.KNOWN, None)
            case Select() | Name() | Call(function="_[_]"):
                return self._bare(expr)
        raise _Wrong(start_of(expr), _unsupported(expr))

    def _bare(self, expr: Expr) -> Leaf:
        """A subject alone, which must be a yes or no."""
        subject = _subject(expr, self._vocabulary)
        try:
            kind = self._vocabulary.kind_of(subject)
            if kind is not Kind.BOOLEAN:
                message = f"a {kind} alone is no yes or no; compare it, or ask whether it is known with has(...)"
                raise Refused(Fault.NOT_A_CONDITION, message)
        except Refused as refused:
            raise _Wrong(start_of(expr), refused) from refused
        return Leaf(subject, Operator.IS, True)

    def _among(self, left: Expr, right: Expr) -> Leaf:
        """`contact.country in ["ES", "PT"]`, or `"vip" in contact.tags`."""
        if isinstance(right, Items):
            return self._tested(left, Operator.ONE_OF, right)
        if not _is_value(left):
            message = 'what stands behind `in` is a list such as ["ES", "PT"], or contact.tags behind a value'
            raise _Wrong(start_of(right), Refused(Fault.NOT_SUPPORTED, message))
        return self._tested(right, Operator.HAS, left)

    def _tested(self, asked: Expr, test: Operator, against: Expr | None) -> Leaf:
        subject = _subject(asked, self._vocabulary)
        try:
            kind = self._vocabulary.kind_of(subject)
        except Refused as refused:
            raise _Wrong(start_of(asked), refused) from refused
        try:
            leaf = Leaf(subject, test, _values(against, kind))
            check_leaf(leaf, kind)
        except Refused as refused:
            about_test = refused.code is Fault.WRONG_OPERATOR or against is None
            raise _Wrong(start_of(asked if about_test or against is None else against), refused) from refused
        return leaf


def _is_value(expr: Expr) -> bool:
    return isinstance(expr, Const | Items) or (isinstance(expr, Call) and expr.function in _DAYS)


def _subject(expr: Expr, vocabulary: Vocabulary) -> Subject:
    match expr:
        case Select(_, Name(_, root), field, False) | Call(_, "_[_]", (Name(_, root), Const(_, str(field)))):
            return Subject(root, field) if root in vocabulary.open_roots else Subject(f"{root}.{field}")
        case Select(_, Call(_, root, (Const(_, str() | int() as key),), None), field, False):
            return Subject(f"{root}.{field}", key)
        case Name(_, name):
            return Subject(name)
    message = "only what is known of somebody can be asked about, such as contact.country or fields.plan"
    raise _Wrong(start_of(expr), Refused(Fault.NOT_SUPPORTED, message))


def _values(expr: Expr | None, kind: Kind) -> Scalar | tuple[str, ...] | tuple[int | float, ...] | None:
    if expr is None:
        return None
    if not isinstance(expr, Items):
        return _scalar(expr, kind)
    found = tuple(dict.fromkeys(_scalar(item, kind) for item in expr.items))
    texts = tuple(value for value in found if isinstance(value, str))
    numbers = tuple(value for value in found if isinstance(value, int | float) and not isinstance(value, bool))
    if len(found) not in (len(texts), len(numbers)):
        raise _Wrong(start_of(expr), Refused(Fault.WRONG_VALUE, "a list holds texts only, or numbers only"))
    return texts or numbers


def _scalar(expr: Expr, kind: Kind) -> Scalar:
    """A value as it stands in the text; a bare text is also taken for a day where one is asked for."""
    match expr:
        case Const(_, bool() as truth):
            return truth
        case Const(_, str() as text):
            return _day(text) if kind is Kind.DATE else text
        case Const(_, int() | float() as value):
            return number(value)
        case Call(_, "date", (Const(_, str() as text),), None):
            return _day(text)
        case Call(_, "today", (), None):
            return FromToday(0)
        case Call(_, "days_ago" | "days_ahead" as function, (Const(_, int() as days),), None):
            return FromToday(-days if function == "days_ago" else days)
        case Select() | Name():
            message = "a subject is compared with a value, not with another subject; texts stand in double quotes"
            raise _Wrong(start_of(expr), Refused(Fault.WRONG_VALUE, message))
    message = (
        'a value is a text, a number, true, false, or a day: date("2026-12-31"), today(), days_ago(30), days_ahead(7)'
    )
    raise _Wrong(start_of(expr), Refused(Fault.WRONG_VALUE, message))


def _day(text: str) -> date:
    try:
        if len(text) == len("2026-12-31"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refused(Fault.WRONG_VALUE, 'a date is written as in date("2026-12-31")')


def _unsupported(expr: Expr) -> Refused:
    match expr:
        case Const():
            message = 'a value alone is no test; compare a subject with it, as in contact.country == "ES"'
            return Refused(Fault.NOT_A_CONDITION, message)
        case Call(function="matches"):
            return Refused(Fault.NOT_SUPPORTED, "patterns are not asked for; use contains, startsWith or endsWith")
        case Other():
            message = 'CEL\'s maps and loops are not used here; a test on a list is "vip" in contact.tags'
            return Refused(Fault.NOT_SUPPORTED, message)
    message = "no condition is made of this; tests are ==, !=, <, <=, >, >=, in, has, contains, startsWith and endsWith"
    return Refused(Fault.NOT_SUPPORTED, message)
