"""Deleting a contact, in the Contacts table: what is known of a person goes, and what they said no to stays.

| access | key | cost |
|---|---|---|
| `apply` | `T#<t>#<shard>` / `C#<id>` | 1 RRU and 1 WRU, again for each that came first; 1 RRU when it is done |

The item stays without what is known of the person: it has when it was deleted, the consent as it stood, and the ids of
who was merged into it. Its key is a hash of the tenant and the first identity seen (shared.domain.contacts.identity),
and the pointers of other identities still lead to it. So whoever makes a contact of one of these identities again, be
it an import, a call or a message, makes this one, with its no.
"""

from collections.abc import Sequence

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.errors import RetryableError
from shared.ids import ContactId, TenantId
from shared.store.contacts.items import FIELD, GONE, contact_key, read_contact_item, unchanged_since
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Item, encode_item
from shared.store.engine.database import Database

_ATTEMPTS = 12
_KNOWN = (
    *("created", "phone", "bsuid", "region", "name", "first", "last", "lang", "zone", "email", "tags"),
    *("book", "book_at", "profile", "profile_at", "username", "username_at", "in_at", "moved_at"),
)
"""All but custom fields, also what an item did not have when it was read: names that WhatsApp tells are written without
a count. The counts themselves go on: what was read before a deletion is no basis of a change of who is there again."""


class ContactDeletions:
    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.contacts

    def apply(self, tenant_id: TenantId, contact_id: ContactId, now: EpochMs) -> bool:
        """Whether there was such a contact, which is deleted now. Raises RetryableError when others keep winning."""
        for _ in range(_ATTEMPTS):
            found = read_contact_item(self._client, self._table, tenant_id, contact_id) or {}
            if "created" not in found or "ptr" in found or GONE in found:
                return False
            if self._strip(tenant_id, contact_id, found, now):
                return True
        raise RetryableError("many changes of this contact at the same moment; try again")

    def _strip(self, tenant_id: TenantId, contact_id: ContactId, found: Item, now: EpochMs) -> bool:
        """False when somebody else wrote it since it was read. What is said of consent meanwhile stays."""
        names: Sequence[str] = (*_KNOWN, *(name for name in found if name.startswith(FIELD)))
        unchanged, counts = unchanged_since(found)
        removed = ", ".join(f"#{i}" for i in range(len(names)))
        try:
            self._client.update_item(
                TableName=self._table,
                Key=encode_item(contact_key(tenant_id, contact_id)),
                UpdateExpression=f"SET {GONE} = :now, updated = :now REMOVE {removed} ADD rev :one",
                ConditionExpression=unchanged,
                ExpressionAttributeNames={f"#{i}": name for i, name in enumerate(names)},
                ExpressionAttributeValues=encode_item({**counts, ":now": now, ":one": 1}),
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True
