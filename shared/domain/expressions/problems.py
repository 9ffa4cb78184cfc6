"""What is wrong with a condition: a code, where it stands, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """The values are shown; they never change meaning."""

    SYNTAX = "condition_syntax"
    NOT_A_CONDITION = "not_a_condition"
    NOT_SUPPORTED = "not_supported"
    EMPTY = "condition_empty"
    TOO_LONG = "condition_too_long"
    TOO_DEEP = "condition_too_deep"
    TOO_MANY_TERMS = "too_many_terms"
    TOO_MANY_VALUES = "too_many_values"
    TOO_MANY_CAMPAIGNS = "too_many_campaigns"
    TOO_COSTLY = "condition_too_costly"
    UNKNOWN_SUBJECT = "unknown_subject"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_CAMPAIGN = "unknown_campaign"
    NOT_KEPT = "not_kept_yet"
    WRONG_OPERATOR = "wrong_operator"
    WRONG_VALUE = "wrong_value"


@dataclass(frozen=True, slots=True)
class Place:
    """Where: `line` and `column` in a text, from 1 (0 where there is no text); `path` in a tree, such as `all.0.value`.
    "" is the whole."""

    line: int = 0
    column: int = 0
    path: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """`message` says what is wrong and what to do about it; `subject` and `choices` name what, where that helps."""

    code: Fault
    message: str
    place: Place = Place()
    choices: tuple[str, ...] = ()


class BadCondition(Exception):
    """Every problem that was found, in the order of their places; never none."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


class Refused(Exception):
    """One problem, before its place is known."""

    def __init__(self, code: Fault, message: str, choices: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.choices = tuple(choices)

    def at(self, place: Place) -> Problem:
        return Problem(self.code, self.message, place, self.choices)
