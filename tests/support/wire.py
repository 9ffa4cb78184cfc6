"""DynamoDB's JSON protocol over plain connections, in place of botocore's transport.

botocore spends more than a millisecond on a call that dynoxide answers in a tenth of one; without it the same minute
holds several times as many tests, and explores as many more schedules. Items, conditions, transactions and errors are
DynamoDB's own either way. Signatures, retries and time-outs are not tried over it: the local cloud's tests use
botocore's transport, as deployed.
"""

import base64
import functools
import json
import socket
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from botocore.awsrequest import HeadersDict
from botocore.exceptions import ClientError
from botocore.parsers import create_parser
from mypy_boto3_dynamodb import DynamoDBClient

_HEAD = (
    "POST / HTTP/1.1\r\nHost: dynamodb\r\nContent-Type: application/x-amz-json-1.0\r\n"
    "X-Amz-Date: 20260101T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/"
    "aws4_request, SignedHeaders=host, Signature=0\r\nX-Amz-Target: DynamoDB_20120810.{}\r\nContent-Length: {}\r\n\r\n"
)


class Wire:
    """One connection, for one caller at a time."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._socket = socket.create_connection((place.hostname, place.port), timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers: BinaryIO = self._socket.makefile("rb")

    def close(self) -> None:
        self._answers.close()
        self._socket.close()

    def call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The answer as botocore would give it. Raises ClientError for DynamoDB's errors."""
        status, content = self.exchange(operation, json.dumps(parameters, default=_to_base64).encode())
        if status != 200:
            raise _error(operation, status, json.loads(content or b"{}"))
        return _as_parsed(content)

    def exchange(self, operation: str, body: bytes) -> tuple[int, bytes]:
        """HTTP status and content of the answer to a request as it stands. Raises OSError."""
        self._socket.sendall(_HEAD.format(operation, len(body)).encode() + body)
        status = int(self._answers.readline().split(b" ", 2)[1])
        length = 0
        while (line := self._answers.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return status, self._answers.read(length)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What botocore looks at of an HTTP answer, beside what was parsed of it."""

    status_code: int


_idle: dict[str, list[Wire]] = defaultdict(list)
"""URL -> connections that nobody uses just now."""


def straighten(client: DynamoDBClient) -> None:
    """Has this client's calls go over plain connections, several at once if need be. What it makes of errors is
    botocore's, and so are the events that are named here: who listens hears and changes what it would."""
    url, parser, endpoint = client.meta.endpoint_url, create_parser("json"), cast("Any", client)._endpoint
    model_of = functools.cache(client.meta.service_model.operation_model)
    bare = cast("Any", client)
    events = bare.meta.events

    def make_request(model: Any, request: Mapping[str, Any], _context: object) -> tuple[_Answer, Any]:
        wire = _idle[url].pop() if _idle[url] else Wire(url)
        status, content = wire.exchange(model.name, request["body"])
        _idle[url].append(wire)
        if status == 200 and b'"BS"' not in content:
            return _Answer(status), _as_parsed(content)
        answer = {
            "status_code": status,
            "headers": HeadersDict(),
            "body": content,
            "context": {"operation_name": model.name},
        }
        parsed = parser.parse(answer, model.output_shape)
        if status >= 300:
            endpoint._add_modeled_error_fields(answer, parsed, model, parser)
        return _Answer(status), parsed

    def make_api_call(operation: str, parameters: dict[str, Any]) -> Any:
        model, context = model_of(operation), {"client_region": "us-east-1"}
        event = "%s.dynamodb." + operation
        for _, changed in events.emit(event % "provide-client-params", params=parameters, model=model, context=context):
            parameters = parameters if changed is None else changed
        if operation == "TransactWriteItems":
            parameters = {"ClientRequestToken": str(uuid.uuid4()), **parameters}
        body = json.dumps(parameters, default=_to_base64).encode()
        request = {"body": body, "headers": {}}
        _, answered = events.emit_until_response(
            event % "before-call", model=model, params=request, request_signer=None, context=context
        )
        http, parsed = answered or bare._make_request(model, request, context)
        events.emit(event % "after-call", http_response=http, parsed=parsed, model=model, context=context)
        if http.status_code >= 300:
            raise bare.exceptions.from_code(parsed.get("Error", {}).get("Code"))(parsed, operation)
        return parsed

    bare._make_request, bare._make_api_call = make_request, make_api_call


def _as_parsed(content: bytes) -> dict[str, Any]:
    """What botocore makes of an answer; what it is made of is JSON but for what is binary."""
    parsed: dict[str, Any] = json.loads(content or b"{}")
    if b'"B"' in content:
        _from_base64(parsed)
    return parsed | {"ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}}}


def close_idle(url: str) -> None:
    for wire in _idle.pop(url, ()):
        wire.close()


def _to_base64(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} is nothing DynamoDB takes")


def _from_base64(value: object) -> None:
    if isinstance(value, list):
        for one in value:
            _from_base64(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == "B" and isinstance(one, str):
                value[key] = base64.b64decode(one)
            else:
                _from_base64(one)


def _error(operation: str, status: int, answer: dict[str, Any]) -> ClientError:
    response: Any = {
        "Error": {
            "Code": str(answer.get("__type", "")).rpartition("#")[2],
            "Message": str(answer.get("message") or answer.get("Message") or ""),
        },
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}},
    }
    if "CancellationReasons" in answer:
        response["CancellationReasons"] = answer["CancellationReasons"]
    if "Item" in answer:
        # What stands there, for a condition that asks for it.
        _from_base64(answer["Item"])
        response["Item"] = answer["Item"]
    return ClientError(response, operation)
