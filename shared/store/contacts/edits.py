"""Changes of one contact that somebody asks for, in the Contacts table.

| access | key | cost |
|---|---|---|
| `apply` | `T#<t>#<shard>` / `C#<id>` | 1 RRU and 1 WRU, again for each that came first; 1 RRU when nothing differs |

The item's `rev` counts edits, and `upserts` what imports and whoever makes a contact once more write, which is mostly
what stands already. An edit is written only where both are as they were read: of two edits one sees the other, and
neither overwrites what came by an import meanwhile. What a call repeats that was done before is no change.
"""

from collections.abc import Callable, Mapping

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.errors import RetryableError
from shared.ids import ContactId, TenantId
from shared.store.contacts.items import FIELD, GONE, contact_of, read_contact_item, unchanged_since
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Item, Value, encode_item, text, words
from shared.store.engine.database import Database

_ATTEMPTS = 12


class ContactEdits:
    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.contacts

    def apply(
        self,
        tenant_id: TenantId,
        contact_id: ContactId,
        *,
        attributes: Mapping[str, str],
        fields: Mapping[str, str | None],
        add_tags: frozenset[str],
        remove_tags: frozenset[str],
        now: EpochMs,
        check: Callable[[int], None] = lambda _: None,
    ) -> bool:
        """Change a contact on request: these attributes, as `Contacts.upsert` has them, and custom fields. One that is
        blank, or None, is removed, and what says all this already stays. `first` and `last` are with their name (see
        shared.domain.contacts.first_name). `check` is asked with the revision before that is changed. False when there
        is no such contact. Raises whatever `check` raises, and RetryableError when others keep winning."""
        texts = {**attributes, **{FIELD + key: value or "" for key, value in fields.items()}}
        for _ in range(_ATTEMPTS):
            found = read_contact_item(self._client, self._table, tenant_id, contact_id) or {}
            if "created" not in found or "ptr" in found or GONE in found:
                return False
            tags = words(found, "tags")
            changes: dict[str, Value] = {key: value for key, value in texts.items() if value != text(found, key)}
            if (left := (tags | add_tags) - remove_tags) != tags:
                changes["tags"] = left
            if not changes:
                return True
            check(contact_of(found).revision)
            if self._replace(found, {**changes, "updated": now}):
                return True
        raise RetryableError("many changes of this contact at the same moment; try again")

    def _replace(self, found: Item, changes: Mapping[str, Value]) -> bool:
        """Blank values are removed. False when somebody else wrote it since it was read."""
        names = {f"#{i}": key for i, key in enumerate(changes)}
        sets = {name: changes[key] for name, key in names.items() if changes[key]}
        expression = "SET " + ", ".join(f"{name} = :{name[1:]}" for name in sets)
        if removed := names.keys() - sets.keys():
            expression += " REMOVE " + ", ".join(sorted(removed))
        unchanged, counts = unchanged_since(found)
        values: dict[str, Value] = {f":{name[1:]}": value for name, value in sets.items()}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=encode_item({"pk": found["pk"], "sk": found["sk"]}),
                UpdateExpression=f"{expression} ADD rev :one",
                ConditionExpression=unchanged,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=encode_item({**values, **counts, ":one": 1}),
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True
