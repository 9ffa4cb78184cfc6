"""Notes and events of conversations, and where members are mentioned, in the Conversations table.

| access | key | cost |
|---|---|---|
| entries of a conversation, newest first | `T#<t>#V#<conversation>` / `N#<ms>-<id>` | 0.5 RRU per 4 KB |
| add one, together with the head | same | 2 WRU per KB, in the transaction that changes the head |
| a member's mentions, newest first | `T#<t>#AT#<member>` / `<ms>-<id>` | 0.5 RRU per 4 KB, and 0.5 RRU for each note |
| mention a member | same | 2 WRU each, in the same transaction |

A mention holds ids only; what was said stands in the note, so that erasing a conversation leaves nothing behind.
Entries live as long as messages.
"""

from collections.abc import Iterator, Sequence
from typing import cast

from pynamodb.attributes import JSONAttribute, UnicodeAttribute

from shared.clock import EpochMs
from shared.domain.conversations.entry import Entry, EntryKind, Mention
from shared.ids import ConversationId, TenantId
from shared.store.conversations.message_items import conversation_key, expiry
from shared.store.engine.cursor import Page, decode_cursor, encode_cursor
from shared.store.engine.database import Database, TableItem

_PREFIX = "N#"
_LIST, _PLACE = "mentions", r"[0-9]{13}-[0-9A-Za-z]{1,64}"


class EntryItem(TableItem):
    class Meta:
        table_name = ""

    kind = UnicodeAttribute()
    author = UnicodeAttribute()
    author_id = UnicodeAttribute(null=True)
    text = UnicodeAttribute(null=True)
    mentions = JSONAttribute(null=True)
    details = JSONAttribute(null=True)


class MentionItem(TableItem):
    class Meta:
        table_name = ""

    conversation_id = UnicodeAttribute()


def _mentions_key(tenant_id: TenantId, member_id: str) -> str:
    return f"T#{tenant_id}#AT#{member_id}"


def items_of(tenant_id: TenantId, entry: Entry) -> list[TableItem]:
    """What is written for an entry: itself, and one pointer for each member it mentions."""
    ttl = expiry(entry.at)
    item = EntryItem(
        conversation_key(tenant_id, entry.conversation_id),
        _PREFIX + entry.entry_id,
        kind=entry.kind,
        author=entry.author,
        author_id=entry.author_id or None,
        text=entry.text or None,
        mentions=list(entry.mentions) or None,
        details=dict(entry.details) or None,
        ttl=ttl,
    )
    pointers = [
        MentionItem(_mentions_key(tenant_id, member), entry.entry_id, conversation_id=entry.conversation_id, ttl=ttl)
        for member in entry.mentions
    ]
    return [item, *pointers]


class Entries:
    def __init__(self, database: Database) -> None:
        EntryItem.Meta.table_name = MentionItem.Meta.table_name = database.conversations

    def put(self, tenant_id: TenantId, entry: Entry) -> None:
        """Repeating it changes nothing."""
        for item in items_of(tenant_id, entry):
            item.save()

    def get(self, tenant_id: TenantId, conversation_id: ConversationId, entry_id: str) -> Entry | None:
        try:
            item = EntryItem.get(conversation_key(tenant_id, conversation_id), _PREFIX + entry_id, consistent_read=True)
        except EntryItem.DoesNotExist:
            return None
        return _entry(conversation_id, item)

    def get_many(self, tenant_id: TenantId, mentions: Sequence[Mention]) -> dict[Mention, Entry]:
        """Those of them that there are."""
        keys = {(conversation_key(tenant_id, m.conversation_id), _PREFIX + m.entry_id): m for m in mentions}
        found = EntryItem.batch_get(list(keys)) if keys else []
        return {keys[item.pk, item.sk]: _entry(keys[item.pk, item.sk].conversation_id, item) for item in found}

    def newest_first(
        self, tenant_id: TenantId, conversation_id: ConversationId, before: EpochMs, page_size: int
    ) -> Iterator[Entry]:
        """Entries of `before` (epoch ms) and earlier, read page by page as they are needed."""
        found = EntryItem.query(
            conversation_key(tenant_id, conversation_id),
            EntryItem.sk.between(_PREFIX, f"{_PREFIX}{before:013d}~"),
            scan_index_forward=False,
            page_size=page_size,
        )
        return (_entry(conversation_id, item) for item in found)

    def mentions(self, tenant_id: TenantId, member_id: str, limit: int, cursor: str | None) -> Page[Mention]:
        """Newest first."""
        position = decode_cursor(_LIST, cursor, sk=_PLACE)
        partition = _mentions_key(tenant_id, member_id)
        start = {"pk": {"S": partition}, "sk": {"S": position["sk"]}} if position else None
        found = MentionItem.query(partition, scan_index_forward=False, limit=limit, last_evaluated_key=start)
        rows = [Mention(ConversationId(item.conversation_id), item.sk) for item in found]
        more = encode_cursor(_LIST, {"sk": rows[-1].entry_id}) if rows and found.last_evaluated_key else None
        return Page(rows, more)


def _entry(conversation_id: ConversationId, item: EntryItem) -> Entry:
    return Entry(
        entry_id=item.sk.removeprefix(_PREFIX),
        conversation_id=conversation_id,
        kind=cast("EntryKind", item.kind),
        author=item.author,
        author_id=item.author_id or "",
        text=item.text or "",
        mentions=tuple(item.mentions or ()),
        details=item.details or {},
    )
