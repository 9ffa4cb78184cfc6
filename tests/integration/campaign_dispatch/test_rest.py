"""What the sweep does with a paused campaign, and how often."""

from dataclasses import replace

import pytest

from functions.campaign_dispatch.sweep.logic.rest import REST_MS, WATCHED_MS
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.campaign import after
from shared.ids import CampaignId
from tests.support.engine import World


def paused(world: World) -> CampaignId:
    world.add_contacts(4)
    campaign_id = world.send_to_everybody()
    change(world, campaign_id, "pause")
    world.deps.lanes.runs.set_state(world.phone_number_id, campaign_id, "paused")
    return campaign_id


def change(world: World, campaign_id: CampaignId, action: str) -> None:
    world.deps.campaigns.change(world.tenant_id, campaign_id, lambda c: replace(c, state=after(c.state, action)))


def look(world: World, campaign_id: CampaignId, later: int) -> str:
    return world.sweep(campaign_id, EpochMs(epoch_ms() + later))


def is_due(world: World, campaign_id: CampaignId, later: int) -> bool:
    return world.is_due(campaign_id, EpochMs(epoch_ms() + later))


def test_a_paused_campaign_is_due_once_an_hour_when_it_was_watched_for_a_while(world: World) -> None:
    campaign_id = paused(world)
    assert is_due(world, campaign_id, 0)
    assert look(world, campaign_id, 0) == "waiting"
    assert is_due(world, campaign_id, 60_000)
    assert look(world, campaign_id, WATCHED_MS + 1) == "waiting"
    assert not is_due(world, campaign_id, WATCHED_MS + 60_000)
    assert is_due(world, campaign_id, WATCHED_MS + REST_MS + 60_000)


@pytest.mark.parametrize("action", ["resume", "cancel"])
def test_a_campaign_that_rests_is_due_at_once_when_somebody_decides(world: World, action: str) -> None:
    campaign_id = paused(world)
    look(world, campaign_id, 0)
    look(world, campaign_id, WATCHED_MS + 1)
    assert not is_due(world, campaign_id, WATCHED_MS + 60_000)
    change(world, campaign_id, action)
    assert is_due(world, campaign_id, 0)
    if action == "resume":
        change(world, campaign_id, "pause")
        assert is_due(world, campaign_id, 0), "a pause of its own is watched anew"


def test_lanes_that_are_woken_late_although_the_campaign_is_paused_are_stopped_within_the_minute(world: World) -> None:
    campaign_id = paused(world)
    look(world, campaign_id, 0)
    look(world, campaign_id, WATCHED_MS - 60_000)
    world.deps.lanes.runs.set_state(world.phone_number_id, campaign_id, "running")
    assert is_due(world, campaign_id, WATCHED_MS)
    look(world, campaign_id, WATCHED_MS + 1)
    (run,) = world.deps.lanes.work(world.phone_number_id).runs
    assert run.state == "paused"
    assert is_due(world, campaign_id, WATCHED_MS + 60_000), "and watched anew"
