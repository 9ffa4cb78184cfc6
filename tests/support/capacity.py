"""Counting the capacity that DynamoDB calls consume, as DynamoDB itself reports it."""

import threading
from collections import Counter
from typing import Any

from mypy_boto3_dynamodb import DynamoDBClient

CAMPAIGN_MESSAGE_WRU = 0.5
"""At most, of a campaign message with its statuses; asserted by the integration test of the write cost."""

_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})


class Meter:
    """Adds up what every later call of this client consumed, by operation: `writes` in WRU, `reads` in RRU."""

    def __init__(self, client: DynamoDBClient) -> None:
        self.writes: Counter[str] = Counter()
        self.reads: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self._adding = threading.Lock()
        events = client.meta.events
        events.register("provide-client-params.dynamodb", self._ask)  # type: ignore[arg-type]
        events.register("after-call.dynamodb", self._note)

    def _ask(self, params: dict[str, Any], model: Any, **_: object) -> dict[str, Any]:
        if "ReturnConsumedCapacity" in model.input_shape.members:
            return {**params, "ReturnConsumedCapacity": "TOTAL"}
        return params

    def _note(self, parsed: dict[str, Any], model: Any, **_: object) -> None:
        consumed = parsed.get("ConsumedCapacity", [])
        with self._adding:
            self.calls[model.name] += 1
            for entry in consumed if isinstance(consumed, list) else [consumed]:
                into = self.writes if model.name in _WRITES else self.reads
                into[model.name] += entry["CapacityUnits"]
