"""The sweep of campaigns that are too large to be read: what it reads, how it gets through them, and how they end."""

import time
from dataclasses import replace

import pytest

import functions.campaign_dispatch.sweep.campaign as campaign_of_the_sweep
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.blocks import Segment
from shared.domain.campaigns.books import StatusChange
from shared.domain.campaigns.campaign import State, after
from shared.domain.campaigns.chunks import FOR_SWEEP, Reading
from shared.domain.campaigns.outcome import Kind, Outcome
from shared.ids import CampaignId, new_ulid
from shared.store.campaigns.books import CampaignBooks
from tests.support.capacity import Meter
from tests.support.engine import FakeMeta, World, new_test_database
from tests.support.frozen import frozen_campaign
from tests.support.large_campaign import large_campaign

PEOPLE = 20_000_000
PER_LANE = 2_650_000
LEASE_MS = 60_000
HOUR_MS = 3_600_000
CHUNKED = Reading(floor_ms=60_000, share=0.5, chunk_blocks=1, exact_blocks=0)


def at_once() -> bool:
    return True


def never() -> bool:
    return False


def test_a_turn_costs_a_campaign_of_twenty_million_what_is_under_way_and_no_more(dynoxide: str) -> None:
    """A full reading would take as much for each of the claimed as the blocks here take for each of theirs."""
    database = new_test_database(dynoxide)
    world = World(database, throughput=1_000)
    large = large_campaign(world, database, PEOPLE, cursor=PER_LANE, rate=220, live=1)
    meter = Meter(database.client)
    campaign = world.campaign(large.campaign_id)
    started = time.process_time()
    blocks = sum(
        1 for shard in range(16) for _ in world.deps.sends.status_blocks(world.tenant_id, large.campaign_id, shard)
    )
    cpu_per_block = (time.process_time() - started) / blocks
    rru_per_block = meter.reads.total() / blocks
    assert blocks == large.blocks
    meter.reads.clear()
    started = time.process_time()
    assert world.sweep(large.campaign_id, epoch_ms()) == "sending"
    cpu, rru = time.process_time() - started, meter.reads.total()
    claimed_blocks = large.claimed / 80
    assert rru < rru_per_block * claimed_blocks / 40
    assert cpu < cpu_per_block * claimed_blocks / 10
    work = world.deps.lanes.work(world.phone_number_id)
    look = CampaignBooks(world.deps.sends, world.tenant_id, campaign, work, EpochMs(epoch_ms() + 1), FOR_SWEEP, at_once)
    look.look()
    books = look.books
    assert books.balanced
    assert (books.planned, books.sent, books.waiting) == (PEOPLE, large.claimed, PEOPLE - large.claimed)
    assert books.priced.total() == books.delivered > large.claimed * 0.9


@pytest.fixture
def chunked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No campaign is too small for summaries."""
    monkeypatch.setattr(campaign_of_the_sweep, "FOR_SWEEP", CHUNKED)


def claim_all(world: World, campaign_id: CampaignId, people: int) -> None:
    now = epoch_ms()
    state = world.deps.lanes.acquire(world.phone_number_id, 0, new_ulid(), "", now, EpochMs(now + LEASE_MS))
    assert state is not None
    moves = {campaign_id: (0, people)}
    world.deps.lanes.claim(world.phone_number_id, 0, state.fence, moves, new_ulid(), now, EpochMs(now + LEASE_MS), 0)


def tell_all(world: World, campaign_id: CampaignId, people: int, *, but: int, held: bool = False) -> None:
    """All but the first few have got it, or are held."""
    changes: dict[int, StatusChange] = {}
    for block, slot in Segment(world.campaign(campaign_id).sizes, 0, 1).locate(but, people):
        change = changes.setdefault(block, StatusChange())
        (change.held if held else change.sent).add(slot)
    for block, change in changes.items():
        world.deps.sends.record(world.tenant_id, campaign_id, block, change)


@pytest.mark.usefixtures("chunked")
def test_one_that_was_never_summed_up_is_closed_after_some_turns(world: World) -> None:
    campaign_id = frozen_campaign(world, 400, shards=(1, 2))
    meta = FakeMeta(lambda to, _n: Outcome(Kind.UNKNOWN, "no_answer") if to.endswith("3") else None)
    world.run_lane(meta)
    found: list[str] = []
    while not found or found[-1] != "closed":
        now = EpochMs(epoch_ms() + HOUR_MS)
        found.append(
            campaign_of_the_sweep.sweep_campaign(world.deps.for_sweep(), world.tenant_id, campaign_id, now, at_once)
        )
        assert len(found) < 20
    assert found[0] == "reading the books"
    assert "sending" in found
    books = world.books(campaign_id)
    assert (books.sent, books.unknown, books.unsettled, books.balanced) == (360, 40, 0, True)
    assert world.campaign(campaign_id).state is State.COMPLETED


@pytest.mark.usefixtures("chunked")
def test_who_is_heard_of_after_a_summary_lets_the_campaign_end_a_minute_later(world: World) -> None:
    campaign_id = frozen_campaign(world, 400, shards=(1, 2))
    claim_all(world, campaign_id, 400)
    now = epoch_ms()
    world.deps = replace(world.deps, unknown_grace_ms=HOUR_MS)
    assert world.sweep(campaign_id, now) == "sending"
    tell_all(world, campaign_id, 400, but=0)
    assert world.sweep(campaign_id, EpochMs(now + 60_000)) == "closed"
    assert world.books(campaign_id).sent == 400


@pytest.mark.usefixtures("chunked")
def test_what_is_kept_back_after_a_summary_is_given_up_on_though_the_campaign_was_cancelled(world: World) -> None:
    campaign_id = frozen_campaign(world, 400, shards=(1, 2))
    claim_all(world, campaign_id, 400)
    now = epoch_ms()
    assert world.sweep(campaign_id, now) == "sending"
    tell_all(world, campaign_id, 400, but=100, held=True)
    world.deps.campaigns.change(
        world.tenant_id, campaign_id, lambda one: replace(one, state=after(one.state, "cancel"))
    )
    world.sweep(campaign_id, now)
    assert world.sweep(campaign_id, EpochMs(now + HOUR_MS)) == "closed"
    held_until = world.campaign(campaign_id).held_until
    assert held_until is not None
    assert world.sweep(campaign_id, EpochMs(held_until + 1)) == "held settled"
    books = world.books(campaign_id)
    assert (books.held, books.sent, books.unknown) == (0, 0, 400)


@pytest.mark.usefixtures("chunked")
def test_nobody_is_resent_to_of_whom_was_heard_after_a_summary(world: World) -> None:
    campaign_id = frozen_campaign(world, 400, shards=(1, 2))
    world.deps.campaigns.change(world.tenant_id, campaign_id, lambda one: replace(one, unknown_policy="resend"))
    claim_all(world, campaign_id, 400)
    tell_all(world, campaign_id, 400, but=3)
    later = epoch_ms()
    stale = replace(CHUNKED, floor_ms=10**12)
    look = CampaignBooks(
        world.deps.sends,
        world.tenant_id,
        world.campaign(campaign_id),
        world.deps.lanes.work(world.phone_number_id),
        later,
        stale,
        never,
    )
    look.look()
    look.give_up(lambda chunk: chunk.unsettled > 0, lambda block: block.unsettled)
    tell_all(world, campaign_id, 3, but=0)
    world.start_queue.take()
    assert look.books.unknown == 3
    assert world.sweep(campaign_id, EpochMs(later + 1)) == "closed"
    assert world.start_queue.take() == []
