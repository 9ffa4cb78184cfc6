"""Keyword bots: a list of rules, the first that matches answers."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from shared.clock import EpochMs
from shared.domain import text_fold
from shared.domain.limits import require_room
from shared.domain.text_fold import fold, fold_words
from shared.errors import TooMany
from shared.ids import PhoneNumberId

Match = Literal["exact", "contains", "any"]

MOST_BOTS: Final = 50
MOST_KEYWORDS: Final = 5_000
"""Of all the tenant's bots together: so many are compared with a message at most."""
MOST_BOT_BYTES: Final = 300_000
"""As stored. An item of DynamoDB holds 400 KB."""
MOST_BYTES: Final = 1_000_000
"""Of all the tenant's bots together, as stored: all are read for every message, in one page of a query (1 MB)."""
FOLDED_BY: Final = f"{text_fold.VERSION}/{unicodedata.unidata_version}"
"""What keywords are folded with: those that were stored under another fold are folded again when they are read."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`any` matches every message and serves as the last rule. `needles` are the keywords as they are looked for."""

    match: Match
    keywords: tuple[str, ...]
    reply: str
    needles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bot:
    """`phone_number_id` limits the bot to one number; empty means all of the tenant's. `folded_by` is what made its
    needles, empty when there are none yet. `revision` counts the changes."""

    bot_id: str
    name: str
    phone_number_id: PhoneNumberId
    enabled: bool
    rules: tuple[Rule, ...]
    created_at: EpochMs = EpochMs(0)
    folded_by: str = ""
    revision: int = 0


def folded(bot: Bot) -> Bot:
    """The bot with its needles, so that nothing of it is folded for a message."""
    if bot.folded_by == FOLDED_BY:
        return bot
    rules = tuple(replace(rule, needles=_needles(rule)) for rule in bot.rules)
    return replace(bot, rules=rules, folded_by=FOLDED_BY)


def check_bots(
    before: Mapping[str, Bot], after: Mapping[str, Bot], sizes_before: Mapping[str, int], sizes: Mapping[str, int]
) -> None:
    """Whether a tenant's bots may become `after`. Sizes are bytes as stored. Raises TooMany. What is beyond a bound
    since before there was one may stay so, and become less."""
    if len(after) > len(before):
        require_room(len(before), MOST_BOTS, "bots", "too_many_bots")
    for key, size in sizes.items():
        if size > max(MOST_BOT_BYTES, sizes_before.get(key, 0)):
            raise TooMany(
                f"a bot takes {MOST_BOT_BYTES:,} bytes at most, this one {size:,}: divide it, or shorten its replies",
                field="rules",
                code="bot_too_large",
            )
    if _keyword_count(after) > max(MOST_KEYWORDS, _keyword_count(before)):
        raise TooMany(
            f"all bots together have {MOST_KEYWORDS:,} keywords at most; remove some",
            field="rules",
            code="too_many_keywords",
        )
    if sum(sizes.values()) > max(MOST_BYTES, sum(sizes_before.values())):
        raise TooMany(
            f"all bots together take {MOST_BYTES:,} bytes at most; shorten replies, or remove a bot",
            field="rules",
            code="bots_too_large",
        )


def _keyword_count(bots: Mapping[str, Bot]) -> int:
    return sum(len(rule.keywords) for bot in bots.values() for rule in bot.rules)


def _needles(rule: Rule) -> tuple[str, ...]:
    keywords = dict.fromkeys(filter(None, map(_fold, rule.keywords)))
    return tuple(keywords) if rule.match == "exact" else tuple(map(_needle, keywords))


def _needle(keyword: str) -> str:
    """Words are looked for as whole words, with a space on either side; what has signs in it, as it is (`c++`)."""
    words = _words(keyword)
    return words if words == f" {keyword} " else keyword


def _fold(text: str) -> str:
    return " ".join(fold(text).split())


def _words(folded: str) -> str:
    """The words alone, one space around each, so that finding a phrase in it finds whole words."""
    return f" {fold_words(folded)} "


def _matches(rule: Rule, text: str, words: str) -> bool:
    match rule.match:
        case "any":
            return True
        case "exact":
            return text in rule.needles
        case "contains":
            return any(needle in (words if needle[0] == " " else text) for needle in rule.needles)


def reply_for(bots: Sequence[Bot], phone_number_id: PhoneNumberId, text: str) -> tuple[str, str] | None:
    """(bot id, reply) of the first rule that matches, or None. Case and accents do not matter."""
    comparable = _fold(text)
    words = _words(comparable)
    for bot in bots:
        if not bot.enabled or bot.phone_number_id not in ("", phone_number_id):
            continue
        for rule in folded(bot).rules:
            if _matches(rule, comparable, words):
                return bot.bot_id, rule.reply
    return None
