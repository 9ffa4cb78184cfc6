"""What operators have stopped is not sent: neither started nor sent nor woken for, and all of it goes on afterwards."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from functions.campaign_dispatch.lane.slice import run_slice
from functions.campaign_dispatch.lane.trail import Trail
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.campaign import State
from shared.domain.campaigns.outcome import Outcome
from shared.domain.campaigns.sending_stop import SendingStop, require_sending
from shared.errors import SendRefused
from shared.ids import TenantId
from shared.queue_messages import StartCampaign, WakeLane
from shared.store.campaigns.campaigns import START_GRACE_MS
from tests.support.engine import FakeMeta, World
from tests.support.world_parts import lane_parts

STOP = SendingStop("a drill", "somebody", EpochMs(1_000))


@pytest.fixture(autouse=True)
def lifted(world: World) -> Iterator[None]:
    """The platform's is everybody's, other tests' too."""
    yield
    for tenant_id in (None, world.tenant_id):
        standing = world.deps.stops.read(tenant_id, consistent=True)
        if standing is not None:
            world.deps.stops.go_on(tenant_id, standing.at)


def whose(world: World, scope: str) -> TenantId | None:
    return None if scope == "platform" else world.tenant_id


SCOPES = pytest.mark.parametrize("scope", ["platform", "tenant"])


@SCOPES
def test_nothing_starts_until_it_is_lifted(world: World, scope: str) -> None:
    world.add_contacts(3)
    campaign_id = world.launch()
    assert world.deps.stops.stop(whose(world, scope), STOP)
    assert world.start(campaign_id) == "stopped"
    assert world.campaign(campaign_id).state is State.SCHEDULED
    later = EpochMs(epoch_ms() + START_GRACE_MS + 1)
    assert world.sweep(campaign_id, later) == "stopped"
    assert world.start_queue.take() == []
    assert world.deps.stops.go_on(whose(world, scope), STOP.at)
    assert world.sweep(campaign_id, later) == "started"
    assert world.start_queue.take() == [StartCampaign(world.tenant_id, campaign_id)]
    assert world.start(campaign_id) == "loading"


@SCOPES
def test_a_lane_at_work_stops_and_everybody_keeps_their_place(world: World, scope: str) -> None:
    world.add_contacts(60)
    campaign_id = world.send_to_everybody()
    stopped = threading.Event()

    def stop_after_ten(_to: str, number: int) -> Outcome | None:
        if number == 10:
            world.deps.stops.stop(whose(world, scope), STOP)
            stopped.set()
        return None

    meta = FakeMeta(stop_after_ten)
    world.run_lane(meta, rate=5.0)
    assert stopped.is_set()
    some = len(meta.requests)
    assert 10 <= some < 60
    books = world.books(campaign_id)
    assert (books.sent, books.waiting, books.balanced) == (some, 60 - some, True)
    assert world.campaign(campaign_id).state is State.SENDING
    world.lane_queue.take()
    world.sweep(campaign_id, EpochMs(epoch_ms() + 20_000))
    assert world.lane_queue.take() == []
    world.deps.stops.go_on(whose(world, scope), STOP.at)
    world.sweep(campaign_id, EpochMs(epoch_ms() + 20_000))
    (wake,) = world.lane_queue.messages
    assert isinstance(wake, WakeLane)
    world.run_lane(meta)
    assert world.books(campaign_id).sent == 60
    assert meta.twice == []


def test_a_worker_that_is_woken_sends_nothing_and_wakes_nobody(world: World) -> None:
    world.add_contacts(5)
    campaign_id = world.send_to_everybody()
    world.lane_queue.take()
    world.deps.stops.stop(world.tenant_id, STOP)
    parts = lane_parts(world, slice_seconds=1)
    assert run_slice(parts, WakeLane(world.phone_number_id, 0), Trail()) is None
    assert world.lane_queue.take() == []
    assert world.deps.lanes.work(world.phone_number_id).lanes[0].expires_at == 0
    assert world.books(campaign_id).waiting == 5


def test_another_tenants_stop_is_nobody_elses(world: World) -> None:
    world.add_contacts(2)
    world.deps.stops.stop(TenantId("another"), STOP)
    campaign_id = world.send_to_everybody()
    world.run_lane(FakeMeta())
    assert world.books(campaign_id).sent == 2


def test_of_two_stops_the_first_stays_unless_the_second_covers_more(world: World) -> None:
    stops, tenant_id = world.deps.stops, world.tenant_id
    wider = SendingStop("more", "another", EpochMs(2_000), everything=True)
    assert [stops.stop(tenant_id, one) for one in (STOP, STOP, wider, wider, STOP)] == [True, False, True, False, False]
    standing = stops.of(tenant_id)
    assert standing == wider
    assert not stops.go_on(tenant_id, STOP.at)
    assert stops.go_on(tenant_id, wider.at)
    assert stops.of(tenant_id) is None


def test_the_platforms_stop_is_named_before_the_tenants(world: World) -> None:
    world.deps.stops.stop(world.tenant_id, STOP)
    world.deps.stops.stop(None, STOP)
    standing = world.deps.stops.of(world.tenant_id)
    assert standing is not None
    assert standing.platform


@pytest.mark.parametrize("wider", ["platform", "tenant"])
def test_of_two_stops_the_wider_counts_whoever_has_it(world: World, wider: str) -> None:
    stops, everything = world.deps.stops, replace(STOP, everything=True)
    for scope in ("platform", "tenant"):
        assert stops.stop(whose(world, scope), everything if scope == wider else STOP)
    standing = stops.of(world.tenant_id)
    assert standing is not None
    assert standing.everything
    with pytest.raises(SendRefused):
        require_sending(standing)
