"""AWS service clients, all from one botocore session: a second client costs 5 ms, a second session 60."""

import threading
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config

from shared.config import USER_AGENT

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

_CONFIG = Config(
    user_agent=USER_AGENT,
    connect_timeout=2,
    read_timeout=10,
    max_pool_connections=32,
    retries={"total_max_attempts": 3, "mode": "standard"},
    s3={"addressing_style": "path"},
)
# botocore still presigns with version 2 in us-east-1, which buckets made since June 2020 refuse.
_S3_CONFIG = _CONFIG.merge(Config(signature_version="s3v4"))


class AwsClients:
    """Makes each client when first asked for it, by whichever thread: botocore makes no two at a time."""

    def __init__(self, session: botocore.session.Session | None = None) -> None:
        self._session = session or botocore.session.get_session()
        self._clients: dict[str, Any] = {}
        self._making = threading.Lock()

    def _client(self, service: str) -> Any:
        with self._making:
            if service not in self._clients:
                self._clients[service] = self._session.create_client(
                    service, config=_S3_CONFIG if service == "s3" else _CONFIG
                )
            return self._clients[service]

    @property
    def sqs(self) -> "SQSClient":
        return self._client("sqs")  # type: ignore[no-any-return]

    @property
    def dynamodb(self) -> "DynamoDBClient":
        return self._client("dynamodb")  # type: ignore[no-any-return]

    @property
    def s3(self) -> "S3Client":
        return self._client("s3")  # type: ignore[no-any-return]

    @property
    def kms(self) -> "KMSClient":
        return self._client("kms")  # type: ignore[no-any-return]

    @property
    def secrets(self) -> "SecretsManagerClient":
        return self._client("secretsmanager")  # type: ignore[no-any-return]

    @property
    def scheduler(self) -> "EventBridgeSchedulerClient":
        return self._client("scheduler")  # type: ignore[no-any-return]

    @property
    def cognito(self) -> "CognitoIdentityProviderClient":
        return self._client("cognito-idp")  # type: ignore[no-any-return]

    def named(self, service: str) -> Any:
        """One that only operators work with: bounded in time as all are."""
        return self._client(service)

    @property
    def mail(self) -> Any:
        """Amazon SES, version 2."""
        return self._client("sesv2")
