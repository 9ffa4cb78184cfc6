"""The platform's own secrets: Meta's app secrets and verify token, Stripe's keys. One Secrets Manager secret, JSON."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.errors import ConfigError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_KEEP_MS = 300_000


@dataclass(frozen=True, slots=True)
class PlatformSecrets:
    """`meta_app_secret_previous` is set only while the app secret is being rotated; both verify webhooks then."""

    meta_app_secret: str
    meta_app_secret_previous: str
    meta_verify_token: str
    stripe_api_key: str
    stripe_webhook_secret: str


class PlatformSecretReader:
    """Keeps what it read for five minutes, so that a rotation needs no deployment."""

    def __init__(self, client: "SecretsManagerClient", secret_arn: str) -> None:
        self._client = client
        self._arn = secret_arn
        self._kept: tuple[int, PlatformSecrets] | None = None

    def read(self, now: int) -> PlatformSecrets:
        """`now` in epoch ms. Raises ConfigError, which names the key, when one is missing."""
        if self._kept is not None and now - self._kept[0] < _KEEP_MS:
            return self._kept[1]
        raw = json.loads(self._client.get_secret_value(SecretId=self._arn)["SecretString"])
        values: dict[str, str] = {}
        for name in PlatformSecrets.__dataclass_fields__:
            values[name] = str(raw.get(name, ""))
            if not values[name] and name != "meta_app_secret_previous":
                raise ConfigError(f"the platform secret has no {name}")
        secrets = PlatformSecrets(**values)
        self._kept = (now, secrets)
        return secrets
