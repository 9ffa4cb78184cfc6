"""What is known of a person and of their conversation with a number, read in one call before a message is taken in.

| access | cost |
|---|---|
| `people` | 1 RRU for each id, and as `conversation` |
| `conversation` | 1 RRU for the head, 1 for where it has moved to, 1 for the message's own id |
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.domain.contacts.contact import Contact
from shared.ids import ContactId, ConversationId, TenantId
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.items import contact_items_of, contact_key
from shared.store.conversations.heads import HEAD, ConversationItem
from shared.store.conversations.message_items import MOVED, conversation_key
from shared.store.engine.batch_read import Wire, read_items
from shared.store.engine.codec import Item
from shared.store.engine.database import Database


@dataclass(frozen=True, slots=True)
class Seen:
    """A conversation as it was read: its head, whether another one has taken it over, and our id of the message that
    was asked for, if it is stored."""

    conversation_id: ConversationId
    head: ConversationItem | None
    moved: bool
    message_id: str | None


class FirstLook:
    """All of it is consistent. Raises RetryableError when the database is too busy."""

    def __init__(self, database: Database, contacts: Contacts) -> None:
        self._client = database.client
        self._contacts_table = database.contacts
        self._conversations_table = database.conversations
        self._contacts = contacts

    def people(
        self, tenant_id: TenantId, contact_ids: Sequence[ContactId], conversation_id: ConversationId, wamid: str
    ) -> tuple[dict[ContactId, Contact], Seen]:
        """The contacts to whom these ids lead, as `Contacts.get_many`, who was deleted too; and that conversation."""
        keys = {
            self._contacts_table: [contact_key(tenant_id, contact_id) for contact_id in contact_ids],
            self._conversations_table: _keys(tenant_id, conversation_id, wamid),
        }
        found = read_items(self._client, keys)
        items = contact_items_of(found[self._contacts_table])
        contacts = self._contacts.get_many(tenant_id, contact_ids, items, deleted=True)
        return contacts, _seen(conversation_id, found[self._conversations_table])

    def conversation(self, tenant_id: TenantId, conversation_id: ConversationId, wamid: str) -> Seen:
        keys = {self._conversations_table: _keys(tenant_id, conversation_id, wamid)}
        return _seen(conversation_id, read_items(self._client, keys)[self._conversations_table])


def _keys(tenant_id: TenantId, conversation_id: ConversationId, wamid: str) -> list[Item]:
    names = [HEAD, MOVED, *([f"W#{wamid}"] if wamid else [])]
    return [{"pk": conversation_key(tenant_id, conversation_id), "sk": name} for name in names]


def _seen(conversation_id: ConversationId, rows: Sequence[Wire]) -> Seen:
    by_name: Mapping[str, Wire] = {str(row["sk"]["S"]): row for row in rows}
    head = by_name.get(HEAD)
    reference = next((row for name, row in by_name.items() if name.startswith("W#")), None)
    return Seen(
        conversation_id,
        ConversationItem.from_raw_data(head) if head is not None else None,
        MOVED in by_name,
        str(reference["message_id"]["S"]) if reference is not None else None,
    )
