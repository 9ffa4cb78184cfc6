"""One message of a conversation, in either direction, and how its delivery state joins."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

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
