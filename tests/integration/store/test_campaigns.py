"""Campaigns are found by when they began, however long before that they were made."""

from collections.abc import Callable

import pytest

from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.campaign import LATEST_START_MS, State
from shared.ids import TenantId, new_ulid
from shared.store.campaigns.campaigns import Campaigns
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory
from tests.support.campaigns import a_campaign

DAY_MS = 86_400_000
Make = Callable[..., str]


@pytest.fixture
def campaigns(database: Database) -> Campaigns:
    return Campaigns(Directory(database))


@pytest.fixture
def make(campaigns: Campaigns, tenant: TenantId) -> Make:
    def make(at: EpochMs, frozen_at: EpochMs = EpochMs(0)) -> str:
        campaign = a_campaign(
            new_ulid(at), created_at=at, frozen_at=frozen_at, state=State.COMPLETED if frozen_at else State.DRAFT
        )
        campaigns.create(tenant, campaign)
        return campaign.campaign_id

    return make


def test_a_campaign_is_found_that_was_scheduled_as_early_as_can_be(
    campaigns: Campaigns, tenant: TenantId, make: Make
) -> None:
    now = epoch_ms()
    since = EpochMs(now - 7 * DAY_MS)
    first = make(since - LATEST_START_MS, frozen_at=since)
    make(since - LATEST_START_MS + 1, frozen_at=since - 1)
    for i in range(110):
        make(since - LATEST_START_MS + DAY_MS + i)
    last = make(now, frozen_at=now)
    found = campaigns.frozen_since(tenant, since)
    assert [campaign.campaign_id for campaign in found] == [last, first]
