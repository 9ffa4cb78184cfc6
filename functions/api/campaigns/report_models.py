"""What became of a campaign and of each of its people."""

from collections.abc import Mapping
from typing import Annotated, get_args

from pydantic import Field

from functions.api.campaigns.audience_models import OutcomeName
from functions.api.campaigns.costs.models import CostOut
from functions.api.http.fields import Cursor, Moment, Output, moment, moment_or_none, open_to
from shared.clock import EpochMs
from shared.domain.campaigns.books import Books
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.fate import Fate
from shared.domain.contacts.contact import Contact
from shared.ids import CampaignId, ContactId


class MinuteOut(Output):
    minute: Moment
    accepted: int


class SinceDryRunOut(Output):
    """What the frozen audience has more, or less, than the latest dry run counted."""

    planned: int
    sendable: int
    skipped: dict[str, int]


class ReportOut(Output):
    """planned = sent + failed + skipped + cancelled + unknown + waiting. `sent` includes delivered, read and held."""

    campaign_id: CampaignId
    status: Annotated[str, open_to(*State)]
    reason: str | None
    planned: int | None = Field(description="people in the frozen audience; null before it is frozen, with all else 0")
    sent: int
    failed: int
    skipped: int
    cancelled: int
    unknown: int
    waiting: int
    delivered: int
    read: int
    replied: int = Field(
        description="people who answered its message: the one they named, else the last that a campaign of the number "
        "had sent to them before"
    )
    reacted: int = Field(description="people who reacted to its message; those who wrote as well count in both")
    billable: int = Field(description="messages that Meta named a price for; it charges those it delivers, see `cost`")
    held: int = Field(
        description="of `sent`: taken by Meta, and kept back until it has seen what others make of it; "
        "after a day without news they are unknown"
    )
    failed_by: dict[str, int] = Field(
        description="people, by Meta's error code, or one of ours: connect, http_429, appsecret_proof; more may come"
    )
    skipped_by: dict[str, int] = Field(description="people, by reason: those that a dry run names")
    balanced: bool
    as_of: Moment = Field(
        description="no part of the books is older: those of a large campaign are added up in parts, the later the "
        "longer ago its messages were sent"
    )
    category: str = Field(description="the template's category")
    cost: CostOut
    started_at: Moment | None
    finished_at: Moment | None
    rate: list[MinuteOut] = Field(description="messages Meta accepted in each minute")
    since_dry_run: SinceDryRunOut | None

    @classmethod
    def of(
        cls,
        campaign: Campaign,
        books: Books,
        as_of: EpochMs,
        rate: Mapping[int, int],
        since_dry_run: SinceDryRunOut | None,
        cost: CostOut,
    ) -> "ReportOut":
        return cls(
            campaign_id=campaign.campaign_id,
            status=campaign.state,
            reason=campaign.reason or None,
            planned=books.planned if campaign.sizes else None,
            sent=books.sent,
            failed=books.failed,
            skipped=books.skipped,
            cancelled=books.cancelled,
            unknown=books.unknown,
            waiting=books.waiting,
            delivered=books.delivered,
            read=books.read,
            replied=books.replied,
            reacted=books.reacted,
            billable=books.billable,
            held=books.held,
            cost=cost,
            failed_by=dict(books.failed_by),
            skipped_by=dict(books.skipped_by),
            balanced=books.balanced,
            as_of=moment(as_of),
            category=campaign.category,
            rate=[MinuteOut(minute=moment(EpochMs(minute * 60_000)), accepted=count) for minute, count in rate.items()],
            since_dry_run=since_dry_run,
            started_at=moment_or_none(campaign.started_at),
            finished_at=moment_or_none(campaign.finished_at),
        )


class RecipientContactOut(Output):
    name: str | None
    phone: str | None
    opted_out: bool


class RecipientOut(Output):
    contact_id: ContactId
    outcome: Annotated[str, open_to(*get_args(OutcomeName))]
    code: str | None = Field(description="Meta's error code, or why the person was skipped")
    contact: RecipientContactOut | None = Field(description="only with `expand=contact`; null once it is deleted")

    @classmethod
    def of(cls, fate: Fate, contact: Contact | None) -> "RecipientOut":
        shown = None
        if contact is not None:
            name, opted_out = contact.shown_name or None, contact.opted_out_at is not None
            shown = RecipientContactOut(name=name, phone=contact.phone or None, opted_out=opted_out)
        return cls(contact_id=fate.contact_id, outcome=fate.outcome, code=fate.code or None, contact=shown)


class RecipientsOut(Output):
    items: list[RecipientOut]
    next_cursor: Cursor
    total: int | None = Field(
        description="exactly how many there are over all pages; null before the audience is frozen, and with "
        "`outcome`: the report counts those"
    )
