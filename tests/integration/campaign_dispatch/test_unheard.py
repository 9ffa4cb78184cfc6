"""A number whose messages nothing is told of is missed, however short its campaign was."""

import pytest

from functions.campaign_dispatch.sweep.logic.alarming import UNHEARD_MS
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.blocks import block_number
from shared.domain.campaigns.books import StatusChange
from shared.domain.contacts.identity import SHARDS
from shared.observability import show_counts
from tests.support.engine import FakeMeta, World


@pytest.mark.parametrize("heard", [False, True])
def test_a_short_campaign_of_which_nothing_is_heard_is_looked_at_once_more_and_counted(
    world: World, heard: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    world.add_contacts(50)
    campaign_id = world.send_to_everybody()
    world.run_lane(FakeMeta())
    assert world.sweep(campaign_id, epoch_ms()) == "closed"
    later = EpochMs(epoch_ms() + UNHEARD_MS + 60_000)
    assert not world.is_due(campaign_id, EpochMs(later - 120_000))
    assert world.is_due(campaign_id, later)
    if heard:
        shard, n = next(
            (shard, n)
            for shard in range(SHARDS)
            for n, _ in world.deps.sends.status_blocks(world.tenant_id, campaign_id, shard)
        )
        world.deps.sends.record(world.tenant_id, campaign_id, block_number(shard, n), StatusChange(delivered={0}))
    show_counts()
    capsys.readouterr()
    assert world.sweep(campaign_id, later) == "held settled"
    show_counts()
    assert ("NumberUnheard" in capsys.readouterr().out) is not heard
    assert not world.is_due(campaign_id, EpochMs(later + 60_000))
