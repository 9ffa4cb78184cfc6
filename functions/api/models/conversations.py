"""Conversations, bots and the subscription."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue, StringConstraints, model_validator

from functions.api.models.accounts import EntitlementsOut
from functions.api.models.base import Cursor, Input, MetaId, Output, ShortText, moment
from shared.domain.bot import Bot
from shared.domain.conversation import WINDOW_MS, Conversation, Message, window_open


class ConversationOut(Output):
    id: str
    phone_number_id: str
    contact_id: str
    contact_name: str
    last_message_at: str | None
    last_message_text: str
    last_inbound_at: str | None
    unread: int
    status: str
    window_open: bool = Field(description="whether a free-form message may be sent now")
    window_closes_at: str | None

    @classmethod
    def of(cls, conversation: Conversation, now: int) -> "ConversationOut":
        inbound = conversation.last_inbound_at
        return cls(
            id=conversation.conversation_id,
            phone_number_id=conversation.phone_number_id,
            contact_id=conversation.contact_id,
            contact_name=conversation.contact_name,
            last_message_at=moment(conversation.last_message_at),
            last_message_text=conversation.last_message_text,
            last_inbound_at=moment(inbound),
            unread=conversation.unread,
            status=conversation.status,
            window_open=window_open(inbound, now),
            window_closes_at=moment(inbound + WINDOW_MS) if inbound is not None else None,
        )


class ConversationsOut(Output):
    items: list[ConversationOut]
    next_cursor: Cursor


class TextIn(Input):
    # Meta, text messages: at most 4,096 characters.
    body: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4096)]
    preview_url: bool = False


class MessageIn(Input):
    type: Literal["text"]
    text: TextIn
    reply_to: Annotated[str, StringConstraints(max_length=500)] = Field(
        "", description="`wamid` of the message this one answers"
    )


class MessageOut(Output):
    id: str
    conversation_id: str
    direction: str
    author: str = Field(description="contact, agent, bot or api")
    author_id: str
    type: str
    text: str
    content: dict[str, JsonValue]
    at: str | None
    wamid: str | None
    status: str | None = Field(
        description="queued, sent, delivered, read, failed, or unknown: it may have been sent, and is not repeated"
    )
    error_code: str | None
    reply_to: str | None

    @classmethod
    def of(cls, message: Message) -> "MessageOut":
        return cls.model_validate(
            {
                "id": message.message_id,
                "conversation_id": message.conversation_id,
                "direction": message.direction,
                "author": message.author,
                "author_id": message.author_id,
                "type": message.kind,
                "text": message.text,
                "content": dict(message.content),
                "at": moment(message.at),
                "wamid": message.wamid or None,
                "status": message.status or None,
                "error_code": message.error_code or None,
                "reply_to": message.reply_to or None,
            }
        )


class MessagesOut(Output):
    items: list[MessageOut]
    next_cursor: Cursor


Keyword = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class RuleModel(Input):
    match: Literal["exact", "contains", "any"]
    keywords: Annotated[list[Keyword], Field(max_length=50)] = Field(default_factory=list)
    reply: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4096)]

    @model_validator(mode="after")
    def _matchable(self) -> "RuleModel":
        if self.match != "any" and not self.keywords:
            raise ValueError("a rule needs keywords, unless its match is `any`")
        return self


class BotIn(Input):
    name: ShortText
    phone_number_id: MetaId | None = Field(None, description="limits the bot to one number")
    enabled: bool = True
    rules: Annotated[list[RuleModel], Field(min_length=1, max_length=100)] = Field(
        description="the first that matches answers"
    )


class BotOut(Output):
    id: str
    name: str
    phone_number_id: str | None
    enabled: bool
    rules: list[RuleModel]
    created_at: str | None

    @classmethod
    def of(cls, bot: Bot) -> "BotOut":
        return cls(
            id=bot.bot_id,
            name=bot.name,
            phone_number_id=bot.phone_number_id or None,
            enabled=bot.enabled,
            rules=[RuleModel(match=r.match, keywords=list(r.keywords), reply=r.reply) for r in bot.rules],
            created_at=moment(bot.created_at),
        )


class BotsOut(Output):
    items: list[BotOut]


class SubscriptionOut(Output):
    plan: str
    status: str
    entitlements: EntitlementsOut = Field(description="what holds now; the free plan's unless the subscription pays")
