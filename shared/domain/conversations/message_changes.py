"""What one message does to another: a reaction, an edit, a revoke.

The changes of a message are a join: of each kind the latest by time and id stands, so any order and any number of
repetitions of the same webhooks give one result.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from shared.clock import EpochMs
from shared.domain.conversations.message_ids import time_of

Action = Literal["reaction", "edit", "revoke"]


@dataclass(frozen=True, slots=True)
class Change:
    """What a message does to the one whose wamid is `target`.

    A blank `emoji` takes a reaction back. `kind`, `text` and `content` are what an edited message says from then on.
    """

    action: Action
    target: str
    emoji: str = ""
    kind: str = ""
    text: str = ""
    content: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Applied:
    """A change with the id of the message that made it, which begins with its time, and that message's author."""

    change_id: str
    by: str
    author_id: str
    change: Change

    @property
    def at(self) -> EpochMs:
        """Epoch ms."""
        return time_of(self.change_id)


Changes = Mapping[str, Applied]
"""Slot -> the change that stands there."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """`by` is contact, or how the business reacted: agent, bot, api, phone_app. `at` is epoch ms."""

    by: str
    author_id: str
    emoji: str
    at: EpochMs


@dataclass(frozen=True, slots=True)
class Said:
    """What a message said."""

    kind: str
    text: str
    content: Mapping[str, object]


def may_change(change: Change, changed_by: str, direction: str) -> bool:
    """Whether a message of direction `changed_by` may do this to one of `direction`: anybody may react, only the
    author's side may edit or revoke (Meta, webhooks reference, edit and revoke)."""
    return change.action == "reaction" or changed_by == direction


def join(changes: Changes, direction: str, applied: Applied) -> Changes:
    """`changes` with one more, made by a message of this direction; the same object when it alters nothing.

    Each side has one reaction per message, as in WhatsApp.
    """
    action = applied.change.action
    slot = f"reaction:{direction}" if action == "reaction" else action
    standing = changes.get(slot)
    if standing is not None and standing.change_id >= applied.change_id:
        return changes
    return {**changes, slot: applied}


def reactions_in(changes: Changes) -> tuple[Reaction, ...]:
    """The reactions that stand, oldest first."""
    standing = sorted(
        (one for one in changes.values() if one.change.action == "reaction" and one.change.emoji),
        key=lambda one: one.change_id,
    )
    return tuple(Reaction(one.by, one.author_id, one.change.emoji, one.at) for one in standing)


def change_by_sending(kind: str, content: Mapping[str, object]) -> Change | None:
    """What a message that we send does to another one: only reactions do (Meta, reaction messages)."""
    if kind != "reaction":
        return None
    return Change("reaction", str(content.get("message_id", "")), emoji=str(content.get("emoji", "")))
