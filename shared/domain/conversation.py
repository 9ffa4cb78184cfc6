"""Conversations: messages of both directions between one of the tenant's numbers and one contact."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

WINDOW_MS = 24 * 3600 * 1000
"""Free-form messages are allowed for 24 h after the person's last message (Meta, customer service window)."""

Direction = Literal["in", "out"]
Author = Literal["contact", "agent", "bot", "api"]

_RANK = {"queued": 0, "sent": 1, "delivered": 2, "read": 3, "played": 4}


@dataclass(frozen=True, slots=True)
class Message:
    """`text` is what a person reads of it; `content` the parsed body. `status` is for outgoing ones.

    Outgoing states: queued, sent, delivered, read, failed, unknown (it may have been sent; never repeated by itself).
    """

    message_id: str
    conversation_id: str
    direction: Direction
    author: Author
    kind: str
    text: str
    at: int
    content: Mapping[str, object]
    wamid: str = ""
    status: str = ""
    error_code: str = ""
    reply_to: str = ""
    author_id: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    conversation_id: str
    phone_number_id: str
    contact_id: str
    contact_name: str
    last_message_at: int
    last_message_text: str
    last_inbound_at: int | None
    unread: int = 0
    status: str = "open"


def window_open(last_inbound_at: int | None, now: int) -> bool:
    """Whether a free-form message may be sent now (both in epoch ms)."""
    return last_inbound_at is not None and now - last_inbound_at < WINDOW_MS


def merge_status(current: str, incoming: str) -> str:
    """Monotone join of delivery states: any order and number of webhooks gives one result.

    `failed` loses against delivered or read, and wins against everything less.
    """
    if incoming == "failed":
        return current if _RANK.get(current, 0) >= _RANK["delivered"] else "failed"
    if incoming not in _RANK:
        return current
    if current == "failed":
        return incoming if _RANK[incoming] >= _RANK["delivered"] else current
    return incoming if _RANK[incoming] > _RANK.get(current, -1) else current
