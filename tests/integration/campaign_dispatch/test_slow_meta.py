"""A Meta that answers slowly or not at all: little is on its way at a time, and who stops a campaign is heard."""

import asyncio
from dataclasses import replace

import pytest

from functions.campaign_dispatch.lane import sender as sender_module
from functions.campaign_dispatch.lane.slice import SystemClock
from shared.domain.campaigns.campaign import State, after
from shared.domain.campaigns.number_work import Run
from shared.domain.campaigns.outcome import Kind, Outcome
from shared.services.campaign_resumption import let_lanes_go_on
from tests.support.engine import FakeMeta, World, open_test_database

RATE = 100.0
BOUND = 20


class CountingMeta(FakeMeta):
    """Knows how many requests wait for its answer."""

    waiting: int = 0
    most: int = 0

    async def __call__(self, run: Run, body: dict[str, object]) -> Outcome:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        try:
            return await super().__call__(run, body)
        finally:
            self.waiting -= 1


@pytest.fixture
def world(dynoxide: str) -> World:
    return World(open_test_database(dynoxide))


@pytest.fixture(autouse=True)
def small_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender_module, "IN_FLIGHT_SECONDS", BOUND / RATE)


def test_no_more_than_the_bound_waits_for_an_answer(world: World) -> None:
    world.add_contacts(100)
    campaign_id = world.send_to_everybody()
    meta = CountingMeta(latency=0.4)
    world.run_lane(meta, rate=RATE, clock=SystemClock())
    assert meta.most == BOUND
    assert world.books(campaign_id).sent == 100
    assert not meta.twice


def test_while_meta_gives_no_answer_no_more_than_the_bound_becomes_unknown(world: World) -> None:
    world.add_contacts(200)
    campaign_id = world.send_to_everybody()
    meta = CountingMeta(lambda _to, _n: Outcome(Kind.UNKNOWN, "no_answer"), latency=2.0)
    world.run_lane(meta, rate=RATE, seconds=0.5, clock=SystemClock())
    books = world.books(campaign_id)
    assert books.balanced
    assert 0 < books.unknown <= 2 * BOUND + sender_module._TROUBLE_LIMIT
    assert books.waiting >= 200 - books.unknown - books.sent


@pytest.mark.parametrize("action", ["pause", "cancel"])
def test_what_is_claimed_is_not_sent_any_more_once_the_campaign_is_stopped(world: World, action: str) -> None:
    world.add_contacts(150)
    campaign_id = world.send_to_everybody()
    meta = CountingMeta(latency=1.0)
    campaigns, lanes = world.deps.campaigns, world.deps.lanes

    async def stop_soon() -> float:
        await asyncio.sleep(0.6)
        state = "paused" if action == "pause" else "cancelled"
        await asyncio.to_thread(
            campaigns.change,
            world.tenant_id,
            campaign_id,
            lambda c: replace(c, state=after(c.state, action)),
        )
        await asyncio.to_thread(lanes.runs.set_state, world.phone_number_id, campaign_id, state)
        return len(meta.requests)

    async def both() -> float:
        lane = world.lane(meta, rate=RATE, seconds=6, clock=SystemClock())
        _, so_far = await asyncio.gather(lane.run(), stop_soon())
        return so_far

    so_far = asyncio.run(both())
    # A tick and a bound later at the most, though far more was claimed.
    assert len(meta.requests) <= so_far + 3 * BOUND < 150
    books = world.books(campaign_id)
    assert books.balanced
    assert (books.sent, books.unknown) == (len(meta.requests), 0)
    if action == "cancel":
        assert books.cancelled == 150 - books.sent
        return
    assert books.waiting == 150 - books.sent
    resumed = campaigns.change(world.tenant_id, campaign_id, lambda c: replace(c, state=after(c.state, "resume")))
    let_lanes_go_on(campaigns, lanes, world.tenant_id, resumed)
    quick = FakeMeta(requests=meta.requests, accepted=meta.accepted)
    world.run_lane(quick)
    assert world.campaign(campaign_id).state is State.SENDING
    assert world.books(campaign_id).sent == 150
    assert not quick.twice
