"""The heads of the Conversations table: who talks to whom, what is unread, which state a conversation is in.

| access | key | cost |
|---|---|---|
| a conversation's head | `T#<t>#V#<conversation>` / `HEAD` | 0.5 RRU |
| a tenant's conversations, last active first | index gsi1: `T#<t>#CONV` / `<ms>#<conversation>` | 0.5 RRU per 4 KB |
| append a message | see shared.store.messages | 2 WRU more for the head |

Heads live as long as their last message.
"""

from dataclasses import dataclass
from typing import cast

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action

from shared.domain.conversation import Conversation
from shared.domain.message import Message
from shared.store.database import ActivityIndex, Database, TableItem
from shared.store.directory import Page, decode_cursor, encode_cursor
from shared.store.messages import Messages, conversation_key, expiry


class ConversationItem(TableItem):
    class Meta:
        table_name = ""

    index = ActivityIndex()
    gsi1pk = UnicodeAttribute(null=True)
    gsi1sk = UnicodeAttribute(null=True)
    phone_number_id = UnicodeAttribute(null=True)
    contact_id = UnicodeAttribute(null=True)
    contact_name = UnicodeAttribute(null=True)
    last_at = NumberAttribute(null=True)
    last_id = UnicodeAttribute(null=True)
    last_text = UnicodeAttribute(null=True)
    last_inbound_at = NumberAttribute(null=True)
    unread = NumberAttribute(null=True)
    state = UnicodeAttribute(null=True)


@dataclass(frozen=True, slots=True)
class Head:
    """Who talks to whom: what a first message needs to open a conversation."""

    conversation_id: str
    phone_number_id: str
    contact_id: str
    contact_name: str


class Conversations:
    def __init__(self, database: Database) -> None:
        ConversationItem.Meta.table_name = database.conversations
        self.messages = Messages(database)

    def get(self, tenant_id: str, conversation_id: str) -> Conversation | None:
        try:
            item = ConversationItem.get(conversation_key(tenant_id, conversation_id), "HEAD", consistent_read=True)
        except ConversationItem.DoesNotExist:
            return None
        return _conversation(item)

    def page(self, tenant_id: str, limit: int, cursor: str | None) -> Page[Conversation]:
        """Last active first."""
        position = decode_cursor(cursor)
        start = None
        if position is not None:
            partition = conversation_key(tenant_id, position.get("id", ""))
            start = {
                "gsi1pk": {"S": f"T#{tenant_id}#CONV"},
                "gsi1sk": {"S": position.get("at", "")},
                "pk": {"S": partition},
                "sk": {"S": "HEAD"},
            }
        found = ConversationItem.index.query(
            f"T#{tenant_id}#CONV", scan_index_forward=False, limit=limit, last_evaluated_key=start
        )
        rows = [_conversation(cast("ConversationItem", item)) for item in found]
        more = None
        if rows and found.last_evaluated_key:
            last = rows[-1]
            more = encode_cursor(
                {"id": last.conversation_id, "at": _activity(last.last_message_at, last.conversation_id)}
            )
        return Page(rows, more)

    def append(self, tenant_id: str, head: Head, message: Message) -> bool:
        """Store a message if it is not there yet and bring the head up to date. False when it was there.

        The head is brought up to date again also for a message that was there: a crash between the two writes is
        repaired by the redelivery.
        """
        fresh = self.messages.put(tenant_id, message)
        self._advance_head(tenant_id, head, message, fresh=fresh)
        return fresh

    def _advance_head(self, tenant_id: str, head: Head, message: Message, *, fresh: bool) -> None:
        item = ConversationItem(conversation_key(tenant_id, head.conversation_id), "HEAD")
        always: list[Action] = [
            ConversationItem.phone_number_id.set(head.phone_number_id),
            ConversationItem.contact_id.set(head.contact_id),
            ConversationItem.gsi1pk.set(f"T#{tenant_id}#CONV"),
        ]
        if head.contact_name:
            always.append(ConversationItem.contact_name.set(head.contact_name))
        if message.counts_as_unread and fresh:
            always.append(ConversationItem.unread.set((ConversationItem.unread | 0) + 1))
            always.append(ConversationItem.state.set("open"))
        item.update(actions=always)
        latest: list[Action] = [
            ConversationItem.last_at.set(message.at),
            ConversationItem.last_id.set(message.message_id),
            ConversationItem.last_text.set(message.text[:200]),
            ConversationItem.gsi1sk.set(_activity(message.at, head.conversation_id)),
            ConversationItem.ttl.set(expiry(message.at)),
        ]
        # By id, which begins with the time: Meta's times are whole seconds, and any order must end the same.
        _if_newer(item, latest, ConversationItem.last_id, message.message_id)
        if message.opens_window:
            inbound: list[Action] = [ConversationItem.last_inbound_at.set(message.at)]
            _if_newer(item, inbound, ConversationItem.last_inbound_at, message.at)

    def mark_read(self, tenant_id: str, conversation_id: str) -> None:
        ConversationItem(conversation_key(tenant_id, conversation_id), "HEAD").update(
            actions=[ConversationItem.unread.set(0)], condition=ConversationItem.pk.exists()
        )


def _activity(at: int, conversation_id: str) -> str:
    return f"{at:013d}#{conversation_id}"


def _if_newer(
    item: ConversationItem, actions: list[Action], attribute: NumberAttribute | UnicodeAttribute, value: int | str
) -> None:
    try:
        item.update(actions=actions, condition=attribute.does_not_exist() | (attribute < value))
    except UpdateError as exc:
        if exc.cause_response_code != "ConditionalCheckFailedException":
            raise


def _conversation(item: ConversationItem) -> Conversation:
    return Conversation(
        conversation_id=item.pk.rpartition("#")[2],
        phone_number_id=item.phone_number_id or "",
        contact_id=item.contact_id or "",
        contact_name=item.contact_name or "",
        last_message_at=int(item.last_at or 0),
        last_message_text=item.last_text or "",
        last_inbound_at=int(item.last_inbound_at) if item.last_inbound_at is not None else None,
        unread=int(item.unread or 0),
        status=item.state or "open",
    )
