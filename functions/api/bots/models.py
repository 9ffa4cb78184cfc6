"""Keyword bots."""

from typing import Annotated, get_args

from pydantic import Field, StringConstraints, model_validator

from functions.api.http.fields import Cursor, Input, Moment, NumberRef, Output, ShortText, moment, open_to
from functions.api.http.revisions import Revision, Seen
from shared.domain.bots.bot import Bot, Match, Rule
from shared.ids import PhoneNumberId

Keyword = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class RuleIn(Input):
    match: Match
    keywords: Annotated[list[Keyword], Field(max_length=50)] = Field(default_factory=list)
    reply: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4096)]

    @model_validator(mode="after")
    def _matchable(self) -> "RuleIn":
        if self.match != "any" and not self.keywords:
            raise ValueError("a rule needs keywords, unless its match is `any`")
        return self


class BotIn(Input):
    name: ShortText
    phone_number_id: NumberRef | None = Field(None, description="limits the bot to one number")
    enabled: bool = True
    rules: Annotated[list[RuleIn], Field(min_length=1, max_length=100)] = Field(
        description="the first that matches answers"
    )


class BotUpdate(BotIn):
    revision: Seen = None


class RuleOut(Output):
    match: Annotated[str, open_to(*get_args(Match))]
    keywords: list[str]
    reply: str

    @classmethod
    def of(cls, rule: Rule) -> "RuleOut":
        return cls(match=rule.match, keywords=list(rule.keywords), reply=rule.reply)


class BotOut(Output):
    id: str
    name: str
    phone_number_id: PhoneNumberId | None
    enabled: bool
    rules: list[RuleOut]
    revision: Revision
    created_at: Moment

    @classmethod
    def of(cls, bot: Bot) -> "BotOut":
        return cls(
            id=bot.bot_id,
            name=bot.name,
            phone_number_id=bot.phone_number_id or None,
            enabled=bot.enabled,
            rules=[RuleOut.of(rule) for rule in bot.rules],
            revision=bot.revision,
            created_at=moment(bot.created_at),
        )


class BotsOut(Output):
    items: list[BotOut]
    next_cursor: Cursor
