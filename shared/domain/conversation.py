"""Conversations: what one of the tenant's numbers and one contact say to each other, and the 24-hour window."""

from dataclasses import dataclass

WINDOW_MS = 24 * 3600 * 1000
"""Free-form messages are allowed for 24 h after the person's last message (Meta, customer service window)."""


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
