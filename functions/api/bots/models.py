"""Keyword bots."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from functions.api.http.fields import Cursor, Input, Moment, NumberRef, Output, ShortText, moment
from shared.domain.bots.bot import Bot
from shared.ids import PhoneNumberId

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
    phone_number_id: NumberRef | None = Field(None, description="limits the bot to one number")
    enabled: bool = True
    rules: Annotated[list[RuleModel], Field(min_length=1, max_length=100)] = Field(
        description="the first that matches answers"
    )


class BotOut(Output):
    id: str
    name: str
    phone_number_id: PhoneNumberId | None
    enabled: bool
    rules: list[RuleModel]
    created_at: Moment

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
    next_cursor: Cursor
