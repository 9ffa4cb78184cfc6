"""Keyword bots: a list of rules, the first that matches answers."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

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
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def reply_for(bots: Sequence[Bot], phone_number_id: str, text: str) -> tuple[str, str] | None:
    """(bot id, reply) of the first rule that matches, or None. Case and accents do not matter."""
    folded = _fold(text)
    words = set(folded.replace("!", " ").replace("?", " ").replace(".", " ").replace(",", " ").split())
    for bot in bots:
        if not bot.enabled or bot.phone_number_id not in ("", phone_number_id):
            continue
        for rule in bot.rules:
            keywords = [_fold(keyword) for keyword in rule.keywords]
            matches = (
                rule.match == "any"
                or (rule.match == "exact" and folded in keywords)
                or (rule.match == "contains" and any(k in words or (" " in k and k in folded) for k in keywords))
            )
            if matches:
                return bot.bot_id, rule.reply
    return None
