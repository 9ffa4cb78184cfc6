"""What happened with a person, one item each."""

from typing import Annotated

from pydantic import Field

from functions.api.http.fields import Cursor, Moment, Output, moment, open_to
from functions.api.inbox.desk_models import EntryOut
from functions.api.inbox.logic.happenings import Touch, What
from functions.api.inbox.models import MessageOut
from shared.domain.contacts.consent_record import ConsentEvent
from shared.domain.conversations.entry import Entry
from shared.domain.conversations.message import Message
from shared.ids import CampaignId, PhoneNumberId


class ConsentEventOut(Output):
    id: str
    opted_out: bool
    source: str | None


class TouchOut(Output):
    campaign_id: CampaignId
    name: str
    template_id: str
    category: str
    phone_number_id: PhoneNumberId
    outcome: Annotated[str, open_to("read", "delivered", "sent", "failed", "unknown")] = Field(
        description="unknown: it may have been sent"
    )
    code: str | None = Field(description="Meta's error code, when it failed")
    replied: bool
    text: str | None = Field(description="what the person read; null when the template is gone")


class TimelineItemOut(Output):
    """`message` for a message, `entry` for a note or an event, and so on; the others are null."""

    type: Annotated[str, open_to("message", "note", "event", "consent", "campaign")]
    at: Moment
    message: MessageOut | None = None
    entry: EntryOut | None = None
    consent: ConsentEventOut | None = None
    campaign: TouchOut | None = None

    @classmethod
    def of(cls, what: What) -> "TimelineItemOut":
        match what:
            case Message():
                return cls(type="message", at=moment(what.at), message=MessageOut.of(what))
            case Entry():
                kind = "note" if what.kind == "note" else "event"
                return cls(type=kind, at=moment(what.at), entry=EntryOut.of(what))
            case ConsentEvent():
                shown = ConsentEventOut(id=what.event_id, opted_out=what.opted_out, source=what.source or None)
                return cls(type="consent", at=moment(what.at), consent=shown)
            case Touch():
                began = what.campaign.started_at or what.campaign.frozen_at or what.campaign.created_at
                return cls(type="campaign", at=moment(began), campaign=_touch(what))


def _touch(touch: Touch) -> TouchOut:
    return TouchOut(
        campaign_id=touch.campaign.campaign_id,
        name=touch.campaign.name,
        template_id=touch.campaign.template_id,
        category=touch.campaign.category,
        phone_number_id=touch.campaign.phone_number_id,
        outcome=touch.fate.outcome,
        code=touch.fate.code or None,
        replied=touch.replied,
        text=touch.text or None,
    )


class TimelineOut(Output):
    items: list[TimelineItemOut]
    next_cursor: Cursor
