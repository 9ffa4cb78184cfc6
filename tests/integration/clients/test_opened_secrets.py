"""Secrets that a vault opened, kept in memory: for whom, for how long, and how many."""

import logging
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from shared.clients import vault
from shared.clients.vault import KEEP_MS, META_TOKEN, WEBHOOK_SECRET, OpenedSecrets, Vault
from shared.clock import EpochMs
from shared.errors import Conflict
from shared.ids import TenantId
from tests.support.fake_aws import FakeAws

ONE, OTHER = TenantId("01ONE"), TenantId("01OTHER")


class Counting:
    """KMS, and how often it was asked to open something."""

    def __init__(self) -> None:
        self._kms = boto3.client("kms")
        self.opened = 0

    def encrypt(self, **asked: Any) -> Any:
        return self._kms.encrypt(**asked)

    def decrypt(self, **asked: Any) -> Any:
        self.opened += 1
        return self._kms.decrypt(**asked)


@pytest.fixture
def kms(aws: FakeAws) -> Counting:
    return Counting()


@pytest.fixture
def sealing(aws: FakeAws, kms: Counting) -> Vault:
    return Vault(kms, aws.env["KMS_KEY_ID"])  # type: ignore[arg-type]


def test_a_secret_is_opened_once_in_minutes(kms: Counting, sealing: Vault) -> None:
    now = [EpochMs(1_000)]
    secrets = OpenedSecrets(sealing, lambda: now[0])
    sealed = sealing.seal(ONE, META_TOKEN, "EAAone")
    assert [secrets.open(ONE, META_TOKEN, sealed) for _ in range(3)] == ["EAAone"] * 3
    assert kms.opened == 1
    now[0] = EpochMs(1_000 + KEEP_MS)
    assert (secrets.open(ONE, META_TOKEN, sealed), kms.opened) == ("EAAone", 2)


def test_what_is_kept_for_one_tenant_and_purpose_opens_for_no_other(kms: Counting, sealing: Vault) -> None:
    secrets = OpenedSecrets(sealing)
    sealed = sealing.seal(ONE, META_TOKEN, "EAAone")
    secrets.open(ONE, META_TOKEN, sealed)
    for tenant_id, purpose in ((OTHER, META_TOKEN), (ONE, WEBHOOK_SECRET)):
        with pytest.raises(ClientError):
            secrets.open(tenant_id, purpose, sealed)
    assert kms.opened == 3


def test_a_token_that_was_replaced_or_taken_away_is_used_no_more(sealing: Vault) -> None:
    secrets = OpenedSecrets(sealing)
    assert secrets.open(ONE, META_TOKEN, sealing.seal(ONE, META_TOKEN, "EAAold")) == "EAAold"
    assert secrets.open(ONE, META_TOKEN, sealing.seal(ONE, META_TOKEN, "EAAnew")) == "EAAnew"
    with pytest.raises(Conflict):
        secrets.open(ONE, META_TOKEN, "")


def test_no_more_than_a_bound_is_kept_and_what_is_used_stays(
    kms: Counting, sealing: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "MOST_KEPT", 2)
    secrets = OpenedSecrets(sealing)
    one, two, three = (sealing.seal(ONE, META_TOKEN, f"EAA{i}") for i in range(3))
    for sealed in (one, two, one, three, one):
        secrets.open(ONE, META_TOKEN, sealed)
    assert kms.opened == 3
    secrets.open(ONE, META_TOKEN, two)
    assert kms.opened == 4


def test_secrets_are_shown_nowhere(sealing: Vault, caplog: pytest.LogCaptureFixture) -> None:
    secrets = OpenedSecrets(sealing)
    with caplog.at_level(logging.DEBUG, logger="wasapbos"):
        secrets.open(ONE, META_TOKEN, sealing.seal(ONE, META_TOKEN, "EAAsecret"))
    assert "EAAsecret" not in repr(secrets) + caplog.text
