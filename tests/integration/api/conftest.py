"""The HTTP API over a DynamoDB of its own, with AWS's other services in this process (moto)."""

import base64
import itertools
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.api import bootstrap, handler
from shared.store.engine.database import Database, open_database
from tests.support.fake_aws import Context, platform_secrets

_NUMBERS = itertools.count(1)
TABLES = {
    "DIRECTORY_TABLE": "DirectoryTable",
    "CONTACTS_TABLE": "ContactsTable",
    "CONVERSATIONS_TABLE": "ConversationsTable",
    "SENDS_TABLE": "SendsTable",
}


@pytest.fixture(scope="module")
def database(dynoxide: str) -> Iterator[Database]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynoxide)
        opened = open_database(TABLES)
    yield opened
    opened.client.close()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: dict[str, Any]
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Api:
    """Calls the HTTP handler as API Gateway does. `tenant` is who calls; None is nobody."""

    deps: bootstrap.Deps
    s3: Any
    sqs: Any
    scheduler: Any

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        tenant: str | None = None,
        member: str = "member",
        role: str = "owner",
        scopes: str = "campaigns,contacts,conversations,read,settings",
        headers: dict[str, str] | None = None,
        query: str = "",
        params: dict[str, str] | None = None,
        encoded: bool = False,
    ) -> Answer:
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        if encoded and text is not None:
            text = base64.b64encode(text.encode()).decode()
        context: dict[str, Any] = {
            "requestId": f"request-{next(_NUMBERS)}",
            "stage": "$default",
            "http": {"method": method, "path": path},
        }
        if tenant is not None:
            caller = {"tenant_id": tenant, "member_id": member, "role": role, "scopes": scopes}
            context["authorizer"] = {"lambda": caller}
        pairs = dict(pair.split("=", 1) for pair in query.split("&") if pair) if params is None else params
        event = {
            "version": "2.0",
            "routeKey": f"{method} {path}",
            "rawPath": path,
            "rawQueryString": query,
            "queryStringParameters": pairs,
            "headers": {"content-type": "application/json", **(headers or {})},
            "requestContext": context,
            "body": text,
            "isBase64Encoded": encoded,
        }
        answer = handler.lambda_handler(event, Context())
        is_json = "json" in str(answer["headers"].get("Content-Type", "json"))
        parsed = json.loads(answer["body"]) if answer["body"] and is_json else {}
        return Answer(answer["statusCode"], parsed, answer["headers"])

    def queued(self, queue: str, tenant: str) -> list[dict[str, Any]]:
        """What waits in a queue for a tenant; the queue is emptied."""
        found: list[dict[str, Any]] = []
        url = os.environ[f"{queue}_QUEUE_URL"]
        while messages := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [message for message in found if message["tenant_id"] == tenant]


@pytest.fixture(scope="module")
def graph_url() -> str:
    """Where the Graph API is: nowhere, unless a module has one of its own."""
    return "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def api(dynoxide: str, graph_url: str) -> Iterator[Api]:
    """Tests share it, so each works under a tenant of its own."""
    with mock_aws(), pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynoxide)
        sqs, s3, kms = boto3.client("sqs"), boto3.client("s3"), boto3.client("kms")
        cognito, secrets = boto3.client("cognito-idp"), boto3.client("secretsmanager")
        scheduler = boto3.client("scheduler")
        s3.create_bucket(Bucket="data")
        scheduler.create_schedule_group(Name="group")
        pool = cognito.create_user_pool(
            PoolName="people",
            UsernameAttributes=["email"],
            Policies={"PasswordPolicy": {"MinimumLength": 12}},
        )["UserPool"]["Id"]
        client = cognito.create_user_pool_client(
            UserPoolId=pool, ClientName="api", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
        )["UserPoolClient"]["ClientId"]
        env = {
            **TABLES,
            "DATA_BUCKET": "data",
            "KMS_KEY_ID": kms.create_key()["KeyMetadata"]["KeyId"],
            **platform_secrets(secrets),
            "GRAPH_API_URL": graph_url,
            "GRAPH_API_VERSION": "v26.0",
            "META_APP_ID": "100",
            "EMAIL_VERIFICATION": "skip",
            "ALLOW_PRIVATE_WEBHOOKS": "false",
            "SCHEDULE_GROUP": "group",
            "SCHEDULE_ROLE_ARN": "arn:aws:iam::123456789012:role/schedule",
            "USER_POOL_ID": pool,
            "USER_POOL_CLIENT_ID": client,
            "USER_POOL_ISSUER": f"https://cognito-idp.us-east-1.amazonaws.com/{pool}",
        }
        for queue in ("START", "LOAD", "LANE", "IMPORT", "WEBHOOK"):
            env[f"{queue}_QUEUE_URL"] = sqs.create_queue(QueueName=queue)["QueueUrl"]
        env["START_QUEUE_ARN"] = "arn:aws:sqs:us-east-1:123456789012:START"
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        bootstrap.deps.cache_clear()
        yield Api(bootstrap.deps(), s3, sqs, scheduler)
        bootstrap.deps.cache_clear()
