"""Whether a bot answers a message, and with what. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.bots.bot import Bot, reply_for
from shared.domain.conversations.conversation import window_open
from shared.domain.conversations.message import Message


@dataclass(frozen=True, slots=True)
class Answer:
    """`key` and `at` (epoch ms) follow from the message alone, so that it is answered once even if bots are changed
    between two deliveries of it."""

    bot_id: str
    text: str
    key: str
    at: int


def answer_to(bots: Sequence[Bot], phone_number_id: str, message: Message, now: int) -> Answer | None:
    """None when no rule matches, or the message is older than the 24 hours in which it may be answered freely."""
    if message.direction != "in" or not window_open(message.at, now):
        return None
    found = reply_for(bots, phone_number_id, message.text)
    if found is None:
        return None
    bot_id, text = found
    key = hashlib.sha256(f"bot|{message.conversation_id}|{message.message_id}".encode()).hexdigest()[:24]
    return Answer(bot_id, text, key, message.at + 1)
