"""A limit on what a table of the local AWS takes, as DynamoDB sets one: ministack's tables take everything.

An ASGI application around the others. `POST /_limits` with `{"Sends": {"Write": 5}}` lets five writing calls a second
through to that table from now on and refuses the others as DynamoDB does; `{}` ends all limits. What was refused is
counted in the local CloudWatch under the names of DynamoDB's own metrics.
"""

import json
import time
from collections.abc import Callable, Mapping

from infra.local.asgi import Application, Message, Receive, Send, answer, read_body, replay

PATH = "/_limits"
_NAMESPACE = "AWS/DynamoDB"
_KINDS = {
    **dict.fromkeys(("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"), "Read"),
    **dict.fromkeys(("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"), "Write"),
}
_REFUSAL = json.dumps(
    {
        "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
        "message": "The level of configured provisioned throughput for the table was exceeded.",
    }
).encode()
"""Amazon DynamoDB, error handling: also of tables on demand."""


class Throttling:
    """Wraps the application `app`; `record` counts in CloudWatch: namespace, metric, value, unit, dimensions."""

    def __init__(self, app: Application, record: Callable[[str, str, float, str, dict[str, str]], None]) -> None:
        self._app = app
        self._record = record
        self._limits: Mapping[str, Mapping[str, float]] = {}
        self._taken: dict[tuple[str, str, int], float] = {}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] == PATH:
            self._limits, self._taken = json.loads(await read_body(receive)), {}
            await answer(send, b"{}")
        elif self._limits and (kind := _kind(scope)):
            body = await read_body(receive)
            tables = _tables(json.loads(body))
            refusing = next((table for table in tables if not self._let_in(table, kind)), "")
            if refusing:
                self._record(_NAMESPACE, f"{kind}ThrottleEvents", 1, "Count", {"TableName": refusing})
                await answer(send, _REFUSAL, status=400)
            else:
                await self._app(scope, replay(body), send)
        else:
            await self._app(scope, receive, send)

    def _let_in(self, table: str, kind: str) -> bool:
        limit = self._limits.get(table, {}).get(kind)
        if limit is None:
            return True
        second = (table, kind, int(time.monotonic()))
        taken = self._taken.get(second, 0)
        self._taken[second] = taken + 1
        return taken < limit


def _kind(scope: Message) -> str:
    """Read, Write, or blank for what is no call of a table's items."""
    target = next((value for name, value in scope["headers"] if name.lower() == b"x-amz-target"), b"")
    service, _, action = target.decode("latin-1").rpartition(".")
    return _KINDS.get(action, "") if service.startswith("DynamoDB_") else ""


def _tables(request: Mapping[str, object]) -> set[str]:
    """All tables that a call is about."""
    found = {str(request["TableName"])} if "TableName" in request else set()
    batch, transaction = request.get("RequestItems"), request.get("TransactItems")
    found |= set(batch) if isinstance(batch, dict) else set()
    for item in transaction if isinstance(transaction, list) else ():
        found |= {str(operation["TableName"]) for operation in item.values()}
    return found
