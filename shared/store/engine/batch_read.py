"""Items read by their keys, of one table or several, in one call for each hundred."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from shared.errors import RetryableError
from shared.store.engine.codec import Item, encode_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Wire = dict[str, Any]
"""An item as DynamoDB holds it."""
_KEYS = 100
"""Items that DynamoDB reads in one call at most (Amazon DynamoDB, BatchGetItem)."""
_READS = 4


def read_items(
    client: "DynamoDBClient", keys: Mapping[str, Sequence[Item]], *, consistent: bool = True
) -> dict[str, list[Wire]]:
    """Those of these items that there are, in no order, by table. `keys` by table. Raises RetryableError."""
    asked_for = [(table, encode_item(key)) for table, of_table in keys.items() for key in of_table]
    found: dict[str, list[Wire]] = {table: [] for table in keys}
    for i in range(0, len(asked_for), _KEYS):
        request: dict[str, Wire] = {}
        for table, key in asked_for[i : i + _KEYS]:
            request.setdefault(table, {"Keys": [], "ConsistentRead": consistent})["Keys"].append(key)
        for _ in range(_READS):
            answer = client.batch_get_item(RequestItems=cast("Any", request))
            for table, rows in answer["Responses"].items():
                found[table] += rows
            request = cast("dict[str, Wire]", answer.get("UnprocessedKeys") or {})
            if not request:
                break
        else:
            raise RetryableError("the database is too busy to read this; try again")
    return found
