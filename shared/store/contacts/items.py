"""A contact as an item of the Contacts table."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.first_name import given_for
from shared.domain.contacts.identity import shard_of
from shared.errors import RetryableError
from shared.ids import ContactId, TenantId
from shared.store.engine.codec import Item, decode_item, encode_item, maybe_moment, moment, text, words

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FIELD = "f_"
"""Begins the names of attributes that hold custom fields."""
HOPS = 16
"""Pointers that are followed at most. Two are usual, one for an identity and one for a merger of contacts: each merger
has those that led to who goes lead to who stays."""
_KEYS = 100
"""Items that DynamoDB reads in one call at most."""
_READS = 4


def contact_partition(tenant_id: TenantId, contact_id: ContactId) -> str:
    return f"T#{tenant_id}#{shard_of(contact_id):x}"


def contact_key(tenant_id: TenantId, contact_id: ContactId) -> Item:
    return {"pk": contact_partition(tenant_id, contact_id), "sk": f"C#{contact_id}"}


def contact_of(item: Item) -> Contact:
    name = text(item, "name") or text(item, "book") or text(item, "profile")
    return Contact(
        contact_id=ContactId(text(item, "sk").removeprefix("C#")),
        phone=text(item, "phone") or None,
        bsuid=text(item, "bsuid") or None,
        name=name,
        region=text(item, "region"),
        fields={name.removeprefix(FIELD): cast("str", v) for name, v in item.items() if name.startswith(FIELD)},
        tags=words(item, "tags"),
        opted_out_at=maybe_moment(item, "out_at"),
        opt_out_source=text(item, "out_by"),
        last_inbound_at=maybe_moment(item, "in_at"),
        merged=frozenset(ContactId(one) for one in words(item, "merged")),
        created_at=moment(item, "created"),
        updated_at=moment(item, "updated"),
        profile_name=text(item, "profile"),
        username=text(item, "username"),
        moved_at=moment(item, "moved_at"),
        given_name=given_for(text(item, "first"), name),
    )


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
    item_keys = [encode_item(contact_key(tenant_id, contact_id)) for contact_id in contact_ids]
    found: dict[ContactId, Item] = {}
    for i in range(0, len(item_keys), _KEYS):
        keys = cast("Any", item_keys[i : i + _KEYS])
        for _ in range(_READS):
            request = {table: {"Keys": keys, "ConsistentRead": consistent}}
            answer = client.batch_get_item(RequestItems=cast("Any", request))
            for raw in answer["Responses"].get(table, []):
                item = decode_item(raw)
                found[ContactId(text(item, "sk").removeprefix("C#"))] = item
            keys = answer.get("UnprocessedKeys", {}).get(table, {"Keys": []})["Keys"]
            if not keys:
                break
        else:
            raise RetryableError("the database is too busy to read contacts; try again")
    return found
