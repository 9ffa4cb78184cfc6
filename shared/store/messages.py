"""The messages of the Conversations table.

| access | key | cost |
|---|---|---|
| messages, newest first | `T#<t>#V#<conversation>` / `M#<ms>#<message>` | 0.5 RRU per 4 KB |
| store a message, if absent | same | 1 WRU per KB |
| a message's delivery state | same | 1 RRU + 1 WRU |

A message's sort key follows from its time and its id, so a webhook delivered twice writes one item. Messages live
RETENTION_DAYS.
"""

import json
from typing import cast

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.update import Action

from shared.domain.message import Author, Direction, Message, merge_status
from shared.store.database import Database, TableItem
from shared.store.directory import Page, decode_cursor, encode_cursor

RETENTION_DAYS = 400


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


def conversation_key(tenant_id: str, conversation_id: str) -> str:
    """The partition of a conversation."""
    return f"T#{tenant_id}#V#{conversation_id}"


def expiry(at: int) -> int:
    """When something of this time (epoch ms) is forgotten, in epoch seconds."""
    return at // 1000 + RETENTION_DAYS * 24 * 3600


class Messages:
    def __init__(self, database: Database) -> None:
        MessageItem.Meta.table_name = database.conversations

    def put(self, tenant_id: str, message: Message) -> bool:
        """Store a message if it is not there yet; False when it was there."""
        item = MessageItem(
            conversation_key(tenant_id, message.conversation_id),
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
            ttl=expiry(message.at),
        )
        try:
            item.save(MessageItem.pk.does_not_exist())
        except PutError as exc:
            if exc.cause_response_code != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def page(self, tenant_id: str, conversation_id: str, limit: int, cursor: str | None) -> Page[Message]:
        """Newest first."""
        position = decode_cursor(cursor)
        partition = conversation_key(tenant_id, conversation_id)
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

    def get(self, tenant_id: str, conversation_id: str, message_id: str) -> Message | None:
        try:
            item = MessageItem.get(
                conversation_key(tenant_id, conversation_id), f"M#{message_id}", consistent_read=True
            )
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
            current = self.get(tenant_id, conversation_id, message_id)
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
                MessageItem(conversation_key(tenant_id, conversation_id), f"M#{message_id}").update(
                    actions=actions, condition=unchanged
                )
            except UpdateError as exc:
                if exc.cause_response_code != "ConditionalCheckFailedException":
                    raise
                continue
            return True
        raise RuntimeError("a message's state keeps changing")


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
