"""Campaigns to the people of a segment, and not to those of another, over a real DynamoDB."""

from dataclasses import replace

import pytest

from functions.api.segments import counting
from functions.api.segments.counting import Count, count_people, why
from functions.campaign_dispatch.load import shard as load_module
from functions.campaign_dispatch.load.shard import load_shard
from shared.clock import DAY_MS, EpochMs, epoch_ms
from shared.domain.campaigns.campaign import Audience, Campaign, EarlierCampaign, State, resend_of
from shared.domain.campaigns.dry_run_part import DryRunPart
from shared.domain.campaigns.outcome import Kind, Outcome
from shared.domain.contacts.contact import ContactField
from shared.domain.contacts.identity import SHARDS, contact_id_for
from shared.domain.segments.segment import PeopleFilter, Segment, freeze
from shared.ids import CampaignId, ContactId, new_ulid
from shared.queue_messages import LoadShard
from shared.store.contacts.contacts import Contacts
from tests.support.engine import FakeMeta, World, open_test_database
from tests.support.world_parts import segment_parts


@pytest.fixture
def world(dynoxide: str) -> World:
    return World(open_test_database(dynoxide))


def edit(world: World, contact_id: ContactId, **fields: str) -> None:
    none: frozenset[str] = frozenset()
    contacts: Contacts = world.deps.contacts
    contacts.edits.apply(
        world.tenant_id, contact_id, attributes={}, fields=fields, add_tags=none, remove_tags=none, now=epoch_ms()
    )


def reached(world: World, audience: Audience) -> set[str]:
    """The numbers that were written to, once the whole campaign is sent."""
    meta = FakeMeta()
    campaign = world.send_to_everybody(audience=audience)
    world.run_lane(meta)
    books = world.books(campaign)
    assert books.planned == books.sent + sum(books.skipped_by.values())
    assert meta.twice == []
    return {to for _, to, _ in meta.requests}


def test_whoever_is_in_one_of_the_segments_and_in_none_that_is_left_out(world: World) -> None:
    people = world.add_contacts(60)
    world.deps.fields.create(world.tenant_id, ContactField("points", "Points", "number"))
    for i, contact_id in enumerate(people):
        edit(world, contact_id, points=str(i))
    few, many = world.segment("fields.points < 10"), world.segment("fields.points >= 50")
    odd = world.segment('contact.name.endsWith("5")')
    found = reached(world, Audience(segments=(few, many), exclude_segments=(odd,)))
    wanted = {f"+5511{900000000 + i}" for i in (*range(10), *range(50, 60)) if i % 10 != 5}
    assert found == wanted
    assert reached(world, Audience(tags=("all",), exclude_segments=(few,))) == {
        f"+5511{900000000 + i}" for i in range(10, 60)
    }


def test_who_said_no_is_in_the_segment_and_is_not_written_to(world: World) -> None:
    people = world.add_contacts(5)
    world.opt_out(people[0])
    campaign = world.send_to_everybody(audience=Audience(segments=(world.segment('"all" in contact.tags'),)))
    world.run_lane(FakeMeta())
    assert (world.books(campaign).sent, world.books(campaign).skipped_by) == (4, {"opted_out": 1})


def test_what_was_decided_by_is_kept_with_the_campaign(world: World) -> None:
    world.add_contacts(3)
    segment_id = world.segment('contact.country == "BR"', "Brazil")
    campaign = world.send_to_everybody(audience=Audience(segments=(segment_id,)))
    world.segments.change(world.tenant_id, segment_id, lambda s: replace(s, text='contact.country == "PT"', revision=2))
    world.segments.delete(world.tenant_id, segment_id)
    (frozen,) = world.campaign(campaign).segments
    assert (frozen.segment_id, frozen.revision, frozen.name) == (segment_id, 1, "Brazil")
    assert frozen.text == 'contact.country == "BR"'
    assert world.books(campaign).planned == 3


def test_every_slice_decides_by_what_was_frozen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The segment is changed, and its field goes, between two slices of one shard."""
    monkeypatch.setattr(load_module, "CONTACTS_BETWEEN_LOOKS", 1)
    people = world.add_contacts(120)
    world.deps.fields.create(world.tenant_id, ContactField("plan", "Plan"))
    for contact_id in people:
        edit(world, contact_id, plan="gold")
    segment_id = world.segment('fields.plan == "gold"')
    campaign = world.launch(audience=Audience(segments=(segment_id,)))
    assert world.start(campaign) == "loading"
    tasks = world.load_queue.take()
    for task in tasks:
        assert isinstance(task, LoadShard)
        assert load_shard(world.deps.for_load(), task, epoch_ms(), lambda: True) in ("continued", "loaded")
    world.segments.change(world.tenant_id, segment_id, lambda s: replace(s, text="!has(contact.phone)", revision=2))
    world.deps.fields.delete(world.tenant_id, "plan")
    world.load()
    assert world.books(campaign).planned == 120


def test_by_what_they_did_in_another_campaign(world: World) -> None:
    world.add_contacts(40)
    refuse = FakeMeta(lambda to, _n: Outcome(Kind.REFUSED, "131026") if to.endswith("7") else None)
    first = world.send_to_everybody()
    world.run_lane(refuse)
    failed = world.segment(f'campaign("{first}").failed')
    got = world.segment(f'campaign("{first}").got')
    assert {to[-1] for to in reached(world, Audience(segments=(failed,)))} == {"7"}
    assert len(reached(world, Audience(segments=(got,)))) == 36
    assert {to[-1] for to in reached(world, Audience(tags=("all",), exclude_segments=(got,)))} == {"7"}


def test_by_what_they_did_in_any_campaign_of_the_last_days(world: World) -> None:
    """One that was frozen ten days ago is in the last thirty, and not in the last seven."""
    world.add_contacts(10)
    world.add_contacts(10, tag="late", first=10)
    first = world.send_to_everybody()
    world.run_lane(FakeMeta())
    world.deps.campaigns.change(
        world.tenant_id, first, lambda c: replace(c, frozen_at=EpochMs(c.frozen_at - 10 * DAY_MS))
    )
    meta = FakeMeta()
    recent = world.send_to_everybody(tag="late")
    world.run_lane(meta)
    assert world.books(recent).sent == 10
    month, week = world.segment("campaigns_in_days(30).got"), world.segment("campaigns_in_days(7).got")
    assert reached(world, Audience(tags=("all", "late"), exclude_segments=(month,))) == set()
    everybody = Audience(tags=("all", "late"), exclude_segments=(week,))
    assert reached(world, everybody) == {f"+5511{900000000 + i}" for i in range(10)}


@pytest.mark.parametrize("step", [1, 23, 10_000])
def test_a_count_in_steps_finds_what_the_books_say(world: World, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Each step takes up the campaign's people where it goes on, and so does a single look at each of them."""
    monkeypatch.setattr(counting, "_BETWEEN_LOOKS", step)
    world.add_contacts(200)
    world.add_contacts(20, tag="others", first=200)
    first = world.send_to_everybody()
    world.run_lane(FakeMeta(lambda to, _n: Outcome(Kind.REFUSED, "131026") if to.endswith("7") else None))
    parts = segment_parts(world)
    for what, many in (("failed", 20), ("got", 180)):
        segment = Segment("s", "n", f'campaign("{first}").{what}')
        chosen = PeopleFilter(freeze(segment, [], ""), epoch_ms())
        found = Count()
        while not found.complete:
            found.sample.clear()
            found = count_people(parts, world.tenant_id, chosen, found, 20, lambda: True)
        assert (found.matched, found.examined) == (many, 220)
        assert all(why(parts, world.tenant_id, chosen, contact).met for contact in found.sample)


def test_a_campaign_waits_for_those_that_its_segments_ask_about(world: World) -> None:
    world.add_contacts(30)
    first = world.launch()
    left_out = world.segment(f'campaign("{first}").got')
    assert world.start(first) == "loading"
    later = world.launch(audience=Audience(everyone=True, exclude_segments=(left_out,)))
    assert world.start(later) == "loading"
    tasks = [task for task in world.load_queue.take() if isinstance(task, LoadShard)]
    for task in (task for task in tasks if task.campaign_id == later):
        assert load_shard(world.deps.for_load(), task, epoch_ms(), lambda: False) == "waiting"
    for task in (task for task in tasks if task.campaign_id == first):
        load_shard(world.deps.for_load(), task, epoch_ms(), lambda: False)
    world.load()
    assert world.campaign(later).state is State.SENDING


def test_two_campaigns_that_ask_about_each_other_are_both_loaded(world: World) -> None:
    world.add_contacts(10)
    one, other = CampaignId(new_ulid()), CampaignId(new_ulid())
    of_one, of_other = f'campaign("{one}").got', f'campaign("{other}").got'
    first = world.launch(campaign_id=one, audience=Audience(everyone=True, exclude_segments=(world.segment(of_other),)))
    second = world.launch(
        campaign_id=other, audience=Audience(everyone=True, exclude_segments=(world.segment(of_one),))
    )
    for campaign in (first, second):
        assert world.start(campaign) == "loading"
    for _ in range(8):
        tasks = world.load_queue.take()
        for task in tasks:
            if isinstance(task, LoadShard):
                load_shard(world.deps.for_load(), task, epoch_ms(), lambda: False)
    assert {world.campaign(campaign).state for campaign in (first, second)} == {State.SENDING}


def test_one_that_asks_about_itself_is_loaded(world: World) -> None:
    world.add_contacts(5)
    own = CampaignId(new_ulid())
    segment = world.segment(f'!campaign("{own}").got')
    world.send_to_everybody(campaign_id=own, audience=Audience(segments=(segment,)))
    assert world.books(own).planned == 5


def test_who_was_merged_is_known_by_every_id_and_may_be_asked_about_this_very_campaign(world: World) -> None:
    """The earlier campaign knew them by the id that is gone."""
    (by_phone,) = world.add_contacts(1)
    gone_id = contact_id_for(world.tenant_id, "bsuid", "BR.77")
    attributes = {"bsuid": "BR.77", "name": "Ana"}
    world.deps.contacts.upsert(world.tenant_id, gone_id, attributes, {}, frozenset({"early"}), epoch_ms())
    first = world.send_to_everybody(tag="early")
    world.run_lane(FakeMeta())
    gone = world.deps.contacts.get(world.tenant_id, gone_id)
    assert gone is not None
    assert world.mergers.merge(world.tenant_id, by_phone, gone, epoch_ms())
    own = CampaignId(new_ulid())
    segment = world.segment(f'campaign("{first}").got && !campaign("{own}").got')
    world.send_to_everybody(campaign_id=own, audience=Audience(segments=(segment,)))
    assert world.books(own).planned == 1
    left_out = world.segment(f'campaign("{first}").got')
    other = world.send_to_everybody(audience=Audience(everyone=True, exclude_segments=(left_out,)))
    assert world.books(other).planned == 0


@pytest.mark.parametrize("how", ["removed", "field gone", "no such campaign"])
def test_a_segment_that_cannot_be_asked_any_more_cancels_and_writes_to_nobody(world: World, how: str) -> None:
    world.add_contacts(5)
    world.deps.fields.create(world.tenant_id, ContactField("plan", "Plan"))
    text = f'campaign("{new_ulid()}").read' if how == "no such campaign" else 'fields.plan == "gold"'
    segment_id = world.segment(text)
    campaign = world.launch(audience=Audience(tags=("all",), exclude_segments=(segment_id,)))
    if how == "removed":
        world.segments.delete(world.tenant_id, segment_id)
    world.deps.fields.delete(world.tenant_id, "plan")
    assert world.start(campaign) == "refused"
    found = world.campaign(campaign)
    assert (found.state, found.recipients) == (State.CANCELLED, 0)
    assert "segment" in found.reason


def test_a_further_try_leaves_out_by_the_same_condition(world: World) -> None:
    people = world.add_contacts(20)
    lost = FakeMeta(lambda _to, _n: Outcome(Kind.UNKNOWN, "timeout"))
    left_out = world.segment('contact.name.endsWith("3")')
    first = world.send_to_everybody(audience=Audience(tags=("all",), exclude_segments=(left_out,)))
    world.run_lane(lost)
    assert world.books(first).unknown == 18
    world.segments.delete(world.tenant_id, left_out)
    again = resend_of(_completed(world, first), epoch_ms())
    assert again.segments == world.campaign(first).segments
    world.deps.campaigns.create(world.tenant_id, again)
    edit(world, people[3])
    assert world.start(again.campaign_id) == "loading"
    world.load()
    assert world.books(again.campaign_id).planned == 18


def _completed(world: World, campaign_id: CampaignId) -> Campaign:
    return world.deps.campaigns.change(
        world.tenant_id, campaign_id, lambda c: replace(c, state=State.COMPLETED, finished_at=epoch_ms())
    )


def test_a_source_and_a_segment_that_is_left_out(world: World) -> None:
    world.add_contacts(20)
    first = world.send_to_everybody()
    world.run_lane(FakeMeta(lambda to, _n: Outcome(Kind.REFUSED, "131026") if to[-1] in "37" else None))
    audience = Audience(
        source=EarlierCampaign(first, ("failed",)), exclude_segments=(world.segment('contact.name.endsWith("3")'),)
    )
    assert {to[-1] for to in reached(world, audience)} == {"7"}


def test_of_two_contacts_with_one_phone_the_first_is_asked_out_of_turn(world: World) -> None:
    """By what the campaign knows of them: one who got it is not meant, so the other is written to."""
    (first,) = world.add_contacts(1)
    attributes = {"phone": "+5511900000000", "bsuid": "BR.1", "name": "Ana 0", "region": "BR"}
    second = contact_id_for(world.tenant_id, "bsuid", "BR.1")
    got = world.send_to_everybody()
    world.run_lane(FakeMeta())
    world.deps.contacts.upsert(world.tenant_id, second, attributes, {}, frozenset({"late"}), epoch_ms())
    both = world.send_to_everybody(audience=Audience(segments=(world.segment('contact.name == "Ana 0"'),)))
    assert world.campaign(both).skipped == {"duplicate_identity": 1}
    rest = world.segment(f'!campaign("{got}").got')
    other = world.send_to_everybody(audience=Audience(segments=(rest,)))
    assert (world.books(other).planned, world.campaign(other).skipped) == (1, {})
    assert first != second


def test_a_dry_run_counts_as_the_load_does(world: World) -> None:
    world.add_contacts(50)
    segment = world.segment('contact.name.contains("1")')
    campaign = world.launch(audience=Audience(segments=(segment,)))
    run_id = new_ulid()
    for shard in range(SHARDS):
        task = LoadShard(world.tenant_id, campaign, shard, run_id)
        assert load_shard(world.deps.for_load(), task, epoch_ms(), lambda: False) == "counted"
    parts = [DryRunPart.from_json(part) for part in world.deps.sends.dry_run(world.tenant_id, campaign, run_id)]
    assert world.start(campaign) == "loading"
    world.load()
    assert sum(part.sendable for part in parts) == world.books(campaign).planned == 14
    assert EpochMs(0) < world.campaign(campaign).frozen_at
