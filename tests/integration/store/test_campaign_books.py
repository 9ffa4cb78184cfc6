"""The books read from what is stored: cursors of all lanes, retry lists, outcomes, and the kept cursors afterwards."""

from dataclasses import replace

import pytest

from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.blocks import Segment
from shared.domain.campaigns.books import StatusChange
from shared.domain.campaigns.campaign import State
from shared.domain.campaigns.standing import claimed_slots
from shared.ids import CampaignId, new_ulid
from shared.store.engine.database import Database
from tests.support.engine import World
from tests.support.frozen import frozen_campaign

PEOPLE = 2_700
LEASE_MS = 60_000


def figures(world: World, campaign_id: CampaignId) -> dict[str, int]:
    books = world.books(campaign_id)
    assert books.balanced
    names = ("planned", "sent", "failed", "skipped", "cancelled", "unknown", "waiting")
    return {name: getattr(books, name) for name in names if getattr(books, name)}


@pytest.fixture
def four_lanes(database: Database) -> World:
    return World(database, throughput=1_000)


def claim(world: World, campaign_id: CampaignId, lane: int, stop: int) -> int:
    now = epoch_ms()
    state = world.deps.lanes.acquire(world.phone_number_id, lane, new_ulid(), "", now, EpochMs(now + LEASE_MS))
    assert state is not None
    moves = {campaign_id: (0, stop)}
    world.deps.lanes.claim(world.phone_number_id, lane, state.fence, moves, new_ulid(), now, EpochMs(now + LEASE_MS), 0)
    return state.fence


def test_everybody_waits_until_lanes_claim_them(four_lanes: World) -> None:
    campaign_id = frozen_campaign(four_lanes, PEOPLE)
    assert figures(four_lanes, campaign_id) == {"planned": PEOPLE, "waiting": PEOPLE}
    for lane, stop in enumerate((5, 81, 200, 650)):
        claim(four_lanes, campaign_id, lane, stop)
    assert figures(four_lanes, campaign_id) == {"planned": PEOPLE, "unknown": 936, "waiting": PEOPLE - 936}
    assert four_lanes.books(campaign_id).unsettled == 936


def test_outcomes_and_retry_lists_move_people_between_the_columns(four_lanes: World) -> None:
    campaign_id = frozen_campaign(four_lanes, PEOPLE)
    fence = claim(four_lanes, campaign_id, 1, 100)
    slots = list(Segment(four_lanes.campaign(campaign_id).sizes, 1, 4).locate(0, 100))
    sends, tenant = four_lanes.deps.sends, four_lanes.tenant_id
    for block, slot in slots[:60]:
        assert sends.record(tenant, campaign_id, block, StatusChange(sent={slot}))
    for block, slot in slots[60:70]:
        assert sends.record(tenant, campaign_id, block, StatusChange(failed={slot: "131026"}))
    for block, slot in slots[70:75]:
        assert sends.record(tenant, campaign_id, block, StatusChange(failed={slot: "skip:opted_out"}))
    entries = [(block, slot, 2) for block, slot in slots[75:95]]
    four_lanes.deps.lanes.add_retries(
        four_lanes.phone_number_id, 1, fence, campaign_id, epoch_ms(), new_ulid(), entries
    )
    assert figures(four_lanes, campaign_id) == {
        "planned": PEOPLE,
        "sent": 60,
        "failed": 10,
        "skipped": 5,
        "unknown": 5,
        "waiting": PEOPLE - 80,
    }


def test_the_books_hold_after_the_campaign_left_its_number(four_lanes: World) -> None:
    campaign_id = frozen_campaign(four_lanes, PEOPLE)
    stops = (5, 81, 200, 650)
    for lane, stop in enumerate(stops):
        claim(four_lanes, campaign_id, lane, stop)
    (run,) = four_lanes.deps.lanes.work(four_lanes.phone_number_id).runs
    four_lanes.deps.campaigns.change(
        four_lanes.tenant_id,
        campaign_id,
        lambda c: replace(c, state=State.CANCELLED, cursors=stops, finished_at=epoch_ms()),
    )
    four_lanes.deps.lanes.runs.close(
        run.phone_number_id, run.campaign_id, run.lanes, dict(enumerate(stops)), EpochMs(1)
    )
    assert figures(four_lanes, campaign_id) == {"planned": PEOPLE, "unknown": 936, "cancelled": PEOPLE - 936}


def test_claimed_slots_add_up_to_the_cursors(four_lanes: World) -> None:
    campaign_id = frozen_campaign(four_lanes, PEOPLE)
    campaign = four_lanes.campaign(campaign_id)
    cursors = {0: 5, 1: 81, 2: 200, 3: 650}
    total = 0
    for shard, size in enumerate(campaign.sizes):
        for n in range(-(-size // 80)):
            total += min(80, claimed_slots(campaign, cursors, shard, n))
    assert total == sum(cursors.values())


def test_a_campaign_without_an_audience_yet_has_empty_books(world: World) -> None:
    assert figures(world, world.launch()) == {}
