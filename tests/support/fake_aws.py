"""AWS in this process (moto) with the template's tables, our queues, the bucket, a key and the platform's secret."""

import functools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.kms.utils import generate_private_key

from shared.store.engine.database import Database, TableItem, open_database
from tests.support.template import table_definitions

QUEUES = ("Consent", "Inbound", "Status", "Account", "Sync", "Bot", "Media", "Billing")
_FIFO = frozenset({"Inbound", "Bot"})
SECRETS = {
    "meta_app_secret": "app-secret-now",
    "meta_app_secret_previous": "app-secret-before",
    "meta_verify_token": "verify-me",
    "stripe_api_key": "sk_test_unit",
    "stripe_webhook_secret": "whsec_unit",
}


def platform_secrets(client: Any) -> dict[str, str]:
    """Makes each of the platform's secrets; the settings that name them."""
    keys = {
        "META_SECRET_ARN": ("meta_app_secret", "meta_app_secret_previous", "meta_verify_token"),
        "STRIPE_SECRET_ARN": ("stripe_api_key",),
        "STRIPE_WEBHOOK_SECRET_ARN": ("stripe_webhook_secret",),
    }
    values = {setting: json.dumps({name: SECRETS[name] for name in names}) for setting, names in keys.items()}
    return {setting: client.create_secret(Name=setting, SecretString=value)["ARN"] for setting, value in values.items()}


@dataclass(frozen=True, slots=True)
class FakeAws:
    """`env` is what a function finds in its environment."""

    env: dict[str, str]
    sqs: Any
    s3: Any

    def database(self) -> Database:
        return _database()

    def received(self, queue: str) -> list[dict[str, Any]]:
        """Everything waiting in a queue, with its attributes; it is taken out."""
        found: list[dict[str, Any]] = []
        url = self.env[f"{queue.upper()}_QUEUE_URL"]
        while True:
            answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"])
            if not answer.get("Messages"):
                return found
            for message in answer["Messages"]:
                found.append(message)
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def bodies(self, queue: str) -> list[dict[str, Any]]:
        return [json.loads(message["Body"]) for message in self.received(queue)]

    def objects(self, prefix: str) -> list[Any]:
        """What lies under a prefix of the bucket, read as JSON, in order of key."""
        bucket = self.env["DATA_BUCKET"]
        listed = self.s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
        return [json.loads(self.s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read()) for one in listed]


_TABLES = {
    "DIRECTORY_TABLE": "DirectoryTable",
    "CONTACTS_TABLE": "ContactsTable",
    "CONVERSATIONS_TABLE": "ConversationsTable",
    "SENDS_TABLE": "SendsTable",
}


@functools.cache
def _client(service: str) -> Any:
    """Clients outlive a test: making one takes longer than most tests do."""
    return boto3.client(service)  # type: ignore[call-overload]


@functools.cache
def _private_key(_spec: str) -> Any:
    """Of every KMS key here: nothing is signed with one, and making one takes longer than most tests do."""
    return generate_private_key("ECC_NIST_P256")


@functools.cache
def _database() -> Database:
    return open_database(_TABLES)


@functools.cache
def _tables() -> dict[str, Any]:
    """Reading the template takes longer than the tests that need its tables."""
    return table_definitions()


@contextmanager
def fake_aws() -> Iterator[FakeAws]:
    with mock_aws(), patch("moto.kms.models.generate_private_key", _private_key):
        sqs, s3, dynamodb = _client("sqs"), _client("s3"), _client("dynamodb")
        kms, secrets = _client("kms"), _client("secretsmanager")
        for name, definition in _tables().items():
            dynamodb.create_table(TableName=name, **definition)
        s3.create_bucket(Bucket="data")
        env = {
            **_TABLES,
            "DATA_BUCKET": "data",
            "KMS_KEY_ID": kms.create_key()["KeyMetadata"]["KeyId"],
            **platform_secrets(secrets),
            "GRAPH_API_URL": "http://127.0.0.1:9",
            "GRAPH_API_VERSION": "v26.0",
            "MEDIA_HOSTS": "lookaside.fbsbx.com, *.fbcdn.net",
            "STRIPE_API_URL": "http://127.0.0.1:9",
        }
        for queue in QUEUES:
            fifo = queue in _FIFO
            attributes = {"FifoQueue": "true"} if fifo else {}
            made = sqs.create_queue(QueueName=f"{queue}.fifo" if fifo else queue, Attributes=attributes)
            env[f"{queue.upper()}_QUEUE_URL"] = made["QueueUrl"]
        # The models of all tables share one client; other tests of this process have theirs elsewhere.
        before = vars(TableItem).get("_client")
        TableItem._client = _database().client
        try:
            yield FakeAws(env, sqs, s3)
        finally:
            if before is not None:
                TableItem._client = before


class Context:
    """What Lambda hands to a handler."""

    function_name = "test"
    function_version = "1"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:test"
    aws_request_id = "request"

    def __init__(self, time_left_ms: int = 60_000) -> None:
        self._time_left_ms = time_left_ms

    def get_remaining_time_in_millis(self) -> int:
        return self._time_left_ms


def sqs_event(*bodies: str, group: str = "", delivery: int = 1) -> dict[str, Any]:
    """An SQS event whose records are m0, m1, …, all of one group if `group` is given."""
    attributes: Mapping[str, str] = {"ApproximateReceiveCount": str(delivery)} | (
        {"MessageGroupId": group} if group else {}
    )
    return {
        "Records": [{"messageId": f"m{i}", "body": body, "attributes": attributes} for i, body in enumerate(bodies)]
    }


def http_event(method: str, body: str = "", *, headers: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """An HTTP API event of payload version 2.0."""
    return {
        "version": "2.0",
        "requestContext": {"http": {"method": method}},
        "headers": dict(headers or {}),
        "body": body,
        "isBase64Encoded": False,
        **more,
    }
