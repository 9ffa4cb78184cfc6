"""Whatever is tried again, by whichever campaign, nobody gets the message from two of them."""

from dataclasses import replace
from typing import Any

import pytest

from functions.campaign_dispatch.load.shard import load_shard
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.blocks import block_number
from shared.domain.campaigns.books import StatusChange
from shared.domain.campaigns.campaign import Audience, EarlierCampaign, FrequencyCap, State
from shared.domain.campaigns.outcome import Kind, Outcome
from shared.domain.campaigns.stop_reasons import Scope
from shared.domain.contacts.identity import SHARDS
from shared.ids import CampaignId, derived_ulid, new_ulid
from shared.queue_messages import LoadShard, QueueMessage
from shared.services.campaign_stop import CampaignStop
from tests.support.engine import FakeMeta, World, open_test_database

DAY = 86_400_000


@pytest.fixture
def world(dynoxide: str) -> World:
    return World(open_test_database(dynoxide))


def answering(code: str, *endings: str, kind: Kind = Kind.REFUSED) -> FakeMeta:
    return FakeMeta(lambda to, _n: Outcome(kind, code) if to.endswith(endings) else None)


def lost(*endings: str) -> FakeMeta:
    return answering("no_answer", *endings, kind=Kind.UNKNOWN)


def run(world: World, meta: FakeMeta, **changes: Any) -> CampaignId:
    campaign = world.send_to_everybody(**changes)
    world.run_lane(meta)
    return campaign


def again(campaign_id: CampaignId, *outcomes: str) -> Audience:
    return Audience(source=EarlierCampaign(campaign_id, outcomes))


def close(world: World, campaign_id: CampaignId, days: int = 0) -> None:
    """Have the sweep close it, as if that had been so many days ago."""
    assert world.sweep(campaign_id, EpochMs(epoch_ms() + 60_000)) == "closed"
    at = EpochMs(epoch_ms() - days * DAY)
    world.deps.campaigns.change(world.tenant_id, campaign_id, lambda c: replace(c, finished_at=at))


def load(world: World, task: QueueMessage) -> str:
    assert isinstance(task, LoadShard)
    return load_shard(world.deps.for_load(), task, epoch_ms(), lambda: False)


def endings(meta: FakeMeta) -> set[str]:
    return {to[-1] for _, to, _ in meta.requests}


def test_a_campaign_that_is_retried_twice_writes_to_each_person_once(world: World) -> None:
    world.add_contacts(30)
    first = run(world, answering("131026", "3", "4"))
    one, other = answering("131026", "4"), FakeMeta()
    run(world, one, audience=again(first, "failed"))
    second = run(world, other, audience=again(first, "failed"))
    assert (endings(one), endings(other)) == ({"3", "4"}, {"4"})
    assert world.books(second).planned == 3


def test_whoever_waits_in_a_retry_that_is_paused_is_in_no_other(world: World) -> None:
    world.add_contacts(30)
    first = run(world, answering("131026", "3"))
    waiting = world.send_to_everybody(audience=again(first, "failed"))
    CampaignStop(world.deps.campaigns, world.deps.lanes)(world.tenant_id, waiting, Scope.CAMPAIGN, "template_paused")
    meta = FakeMeta()
    other = run(world, meta, audience=again(first, "failed"))
    assert (world.books(waiting).waiting, world.books(other).planned, meta.requests) == (3, 0, [])


def test_a_retry_of_a_retry_and_another_retry_of_the_first_do_not_meet(world: World) -> None:
    world.add_contacts(10)
    refusing = answering("131026", "3")
    first = run(world, refusing)
    second = run(world, refusing, audience=again(first, "failed"))
    third = run(world, FakeMeta(), audience=again(second, "failed"))
    assert world.books(third).sent == 1
    assert world.books(run(world, FakeMeta(), audience=again(first, "failed"))).planned == 0


def test_of_two_retries_that_load_at_once_the_later_waits_for_the_earlier(world: World) -> None:
    world.add_contacts(30)
    first = run(world, answering("131026", "3"))
    one, other = (world.launch(audience=again(first, "failed")) for _ in range(2))
    world.start(CampaignId(one))
    earlier = world.load_queue.take()
    world.start(CampaignId(other))
    later = world.load_queue.take()
    assert {load(world, task) for task in later} == {"waiting"}
    for task in (*earlier, *later):
        load(world, task)
    assert (world.books(CampaignId(one)).planned, world.books(CampaignId(other)).planned) == (3, 0)


def test_a_retry_that_was_cancelled_is_waited_for_until_its_lanes_have_heard_of_it(world: World) -> None:
    world.add_contacts(30)
    first = run(world, answering("131026", "3"))
    cancelled = world.send_to_everybody(audience=again(first, "failed"))
    world.deps.campaigns.change(
        world.tenant_id, cancelled, lambda c: replace(c, state=State.CANCELLED, reason="cancelled on request")
    )
    other = world.launch(audience=again(first, "failed"))
    world.start(other)
    tasks = world.load_queue.take()
    assert {load(world, task) for task in tasks} == {"waiting"}
    while world.sweep(cancelled, EpochMs(epoch_ms() + 60_000)) != "closed":
        pass
    for task in tasks:
        load(world, task)
    assert world.books(other).planned == 3


def test_the_unknown_are_sent_to_again_by_the_policy_or_by_somebody_but_not_by_both(world: World) -> None:
    world.add_contacts(20)
    first = run(world, lost("3"), unknown_policy="resend")
    close(world, first)
    by_itself = CampaignId(derived_ulid(first, "resend"))
    world.start(by_itself)
    world.load()
    meta = FakeMeta()
    by_hand = run(world, meta, audience=again(first, "unknown"))
    assert (world.books(by_itself).sent, world.books(by_hand).planned) == (2, 0)
    assert not meta.twice


def test_whom_meta_spared_is_tried_a_second_time_by_one_retry_only(world: World) -> None:
    world.add_contacts(10)
    spared = answering("131049", "8")
    first = run(world, spared)
    close(world, first, days=2)
    tries = [run(world, spared, audience=again(first, "failed")) for _ in range(3)]
    assert [world.books(CampaignId(one)).failed for one in tries] == [1, 0, 0]
    assert [dict(world.books(CampaignId(one)).skipped_by) for one in tries[1:]] == [{"marketing_limit": 1}] * 2


def test_whom_meta_spared_in_a_retry_is_left_alone_by_the_next(world: World) -> None:
    world.add_contacts(10)
    first = run(world, answering("131026", "8"))
    close(world, first, days=2)
    run(world, answering("131049", "8"), audience=again(first, "failed"))
    next_one = run(world, FakeMeta(), audience=again(first, "failed"))
    assert world.books(next_one).skipped_by == {"marketing_limit": 1}


def test_a_retry_that_had_to_leave_the_spared_alone_was_no_try(world: World) -> None:
    world.add_contacts(10)
    first = run(world, answering("131049", "8"))
    too_early = run(world, FakeMeta(), audience=again(first, "failed"))
    assert world.books(too_early).skipped_by == {"marketing_limit": 1}
    close(world, first, days=2)
    assert world.books(run(world, FakeMeta(), audience=again(first, "failed"))).sent == 1


def test_two_campaigns_may_follow_up_with_those_who_got_the_first(world: World) -> None:
    world.add_contacts(10)
    first = run(world, FakeMeta())
    for _ in range(2):
        assert world.books(run(world, FakeMeta(), audience=again(first, "sent"))).sent == 10


def test_a_follow_up_for_everybody_reaches_who_got_the_first_and_tries_nobody_else_twice(world: World) -> None:
    world.add_contacts(10)
    first = run(world, answering("131026", "3"))
    run(world, FakeMeta(), audience=again(first, "failed"))
    meta = FakeMeta()
    follow_up = run(world, meta, audience=again(first, "sent", "failed"))
    assert (world.books(follow_up).sent, "3" in endings(meta)) == (9, False)


def test_a_retry_is_known_however_many_campaigns_were_made_since(world: World) -> None:
    world.add_contacts(10)
    first = run(world, answering("131026", "3"))
    run(world, FakeMeta(), audience=again(first, "failed"))
    draft = replace(
        world.campaign(first), state=State.DRAFT, sizes=(), cursors=(), frozen_at=EpochMs(0), started_at=None
    )
    for _ in range(101):
        world.deps.campaigns.create(world.tenant_id, replace(draft, campaign_id=CampaignId(new_ulid())))
    assert world.books(run(world, FakeMeta(), audience=again(first, "failed"))).planned == 0


def test_what_is_tried_again_does_not_count_for_the_cap_and_everything_else_does(world: World) -> None:
    world.add_contacts(20)
    cap = FrequencyCap(campaigns=1, days=7)
    first = run(world, lost("3"), frequency_cap=cap)
    close(world, first)
    second = run(world, answering("131026", "3"), audience=again(first, "unknown"), frequency_cap=cap)
    assert world.books(second).failed == 2
    third = run(world, FakeMeta(), audience=again(second, "failed"), frequency_cap=cap)
    assert world.books(third).sent == 2
    follow_up = run(world, FakeMeta(), audience=again(first, "sent"), frequency_cap=cap)
    assert world.books(follow_up).skipped_by == {"frequency_cap": 18}


def test_another_campaign_that_reached_them_since_counts_for_the_cap_of_a_retry(world: World) -> None:
    world.add_contacts(10)
    cap = FrequencyCap(campaigns=1, days=7)
    first = run(world, answering("131026", "3"), frequency_cap=cap)
    run(world, FakeMeta())
    retry = run(world, FakeMeta(), audience=again(first, "failed"), frequency_cap=cap)
    assert world.books(retry).skipped_by == {"frequency_cap": 1}


def test_whoever_turns_out_to_have_the_first_message_is_in_no_try_of_a_try(world: World) -> None:
    world.add_contacts(10)
    first = run(world, lost("3"))
    close(world, first)
    second = run(world, answering("131026", "3"), audience=again(first, "unknown"))
    for shard in range(SHARDS):
        for n, block in world.deps.sends.status_blocks(world.tenant_id, first, shard):
            late = StatusChange(delivered=set(block.unconfirmed))
            world.deps.sends.record(world.tenant_id, first, block_number(shard, n), late)
    assert world.books(run(world, FakeMeta(), audience=again(second, "failed"))).planned == 0
