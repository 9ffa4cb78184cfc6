"""How often lanes are woken while every worker is busy: each slice's turn is asked for once, and comes."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from functions.campaign_dispatch import lane_handler
from functions.campaign_dispatch.lane import slice as slices
from functions.campaign_dispatch.lane.lane import LEASE_MS, Lane, LaneEnd
from functions.campaign_dispatch.lane.reservation import RESERVED_MS
from functions.campaign_dispatch.lane.trail import Trail
from shared.clock import EpochMs, epoch_ms
from shared.ids import CampaignId
from shared.observability import logger
from shared.queue_messages import WakeLane
from tests.support.engine import FakeMeta, World, open_test_database
from tests.support.fake_aws import Context, sqs_event
from tests.support.log_lines import StandardOutput, lines_of
from tests.support.world_parts import lane_parts

SLICES = 100


@pytest.fixture
def world(dynoxide: str, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(slices, "keep_time", lambda: None)
    return World(open_test_database(dynoxide))


@pytest.fixture
def campaign(world: World) -> CampaignId:
    world.add_contacts(20)
    return world.send_to_everybody()


def run(world: World, wake: WakeLane, queue: object = None) -> LaneEnd | None:
    """A slice that ends before it claims anybody: what is looked at here is who has the next one."""
    return slices.run_slice(lane_parts(world, queue), wake, Trail())


def test_the_next_slice_sends_as_fast_as_meta_lets_the_number_by_then(
    world: World, campaign: CampaignId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up, and down again: a number that came to be shared with the WhatsApp Business app has 20 a second."""
    caps: list[float] = []

    def seen(**parts: Any) -> Any:
        caps.append(parts["rate"].cap)
        return Lane(**parts)

    monkeypatch.setattr(slices, "Lane", seen)
    for at, throughput in enumerate((80, 1000, 20), start=1):
        world.deps.accounts.change_number(
            world.tenant_id,
            world.phone_number_id,
            lambda number, at=at, throughput=throughput: number.with_throughput(throughput, EpochMs(at)),  # type: ignore[misc]
        )
        run(world, taken(world)[-1])
    assert caps == [72, 900 / 4, 18]


def taken(world: World) -> list[WakeLane]:
    return [message for message in world.lane_queue.take() if isinstance(message, WakeLane)]


def test_a_lane_that_waits_its_turn_is_woken_once_a_slice(world: World, campaign: CampaignId) -> None:
    waiting, delivered = taken(world), 0
    for _ in range(SLICES):
        # Three minutes in the queue, and the sweep comes by each minute.
        for _ in range(3):
            world.sweep(campaign, epoch_ms())
        waiting += taken(world)
        delivered += len(waiting)
        ends = [run(world, wake) for wake in waiting]
        assert len([end for end in ends if end is not None]) == 1
        waiting = taken(world)
    assert SLICES <= delivered <= 2 * SLICES


def test_whoever_was_woken_by_the_sweep_finds_the_lane_kept(world: World, campaign: CampaignId) -> None:
    taken(world)
    world.sweep(campaign, epoch_ms())
    (wake,) = taken(world)
    world.sweep(campaign, epoch_ms())
    assert taken(world) == []
    assert run(world, WakeLane(wake.phone_number_id, wake.lane)) is None
    assert run(world, wake) is not None


def test_when_nobody_comes_the_sweep_wakes_another(world: World, campaign: CampaignId) -> None:
    taken(world)
    now = epoch_ms()
    world.sweep(campaign, now)
    (lost,) = taken(world)
    world.sweep(campaign, EpochMs(now + RESERVED_MS + 1))
    (again,) = taken(world)
    assert run(world, again) is not None
    assert run(world, lost) is None


def test_whoever_has_waited_longest_takes_the_turn_however_often_others_were_woken_for_it(
    world: World, campaign: CampaignId
) -> None:
    taken(world)
    now = epoch_ms()
    for k in range(3):
        world.sweep(campaign, EpochMs(now + k * (RESERVED_MS + 1)))
    first, *others = taken(world)
    assert len(others) == 2
    assert run(world, first) is not None
    assert [run(world, other) for other in others] == [None, None]
    assert len(taken(world)) == 1


def test_a_lane_is_anybodys_again_when_the_next_slice_could_not_be_told(world: World, campaign: CampaignId) -> None:
    class Broken:
        def send(self, *_message: object, **_options: object) -> None:
            raise ConnectionError

    (wake,) = taken(world)
    with pytest.raises(ConnectionError):
        run(world, wake, Broken())
    assert run(world, WakeLane(wake.phone_number_id, wake.lane)) is not None


def test_a_lane_that_was_taken_meanwhile_is_kept_for_nobody(world: World, campaign: CampaignId) -> None:
    lanes, number, now = world.deps.lanes, world.phone_number_id, epoch_ms()
    seen = lanes.work(number).lanes[0].fence
    world.run_lane(FakeMeta())
    lanes.reserve(number, 0, seen, "too late", now, EpochMs(now + RESERVED_MS))
    assert lanes.acquire(number, 0, "anybody", "", epoch_ms(), EpochMs(epoch_ms() + 15_000)) is not None


def _swept_awake(world: World, campaign: CampaignId) -> WakeLane:
    """The message by which the sweep wakes the campaign's lane."""
    taken(world)
    world.sweep(campaign, epoch_ms())
    (wake,) = taken(world)
    return wake


def _fail(*_: object) -> None:
    raise ConnectionError


def test_a_slice_that_fails_before_it_has_the_lane_comes_again_by_its_token(
    world: World, campaign: CampaignId, monkeypatch: pytest.MonkeyPatch
) -> None:
    wake = _swept_awake(world, campaign)
    monkeypatch.setattr(lane_handler, "deps", lambda: SimpleNamespace(lane_queue=world.lane_queue))
    monkeypatch.setattr(lane_handler, "run_slice", _fail)
    lane_handler.lambda_handler(sqs_event(wake.to_json()), Context())
    (again,) = taken(world)
    assert run(world, again) is not None


def test_a_slice_that_fails_once_it_has_sent_says_whom_it_claimed(
    world: World, campaign: CampaignId, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wake = _swept_awake(world, campaign)
    meta = FakeMeta()
    monkeypatch.setattr(logger.registered_handler, "stream", StandardOutput())
    monkeypatch.setattr(slices, "GraphTransmitter", lambda *_: meta)
    monkeypatch.setattr(world.deps.lanes, "release", _fail)
    monkeypatch.setattr(lane_handler, "deps", lambda: lane_parts(world, slice_seconds=30))
    lane_handler.lambda_handler(sqs_event(wake.to_json()), Context())
    (line,) = (line for line in lines_of(capsys.readouterr().out) if line["message"] == "slice failed")
    assert line["claimed"] == [{"campaign_id": campaign, "first": 0, "end": 20, "retries": 0}]
    assert (line["sent"], line["CampaignMessagesAccepted"]) == (20, [20.0])
    assert (line["campaign_id"], line["lane"]) == (campaign, wake.lane)
    assert line["fence"] == world.deps.lanes.work(world.phone_number_id).lanes[wake.lane].fence
    assert line["token"] == world.deps.lanes._last_token(world.phone_number_id, wake.lane)[0]
    assert len(meta.accepted) == 20


def restrict(world: World) -> None:
    world.deps.accounts.change_number(
        world.tenant_id, world.phone_number_id, lambda known: replace(known, status="restricted")
    )


def let_go(world: World) -> None:
    world.deps.accounts._directory.release(world.tenant_id, f"PN#{world.phone_number_id}")


@pytest.mark.parametrize("loses_its_use", [restrict, let_go])
def test_a_lane_is_kept_for_nobody_whose_number_cannot_use_it(
    world: World, campaign: CampaignId, loses_its_use: Callable[[World], None]
) -> None:
    taken(world)
    world.sweep(campaign, epoch_ms())
    (wake,) = taken(world)
    loses_its_use(world)
    assert run(world, wake) is None
    assert taken(world) == []
    now = epoch_ms()
    assert world.deps.lanes.acquire(wake.phone_number_id, wake.lane, "anybody", "", now, EpochMs(now + 15_000))


def test_whoever_goes_on_while_the_lane_is_let_go_is_not_left_waiting(
    world: World, campaign: CampaignId, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(world)
    world.sweep(campaign, epoch_ms())
    (wake,) = taken(world)
    release = world.deps.lanes.release

    def resumed_just_before(*lane: Any) -> None:
        world.deps.lanes.runs.set_state(world.phone_number_id, campaign, "running")
        release(*lane)

    restrict(world)
    monkeypatch.setattr(world.deps.lanes, "release", resumed_just_before)
    assert run(world, wake) is None
    assert taken(world) == [WakeLane(wake.phone_number_id, wake.lane)]


def test_a_worker_that_dies_before_it_sends_is_missed_when_its_lease_ends(
    world: World, campaign: CampaignId, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(world)
    world.sweep(campaign, epoch_ms())
    (wake,) = taken(world)

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as killed:
        killed.setattr(world.deps.accounts, "tenant_of_number", die)
        with pytest.raises(Killed):
            run(world, wake)
    world.sweep(campaign, EpochMs(epoch_ms() + LEASE_MS + 1))
    (again,) = taken(world)
    assert again != wake
    assert run(world, again) is not None


def test_a_slice_that_fails_waits_in_the_line_of_its_tenant(
    world: World, campaign: CampaignId, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups: list[str] = []
    queue = SimpleNamespace(send=lambda _wake, *, group, **_: groups.append(group))
    monkeypatch.setattr(lane_handler, "deps", lambda: SimpleNamespace(lane_queue=queue))
    monkeypatch.setattr(lane_handler, "run_slice", lambda *_: 1 / 0)
    event = sqs_event(WakeLane(world.phone_number_id, 0).to_json())
    event["Records"][0]["attributes"] = {"MessageGroupId": world.tenant_id}
    lane_handler.lambda_handler(event, Context())
    assert groups == [world.tenant_id]
