"""The messages of the Conversations table.

| access | key | cost |
|---|---|---|
| messages, newest first | `T#<t>#V#<conversation>` / `M#<ms>-<message>` | 0.5 RRU per 4 KB |
| store a message, if absent | same | 1 WRU per KB, and 1 WRU + 0.5 RRU to make it findable |
| a message's delivery state | same | 1 RRU + 1 WRU |
| a message by its wamid | `T#<t>#V#<conversation>` / `W#<wamid>` | 1 RRU, then the message |
| how a message's file stands | `T#<t>#V#<conversation>` / `M#<ms>-<message>` | 1 RRU + 1 WRU per KB |
| a change of a message, noted | `T#<t>#V#<conversation>` / `A#<wamid>#<message>` | 3 WRU and 2 RRU to join it |

A message's sort key follows from its time and its id, so a webhook delivered twice writes one item. Messages live
RETENTION_DAYS.

Changes and the message that they change come in any order. Who brings a change notes it under the wamid it names, then
looks for the message; who brings a message makes it findable, then looks for changes. So one of the two sees the other,
and joining the same change twice alters nothing. A change that has found its message is no longer shown as a message of
its own; one that finds none (of a campaign's message, say) stays one. The file of an edit stays with the edit, and
costs one read more to show.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from shared.clock import EpochMs
from shared.domain.conversations.message import PLACEHOLDER, Message, merge_status
from shared.domain.conversations.message_changes import Applied, Change, Changes, join, may_change
from shared.domain.conversations.message_ids import is_wamid, time_of
from shared.domain.media.message_media import MessageMedia, joined
from shared.ids import ConversationId, TenantId
from shared.store.conversations.message_items import (
    MessageItem,
    MovedItem,
    ReferenceItem,
    StoredChanges,
    changes_of,
    conversation_key,
    conversation_of_item,
    expiry,
    find_message,
    media_of,
    message_of,
    moved_to,
    read_message,
)
from shared.store.engine.cursor import Page, PageBytes, decode_cursor, encode_cursor
from shared.store.engine.database import Database, TableItem, put_items, refusal_code
from shared.store.engine.documents import to_document

MOST_BETWEEN = 100
"""Messages that are looked at to tell what is unread behind an answer."""
MOST_CHANGES = 200
"""Changes of one message among which a repetition is found; WhatsApp lets people react as often as they like."""
_ATTEMPTS = 8
_LIST, _PLACE = "messages", r"M#[0-9]{13}-[0-9A-Za-z]{1,64}"


class Messages:
    def __init__(self, database: Database) -> None:
        for item in (MessageItem, ReferenceItem, MovedItem):
            item.Meta.table_name = database.conversations

    def put(self, tenant_id: TenantId, message: Message, beside: Sequence[TableItem] = ()) -> bool:
        """Store a message if it is not there yet, and let what it does to another one, or others to it, take effect.
        `beside` are items of this table that are written with what leads to it, as they are.

        False when it was there; the rest is done again then, for the process may have died in between.
        """
        fresh = self._put(tenant_id, message)
        if not fresh and message.source == "history" and message.kind != PLACEHOLDER:
            self._fill_in(tenant_id, message)
        findable = message.change is None and is_wamid(message.wamid)
        partition = conversation_key(tenant_id, message.conversation_id)
        leading = (
            [_reference(partition, f"W#{message.wamid}", wamid=message.wamid, message_id=message.message_id)]
            if findable
            else []
        )
        put_items([*leading, *beside])
        if findable:
            self._join_changes(tenant_id, message.conversation_id, message.wamid, message.message_id)
        elif message.change is not None and message.left_us:
            self._note_change(tenant_id, message, message.change)
        return fresh

    def _put(self, tenant_id: TenantId, message: Message) -> bool:
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
            about=message.about or None,
            source=message.source if message.source != "live" else None,
            change=to_document(message.change) if message.change is not None else None,
            media=to_document(message.media) if message.media is not None else None,
            ttl=expiry(message.at),
        )
        try:
            item.save(MessageItem.pk.does_not_exist())
        except PutError as exc:
            if refusal_code(exc) != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def take_out(self, tenant_id: TenantId, message: Message) -> None:
        """Remove a message, and what leads to it, from a conversation that it does not belong to any more."""
        partition = conversation_key(tenant_id, message.conversation_id)
        MessageItem(partition, f"M#{message.message_id}").delete()
        if message.change is None and is_wamid(message.wamid):
            ReferenceItem(partition, f"W#{message.wamid}").delete()

    def _fill_in(self, tenant_id: TenantId, message: Message) -> None:
        """A history names its files first, and brings them later."""
        actions: list[Action] = [
            MessageItem.kind.set(message.kind),
            MessageItem.text.set(message.text),
            MessageItem.content.set(json.dumps(message.content, ensure_ascii=False)),
        ]
        if message.media is not None:
            actions.append(MessageItem.media.set(to_document(message.media)))
        item = MessageItem(conversation_key(tenant_id, message.conversation_id), f"M#{message.message_id}")
        _update(item, actions, MessageItem.kind == PLACEHOLDER)

    def _make_findable(self, tenant_id: TenantId, conversation_id: ConversationId, wamid: str, message_id: str) -> None:
        if not is_wamid(wamid):
            return
        partition = conversation_key(tenant_id, conversation_id)
        _reference(partition, f"W#{wamid}", wamid=wamid, message_id=message_id).save()
        self._join_changes(tenant_id, conversation_id, wamid, message_id)

    def _join_changes(self, tenant_id: TenantId, conversation_id: ConversationId, wamid: str, message_id: str) -> None:
        """What was noted of a message before it came."""
        partition = conversation_key(tenant_id, conversation_id)
        changing = ReferenceItem.query(partition, ReferenceItem.sk.startswith(f"A#{wamid}#"), consistent_read=True)
        for reference in changing:
            message = self.get(tenant_id, conversation_id, reference.message_id)
            if message is not None and message.change is not None:
                self._apply(tenant_id, message, message.change, message_id)

    def _note_change(self, tenant_id: TenantId, message: Message, change: Change) -> None:
        if not is_wamid(change.target):
            return
        partition = conversation_key(tenant_id, message.conversation_id)
        _reference(
            partition, f"A#{change.target}#{message.message_id}", wamid=change.target, message_id=message.message_id
        ).save()
        target = self.id_of(tenant_id, message.conversation_id, change.target)
        if target is not None:
            self._apply(tenant_id, message, change, target)

    def settle_changes(self, tenant_id: TenantId, conversation_id: ConversationId) -> None:
        """Let every change that is noted in a conversation take effect, after another one has moved into it."""
        noted = ReferenceItem.query(conversation_key(tenant_id, conversation_id), ReferenceItem.sk.startswith("A#"))
        for reference in noted:
            message = self.get(tenant_id, conversation_id, reference.message_id)
            if message is not None and message.change is not None:
                self._note_change(tenant_id, message, message.change)

    def _apply(self, tenant_id: TenantId, message: Message, change: Change, target: str) -> None:
        """Join a change into its target, then show it as a message of its own no more."""
        partition = conversation_key(tenant_id, message.conversation_id)
        applied = Applied(message.message_id, message.author, message.author_id, change)
        for _ in range(_ATTEMPTS):
            item = read_message(partition, target)
            if item is None or not may_change(change, message.direction, item.direction):
                return
            before = changes_of(item)
            after = join(before, message.direction, applied)
            unchanged = _same(item.changes, MessageItem.changes)
            if after is before or _update(
                item, [MessageItem.changes.set(to_document(StoredChanges(dict(sorted(after.items())))))], unchanged
            ):
                break
        else:
            raise RuntimeError("a message keeps changing")
        own = MessageItem(partition, f"M#{message.message_id}")
        _update(own, [MessageItem.merged_in.set(True)], MessageItem.pk.exists())

    def by_wamid(self, tenant_id: TenantId, conversation_id: ConversationId, wamid: str) -> Message | None:
        """The message that Meta knows by this id, if this conversation holds it."""
        message_id = self.id_of(tenant_id, conversation_id, wamid) if is_wamid(wamid) else None
        if message_id is not None:
            return self.get(tenant_id, conversation_id, message_id)
        elsewhere = moved_to(tenant_id, conversation_id)
        return self.by_wamid(tenant_id, elsewhere, wamid) if elsewhere is not None else None

    def id_of(self, tenant_id: TenantId, conversation_id: ConversationId, wamid: str) -> str | None:
        """Our id of the message that Meta knows by this one, in this conversation; not where that has moved to."""
        try:
            found = ReferenceItem.get(conversation_key(tenant_id, conversation_id), f"W#{wamid}", consistent_read=True)
        except ReferenceItem.DoesNotExist:
            return None
        return found.message_id

    def id_of_change(self, tenant_id: TenantId, conversation_id: ConversationId, target: str, name: str) -> str | None:
        """Our id, which ends with `name`, of what changes the message that Meta knows as `target`; in this conversation
        only, and among the MOST_CHANGES latest changes. 1 RRU per 4 KB of them, some forty."""
        partition = conversation_key(tenant_id, conversation_id)
        noted = ReferenceItem.query(
            partition,
            ReferenceItem.sk.startswith(f"A#{target}#"),
            consistent_read=True,
            scan_index_forward=False,
            limit=MOST_CHANGES,
            page_size=MOST_CHANGES,
        )
        return next((one.message_id for one in noted if one.message_id.endswith(name)), None)

    def page(
        self, tenant_id: TenantId, conversation_id: ConversationId, limit: int, cursor: str | None
    ) -> Page[Message]:
        """Newest first; of a conversation that has moved, where it is now."""
        position = decode_cursor(_LIST, cursor, sk=_PLACE)
        partition = conversation_key(tenant_id, conversation_id)
        found = MessageItem.query(
            partition,
            MessageItem.sk.startswith("M#"),
            filter_condition=MessageItem.merged_in.does_not_exist(),
            scan_index_forward=False,
            limit=limit,
            last_evaluated_key={"pk": {"S": partition}, "sk": {"S": position["sk"]}} if position else None,
        )
        room, rows, full = PageBytes(), list[Message](), False
        for item in found:
            message = self._shown(tenant_id, message_of(conversation_id, item), changes_of(item))
            if not room.takes(message.size):
                full = True
                break
            rows.append(message)
        elsewhere = moved_to(tenant_id, conversation_id) if not rows else None
        if elsewhere is not None:
            return self.page(tenant_id, elsewhere, limit, cursor)
        on = rows and (full or found.last_evaluated_key)
        more = encode_cursor(_LIST, {"sk": f"M#{rows[-1].message_id}"}) if on else None
        return Page(rows, more)

    def newest_first(
        self, tenant_id: TenantId, conversation_id: ConversationId, before: EpochMs, page_size: int
    ) -> Iterator[Message]:
        """Messages of `before` (epoch ms) and earlier, read page by page as they are needed."""
        found = MessageItem.query(
            conversation_key(tenant_id, conversation_id),
            MessageItem.sk.between("M#", f"M#{before:013d}~"),
            filter_condition=MessageItem.merged_in.does_not_exist(),
            scan_index_forward=False,
            page_size=page_size,
        )
        for item in found:
            yield self._shown(tenant_id, message_of(conversation_id, item), changes_of(item))

    def count_heard(
        self, tenant_id: TenantId, conversation_id: ConversationId, after_id: str, last_id: str
    ) -> int | None:
        """How many messages that somebody has to read came after one, up to another; 0.5 RRU per 4 KB between them.
        None where more than MOST_BETWEEN of any kind lie between: they are not all read."""
        found = MessageItem.query(
            conversation_key(tenant_id, conversation_id),
            MessageItem.sk.between(f"M#{after_id}", f"M#{last_id}"),
            limit=MOST_BETWEEN + 2,
            page_size=MOST_BETWEEN + 2,
        )
        shown = [message_of(conversation_id, item) for item in found if item.sk != f"M#{after_id}"]
        return sum(message.counts_as_unread for message in shown) if len(shown) <= MOST_BETWEEN else None

    def get(self, tenant_id: TenantId, conversation_id: ConversationId, message_id: str) -> Message | None:
        """Also where its conversation has moved to."""
        item = find_message(tenant_id, conversation_id, message_id)
        if item is None:
            return None
        return self._shown(tenant_id, message_of(conversation_of_item(item), item), changes_of(item))

    def get_many(self, tenant_id: TenantId, ids: Sequence[tuple[ConversationId, str]]) -> list[Message]:
        """Those of (conversation id, message id) that are there, in no order; 0.5 RRU per 4 KB."""
        keys = [
            (conversation_key(tenant_id, conversation_id), f"M#{message_id}") for conversation_id, message_id in ids
        ]
        found = MessageItem.batch_get(keys) if keys else []
        return [
            self._shown(tenant_id, message_of(conversation_of_item(item), item), changes_of(item)) for item in found
        ]

    def _shown(self, tenant_id: TenantId, message: Message, changes: Changes) -> Message:
        """The message with the file of the edit that stands, if that brought one."""
        if "edit" not in changes or message.revoked_at:
            return message
        edit = read_message(conversation_key(tenant_id, message.conversation_id), changes["edit"].change_id)
        return replace(message, media=media_of(edit)) if edit is not None and edit.media else message

    def media(self, tenant_id: TenantId, conversation_id: ConversationId, message_id: str) -> MessageMedia | None:
        """The file that this message itself brought; unlike `get`, not that of an edit of it."""
        item = find_message(tenant_id, conversation_id, message_id)
        return media_of(item) if item is not None else None

    def record_media(
        self, tenant_id: TenantId, conversation_id: ConversationId, message_id: str, news: MessageMedia
    ) -> MessageMedia | None:
        """Join how the copy of a message's file stands (see `joined`); what stands then, None without such a message.

        The file of an edit is recorded with the edit."""
        for _ in range(_ATTEMPTS):
            item = find_message(tenant_id, conversation_id, message_id)
            if item is None:
                return None
            before = media_of(item)
            after = joined(before, news)
            actions: list[Action] = [MessageItem.media.set(to_document(after))]
            if after == before or _update(item, actions, _same(item.media, MessageItem.media)):
                return after
        raise RuntimeError("a message's file keeps changing")

    def record_status(
        self,
        tenant_id: TenantId,
        conversation_id: ConversationId,
        message_id: str,
        status: str,
        *,
        wamid: str = "",
        error_code: str = "",
    ) -> bool:
        """Join a delivery state into an outgoing message. False when there is no such message, or it came in.

        Of several error codes the smallest is kept, and none for a message that arrived after all.
        """
        for _ in range(_ATTEMPTS):
            item = find_message(tenant_id, conversation_id, message_id)
            if item is None:
                return False
            current = message_of(conversation_of_item(item), item)
            if current.direction != "out":
                return False
            merged = status if current.status in ("queued", "unknown", "") else merge_status(current.status, status)
            codes = [code for code in (current.error_code, error_code) if code] if merged == "failed" else []
            code, learned = min(codes, default=""), wamid if not current.wamid else ""
            after = replace(current, status=merged, error_code=code, wamid=current.wamid or wamid)
            if after == current:
                return True
            # Before the write that says it is done: a repetition would not come here again.
            if current.change is None and learned:
                self._make_findable(tenant_id, current.conversation_id, learned, message_id)
            elif current.change is not None and after.left_us and not current.left_us:
                self._note_change(tenant_id, current, current.change)
            actions: list[Action] = [MessageItem.status.set(merged)]
            actions.append(MessageItem.error_code.set(code) if code else MessageItem.error_code.remove())
            if learned:
                actions.append(MessageItem.wamid.set(learned))
            if _update(item, actions, _same(item.status, MessageItem.status) & _same(item.wamid, MessageItem.wamid)):
                return True
        raise RuntimeError("a message's state keeps changing")


def _reference(partition: str, key: str, *, wamid: str, message_id: str) -> ReferenceItem:
    return ReferenceItem(partition, key, wamid=wamid, message_id=message_id, ttl=expiry(time_of(message_id)))


def _same(seen: str | None, attribute: UnicodeAttribute) -> Condition:
    return attribute == seen if seen else attribute.does_not_exist()


def _update(item: Model, actions: list[Action], condition: Condition) -> bool:
    """False when the condition did not hold."""
    try:
        item.update(actions=actions, condition=condition)
    except UpdateError as exc:
        if refusal_code(exc) != "ConditionalCheckFailedException":
            raise
        return False
    return True
