"""Conversations: what one of the tenant's numbers and one contact say to each other, whose desk each lies on, and the
24-hour window.

Every change is a function from a conversation to the changed one; what changes nothing gives the same object back.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Literal

from shared.clock import DAY_MS, EpochMs
from shared.domain.conversations.message import Message
from shared.errors import Conflict, InvalidInput
from shared.ids import ContactId, ConversationId, PhoneNumberId

Status = Literal["open", "snoozed", "closed"]
STATUSES: tuple[Status, ...] = ("open", "snoozed", "closed")
WINDOW_MS = DAY_MS
"""Free-form messages are allowed for 24 h after the person's last message (Meta, customer service window)."""
MOST_LABELS = 20
MOST_SNOOZED_MS = 366 * DAY_MS


@dataclass(frozen=True, slots=True)
class Trail:
    """What is kept to decide by, and shown to nobody.

    `last_id` is the id of the latest message, `inbound_id` and `inbound_wamid` our and Meta's id of the person's
    latest one, `answer_id` of the business's latest one and `answer_by` its author. `marked_wamid` is the latest
    message of theirs that Meta was told is read, and `heard_id` the latest of theirs that somebody has to read.
    `read_id` is the latest that the business wrote on its own phone, where it had read whatever came before.
    """

    last_id: str = ""
    inbound_id: str = ""
    inbound_wamid: str = ""
    answer_id: str = ""
    answer_by: str = ""
    marked_wamid: str = ""
    heard_id: str = ""
    read_id: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """`status` is as it was set; `status_at` says what holds at a moment. Times are epoch ms.

    `assignee` is a member id, "" for nobody. `labels` are ids of the tenant's labels. `state_at` is when the status
    was last set. `version` counts what people changed: status, assignee, labels. `notes` is how many there are.
    `created_at` is when it was begun, or its first message.
    """

    conversation_id: ConversationId
    phone_number_id: PhoneNumberId
    contact_id: ContactId
    contact_name: str
    last_message_at: EpochMs
    last_message_text: str
    last_inbound_at: EpochMs | None
    unread: int = 0
    status: Status = "open"
    contact_phone: str = ""
    assignee: str = ""
    labels: frozenset[str] = frozenset()
    snoozed_until: EpochMs | None = None
    state_at: EpochMs = EpochMs(0)
    version: int = 0
    notes: int = 0
    created_at: EpochMs = EpochMs(0)
    trail: Trail = field(default_factory=Trail)

    @property
    def active_at(self) -> EpochMs:
        """What lists are sorted by: the last message, the making of one without messages, or when it comes back."""
        return self.snoozed_until or self.last_message_at or self.created_at

    def status_at(self, now: EpochMs) -> Status:
        """A snoozed conversation comes back by itself."""
        return "open" if self.status == "snoozed" and (self.snoozed_until or 0) <= now else self.status


Change = Callable[[Conversation], Conversation]


class NewerMessage(Conflict):
    """There is a message, `newer_id`, that the caller had not seen when they decided."""

    def __init__(self, message: str, newer_id: str) -> None:
        super().__init__(message, field="if_last_message_id", code="answered_meanwhile")
        self.newer_id = newer_id


def window_open(last_inbound_at: EpochMs | None, now: EpochMs) -> bool:
    """Whether a free-form message may be sent now (both in epoch ms)."""
    return last_inbound_at is not None and now - last_inbound_at < WINDOW_MS


def author_of(message: Message) -> str:
    """Who wrote a message of the business, as one word."""
    return f"{message.author}:{message.author_id}"


def with_message(conversation: Conversation, message: Message, *, fresh: bool) -> Conversation:
    """A message was added; `fresh` unless it had been there already. One that is later than all that the head has seen
    is new to it even so, because whoever stored it died before the head was written; the last that it has seen is not.

    Messages come in any order, any number of times, and end in one result. One that somebody has to read opens the
    conversation again if it was set aside, unless it was set aside after that message had come.
    """
    trail = conversation.trail
    fresh = message.message_id > trail.last_id or (fresh and message.message_id != trail.last_id)
    if message.message_id > trail.last_id:
        trail = replace(trail, last_id=message.message_id)
        conversation = replace(
            conversation, last_message_at=message.at, last_message_text=" ".join(message.text[:200].split())
        )
    if message.opens_window and message.message_id > trail.inbound_id:
        trail = replace(trail, inbound_id=message.message_id, inbound_wamid=message.wamid)
        conversation = replace(
            conversation, last_inbound_at=max(message.at, conversation.last_inbound_at or EpochMs(0))
        )
    if message.counts_as_unread and message.message_id > trail.heard_id:
        trail = replace(trail, heard_id=message.message_id)
    if message.direction == "out" and message.message_id > trail.answer_id:
        trail = replace(trail, answer_id=message.message_id, answer_by=author_of(message))
    if message.author == "phone_app" and message.shows_reading:
        trail = replace(trail, read_id=max(trail.read_id, message.message_id))
    first_at = min(conversation.created_at or message.at, message.at)
    conversation = replace(conversation, trail=trail, created_at=first_at)
    if not message.counts_as_unread or message.message_id < trail.read_id:
        return conversation
    if fresh:
        conversation = replace(conversation, unread=conversation.unread + 1)
    if fresh or message.at > conversation.state_at:
        return _set_status(conversation, "open", max(message.at, conversation.state_at))
    return conversation


def _set_status(conversation: Conversation, status: Status, at: EpochMs, until: EpochMs | None = None) -> Conversation:
    if conversation.status == status and conversation.snoozed_until == until:
        return conversation
    return replace(conversation, status=status, snoozed_until=until, state_at=at, version=conversation.version + 1)


def close(conversation: Conversation, now: EpochMs) -> Conversation:
    """Done with, nothing unread; it opens again when the person writes."""
    return replace(_set_status(conversation, "closed", now), unread=0)


def snooze(conversation: Conversation, until: EpochMs, now: EpochMs) -> Conversation:
    """Set aside until a moment; it comes back then, or when the person writes. Raises InvalidInput."""
    if not now < until <= now + MOST_SNOOZED_MS:
        raise InvalidInput("choose a time in the future, within a year", field="until")
    return _set_status(conversation, "snoozed", now, until)


def reopen(conversation: Conversation, now: EpochMs) -> Conversation:
    return _set_status(conversation, "open", now)


def assign(conversation: Conversation, member_id: str) -> Conversation:
    """To a member, or with "" to nobody."""
    if conversation.assignee == member_id:
        return conversation
    return replace(conversation, assignee=member_id, version=conversation.version + 1)


def label(conversation: Conversation, add: Collection[str], remove: Collection[str]) -> Conversation:
    """Raises InvalidInput when there would be too many."""
    labels = conversation.labels.difference(remove).union(add)
    if labels == conversation.labels:
        return conversation
    if len(labels) > MOST_LABELS:
        raise InvalidInput(f"a conversation has at most {MOST_LABELS} labels; remove one first", field="add")
    return replace(conversation, labels=labels, version=conversation.version + 1)


def read(conversation: Conversation) -> Conversation:
    return replace(conversation, unread=0)


def read_by_answering(conversation: Conversation, later: int) -> Conversation:
    """The business has answered; `later` is how many messages that somebody has to read came after what it had seen."""
    return (
        replace(conversation, unread=min(conversation.unread, later)) if conversation.unread > later else conversation
    )


def shown_as(conversation: Conversation, name: str, phone: str) -> Conversation:
    """With the name and number that its person has now; a number that is not known leaves the one that was."""
    return replace(conversation, contact_name=name, contact_phone=phone or conversation.contact_phone)


def marked(conversation: Conversation, wamid: str) -> Conversation:
    """Meta was told that this message, and what came before it, is read."""
    return replace(conversation, trail=replace(conversation.trail, marked_wamid=wamid))


def need_version(conversation: Conversation, version: int | None) -> None:
    """Raises Conflict when somebody changed the conversation since `version`, where one is given."""
    if version is not None and version != conversation.version:
        raise Conflict(
            "somebody changed this conversation meanwhile; look at it as it is now, then decide again",
            field="version",
            code="changed_meanwhile",
        )


def need_heard(conversation: Conversation, seen_id: str) -> None:
    """Raises NewerMessage when the person has written since message `seen_id`, where one is given.

    What merely alters another message, such as a reaction, does not count: it is not unread either, and lists do not
    show it, so nobody could name it.
    """
    heard_id = conversation.trail.heard_id
    if seen_id and heard_id > seen_id:
        raise NewerMessage("this person has written meanwhile; read what they wrote, then decide again", heard_id)


def claim_answer(
    conversation: Conversation, seen_id: str, message_id: str, *, author: str, void: str = ""
) -> Conversation:
    """`author` is about to answer with `message_id`, having seen everything up to message `seen_id`.

    Raises NewerMessage when somebody else has written for the business since. `void` is a claim that came to nothing.
    """
    trail = conversation.trail
    if trail.answer_id > seen_id and trail.answer_by != author and trail.answer_id not in (message_id, void):
        raise NewerMessage(
            "somebody else has answered meanwhile; read what they wrote, then decide again", trail.answer_id
        )
    if trail.answer_id >= message_id and trail.answer_id != void:
        return conversation
    return replace(conversation, trail=replace(trail, answer_id=message_id, answer_by=author))


def status_of(text: str) -> Status:
    """As stored."""
    return next((status for status in STATUSES if status == text), "open")
