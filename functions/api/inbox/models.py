"""Conversations and their messages."""

from typing import Annotated, get_args

from pydantic import Field, JsonValue

from functions.api.http.fields import Cursor, Moment, Output, moment, moment_or_none, open_to
from functions.api.media.models import MessageMediaOut
from shared.clock import EpochMs
from shared.domain.conversations.conversation import WINDOW_MS, Conversation, Status, window_open
from shared.domain.conversations.message import Author, Direction, Message
from shared.domain.conversations.message_changes import Said
from shared.ids import ContactId, ConversationId, PhoneNumberId


class ConversationOut(Output):
    id: str
    phone_number_id: PhoneNumberId
    contact_id: ContactId
    contact_name: str | None
    contact_phone: str | None
    last_message_at: Moment | None
    last_message_text: str | None
    last_inbound_at: Moment | None
    unread: int
    status: Annotated[str, open_to(*get_args(Status))] = Field(description="one whose snooze is over is open again")
    snoozed_until: Moment | None
    assignee: str | None = Field(description="id of the member on whose desk it lies")
    labels: list[str] = Field(description="ids of its labels; one that is not among /v1/labels was removed")
    notes: int = Field(description="how many notes the team wrote")
    version: int = Field(description="counts changes of status, assignee and labels")
    created_at: Moment
    window_open: bool = Field(description="whether a free-form message may be sent now")
    window_closes_at: Moment | None

    @classmethod
    def of(cls, conversation: Conversation, now: EpochMs) -> "ConversationOut":
        inbound, status = conversation.last_inbound_at, conversation.status_at(now)
        return cls(
            id=conversation.conversation_id,
            phone_number_id=conversation.phone_number_id,
            contact_id=conversation.contact_id,
            contact_name=conversation.contact_name or None,
            contact_phone=conversation.contact_phone or None,
            last_message_at=moment_or_none(conversation.last_message_at),
            last_message_text=conversation.last_message_text or None,
            last_inbound_at=moment_or_none(inbound),
            unread=conversation.unread,
            status=status,
            snoozed_until=moment_or_none(conversation.snoozed_until)
            if conversation.status_at(now) == "snoozed"
            else None,
            assignee=conversation.assignee or None,
            labels=sorted(conversation.labels),
            notes=conversation.notes,
            version=conversation.version,
            created_at=moment(conversation.created_at),
            window_open=window_open(inbound, now),
            window_closes_at=moment_or_none(EpochMs(inbound + WINDOW_MS)) if inbound is not None else None,
        )


class ReadOut(ConversationOut):
    read_mark: Annotated[str, open_to("sent", "none", "refused", "unreachable")] = Field(
        description="whether the person sees that their messages were read: sent; none (nothing new to tell); refused; "
        "unreachable"
    )
    read_mark_code: str | None = Field(description="Meta's error code, when it was refused")


class ConversationsOut(Output):
    items: list[ConversationOut]
    next_cursor: Cursor


class ReactionOut(Output):
    by: Annotated[str, open_to(*get_args(Author))]
    author_id: str | None
    emoji: str
    at: Moment


class SaidOut(Output):
    type: str
    text: str | None
    content: dict[str, JsonValue]


MessageStatus = Annotated[str, open_to("queued", "sent", "delivered", "read", "played", "failed", "unknown")]


class MessageOut(Output):
    id: str
    conversation_id: ConversationId
    direction: Annotated[str, open_to(*get_args(Direction))]
    author: Annotated[str, open_to(*get_args(Author))] = Field(
        description="contact, agent, bot, api, phone_app: written with the WhatsApp Business app, business_agent: by "
        "Meta's Business Agent, or whatsapp: a note of the platform's, such as that somebody changed their number"
    )
    author_id: str | None = Field(description="id of the member, the API key or the bot; null for all others")
    type: str
    text: str | None = Field(description="null for what has none, such as a picture without a caption")
    content: dict[str, JsonValue]
    at: Moment
    wamid: str | None
    status: MessageStatus | None = Field(
        description="null for what people wrote; unknown: it may have been sent, and is not repeated"
    )
    error_code: str | None
    reply_to: str | None
    about: str | None = Field(
        description="what else to know of it: the ad it came from, that it was forwarded, an error"
    )
    reactions: list[ReactionOut] = Field(description="one of each side at most")
    edited_at: Moment | None
    original: SaidOut | None = Field(description="what an edited message said before")
    revoked_at: Moment | None = Field(description="when its author deleted it; what it said is shown no more then")
    media: MessageMediaOut | None = Field(description="its file, if it has one")

    @classmethod
    def of(cls, message: Message) -> "MessageOut":
        return cls.model_validate(
            {
                "id": message.message_id,
                "conversation_id": message.conversation_id,
                "direction": message.direction,
                "author": message.author,
                "author_id": message.author_id or None,
                "type": message.kind,
                "text": message.text or None,
                "content": dict(message.content),
                "at": moment(message.at),
                "wamid": message.wamid or None,
                "status": message.status or None,
                "error_code": message.error_code or None,
                "reply_to": message.reply_to or None,
                "about": message.about or None,
                "reactions": [
                    {"by": one.by, "author_id": one.author_id or None, "emoji": one.emoji, "at": moment(one.at)}
                    for one in message.reactions
                ],
                "edited_at": moment_or_none(message.edited_at),
                "original": _said(message.original),
                "revoked_at": moment_or_none(message.revoked_at),
                "media": MessageMediaOut.of(message.media) if message.media is not None else None,
            }
        )


def _said(said: Said | None) -> dict[str, object] | None:
    return None if said is None else {"type": said.kind, "text": said.text or None, "content": dict(said.content)}


class MessagesOut(Output):
    items: list[MessageOut]
    next_cursor: Cursor
