"""Counting requests in front of the local AWS."""

import asyncio
import json
from typing import Any

from infra.local.asgi import Message, Receive, Send
from infra.local.tally import Tally

TABLE = "Contacts"


class Upstream:
    """Answers what it is told, and keeps what it was asked."""

    def __init__(self, answer: object) -> None:
        self.answer = json.dumps(answer).encode()
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        message = await receive()
        self.bodies.append(message["body"])
        sizes = dict(scope["headers"])
        assert int(sizes[b"content-length"]) == len(message["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": self.answer})


def ask(app: Tally, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    answer = bytearray()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        answer.extend(message.get("body", b""))

    raw = [(name.encode(), value.encode()) for name, value in {**headers, "content-length": str(len(body))}.items()]
    asyncio.run(app({"type": "http", "method": "POST", "path": path, "headers": raw}, receive, send))
    return bytes(answer)


def aws(app: Tally, service: str, action: str, request: dict[str, Any]) -> bytes:
    credential = f"AWS4-HMAC-SHA256 Credential=test/20261123/us-east-1/{service}/aws4_request, SignedHeaders=host"
    headers = {"x-amz-target": f"Some_2012.{action}", "authorization": credential}
    return ask(app, "/", json.dumps(request).encode(), headers)


def sums(app: Tally) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = json.loads(ask(app, "/_tally", b"", {}))
    return found


def test_a_write_is_asked_for_its_capacity_and_passed_on() -> None:
    upstream = Upstream({"ConsumedCapacity": {"TableName": TABLE, "CapacityUnits": 3.0}})
    app = Tally(upstream)
    aws(app, "dynamodb", "UpdateItem", {"TableName": TABLE, "Key": {}})
    assert json.loads(upstream.bodies[0]) == {"TableName": TABLE, "Key": {}, "ReturnConsumedCapacity": "TOTAL"}
    assert sums(app)["write_units"] == {f"{TABLE}.UpdateItem": 3.0}
    assert sums(app)["calls"] == {"dynamodb.UpdateItem": 1}


def test_a_refused_write_costs_one_unit() -> None:
    app = Tally(Upstream({"__type": "ConditionalCheckFailedException"}))
    aws(app, "dynamodb", "PutItem", {"TableName": TABLE})
    assert sums(app)["write_units"] == {f"{TABLE}.PutItem": 1}


def test_reads_cost_half_a_unit_for_each_four_kilobytes_begun() -> None:
    app = Tally(Upstream({"Items": "x" * 5_000}))
    aws(app, "dynamodb", "Query", {"TableName": TABLE})
    aws(app, "dynamodb", "GetItem", {"TableName": TABLE, "ConsistentRead": True})
    assert sums(app)["read_units"] == {f"{TABLE}.Query": 1.0, f"{TABLE}.GetItem": 2.0}


def test_queue_calls_count_in_the_units_they_are_billed_in() -> None:
    app = Tally(Upstream({}))
    aws(app, "sqs", "SendMessageBatch", {"Entries": "x" * 70_000})
    assert sums(app)["calls"] == {"sqs.SendMessageBatch": 2}


def test_requests_to_the_api_are_counted_by_route() -> None:
    app = Tally(Upstream({}))
    ask(app, "/_aws/execute-api/abc123/v1/campaigns/01M84DDKYY9Z5TXRMXD92T9870/report", b"", {})
    ask(app, "/_aws/execute-api/abc123/webhooks/stripe", b"", {})
    ask(app, "/_aws/lambda-url/0123abcd/webhooks/meta", b"", {})
    counted = {"POST /v1/campaigns/*/report": 1, "POST /webhooks/stripe": 1, "POST /webhooks/meta": 1}
    assert sums(app)["http"] == counted
