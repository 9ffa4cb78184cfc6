"""The sweep: starts, wakes, settles and closes what nobody else did, and the books balance throughout."""

from dataclasses import replace

import pytest

import functions.campaign_dispatch.sweep.campaign as campaign_of_the_sweep
from functions.campaign_dispatch.lane.logic.claims import next_window
from functions.campaign_dispatch.load.shard import load_shard
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.blocks import block_number
from shared.domain.campaigns.books import StatusChange
from shared.domain.campaigns.campaign import State, after
from shared.domain.campaigns.chunks import Reading
from shared.domain.campaigns.outcome import Action, Kind, Outcome
from shared.domain.contacts.identity import SHARDS
from shared.ids import CampaignId, ContactId, PhoneNumberId, derived_ulid, new_ulid
from shared.queue_messages import LoadShard, StartCampaign, WakeLane
from shared.store.campaigns.campaigns import LOAD_GRACE_MS, START_GRACE_MS
from tests.support.engine import FakeMeta, World

GRACE_MS = 2_000
LEASE_MS = 15_000


@pytest.fixture(autouse=True, params=["from every block", "from summaries"])
def way_to_the_books(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A summary for each block, and none ever too old, is the hardest that may be."""
    if request.param == "from summaries":
        hardest = Reading(floor_ms=10**12, share=0.0, chunk_blocks=1, exact_blocks=0)
        monkeypatch.setattr(campaign_of_the_sweep, "FOR_SWEEP", hardest)


def sweep(world: World, campaign_id: CampaignId, later: int = 0) -> str:
    return world.sweep(campaign_id, EpochMs(epoch_ms() + later))


def change(world: World, campaign_id: CampaignId, action: str) -> None:
    world.deps.campaigns.change(world.tenant_id, campaign_id, lambda c: replace(c, state=after(c.state, action)))


def is_due(world: World, campaign_id: CampaignId, later: int) -> bool:
    return world.is_due(campaign_id, EpochMs(epoch_ms() + later))


def hold_lane(world: World, *moves: tuple[CampaignId, int, int]) -> int:
    """Take the lane and claim as a worker would; returns the fence."""
    now = epoch_ms()
    state = world.deps.lanes.acquire(world.phone_number_id, 0, new_ulid(), "", now, EpochMs(now + LEASE_MS))
    assert state is not None
    claims = {campaign_id: (start, stop) for campaign_id, start, stop in moves}
    world.deps.lanes.claim(world.phone_number_id, 0, state.fence, claims, new_ulid(), now, EpochMs(now + LEASE_MS), 0)
    return state.fence


def blocks(world: World, campaign_id: CampaignId) -> list[int]:
    return [
        block_number(shard, n)
        for shard in range(SHARDS)
        for n, _ in world.deps.sends.status_blocks(world.tenant_id, campaign_id, shard)
    ]


def only_block(world: World, campaign_id: CampaignId) -> int:
    (block,) = blocks(world, campaign_id)
    return block


def figures(world: World, campaign_id: CampaignId) -> dict[str, int]:
    books = world.books(campaign_id)
    assert books.balanced
    names = ("planned", "sent", "failed", "skipped", "cancelled", "unknown", "waiting")
    return {name: getattr(books, name) for name in names if getattr(books, name)}


def test_an_overdue_campaign_is_started(world: World) -> None:
    campaign_id = world.launch()
    assert not is_due(world, campaign_id, 0)
    assert is_due(world, campaign_id, START_GRACE_MS + 1)
    assert sweep(world, campaign_id) == "started"
    assert world.start_queue.take() == [StartCampaign(world.tenant_id, campaign_id)]


def test_only_what_a_dead_loader_left_is_queued_again(world: World) -> None:
    world.add_contacts(200)
    campaign_id = world.launch()
    world.start(campaign_id)
    tasks = world.load_queue.take()
    assert not is_due(world, campaign_id, 0)
    assert is_due(world, campaign_id, LOAD_GRACE_MS + 1)
    assert sweep(world, campaign_id) == "loading"
    assert world.load_queue.take() == []
    for task in tasks[:10]:
        assert isinstance(task, LoadShard)
        load_shard(world.deps.for_load(), task, epoch_ms(), lambda: False)
    assert sweep(world, campaign_id, 200_000) == "reloading"
    assert world.load_queue.take() == tasks[10:]


def test_a_load_whose_last_worker_died_before_the_last_step_is_finished(world: World) -> None:
    world.add_contacts(20)
    campaign_id = world.launch()
    world.start(campaign_id)
    loading = world.campaign(campaign_id)
    world.load()
    world.deps.campaigns.change(world.tenant_id, campaign_id, lambda _: loading)
    assert sweep(world, campaign_id) == "reloading"
    assert world.load() == ["loaded"]
    assert world.campaign(campaign_id).state is State.SENDING


def test_a_campaign_that_never_came_before_its_lanes_is_put_there(world: World) -> None:
    world.add_contacts(5)
    campaign_id = world.send_to_everybody()
    world.deps.lanes._client.delete_item(
        TableName="SendsTable",
        Key={"pk": {"S": f"PN#{world.phone_number_id}"}, "sk": {"S": f"RUN#{campaign_id}"}},
    )
    world.lane_queue.take()
    assert sweep(world, campaign_id) == "opened"
    assert [r.state for r in world.deps.lanes.work(world.phone_number_id).runs] == ["running"]
    assert world.lane_queue.take() == [WakeLane(world.phone_number_id, 0)]


def test_a_lane_with_work_and_an_expired_lease_is_woken_and_a_held_one_is_not(world: World) -> None:
    world.add_contacts(5)
    campaign_id = world.send_to_everybody()
    world.lane_queue.take()
    hold_lane(world, (campaign_id, 0, 2))
    assert sweep(world, campaign_id) == "sending"
    assert world.lane_queue.take() == []
    assert sweep(world, campaign_id, LEASE_MS + 1) == "sending"
    (wake,) = world.lane_queue.take()
    assert isinstance(wake, WakeLane)
    assert (wake.phone_number_id, wake.lane) == (world.phone_number_id, 0)


@pytest.mark.parametrize(("action", "state"), [("pause", "paused"), ("cancel", "cancelled")])
def test_a_run_that_was_not_told_of_a_stop_is_told(world: World, action: str, state: str) -> None:
    world.add_contacts(5)
    campaign_id = world.send_to_everybody()
    change(world, campaign_id, action)
    sweep(world, campaign_id)
    assert [r.state for r in world.deps.lanes.work(world.phone_number_id).runs] == [state]


def test_a_finished_campaign_is_closed_and_swept_no_more(world: World) -> None:
    world.add_contacts(30)
    campaign_id = world.send_to_everybody()
    world.run_lane(FakeMeta(lambda to, _n: Outcome(Kind.REFUSED, "131026") if to.endswith("7") else None))
    assert sweep(world, campaign_id) == "closed"
    assert world.campaign(campaign_id).state is State.COMPLETED
    assert world.campaign(campaign_id).closed
    assert not is_due(world, campaign_id, 10**9)
    work = world.deps.lanes.work(world.phone_number_id)
    assert work.runs == ()
    assert campaign_id not in work.lanes[0].cursors
    assert figures(world, campaign_id) == {"planned": 30, "sent": 27, "failed": 3}
    block = blocks(world, campaign_id)[0]
    world.deps.sends.record(world.tenant_id, campaign_id, block, StatusChange(read={0}))
    books = world.books(campaign_id)
    assert books.balanced
    assert books.read == 1


def test_a_closing_that_was_cut_off_is_finished_by_the_next_sweep(world: World) -> None:
    world.add_contacts(10)
    campaign_id = world.send_to_everybody()
    world.run_lane(FakeMeta())
    cursors = (world.deps.lanes.work(world.phone_number_id).lanes[0].cursors[campaign_id],)
    world.deps.campaigns.change(
        world.tenant_id, campaign_id, lambda c: replace(c, state=State.COMPLETED, cursors=cursors)
    )
    assert is_due(world, campaign_id, 0)
    assert sweep(world, campaign_id) == "closed"
    assert world.deps.lanes.work(world.phone_number_id).runs == ()
    assert figures(world, campaign_id) == {"planned": 10, "sent": 10}


def test_what_is_unknown_keeps_the_campaign_open_until_the_grace_is_over(world: World) -> None:
    world.add_contacts(20)
    campaign_id = world.send_to_everybody()
    meta = FakeMeta(lambda to, _n: Outcome(Kind.UNKNOWN, "no_answer") if to.endswith("3") else None)
    world.run_lane(meta)
    assert sweep(world, campaign_id) == "sending"
    assert world.books(campaign_id).unsettled == 2
    assert sweep(world, campaign_id, GRACE_MS + 10_000) == "closed"
    assert figures(world, campaign_id) == {"planned": 20, "sent": 18, "unknown": 2}
    assert world.books(campaign_id).unsettled == 0
    world.run_lane(meta)
    assert not meta.twice
    assert len(meta.requests) == 20


def test_who_asked_for_it_has_the_unknown_written_to_once_more_and_once_only(world: World) -> None:
    world.add_contacts(20)
    lost = FakeMeta(lambda to, _n: Outcome(Kind.UNKNOWN, "no_answer") if to.endswith("3") else None)
    campaign_id = world.send_to_everybody(unknown_policy="resend", weight=3)
    assert [run.weight for run in world.deps.lanes.work(world.phone_number_id).runs] == [3]
    world.run_lane(lost)
    for _ in range(3):
        sweep(world, campaign_id, GRACE_MS + 10_000)
    again = {task.campaign_id for task in world.start_queue.take() if isinstance(task, StartCampaign)} - {campaign_id}
    assert again == {derived_ulid(campaign_id, "resend")}
    second = again.pop()
    world.start(second)
    world.load()
    meta = FakeMeta(lambda _to, _n: Outcome(Kind.UNKNOWN, "no_answer"))
    world.run_lane(meta)
    assert {to[-1] for _, to, _ in meta.requests} == {"3"}
    assert sweep(world, second, 2 * GRACE_MS + 20_000) == "closed"
    assert figures(world, second) == {"planned": 2, "unknown": 2}
    assert world.start_queue.take() == []


def test_a_resend_whose_one_start_message_is_lost_is_started_by_the_sweep(world: World) -> None:
    world.add_contacts(5)
    campaign_id = world.send_to_everybody(unknown_policy="resend")
    world.run_lane(FakeMeta(lambda _to, n: Outcome(Kind.UNKNOWN, "no_answer") if n == 1 else None))
    assert sweep(world, campaign_id, GRACE_MS + 10_000) == "closed"
    world.start_queue.take()
    again = CampaignId(derived_ulid(campaign_id, "resend"))
    assert is_due(world, again, GRACE_MS + 10_000 + START_GRACE_MS + 1)
    assert sweep(world, again, GRACE_MS + 10_000 + START_GRACE_MS + 1) == "started"
    assert world.start_queue.take() == [StartCampaign(world.tenant_id, again)]


def test_an_unknown_that_a_status_settles_is_sent(world: World) -> None:
    world.add_contacts(1)
    campaign_id = world.send_to_everybody()
    world.run_lane(FakeMeta(lambda _to, _n: Outcome(Kind.UNKNOWN, "no_answer")))
    assert sweep(world, campaign_id, GRACE_MS + 10_000) == "closed"
    block = only_block(world, campaign_id)
    world.deps.sends.record(world.tenant_id, campaign_id, block, StatusChange(sent={0}, delivered={0}))
    assert figures(world, campaign_id) == {"planned": 1, "sent": 1}


def test_a_retry_in_flight_gets_its_grace_too(world: World) -> None:
    """Long after the last cursor moved, a retry is claimed: it may be on its way to Meta at this very moment."""
    world.add_contacts(1)
    campaign_id = world.send_to_everybody()
    fence = hold_lane(world, (campaign_id, 0, 1))
    lanes, pn = world.deps.lanes, world.phone_number_id
    block = only_block(world, campaign_id)
    lanes.add_retries(PhoneNumberId(pn), 0, fence, campaign_id, epoch_ms(), new_ulid(), [(block, 0, 2)])
    later = GRACE_MS + 60_000
    now = EpochMs(epoch_ms() + later)
    work = lanes.work(PhoneNumberId(pn))
    window = next_window(work, work.lanes[0], 10, now)
    lanes.claim(PhoneNumberId(pn), 0, fence, window.moves, new_ulid(), now, EpochMs(now + LEASE_MS), 0)
    assert all(lanes.claim_retries(PhoneNumberId(pn), batch) for batch in window.retries)
    assert sweep(world, campaign_id, later + 500) == "sending"
    assert world.books(campaign_id).unsettled == 1
    assert sweep(world, campaign_id, later + GRACE_MS + 5_000) == "closed"


def test_who_waits_for_a_retry_keeps_the_campaign_open(world: World) -> None:
    world.add_contacts(1)
    campaign_id = world.send_to_everybody()
    fence = hold_lane(world, (campaign_id, 0, 1))
    world.deps.lanes.add_retries(
        world.phone_number_id,
        0,
        fence,
        campaign_id,
        EpochMs(epoch_ms() + 10**7),
        new_ulid(),
        [(only_block(world, campaign_id), 0, 2)],
    )
    assert sweep(world, campaign_id, 10**6) == "sending"
    assert figures(world, campaign_id) == {"planned": 1, "waiting": 1}


def test_a_cancelled_campaign_is_closed_once_its_lanes_have_seen_it(world: World) -> None:
    world.add_contacts(40)
    campaign_id = world.send_to_everybody()
    hold_lane(world, (campaign_id, 0, 4))
    change(world, campaign_id, "cancel")
    assert sweep(world, campaign_id) == "cancelling"
    assert sweep(world, campaign_id) == "cancelling"
    assert sweep(world, campaign_id, LEASE_MS + 50_000) == "closed"
    assert world.deps.lanes.work(world.phone_number_id).runs == ()
    assert figures(world, campaign_id) == {"planned": 40, "cancelled": 36, "unknown": 4}
    assert not is_due(world, campaign_id, 10**9)


def test_a_sweep_that_read_a_cancelled_campaign_before_another_closed_it_changes_no_books(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.add_contacts(40)
    campaign_id = world.send_to_everybody()
    hold_lane(world, (campaign_id, 0, 4))
    change(world, campaign_id, "cancel")
    sweep(world, campaign_id)
    as_read = world.campaign(campaign_id)
    assert sweep(world, campaign_id, LEASE_MS + 50_000) == "closed"
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(type(world.deps.campaigns), "get", lambda *_arguments, **_more: as_read)
        assert sweep(world, campaign_id, LEASE_MS + 51_000) == "closed"
    assert figures(world, campaign_id) == {"planned": 40, "cancelled": 36, "unknown": 4}
    assert world.campaign(campaign_id).cursors == (4,)


def test_who_waited_for_a_retry_when_the_campaign_was_cancelled_is_cancelled(world: World) -> None:
    world.add_contacts(1)
    campaign_id = world.send_to_everybody()
    fence = hold_lane(world, (campaign_id, 0, 1))
    block = only_block(world, campaign_id)
    world.deps.lanes.add_retries(world.phone_number_id, 0, fence, campaign_id, epoch_ms(), new_ulid(), [(block, 0, 2)])
    change(world, campaign_id, "cancel")
    sweep(world, campaign_id)
    assert sweep(world, campaign_id, LEASE_MS + 50_000) == "closed"
    assert figures(world, campaign_id) == {"planned": 1, "cancelled": 1}
    assert world.deps.lanes.work(world.phone_number_id).retries == ()
    meta = FakeMeta()
    world.run_lane(meta)
    assert meta.requests == []


def test_a_campaign_cancelled_before_it_was_frozen_is_closed(world: World) -> None:
    campaign_id = world.launch()
    change(world, campaign_id, "cancel")
    assert sweep(world, campaign_id) == "closed"
    assert world.campaign(campaign_id).closed


def test_a_paused_campaign_waits_and_nobody_is_given_up_on(world: World) -> None:
    world.add_contacts(10)
    campaign_id = world.send_to_everybody()
    hold_lane(world, (campaign_id, 0, 4))
    change(world, campaign_id, "pause")
    assert sweep(world, campaign_id, 10**8) == "waiting"
    assert figures(world, campaign_id) == {"planned": 10, "unknown": 4, "waiting": 6}
    assert world.lane_queue.take() is not None
    assert sweep(world, campaign_id, 10**8) == "waiting"
    assert world.lane_queue.take() == []


def test_an_empty_audience_is_finished_at_once(world: World) -> None:
    campaign_id = world.send_to_everybody()
    assert sweep(world, campaign_id) == "closed"
    assert figures(world, campaign_id) == {}


def test_the_books_balance_at_every_step_of_a_campaign_with_everything_in_it(world: World) -> None:
    people = world.add_contacts(60)
    for contact_id in people[:5]:
        world.opt_out(ContactId(contact_id))
    campaign_id = world.send_to_everybody()
    assert figures(world, campaign_id) == {"planned": 60, "skipped": 5, "waiting": 55}
    for contact_id in people[5:10]:
        world.opt_out(ContactId(contact_id))
    answers = {
        "1": Outcome(Kind.REFUSED, "131026"),
        "2": Outcome(Kind.UNKNOWN, "no_answer"),
        "3": Outcome(Kind.REFUSED, "131050", Action.SUPPRESS_MARKETING),
    }
    meta = FakeMeta(lambda to, _n: answers.get(to[-1]))
    world.run_lane(meta)
    assert figures(world, campaign_id) == {"planned": 60, "sent": 35, "failed": 10, "skipped": 10, "unknown": 5}
    assert sweep(world, campaign_id, GRACE_MS + 30_000) == "closed"
    assert figures(world, campaign_id) == {"planned": 60, "sent": 35, "failed": 10, "skipped": 10, "unknown": 5}
    refused = [people[i] for i in range(13, 60, 10)]
    known = [world.deps.contacts.get(world.tenant_id, ContactId(contact_id)) for contact_id in refused]
    assert all(found.opted_out_at for found in known if found)
