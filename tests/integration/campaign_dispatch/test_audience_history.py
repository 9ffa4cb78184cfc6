"""Audiences that depend on earlier campaigns: exclusion, retry, resend and the frequency cap, over a real DynamoDB."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from functions.api.campaigns.recipients import Recipients
from functions.campaign_dispatch.load import shard as load_module
from functions.campaign_dispatch.load.shard import load_shard
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.campaign import Audience, EarlierCampaign, FrequencyCap
from shared.domain.campaigns.fate import Fate
from shared.domain.campaigns.outcome import Kind, Outcome
from shared.ids import CampaignId, ContactId
from shared.queue_messages import LoadShard, QueueMessage
from tests.support.engine import FakeMeta, World, open_test_database


@pytest.fixture
def world(dynoxide: str) -> World:
    return World(open_test_database(dynoxide))


def refusing(*endings: str, code: str = "131026", kind: Kind = Kind.REFUSED) -> FakeMeta:
    return FakeMeta(lambda to, _n: Outcome(kind, code) if to.endswith(endings) else None)


def run(world: World, meta: FakeMeta, **changes: Any) -> CampaignId:
    campaign = world.send_to_everybody(**changes)
    world.run_lane(meta)
    return campaign


def test_who_got_an_earlier_campaign_can_be_left_out(world: World) -> None:
    world.add_contacts(40)
    world.add_contacts(10, tag="early")
    first = run(world, FakeMeta(), audience=Audience(tags=("early",)))
    audience = Audience(tags=("all",), exclude_campaigns=(first,))
    meta = FakeMeta()
    second = run(world, meta, audience=audience)
    assert world.books(second).planned == 30
    assert len(meta.accepted) == 30


@pytest.fixture
def spilled(world: World, monkeypatch: pytest.MonkeyPatch) -> str:
    """A campaign of 300 with so many held back that they stood in records of their own, among those written to."""
    monkeypatch.setattr(load_module, "MAX_SKIPPED", 3)
    people = world.add_contacts(300)
    for i, contact_id in enumerate(people):
        if i % 3:
            world.opt_out(ContactId(contact_id))
    campaign = run(world, refusing("7"))
    assert world.books(campaign).sent == 90
    return campaign


def test_a_load_that_spilled_over_hides_nobody_from_later_campaigns(world: World, spilled: CampaignId) -> None:
    audience = Audience(tags=("all",), exclude_campaigns=(spilled,))
    again = run(world, FakeMeta(), audience=Audience(source=EarlierCampaign(spilled, ("failed", "skipped"))))
    assert (world.books(again).sent, world.books(again).skipped) == (10, 200)
    other = run(world, FakeMeta(), frequency_cap=FrequencyCap(1, 7))
    assert world.books(other).skipped_by == {"opted_out": 200, "frequency_cap": 100}
    rest = run(world, FakeMeta(), audience=audience)
    assert (world.books(rest).sent, world.books(rest).skipped) == (10, 200)


@pytest.mark.parametrize("limit", [1, 8, 500])
def test_pages_of_a_campaign_whose_load_spilled_over_show_everybody_once_in_order(
    world: World, spilled: CampaignId, limit: int
) -> None:
    recipients = Recipients(world.deps.sends, world.read_standing)
    found: list[Fate] = []
    cursor: str | None = None
    while cursor is not None or not found:
        page = recipients.page(world.tenant_id, world.campaign(spilled), None, limit, cursor)
        found, cursor = found + page.items, page.cursor
    ids = [fate.contact_id for fate in found]
    assert ids == sorted(set(ids))
    assert Counter(fate.outcome for fate in found) == {"skipped": 200, "sent": 90, "failed": 10}


def test_failed_recipients_are_tried_again_by_reason_and_nobody_else_is(world: World) -> None:
    world.add_contacts(40)
    first = run(world, FakeMeta(lambda to, _n: _mixed(to)))
    assert world.books(first).failed_by == {"131026": 4, "131049": 4}
    source = EarlierCampaign(first, outcomes=("failed",), codes=("131026",))
    meta = FakeMeta()
    second = run(world, meta, audience=Audience(source=source))
    assert world.books(second).sent == 4
    assert {to[-1] for _, to, _ in meta.requests} == {"7"}


def test_whom_meta_spared_is_left_alone_for_a_day_and_for_good_after_a_second_try(world: World) -> None:
    world.add_contacts(10)
    spared = refusing("8", code="131049")
    first = run(world, spared)
    source = Audience(source=EarlierCampaign(first, outcomes=("failed",)))
    assert world.books(run(world, FakeMeta(), audience=source)).skipped_by == {"marketing_limit": 1}
    ended(world, first, days=2)
    second = run(world, spared, audience=source)
    assert world.books(second).failed_by == {"131049": 1}
    ended(world, second, days=2)
    third = run(world, FakeMeta(), audience=Audience(source=EarlierCampaign(second, outcomes=("failed",))))
    assert world.books(third).skipped_by == {"marketing_limit": 1}


def ended(world: World, campaign_id: CampaignId, days: int) -> None:
    at = EpochMs(epoch_ms() - days * 86_400_000)
    world.deps.campaigns.change(world.tenant_id, campaign_id, lambda c: replace(c, finished_at=at))


def _mixed(to: str) -> Outcome | None:
    codes = {"7": "131026", "8": "131049"}
    return Outcome(Kind.REFUSED, codes[to[-1]]) if to[-1] in codes else None


def test_unconfirmed_recipients_are_written_to_again_only_when_asked(world: World) -> None:
    world.add_contacts(30)
    first = run(world, refusing("3", code="no_answer", kind=Kind.UNKNOWN))
    assert world.books(first).unknown == 3
    assert world.sweep(first, EpochMs(epoch_ms() + 60_000)) == "closed"
    source = EarlierCampaign(first, outcomes=("unknown",))
    meta = FakeMeta()
    run(world, meta, audience=Audience(source=source))
    assert {to[-1] for _, to, _ in meta.requests} == {"3"}


def test_who_opted_out_since_is_not_in_a_retry(world: World) -> None:
    people = world.add_contacts(30)
    first = run(world, refusing("3"))
    world.opt_out(ContactId(people[3]))
    source = EarlierCampaign(first, outcomes=("failed",))
    second = run(world, FakeMeta(), audience=Audience(source=source))
    books = world.books(second)
    assert (books.planned, books.sent, dict(books.skipped_by)) == (3, 2, {"opted_out": 1})


def test_the_frequency_cap_counts_whoever_was_reached_and_nobody_else(world: World) -> None:
    world.add_contacts(30)
    run(world, refusing("3"))
    run(world, FakeMeta())
    third = run(world, FakeMeta(), frequency_cap=FrequencyCap(campaigns=2, days=7))
    books = world.books(third)
    assert books.skipped_by == {"frequency_cap": 27}
    assert books.sent == 3


def test_of_two_campaigns_that_load_at_once_the_later_waits_and_counts_the_earlier(world: World) -> None:
    world.add_contacts(30)
    cap = FrequencyCap(campaigns=1, days=7)
    first, second = world.launch(frequency_cap=cap), world.launch(frequency_cap=cap)
    world.start(CampaignId(first))
    earlier = world.load_queue.take()
    world.start(CampaignId(second))
    later = world.load_queue.take()
    assert {load(world, task) for task in later} == {"waiting"}
    assert world.load_queue.take() == later
    for task in earlier:
        load(world, task)
    for task in later:
        load(world, task)
    assert (world.books(CampaignId(first)).planned, world.books(CampaignId(first)).skipped) == (30, 0)
    assert world.books(CampaignId(second)).skipped_by == {"frequency_cap": 30}


def load(world: World, task: QueueMessage) -> str:
    assert isinstance(task, LoadShard)
    return load_shard(world.deps.for_load(), task, epoch_ms(), lambda: False)


def test_who_is_excluded_by_a_campaign_whose_start_came_late_waits_for_it(world: World) -> None:
    """The earlier one is due, and nobody has started it yet."""
    world.add_contacts(30)
    first = world.launch()
    second = world.launch(audience=Audience(tags=("all",), exclude_campaigns=(first,)))
    world.start(second)
    later = world.load_queue.take()
    assert {load(world, task) for task in later} == {"waiting"}
    world.load_queue.take()
    world.start(first)
    earlier = world.load_queue.take()
    assert {load(world, task) for task in later} == {"waiting"}
    world.load_queue.take()
    for task in (*earlier, *later):
        load(world, task)
    assert (world.books(first).planned, world.books(second).planned) == (30, 0)


def test_two_that_exclude_each_other_do_not_wait_for_ever(world: World) -> None:
    world.add_contacts(10)
    first = world.launch()
    second = world.launch(audience=Audience(tags=("all",), exclude_campaigns=(first,)))
    world.deps.campaigns.change(
        world.tenant_id, first, lambda c: replace(c, audience=Audience(tags=("all",), exclude_campaigns=(second,)))
    )
    world.start(second)
    later = world.load_queue.take()
    world.start(first)
    for task in (*world.load_queue.take(), *later):
        load(world, task)
    assert (world.books(first).planned, world.books(second).planned) == (10, 0)
