"""The Conversations table: heads and messages.

| access | key | cost |
|---|---|---|
| a conversation's head | `T#<t>#V#<conversation>` / `HEAD` | 0.5 RRU |
| a tenant's conversations, last active first | index gsi1: `T#<t>#CONV` / `<ms>#<conversation>` | 0.5 RRU per 4 KB |
| messages, newest first | `T#<t>#V#<conversation>` / `M#<ms>#<message>` | 0.5 RRU per 4 KB |
| append a message, if absent | same | 1 WRU per KB, and 2 for the head |
| a message's delivery state | same | 1 RRU + 1 WRU |

A message's sort key follows from its time and its id, so a webhook delivered twice writes one item. Messages and heads
live RETENTION_DAYS after the last write.
"""

import json
from dataclasses import dataclass
from typing import cast

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.update import Action

from shared.domain.conversation import Author, Conversation, Direction, Message, merge_status
from shared.store.database import ActivityIndex, Database, TableItem
from shared.store.directory import Page, decode_cursor, encode_cursor

RETENTION_DAYS = 400


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
    last_text = UnicodeAttribute(null=True)
    last_inbound_at = NumberAttribute(null=True)
    unread = NumberAttribute(null=True)
    state = UnicodeAttribute(null=True)


class MessageItem(TableItem):
    class Meta:
        table_name = ""

    direction = UnicodeAttribute()
    author = UnicodeAttribute()
    author_id = UnicodeAttribute(null=True)
    kind = UnicodeAttribute()
    text = UnicodeAttribute(null=True)
    at = NumberAttribute()
    content = UnicodeAttribute()
    wamid = UnicodeAttribute(null=True)
    status = UnicodeAttribute(null=True)
    error_code = UnicodeAttribute(null=True)
    reply_to = UnicodeAttribute(null=True)


def message_key(at: int, message_id: str) -> str:
    """The id under which the API and callback data know a message: it contains its time, so one read finds it."""
    return f"{at:013d}-{message_id}"


def _partition(tenant_id: str, conversation_id: str) -> str:
    return f"T#{tenant_id}#V#{conversation_id}"


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
        MessageItem.Meta.table_name = database.conversations

    def get(self, tenant_id: str, conversation_id: str) -> Conversation | None:
        try:
            item = ConversationItem.get(_partition(tenant_id, conversation_id), "HEAD", consistent_read=True)
        except ConversationItem.DoesNotExist:
            return None
        return _conversation(item)

    def page(self, tenant_id: str, limit: int, cursor: str | None) -> Page[Conversation]:
        """Last active first."""
        position = decode_cursor(cursor)
        start = None
        if position is not None:
            partition = _partition(tenant_id, position.get("id", ""))
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
        item = MessageItem(
            _partition(tenant_id, head.conversation_id),
            f"M#{message.message_id}",
            direction=message.direction,
            author=message.author,
            author_id=message.author_id or None,
            kind=message.kind,
            text=message.text or None,
            at=message.at,
            content=json.dumps(message.content, ensure_ascii=False),
            wamid=message.wamid or None,
            status=message.status or None,
            reply_to=message.reply_to or None,
            ttl=_ttl(message.at),
        )
        fresh = True
        try:
            item.save(MessageItem.pk.does_not_exist())
        except PutError as exc:
            if exc.cause_response_code != "ConditionalCheckFailedException":
                raise
            fresh = False
        self._advance_head(tenant_id, head, message, fresh=fresh)
        return fresh

    def _advance_head(self, tenant_id: str, head: Head, message: Message, *, fresh: bool) -> None:
        item = ConversationItem(_partition(tenant_id, head.conversation_id), "HEAD")
        always: list[Action] = [
            ConversationItem.phone_number_id.set(head.phone_number_id),
            ConversationItem.contact_id.set(head.contact_id),
            ConversationItem.gsi1pk.set(f"T#{tenant_id}#CONV"),
        ]
        if head.contact_name:
            always.append(ConversationItem.contact_name.set(head.contact_name))
        if message.direction == "in" and fresh:
            always.append(ConversationItem.unread.set((ConversationItem.unread | 0) + 1))
            always.append(ConversationItem.state.set("open"))
        item.update(actions=always)
        latest: list[Action] = [
            ConversationItem.last_at.set(message.at),
            ConversationItem.last_text.set(message.text[:200]),
            ConversationItem.gsi1sk.set(_activity(message.at, head.conversation_id)),
            ConversationItem.ttl.set(_ttl(message.at)),
        ]
        _if_newer(item, latest, ConversationItem.last_at, message.at)
        if message.direction == "in":
            inbound: list[Action] = [ConversationItem.last_inbound_at.set(message.at)]
            _if_newer(item, inbound, ConversationItem.last_inbound_at, message.at)

    def messages(self, tenant_id: str, conversation_id: str, limit: int, cursor: str | None) -> Page[Message]:
        """Newest first."""
        position = decode_cursor(cursor)
        partition = _partition(tenant_id, conversation_id)
        start = {"pk": {"S": partition}, "sk": {"S": position.get("sk", "")}} if position else None
        found = MessageItem.query(
            partition,
            MessageItem.sk.startswith("M#"),
            scan_index_forward=False,
            limit=limit,
            last_evaluated_key=start,
        )
        rows = [_message(conversation_id, item) for item in found]
        more = encode_cursor({"sk": f"M#{rows[-1].message_id}"}) if rows and found.last_evaluated_key else None
        return Page(rows, more)

    def message(self, tenant_id: str, conversation_id: str, message_id: str) -> Message | None:
        try:
            item = MessageItem.get(_partition(tenant_id, conversation_id), f"M#{message_id}", consistent_read=True)
        except MessageItem.DoesNotExist:
            return None
        return _message(conversation_id, item)

    def record_status(
        self,
        tenant_id: str,
        conversation_id: str,
        message_id: str,
        status: str,
        *,
        wamid: str = "",
        error_code: str = "",
    ) -> bool:
        """Join a delivery state into an outgoing message. False when there is no such message."""
        for _ in range(8):
            current = self.message(tenant_id, conversation_id, message_id)
            if current is None:
                return False
            merged = status if current.status in ("queued", "unknown", "") else merge_status(current.status, status)
            if merged == current.status and not (wamid and not current.wamid):
                return True
            actions: list[Action] = [MessageItem.status.set(merged)]
            if wamid:
                actions.append(MessageItem.wamid.set(wamid))
            if merged == "failed" and error_code:
                actions.append(MessageItem.error_code.set(error_code))
            unchanged = (
                (MessageItem.status == current.status) if current.status else MessageItem.status.does_not_exist()
            )
            try:
                MessageItem(_partition(tenant_id, conversation_id), f"M#{message_id}").update(
                    actions=actions, condition=unchanged
                )
            except UpdateError as exc:
                if exc.cause_response_code != "ConditionalCheckFailedException":
                    raise
                continue
            return True
        raise RuntimeError("a message's state keeps changing")

    def mark_read(self, tenant_id: str, conversation_id: str) -> None:
        ConversationItem(_partition(tenant_id, conversation_id), "HEAD").update(
            actions=[ConversationItem.unread.set(0)], condition=ConversationItem.pk.exists()
        )


def _activity(at: int, conversation_id: str) -> str:
    return f"{at:013d}#{conversation_id}"


def _ttl(at: int) -> int:
    return at // 1000 + RETENTION_DAYS * 24 * 3600


def _if_newer(item: ConversationItem, actions: list[Action], attribute: NumberAttribute, at: int) -> None:
    try:
        item.update(actions=actions, condition=attribute.does_not_exist() | (attribute < at))
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


def _message(conversation_id: str, item: MessageItem) -> Message:
    return Message(
        message_id=item.sk.removeprefix("M#"),
        conversation_id=conversation_id,
        direction=cast("Direction", item.direction),
        author=cast("Author", item.author),
        author_id=item.author_id or "",
        kind=item.kind,
        text=item.text or "",
        at=int(item.at),
        content=json.loads(item.content),
        wamid=item.wamid or "",
        status=item.status or "",
        error_code=item.error_code or "",
        reply_to=item.reply_to or "",
    )
