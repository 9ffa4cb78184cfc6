"""Whether a bot answers a message, and with what. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.bots.bot import Bot, reply_for
from shared.domain.conversations.conversation import window_open
from shared.domain.conversations.message import Message, is_choice
from shared.ids import PhoneNumberId


@dataclass(frozen=True, slots=True)
class Answer:
    """`key` and `at` (epoch ms) follow from the message alone, so that it is answered once even if bots are changed
    between two deliveries of it."""

    bot_id: str
    text: str
    key: str
    at: EpochMs


_WORDS_UNDER = {"image": "caption", "video": "caption", "document": "caption", "audio": "caption", "order": "text"}
"""Where the person's own words stand in Meta's object of a kind (Meta, webhooks reference, messages)."""


def words_of(message: Message) -> str:
    """What the person said or pressed; "" for what has no words of theirs, such as a picture, a pin, a voice note or a
    form: what the inbox shows of those is the platform's."""
    content = message.content
    if message.kind in ("text", "button") or is_choice(message.kind, content):
        return message.text
    said = content.get(_WORDS_UNDER.get(message.kind, ""))
    return said if isinstance(said, str) else ""


def answer_to(bots: Sequence[Bot], phone_number_id: PhoneNumberId, message: Message, now: EpochMs) -> Answer | None:
    """None when no rule matches, or the message is older than the 24 hours in which it may be answered freely."""
    if message.direction != "in" or message.author == "whatsapp" or not window_open(message.at, now):
        return None
    found = reply_for(bots, phone_number_id, words_of(message))
    if found is None:
        return None
    bot_id, text = found
    key = hashlib.sha256(f"bot|{message.conversation_id}|{message.message_id}".encode()).hexdigest()[:24]
    return Answer(bot_id, text, key, EpochMs(message.at + 1))
