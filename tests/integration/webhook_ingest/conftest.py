"""One tenant with one number, on an AWS in this process; or as many as are wanted, over a database."""

from collections.abc import Iterator

import pytest

from shared.domain.accounts.account import Member, Role, Tenant
from shared.domain.numbers.number import Number, Waba
from shared.ids import PhoneNumberId
from shared.store.engine.database import Database
from tests.support.consumers import Deps, build
from tests.support.fake_aws import FakeAws
from tests.support.ingest import Ingest, ingesting
from tests.support.webhook_payloads import DISPLAY, OTHER, OTHER_PHONE_ID, OTHER_WABA, PHONE_ID, TENANT, WABA
from tests.support.webhook_place import WebhookPlace


@pytest.fixture
def deps(aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> Deps:
    """The consumers' dependencies; every handler uses them."""
    made = build(aws.database(), aws.env)
    for tenant_id, waba_id, phone_id, display in (
        (TENANT, WABA, PHONE_ID, DISPLAY),
        (OTHER, OTHER_WABA, OTHER_PHONE_ID, "+15550000000"),
    ):
        owner = Member(f"m-{tenant_id}", f"s-{tenant_id}", "owner@example.com", Role.OWNER)
        made.accounts.create(Tenant(tenant_id, "Shop", "US"), owner)
        number = Number(PhoneNumberId(phone_id), waba_id, display, "Shop")
        made.accounts.connect(tenant_id, Waba(waba_id, "Shop", "USD", "sealed"), [number])
    made.serve(monkeypatch)
    return made


@pytest.fixture(scope="module")
def ingest(database: Database) -> Iterator[Ingest]:
    with ingesting(database) as made:
        yield made


@pytest.fixture
def place(ingest: Ingest) -> WebhookPlace:
    """A business of its own, to which people write."""
    return WebhookPlace(ingest)
