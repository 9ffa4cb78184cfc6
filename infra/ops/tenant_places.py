"""Tenants without their place in the list of all (`shared/store/accounts/tenant_list.py`): those that were made before
there was one, and have not been changed since."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from shared.domain.accounts.account import Tenant
from shared.store.accounts.tenant_list import TENANT, place_of
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Item, decode_item, encode, encode_item, number, text
from shared.store.engine.database import Database
from shared.store.engine.documents import from_document


def unplaced_tenants(database: Database) -> Iterator[Item]:
    """Their items, read page by page."""
    request: dict[str, Any] = {
        "TableName": database.directory,
        "FilterExpression": "sk = :sk",
        "ExpressionAttributeValues": {":sk": encode(TENANT)},
    }
    while True:
        answer = database.client.scan(**request)
        for raw in answer["Items"]:
            item = decode_item(raw)
            place = place_of(from_document(Tenant, text(item, "doc")))
            if (text(item, "gsi1pk"), text(item, "gsi1sk")) != (place.partition, place.sort):
                yield item
        if not answer.get("LastEvaluatedKey"):
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def give_place(database: Database, item: Item) -> bool:
    """False when the tenant was changed meanwhile: it has its place by that."""
    place = place_of(from_document(Tenant, text(item, "doc")))
    try:
        database.client.update_item(
            TableName=database.directory,
            Key=encode_item({"pk": text(item, "pk"), "sk": TENANT}),
            UpdateExpression="SET gsi1pk = :pk, gsi1sk = :sk",
            ConditionExpression="version = :version",
            ExpressionAttributeValues={
                ":pk": encode(place.partition),
                ":sk": encode(place.sort),
                ":version": encode(number(item, "version")),
            },
        )
    except ClientError as error:
        if not condition_failed(error):
            raise
        return False
    return True
