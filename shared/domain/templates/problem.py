"""What is wrong with a template's variables, as the person reads it who maps them."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that would make Meta refuse the send; `field` is the place in the campaign to correct."""

    field: str
    message: str


class CompileError(InvalidInput):
    """What is asked for could not be sent; `problems` holds everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0].field if problems else None
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in problems), field=first)
        self.problems = list(problems)
