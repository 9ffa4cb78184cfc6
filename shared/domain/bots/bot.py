"""Keyword bots: a list of rules, the first that matches answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.domain.text_fold import fold, fold_words

Match = Literal["exact", "contains", "any"]


@dataclass(frozen=True, slots=True)
class Rule:
    """`any` matches every message and serves as the last rule."""

    match: Match
    keywords: tuple[str, ...]
    reply: str


@dataclass(frozen=True, slots=True)
class Bot:
    """`phone_number_id` limits the bot to one number; empty means all of the tenant's."""

    bot_id: str
    name: str
    phone_number_id: str
    enabled: bool
    rules: tuple[Rule, ...]
    created_at: int = 0


def _fold(text: str) -> str:
    return " ".join(fold(text).split())


def _words(folded: str) -> str:
    """The words alone, one space around each, so that finding a phrase in it finds whole words."""
    return f" {fold_words(folded)} "


def _contains(folded: str, words: str, keyword: str) -> bool:
    """A keyword of words is looked for as whole words; one with signs in it, such as an emoji or `c++`, as it is."""
    if _words(keyword) == f" {keyword} ":
        return bool(keyword) and f" {keyword} " in words
    return keyword in folded


def reply_for(bots: Sequence[Bot], phone_number_id: str, text: str) -> tuple[str, str] | None:
    """(bot id, reply) of the first rule that matches, or None. Case and accents do not matter."""
    folded = _fold(text)
    words = _words(folded)
    for bot in bots:
        if not bot.enabled or bot.phone_number_id not in ("", phone_number_id):
            continue
        for rule in bot.rules:
            keywords = [_fold(keyword) for keyword in rule.keywords]
            matches = (
                rule.match == "any"
                or (rule.match == "exact" and folded in keywords)
                or (rule.match == "contains" and any(_contains(folded, words, keyword) for keyword in keywords))
            )
            if matches:
                return bot.bot_id, rule.reply
    return None
