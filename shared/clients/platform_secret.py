"""The platform's own secrets, JSON objects in Secrets Manager: one for each set of readers, who can read no other."""

import json
import threading
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Generic, TypeVar

from shared.clock import EpochMs
from shared.errors import ConfigError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_KEEP_MS = 300_000
_ANEW_MS = 10_000
"""So long a secret that was read anew is not doubted again, however many are refused with it."""


@dataclass(frozen=True, slots=True)
class MetaSecrets:
    """`meta_app_secret_previous` is set only while the app secret is being rotated; both verify webhooks then."""

    meta_app_secret: str = field(repr=False)
    meta_verify_token: str = field(repr=False)
    meta_app_secret_previous: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class StripeKey:
    """What may act at Stripe for us; nothing that the public can call reads it."""

    stripe_api_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StripeWebhookSecret:
    stripe_webhook_secret: str = field(repr=False)


S = TypeVar("S", bound=MetaSecrets | StripeKey | StripeWebhookSecret)


class SecretReader(Generic[S]):
    """Keeps what it read for five minutes, so that a rotation needs no deployment."""

    def __init__(self, client: "SecretsManagerClient", secret_arn: str, kind: type[S]) -> None:
        self._client = client
        self._arn = secret_arn
        self._kind = kind
        self._kept: tuple[EpochMs, S] | None = None
        self._doubted_at: EpochMs | None = None
        self._doubting = threading.Lock()

    def read(self, now: EpochMs) -> S:
        """`now` in epoch ms. Raises ConfigError, which names the key, when one is missing."""
        if self._kept is not None and now - self._kept[0] < _KEEP_MS:
            return self._kept[1]
        return self._read(now)

    def read_anew(self, now: EpochMs) -> S:
        """For whom the kept one was refused; `now` in epoch ms. It is read once in ten seconds, whoever asks: of many
        that were refused at once, each gets what the first one read. Raises like `read`."""
        with self._doubting:
            if self._kept is not None and self._doubted_at is not None and now - self._doubted_at < _ANEW_MS:
                return self._kept[1]
            self._doubted_at = now
            return self._read(now)

    def _read(self, now: EpochMs) -> S:
        raw = json.loads(self._client.get_secret_value(SecretId=self._arn)["SecretString"])
        values = {}
        for one in fields(self._kind):
            values[one.name] = str(raw.get(one.name, ""))
            if not values[one.name] and one.default is MISSING:
                raise ConfigError(f"the secret {self._arn} has no {one.name}")
        secrets = self._kind(**values)
        self._kept = (now, secrets)
        return secrets
