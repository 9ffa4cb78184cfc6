"""What stands in a conversation beside its messages: notes among the team, and what was done with it.

Nothing of this is ever sent, or shown to the person or to a bot.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from shared.clock import EpochMs
from shared.domain.conversations.message_ids import time_of
from shared.ids import ConversationId

EntryKind = Literal["note", "assigned", "labels", "closed", "snoozed", "reopened"]
MOST_MENTIONS = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """`entry_id` begins with its time, epoch ms. `author` is agent, api, contact or bot; `author_id` who of them.

    A note has `text` and the member ids it mentions; the others have `details`: `from` and `to` of an assignment,
    `added` and `removed` labels (ids, comma separated), `until` of a snooze (epoch ms).
    """

    entry_id: str
    conversation_id: ConversationId
    kind: EntryKind
    author: str
    author_id: str
    text: str = ""
    mentions: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def at(self) -> EpochMs:
        return time_of(self.entry_id)


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a member was mentioned."""

    conversation_id: ConversationId
    entry_id: str
