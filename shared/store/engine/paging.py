"""Reading every page of a query with the low-level client."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared.store.engine.codec import Item, Value, decode_item, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef


def query_all(
    client: "DynamoDBClient",
    table: str,
    condition: str,
    values: dict[str, Value],
    *,
    consistent: bool = False,
    reverse: bool = False,
    page_size: int | None = None,
) -> Iterator[Item]:
    """Items in key order. `condition` is a key condition over `values`; pages are read as they are needed."""
    request: QueryInputTypeDef = {
        "TableName": table,
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": {name: encode(value) for name, value in values.items()},
        "ConsistentRead": consistent,
        "ScanIndexForward": not reverse,
    }
    if page_size is not None:
        request["Limit"] = page_size
    while True:
        answer = client.query(**request)
        for raw in answer["Items"]:
            yield decode_item(raw)
        if not answer.get("LastEvaluatedKey"):
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
