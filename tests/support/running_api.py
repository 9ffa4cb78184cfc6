"""The HTTP handler of this process over dynoxide, with AWS's other services in this process (moto)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.api import bootstrap
from functions.api.accounts.parts import AccountParts
from functions.api.http.call_limits import CallLimits
from shared.store.engine.database import TableItem
from tests.support.api_handler import Api, Stores
from tests.support.fake_aws import platform_secrets
from tests.support.wire import straighten

TABLES = {
    "DIRECTORY_TABLE": "DirectoryTable",
    "CONTACTS_TABLE": "ContactsTable",
    "CONVERSATIONS_TABLE": "ConversationsTable",
    "SENDS_TABLE": "SendsTable",
    "AUDIT_RETENTION_DAYS": "400",
}


@contextmanager
def running_api(dynoxide: str, graph_url: str) -> Iterator[Api]:
    """Ready to be called; `dynoxide` and `graph_url` are where the database and the Graph API are."""
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
            UserPoolId=pool,
            ClientName="api",
            ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        )["UserPoolClient"]["ClientId"]
        env = {
            **TABLES,
            "DATA_BUCKET": "data",
            "KMS_KEY_ID": kms.create_key()["KeyMetadata"]["KeyId"],
            **platform_secrets(secrets),
            "GRAPH_API_URL": graph_url,
            "GRAPH_API_VERSION": "v26.0",
            "META_APP_ID": "100",
            "META_CONFIGURATION_ID": "555000555",
            "META_SDK_URL": "https://connect.example.com/sdk.js",
            "META_CALLBACK_URL": "https://cell.example.com/webhooks/meta",
            "API_URL": "https://api.example.com",
            "CALL_LIMIT_FACTOR": "1000",
            "CONTROL_URL": "",
            "EMAIL_VERIFICATION": "skip",
            "MAIL_FROM": "Example <accounts@example.com>",
            "ALLOW_PRIVATE_WEBHOOKS": "false",
            "SCHEDULE_GROUP": "group",
            "SCHEDULE_ROLE_ARN": "arn:aws:iam::123456789012:role/schedule",
            "USER_POOL_ID": pool,
            "USER_POOL_CLIENT_ID": client,
            "USER_POOL_ISSUER": f"https://cognito-idp.us-east-1.amazonaws.com/{pool}",
        }
        for queue in ("START", "DRY_RUN", "LANE", "IMPORT", "WEBHOOK", "FORWARD"):
            env[f"{queue}_QUEUE_URL"] = sqs.create_queue(QueueName=queue)["QueueUrl"]
        env["START_QUEUE_ARN"] = "arn:aws:sqs:us-east-1:123456789012:START"
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        bootstrap.parts.cache_clear()
        parts = bootstrap.parts()
        straighten(TableItem._client)
        straighten(parts[CallLimits]._buckets._client)
        # moto does not know it. The local cloud does.
        users: Any = parts[AccountParts].entrance.doors.users._client
        users.resend_confirmation_code = lambda **_call: {}
        yield Api(Stores.of(parts), s3, sqs, scheduler)
        bootstrap.parts.cache_clear()
