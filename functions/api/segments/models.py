"""Segments: conditions on contacts, as text and as tree."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StringConstraints, model_validator

from functions.api.contacts.models import ContactOut
from functions.api.http.fields import HEX_ID, ULID, Input, Moment, Output, ShortText, moment, open_to
from functions.api.http.fields import Cursor as NextCursor
from functions.api.http.revisions import MustBeSeen
from shared.domain.expressions.condition import MAX_TERMS, MAX_TEXT, MAX_VALUES, Operator
from shared.domain.expressions.problems import Fault, Problem
from shared.domain.expressions.program import Account, Known, Tested
from shared.domain.segments.segment import Segment
from shared.ids import ContactId

Text = Annotated[str, StringConstraints(min_length=1, max_length=4 * MAX_TEXT)]
_TEXT = 'in CEL, such as `contact.country == "ES" && "vip" in contact.tags`'
_TREE = "the same as a tree, for forms; it can be sent back as `condition`"
Word = Annotated[str, StringConstraints(max_length=1_000)]


class DayIn(Input):
    date: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class DaysFromTodayIn(Input):
    days_from_today: StrictInt = Field(description="-30 is thirty days ago, 0 today, 7 in a week")


Scalar = StrictBool | StrictInt | StrictFloat | Word
Value = Scalar | DayIn | DaysFromTodayIn | Annotated[list[Scalar], Field(max_length=2 * MAX_VALUES)]


class ConditionIn(Input):
    """Either a group (`all`, `any` or `not`, and nothing else) or a test: `subject` (with `key` where it has one),
    `operator` and `value`."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    all: Annotated[list["ConditionIn"], Field(max_length=2 * MAX_TERMS)] | None = None
    any: Annotated[list["ConditionIn"], Field(max_length=2 * MAX_TERMS)] | None = None
    none: "ConditionIn | None" = Field(None, alias="not")
    subject: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        None,
        description="`contact.country`, `fields` (its key in `key`), `campaign.read` (the campaign's id in `key`), "
        "`campaigns_in_days.read` (days in `key`) …",
    )
    key: Annotated[str, StringConstraints(max_length=100)] | StrictInt | None = None
    operator: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        None, description=f"one of {', '.join(Operator)}, as the subject's kind allows"
    )
    value: Value | None = None

    @property
    def tree(self) -> dict[str, object]:
        return self.model_dump(exclude_none=True, by_alias=True)


class Formulated(Input):
    """A condition in either form."""

    text: Text | None = Field(None, description=_TEXT)
    condition: ConditionIn | None = Field(None, description="a tree, as forms edit it")

    @property
    def formulated(self) -> str | dict[str, object]:
        return self.text if self.text is not None else self.condition.tree if self.condition is not None else ""

    @property
    def place(self) -> str:
        """The field that says it."""
        return "text" if self.condition is None else "condition"


class CheckIn(Formulated):
    @model_validator(mode="after")
    def _one(self) -> "CheckIn":
        if (self.text is None) is (self.condition is None):
            raise ValueError("send text or condition: exactly one of them")
        return self


class SegmentIn(CheckIn):
    name: ShortText


class SegmentPatch(Formulated):
    revision: MustBeSeen
    name: ShortText | None = None

    @model_validator(mode="after")
    def _one(self) -> "SegmentPatch":
        if self.text is not None and self.condition is not None:
            raise ValueError("send text or condition, not both")
        return self


class SubjectOfCount(Formulated):
    """A segment that is kept, or a condition that is not (yet)."""

    segment_id: Annotated[str, StringConstraints(pattern=ULID)] | None = None

    @model_validator(mode="after")
    def _one(self) -> "SubjectOfCount":
        if sum(given is not None for given in (self.segment_id, self.text, self.condition)) != 1:
            raise ValueError("send segment_id, text or condition: exactly one of them")
        return self


class CountIn(SubjectOfCount):
    sample: Annotated[int, Field(ge=0, le=20, description="how many of them to show")] = 5
    cursor: Annotated[str, StringConstraints(max_length=500)] | None = Field(
        None, description="`continue_with` of the answer before"
    )


class WhyIn(SubjectOfCount):
    contact_id: Annotated[ContactId, StringConstraints(pattern=HEX_ID)]


class ConditionProblemOut(Output):
    code: Annotated[str, open_to(*Fault)]
    message: str = Field(description="what is wrong and what to do about it")
    line: int | None = Field(description="in the text, from 1; null of a tree")
    column: int | None = Field(description="in characters, from 1")
    path: str | None = Field(description="in the tree, such as `all.0.value`; null of a text, and of the whole")
    choices: list[str] = Field(description="what there is instead, where that is a list")

    @classmethod
    def of(cls, problem: Problem) -> "ConditionProblemOut":
        place = problem.place
        return cls(
            code=problem.code,
            message=problem.message,
            line=place.line or None,
            column=place.column or None,
            path=place.path or None,
            choices=list(problem.choices),
        )


class CheckOut(Output):
    valid: bool
    text: str | None = Field(description="canonical; null when it is not valid")
    condition: dict[str, object] | None = Field(description=_TREE)
    problems: list[ConditionProblemOut]


class SegmentOut(Output):
    id: str
    name: str
    text: str = Field(description=_TEXT)
    condition: dict[str, object] = Field(description=_TREE)
    revision: int = Field(description="counts the changes; a campaign keeps the one that it went by")
    created_at: Moment
    updated_at: Moment
    created_by: str | None = Field(description="id of the member or the API key")

    @classmethod
    def of(cls, segment: Segment) -> "SegmentOut":
        return cls(
            id=segment.segment_id,
            name=segment.name,
            text=segment.text,
            condition=dict(segment.tree),
            revision=segment.revision,
            created_at=moment(segment.created_at),
            updated_at=moment(segment.updated_at),
            created_by=segment.created_by or None,
        )


class SegmentsOut(Output):
    items: list[SegmentOut]
    next_cursor: NextCursor


class CountOut(Output):
    matched: int = Field(description="people found so far: at least so many, until `complete`")
    examined: int = Field(description="contacts looked at so far")
    complete: bool
    continue_with: str | None = Field(description="pass it as `cursor` to go on counting; null when it is complete")
    sample: list[ContactOut] = Field(description="some of those found by this call, the first ones")


class TestedOut(Output):
    text: str
    path: str | None = Field(description="in the tree; null where the test is the whole condition")
    known: StrictBool | StrictInt | StrictFloat | str | list[str] | None = Field(
        description="what is known of the contact; a day as 2026-12-31, null for nothing"
    )
    met: bool
    decided: bool = Field(description="whether this one is why they are in, or out")

    @classmethod
    def of(cls, tested: Tested) -> "TestedOut":
        return cls(
            text=tested.text,
            path=tested.path or None,
            known=_shown(tested.known),
            met=tested.met,
            decided=tested.decided,
        )


def _shown(known: Known) -> bool | int | float | str | list[str] | None:
    if isinstance(known, date):
        return known.isoformat()
    return sorted(known) if isinstance(known, list) else known


class WhyOut(Output):
    met: bool = Field(description="whether the contact is in the segment")
    tests: list[TestedOut] = Field(description="in the order of the text")

    @classmethod
    def of(cls, account: Account) -> "WhyOut":
        tests: Sequence[Tested] = account.tests
        return cls(met=account.met, tests=[TestedOut.of(tested) for tested in tests])
