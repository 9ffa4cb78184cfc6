"""A contact as an item of the Contacts table."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from shared.clock import EpochMs
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.first_name import given_for
from shared.domain.contacts.identity import shard_of
from shared.ids import ContactId, TenantId
from shared.store.engine.batch_read import read_items
from shared.store.engine.codec import Item, Value, decode_item, encode_item, text

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FIELD = "f_"
"""Begins the names of attributes that hold custom fields."""
GONE = "gone"
"""Of a contact that was deleted: when (epoch ms). Its item stays, so that a no does."""
LIVING = f"attribute_exists(created) AND attribute_not_exists(ptr) AND attribute_not_exists({GONE})"
"""The condition of whatever changes a contact that there is."""
_NEVER = EpochMs(0)
_NONE = frozenset[str]()
_KEY = "C#"
"""Begins the sort keys of contacts, before their id."""
HOPS = 16
"""Pointers that are followed at most. Two are usual, one for an identity and one for a merger of contacts: each merger
has those that led to who goes lead to who stays."""


def contact_partition(tenant_id: TenantId, contact_id: ContactId) -> str:
    return f"T#{tenant_id}#{shard_of(contact_id):x}"


def contact_key(tenant_id: TenantId, contact_id: ContactId) -> Item:
    return {"pk": contact_partition(tenant_id, contact_id), "sk": f"{_KEY}{contact_id}"}


def contact_of(item: Item) -> Contact:
    # Read by the million when audiences are frozen, so without a look at each attribute's type: this store alone writes
    # them.
    known: Mapping[str, Any] = item
    profile = known.get("profile", "")
    name = known.get("name") or known.get("book") or profile
    first, last = known.get("first"), known.get("last")
    return Contact(
        contact_id=ContactId(known["sk"][len(_KEY) :]),
        phone=known.get("phone") or None,
        bsuid=known.get("bsuid") or None,
        name=name,
        region=known.get("region", ""),
        fields={key[2:]: value for key, value in known.items() if key[:2] == FIELD},
        tags=known.get("tags", _NONE),
        opted_out_at=known.get("out_at"),
        opt_out_source=known.get("out_by", ""),
        last_inbound_at=known.get("in_at"),
        merged=known.get("merged", _NONE),
        created_at=known.get("created", _NEVER),
        updated_at=known.get("updated", _NEVER),
        profile_name=profile,
        username=known.get("username", ""),
        moved_at=known.get("moved_at", _NEVER),
        given_name=given_for(first, name) if first else "",
        revision=known.get("rev", 0),
        last_name=given_for(last, name) if last else "",
        language=known.get("lang", ""),
        time_zone=known.get("zone", ""),
        email=known.get("email", ""),
        deleted_at=known.get(GONE, _NEVER),
    )


def unchanged_since(found: Item) -> tuple[str, dict[str, Value]]:
    """The condition that nobody has written names, attributes, fields or tags since this item was read, and its
    values: see shared.store.contacts.edits."""
    conditions, values = [LIVING], dict[str, Value]()
    for count in ("rev", "upserts"):
        if count in found:
            conditions.append(f"{count} = :{count}")
            values[f":{count}"] = found[count]
        else:
            conditions.append(f"attribute_not_exists({count})")
    return " AND ".join(conditions), values


def read_contact_item(client: "DynamoDBClient", table: str, tenant_id: TenantId, contact_id: ContactId) -> Item | None:
    """The item itself, which may be a pointer (`ptr`); consistent."""
    answer = client.get_item(TableName=table, Key=encode_item(contact_key(tenant_id, contact_id)), ConsistentRead=True)
    return decode_item(answer["Item"]) if "Item" in answer else None


def read_contact_items(
    client: "DynamoDBClient",
    table: str,
    tenant_id: TenantId,
    contact_ids: Iterable[ContactId],
    *,
    consistent: bool = True,
) -> dict[ContactId, Item]:
    """Those of these items that there are, pointers too. Raises RetryableError."""
    keys = [contact_key(tenant_id, contact_id) for contact_id in contact_ids]
    return contact_items_of(read_items(client, {table: keys}, consistent=consistent)[table])


def contact_items_of(rows: Iterable[Mapping[str, Mapping[str, object]]]) -> dict[ContactId, Item]:
    """Items as DynamoDB holds them, by the id of their key."""
    items = [decode_item(row) for row in rows]
    return {ContactId(text(item, "sk")[len(_KEY) :]): item for item in items}
