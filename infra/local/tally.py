"""Counts what reaches the local AWS, so that a run's bill can be worked out from it.

An ASGI application around ministack's. `GET /_tally` answers a JSON object of sums since the start:

- `calls`: `service.Action` → API calls, SQS ones in the 64 KB units they are billed in;
- `http`: `METHOD /path` of requests to the HTTP API and to function URLs, ids cut off;
- `write_units`, `read_units`: DynamoDB capacity by `Table.Action`. Writes are as ministack reports them when asked to
  (by item size, indexes included). It reports reads without their size, so those are worked out from the answer's
  size: half a unit for each 4 KB begun, twice that for consistent ones.
"""

import json
from collections import defaultdict
from typing import Any

from infra.local.asgi import Application, Message, Receive, Send, answer, read_body, replay

PATH = "/_tally"
FUNCTION_URLS = "/_aws/lambda-url"
HTTP_APIS = "/_aws/execute-api"
_PREFIXES = (f"{HTTP_APIS}/", f"{FUNCTION_URLS}/")
_SQS_UNIT = 64 * 1024
_READ_UNIT = 4 * 1024
_WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")
_READS = ("GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems")


class Tally:
    """Wraps the application `app`."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._sums: dict[str, defaultdict[str, float]] = {
            name: defaultdict(float) for name in ("calls", "http", "write_units", "read_units")
        }

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] == PATH:
            await answer(send, json.dumps(self._sums).encode())
        elif scope["path"].startswith(_PREFIXES):
            self._sums["http"][f"{scope['method']} {_route(scope['path'])}"] += 1
            await self._app(scope, receive, send)
        else:
            await self._count(scope, receive, send)

    async def _count(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        _, _, action = headers.get(b"x-amz-target", "").rpartition(".")
        service = _service(headers.get(b"authorization", ""))
        if service == "dynamodb" and action in _WRITES + _READS:
            await self._meter(action, scope, receive, send)
            return
        size = int(headers.get(b"content-length", "0") or 0)
        units = max(1, -(-size // _SQS_UNIT)) if service == "sqs" else 1
        self._sums["calls"][f"{service or 'none'}.{action or scope['method']}"] += units
        await self._app(scope, receive, send)

    async def _meter(self, action: str, scope: Message, receive: Receive, send: Send) -> None:
        self._sums["calls"][f"dynamodb.{action}"] += 1
        request = json.loads(await read_body(receive))
        asked = {**request, "ReturnConsumedCapacity": "TOTAL"}
        answered = bytearray()

        async def note(message: Message) -> None:
            if message["type"] == "http.response.body":
                answered.extend(message.get("body", b""))
            await send(message)

        raw = json.dumps(asked).encode()
        sizes = [(b"content-length", str(len(raw)).encode())]
        headers = [pair for pair in scope["headers"] if pair[0].lower() != b"content-length"]
        await self._app({**scope, "headers": headers + sizes}, replay(raw), note)
        self._add_units(action, request, bytes(answered))

    def _add_units(self, action: str, request: dict[str, Any], answer: bytes) -> None:
        table = str(request.get("TableName", "several"))
        if action in _READS:
            consistent = bool(request.get("ConsistentRead")) or action == "TransactGetItems"
            units = max(1, -(-len(answer) // _READ_UNIT)) * (1.0 if consistent else 0.5)
            self._sums["read_units"][f"{table}.{action}"] += units
            return
        consumed = json.loads(answer).get("ConsumedCapacity")
        if consumed is None:
            # A write whose condition failed is charged as well, for the item that is there.
            self._sums["write_units"][f"{table}.{action}"] += 1
        for entry in consumed if isinstance(consumed, list) else [consumed] if consumed else []:
            self._sums["write_units"][f"{entry['TableName']}.{action}"] += entry["CapacityUnits"]


def _service(authorization: str) -> str:
    """From the credential's scope: `…Credential=key/date/region/service/aws4_request…`."""
    parts = authorization.partition("Credential=")[2].partition(",")[0].split("/")
    return parts[3] if len(parts) > 3 else ""


def _route(path: str) -> str:
    """`/v1/campaigns/01J…/report` → `/v1/campaigns/*/report`."""
    # Four parts stand before it: nothing, `_aws`, the service, the API's or function URL's id.
    parts = path.split("/")[4:]
    return "/" + "/".join("*" if any(c.isdigit() for c in part) and part != "v1" else part for part in parts)
