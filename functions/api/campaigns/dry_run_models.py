"""What a dry run found."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from functions.api.campaigns.costs.models import CostRangeOut
from functions.api.campaigns.logic.conditions import Change
from functions.api.campaigns.logic.dry_run_result import DryRunResult
from functions.api.http.fields import Moment, Output, moment, open_to
from shared.domain.campaigns.outlook import Allowance, Concern, Outlook
from shared.domain.numbers.number import UNLIMITED, Number
from shared.ids import ContactId

_Status = Annotated[str, open_to("running", "complete")]


class DryRunStartedOut(Output):
    id: str
    status: _Status = "running"


class SampleOut(Output):
    contact_id: ContactId
    text: str


class MissingOut(Output):
    contact_id: ContactId
    slot: str


class LimitOut(Output):
    """How many people Meta lets the business write to outside their 24-hour window, in any 24 hours."""

    limit: int | None = Field(description="of the business portfolio, all its numbers together; null when unlimited")
    unlimited: bool
    used: int = Field(description="messages that campaigns had accepted in the last 24 hours: at most so many people")
    left: int | None = Field(description="null when unlimited")
    beyond: int = Field(description="people of this campaign who are more than that")

    @classmethod
    def of(cls, allowance: Allowance, sendable: int) -> "LimitOut | None":
        if allowance.limit is None:
            return None
        unlimited = allowance.limit == UNLIMITED
        return cls(
            limit=None if unlimited else allowance.limit,
            unlimited=unlimited,
            used=allowance.used,
            left=allowance.left,
            beyond=allowance.beyond(sendable),
        )


class WarningOut(Output):
    code: str = Field(
        description="number_inactive, number_quality_low, number_quality_medium, beyond_messaging_limit, "
        "offer_ends_early; more may come"
    )
    message: str
    people: int | None = Field(description="whom it concerns; null when it is everybody")

    @classmethod
    def of(cls, concern: Concern) -> "WarningOut":
        return cls(code=concern.code, message=concern.message, people=concern.people)


_CONDITIONS = (
    "template_status",
    "template_category",
    "template_text",
    "number_status",
    "number_quality",
    "messages_per_second",
    "messaging_limit",
)


class ChangeOut(Output):
    what: Annotated[str, open_to(*_CONDITIONS)]
    before: str
    now: str


class DryRunOut(Output):
    id: str
    status: _Status
    started_at: Moment
    planned: int
    sendable: int
    skipped: dict[str, int] = Field(
        description="people of the audience who are not written to, by reason: opted_out, no_destination, "
        "invalid_number, duplicate_identity, us_marketing, frequency_cap, marketing_limit (Meta spared them marketing "
        "less than a day ago, or twice), missing_variable, invalid_variable, too_long"
    )
    samples: list[SampleOut]
    missing: list[MissingOut] = Field(description="the first hundred people who lack a value, and for which variable")
    missing_by_slot: dict[str, int] = Field(
        description="how many people each variable keeps out: its value is missing, too long or not of its form"
    )
    estimated_seconds: int = Field(description="how long sending takes at the number's rate, all by itself")
    starts_at: Moment = Field(description="the scheduled start, else now")
    finishes_at: Moment = Field(description="the start and the estimated seconds")
    number_quality: Annotated[str, open_to("GREEN", "YELLOW", "RED", "UNKNOWN")] = Field(
        description="as Meta last said"
    )
    messaging_limit: LimitOut | None = Field(description="null while Meta has not told it")
    warnings: list[WarningOut]
    cost: CostRangeOut
    changed: list[ChangeOut] = Field(description="what sending depends on and is different now than it was then")

    @classmethod
    def of(
        cls,
        result: DryRunResult,
        number: Number,
        allowance: Allowance,
        expected: Outlook,
        cost: CostRangeOut,
        changed: Sequence[Change],
    ) -> "DryRunOut":
        return cls(
            id=result.run.dry_run_id,
            status="complete" if result.complete else "running",
            started_at=moment(result.run.started_at),
            planned=result.planned,
            sendable=result.sendable,
            skipped=result.skipped,
            samples=[SampleOut(contact_id=contact_id, text=text) for contact_id, text in result.samples],
            missing=[MissingOut(contact_id=contact_id, slot=slot) for contact_id, slot in result.missing],
            missing_by_slot=result.missing_by_slot,
            estimated_seconds=expected.seconds,
            starts_at=moment(expected.starts_at),
            finishes_at=moment(expected.finishes_at),
            number_quality=number.quality,
            messaging_limit=LimitOut.of(allowance, result.sendable),
            warnings=[WarningOut.of(concern) for concern in expected.concerns],
            cost=cost,
            changed=[ChangeOut(what=c.what, before=c.before, now=c.now) for c in changed],
        )
