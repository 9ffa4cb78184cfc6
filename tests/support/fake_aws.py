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
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.kms.utils import generate_private_key
from moto.s3.models import s3_backends
from moto.sqs.models import sqs_backends

from shared.store.engine.database import Database, TableItem, open_database
from tests.support.engine import open_test_database
from tests.support.model_client import model_client_put_back
from tests.support.template import table_definitions

QUEUES = ("Consent", "Inbound", "Status", "Account", "Forward", "Sync", "Bot", "Media", "Billing", "Webhook")
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
    dynamodb_url: str

    def database(self) -> Database:
        return _database(self.dynamodb_url)

    def clear(self) -> None:
        """Empty tables, queues and bucket, whatever a test did. Making all anew takes longer than most tests."""
        client = self.database().client
        for name, definition in _tables().items():
            if client.scan(TableName=name, Limit=1)["Items"]:
                client.delete_table(TableName=name)
                client.create_table(TableName=name, **definition)
        queues = sqs_backends[DEFAULT_ACCOUNT_ID][self.sqs.meta.region_name]
        for name in _queues():
            if name in queues.queues:
                queues.queues[name].last_purged_at = None  # once a minute is allowed
                queues.purge_queue(name)
            else:
                _create_queue(name)
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets["data"].keys.clear()

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
    "AUDIT_RETENTION_DAYS": "400",
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
def _database(dynamodb_url: str) -> Database:
    return open_test_database(dynamodb_url) if dynamodb_url else open_database(_TABLES)


@functools.cache
def _tables() -> dict[str, Any]:
    """Reading the template takes longer than the tests that need its tables."""
    return table_definitions()


@contextmanager
def fake_aws(dynamodb_url: str = "") -> Iterator[FakeAws]:
    """`dynamodb_url` is where a DynamoDB is that is faster than the one in this process; without, that one serves.

    Nothing is there yet but what the template and the operators make; `clear` brings that state back.
    """
    with mock_aws(), patch("moto.kms.models.generate_private_key", _private_key):
        sqs, s3 = _client("sqs"), _client("s3")
        if not dynamodb_url:
            for name, definition in _tables().items():
                _client("dynamodb").create_table(TableName=name, **definition)
        s3.create_bucket(Bucket="data")
        env = {
            **_TABLES,
            "DATA_BUCKET": "data",
            "KMS_KEY_ID": _client("kms").create_key()["KeyMetadata"]["KeyId"],
            **platform_secrets(_client("secretsmanager")),
            "CELL_URLS": "",
            "CONTROL_URL": "",
            "META_CALLBACK_URL": "https://here.example.com/webhooks/meta",
            "GRAPH_API_URL": "http://127.0.0.1:9",
            "GRAPH_API_VERSION": "v26.0",
            "MEDIA_HOSTS": "lookaside.fbsbx.com, *.fbcdn.net",
            "STRIPE_API_URL": "http://127.0.0.1:9",
        }
        env |= {f"{queue.upper()}_QUEUE_URL": _create_queue(name) for name, queue in _queues().items()}
        running = FakeAws(env, sqs, s3, dynamodb_url)
        with model_client_put_back():
            TableItem._client = running.database().client
            yield running


def _queues() -> dict[str, str]:
    """Name -> what its setting is called after."""
    return {f"{queue}.fifo" if queue in _FIFO else queue: queue for queue in QUEUES}


def _create_queue(name: str) -> str:
    """Its URL."""
    attributes = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
    return str(_client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])


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
