"""Freezing the audience: the same blocks after any crash, and everybody in them exactly once."""

import contextlib
from collections import Counter
from dataclasses import replace

import pytest

from functions.campaign_dispatch.lane.reservation import RESERVED_MS
from functions.campaign_dispatch.load import shard as load
from functions.campaign_dispatch.load.shard import load_shard
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.blocks import BLOCK_SIZE, Recipient
from shared.domain.campaigns.campaign import State, after
from shared.domain.campaigns.dry_run_part import DryRunPart
from shared.domain.campaigns.load_record import SealedBlock
from shared.domain.campaigns.stop_reasons import next_action
from shared.domain.contacts.contact import ContactField
from shared.domain.contacts.identity import SHARDS, contact_id_for
from shared.domain.templates.compiler import Variable
from shared.domain.templates.date_text import epoch_of
from shared.domain.templates.template import Template
from shared.errors import RetryableError
from shared.ids import CampaignId, ContactId, new_ulid
from shared.queue_messages import LoadShard, WakeLane
from shared.store.contacts.contacts import Contacts
from shared.store.engine.database import Database
from tests.support.engine import World
from tests.support.faults import Crash, at_once, crash_at_write

SHARD = 5
Record = tuple[int, list[Recipient], list[tuple[str, str]]]


def person(i: int) -> ContactId:
    """Contact ids of one shard, in order."""
    return ContactId(f"{SHARD:x}{i:031x}")


def add(world: World, numbers: range, tag: str = "all") -> None:
    for i in numbers:
        attributes = {"phone": f"+55119{i:08}", "name": f"Ana {i}", "region": "BR"}
        world.deps.contacts.upsert(world.tenant_id, person(i), attributes, {}, frozenset({tag}), epoch_ms())


def begin(world: World) -> CampaignId:
    campaign_id = world.launch()
    world.start(campaign_id)
    world.load_queue.take()
    return campaign_id


def task(world: World, campaign_id: CampaignId, shard: int = SHARD) -> LoadShard:
    return LoadShard(world.tenant_id, campaign_id, shard)


def load_one(world: World, campaign_id: CampaignId, shard: int = SHARD) -> str:
    return load_shard(world.deps.for_load(), task(world, campaign_id, shard), epoch_ms(), lambda: False)


def load_all(world: World, campaign_id: CampaignId) -> None:
    for shard in range(SHARDS):
        load_one(world, campaign_id, shard)


def records(world: World, campaign_id: CampaignId, shard: int = SHARD) -> list[Record]:
    return [
        (record.n, [] if record.spill else list(record.recipients), list(record.skipped))
        for record in world.deps.sends.records(world.tenant_id, campaign_id, shard)
    ]


def everybody(world: World, campaign_id: CampaignId) -> Counter[str]:
    """How often each contact appears in the campaign's shard, as recipient or as skipped."""
    seen: Counter[str] = Counter()
    for _, people, skipped in records(world, campaign_id):
        seen.update(recipient.contact_id for recipient in people)
        seen.update(contact_id for contact_id, _ in skipped)
    return seen


def check_sizes(world: World, campaign_id: CampaignId) -> None:
    """All blocks but the last are full, the totals are those of the blocks, and each block has room for outcomes."""
    found = records(world, campaign_id)
    blocks = [people for _, people, _ in found if people]
    assert all(len(people) == BLOCK_SIZE for people in blocks[:-1])
    campaign = world.campaign(campaign_id)
    assert campaign.sizes[SHARD] == sum(len(people) for people in blocks)
    assert sum(campaign.skipped.values()) == sum(len(skipped) for _, _, skipped in found)
    rooms = [(n, block.size) for n, block in world.deps.sends.status_blocks(world.tenant_id, campaign_id, SHARD)]
    assert rooms == [(n, len(people)) for n, people, _ in found if people]
    assert world.books(campaign_id).balanced


def test_everybody_is_in_a_block_or_skipped_with_a_reason(world: World) -> None:
    add(world, range(165))
    add(world, range(165, 170), tag="other")
    for i in (0, 81, 164):
        world.opt_out(person(i))
    campaign_id = begin(world)
    load_all(world, campaign_id)
    assert everybody(world, campaign_id) == Counter(person(i) for i in range(165))
    assert world.campaign(campaign_id).skipped == {"opted_out": 3}
    assert world.campaign(campaign_id).planned == 165
    check_sizes(world, campaign_id)


@pytest.mark.parametrize("count", [0, 1, 79, 80, 81, 160])
def test_audiences_around_the_size_of_a_block(world: World, count: int) -> None:
    add(world, range(count))
    campaign_id = begin(world)
    load_all(world, campaign_id)
    assert world.campaign(campaign_id).state is State.SENDING
    assert everybody(world, campaign_id) == Counter(person(i) for i in range(count))
    check_sizes(world, campaign_id)


def test_a_shard_loaded_twice_has_the_same_blocks(world: World) -> None:
    add(world, range(100))
    campaign_id = begin(world)
    load_one(world, campaign_id)
    before = records(world, campaign_id)
    load_all(world, campaign_id)
    load_all(world, campaign_id)
    assert records(world, campaign_id) == before
    check_sizes(world, campaign_id)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_write_of_a_shard_leaves_the_same_blocks_after_another_run(
    database: Database, world: World, when: str
) -> None:
    add(world, range(165))
    world.opt_out(person(3))
    reference = begin(world)
    load_one(world, reference)
    rooms = list(world.deps.sends.status_blocks(world.tenant_id, reference, SHARD))
    assert [block.size for _, block in rooms] == [80, 80, 4]
    for k in range(1, 7):
        campaign_id = begin(world)
        with crash_at_write(database, k, when), pytest.raises(Crash):  # type: ignore[arg-type]
            load_one(world, campaign_id)
        load_one(world, campaign_id)
        assert records(world, campaign_id) == records(world, reference)
        assert list(world.deps.sends.status_blocks(world.tenant_id, campaign_id, SHARD)) == rooms


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_write_of_the_last_shard_strands_nobody(database: Database, world: World, when: str) -> None:
    add(world, range(5))
    for k in range(1, 10):
        campaign_id = begin(world)
        for shard in range(SHARDS):
            if shard != SHARD:
                load_one(world, campaign_id, shard)
        with crash_at_write(database, k, when) as came_to_it:  # type: ignore[arg-type]
            with contextlib.suppress(Crash):
                load_one(world, campaign_id)
            crashed = came_to_it()
        world.lane_queue.take()
        load_one(world, campaign_id)
        assert world.campaign(campaign_id).state is State.SENDING
        runs = world.deps.lanes.work(world.phone_number_id).runs
        assert {run.campaign_id: run.state for run in runs}[campaign_id] == "running"
        if not (woken := world.lane_queue.take()):
            # Its lanes were let at it, and then the worker died. So long after the last time no lane is kept any more.
            world.sweep(campaign_id, EpochMs(epoch_ms() + k * 2 * RESERVED_MS))
            woken = world.lane_queue.take()
        assert [(wake.phone_number_id, wake.lane) for wake in woken if isinstance(wake, WakeLane)] == [
            (world.phone_number_id, 0)
        ]
        check_sizes(world, campaign_id)
        if not crashed:
            assert k > 5
            return
    pytest.fail("the load never ran to its end")


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_contacts_that_change_between_two_runs_appear_once(database: Database, world: World, k: int) -> None:
    add(world, range(10, 300, 2))
    campaign_id = begin(world)
    with crash_at_write(database, k, "after"), pytest.raises(Crash):
        load_one(world, campaign_id)
    sealed = [person for _, people, _ in records(world, campaign_id) for person in people]
    add(world, range(0, 310, 3))
    world.opt_out(person(10))
    world.opt_out(person(298))
    load_all(world, campaign_id)
    seen = everybody(world, campaign_id)
    assert set(seen.values()) == {1}
    assert set(seen) >= {person(i) for i in range(10, 300, 2)}
    people = [recipient for _, block, _ in records(world, campaign_id) for recipient in block]
    assert people[: len(sealed)] == sealed
    assert [p.contact_id for p in people] == sorted(p.contact_id for p in people)
    check_sizes(world, campaign_id)


def test_a_load_that_runs_out_of_time_goes_on_where_it_stopped(world: World) -> None:
    add(world, range(200))
    campaign_id = begin(world)
    rounds = 0
    while load_shard(world.deps.for_load(), task(world, campaign_id), epoch_ms(), lambda: True) == "continued":
        rounds += 1
        assert world.load_queue.take() == [task(world, campaign_id)]
    assert rounds == 2
    load_all(world, campaign_id)
    assert everybody(world, campaign_id) == Counter(person(i) for i in range(200))
    check_sizes(world, campaign_id)


@pytest.mark.parametrize("when", ["before", "after"])
def test_skipped_people_too_many_for_one_record_spill_over_and_nobody_is_lost(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    monkeypatch.setattr(load, "MAX_SKIPPED", 7)
    add(world, range(130))
    reasons: Counter[str] = Counter()
    for i in [*range(20), *range(30, 130, 3)]:
        world.opt_out(person(i))
        reasons["opted_out"] += 1
    reference = begin(world)
    load_all(world, reference)
    assert max(len(skipped) for _, _, skipped in records(world, reference)) == 7
    assert everybody(world, reference) == Counter(person(i) for i in range(130))
    assert world.campaign(reference).skipped == reasons
    check_sizes(world, reference)
    spills = len(records(world, reference))
    assert spills > 5
    for k in range(1, spills + 1):
        campaign_id = begin(world)
        with crash_at_write(database, k, when), pytest.raises(Crash):  # type: ignore[arg-type]
            load_one(world, campaign_id)
        load_one(world, campaign_id)
        assert records(world, campaign_id) == records(world, reference)


def test_workers_that_load_one_shard_at_once_seal_each_person_once(world: World) -> None:
    add(world, range(250))
    campaign_id = begin(world)

    def work(_i: int) -> str:
        try:
            return load_one(world, campaign_id)
        except RetryableError:
            return "again"

    at_once(4, work)
    load_all(world, campaign_id)
    assert everybody(world, campaign_id) == Counter(person(i) for i in range(250))
    check_sizes(world, campaign_id)


def test_all_shards_that_end_at_once_put_the_campaign_before_its_lanes(world: World) -> None:
    add(world, range(10))
    campaign_id = begin(world)
    at_once(SHARDS, lambda shard: load_one(world, campaign_id, shard))
    assert world.campaign(campaign_id).state is State.SENDING
    assert [run.state for run in world.deps.lanes.work(world.phone_number_id).runs] == ["running"]
    assert world.lane_queue.take() == [WakeLane(world.phone_number_id, 0)]
    load_all(world, campaign_id)
    assert world.lane_queue.take() == []


def test_a_cancelled_campaign_is_loaded_no_further(world: World) -> None:
    add(world, range(10))
    campaign_id = begin(world)
    change(world, campaign_id, "cancel")
    assert load_one(world, campaign_id) == "ignored"
    assert records(world, campaign_id) == []


def test_an_audience_larger_than_the_plan_allows_is_sent_to_nobody(world: World) -> None:
    campaign_id = begin(world)
    end = SealedBlock(n=1_250, spill=0, recipients=100_001, skipped={}, scanned_to="", end=True)
    world.deps.sends.seal_block(world.tenant_id, campaign_id, SHARD, end, [], [], epoch_ms())
    load_all(world, campaign_id)
    cancelled = world.campaign(campaign_id)
    assert cancelled.state is State.CANCELLED
    assert "100001" in cancelled.reason
    assert "100000" in cancelled.reason
    assert world.deps.lanes.work(world.phone_number_id).runs == ()


def limited(world: World, limit: int) -> None:
    world.deps.accounts.change_waba(world.tenant_id, world.waba_id, lambda waba: replace(waba, messaging_limit=limit))


@pytest.mark.parametrize(("limit", "said"), [(-1, ""), (10, ""), (9, "beyond_messaging_limit: 1 people")])
def test_a_campaign_beyond_the_messaging_limit_says_so_from_its_start(world: World, limit: int, said: str) -> None:
    limited(world, limit)
    add(world, range(10))
    campaign_id = begin(world)
    load_all(world, campaign_id)
    found = world.campaign(campaign_id)
    assert found.state is State.SENDING
    assert found.reason.startswith(said)
    assert bool(found.reason) == bool(said) == bool(next_action(found.reason))


def test_a_phone_that_two_contacts_carry_is_written_to_once(world: World) -> None:
    """Both began with another identity; the phone leads to the one whose id it makes."""
    phone = "+5511987650000"
    contacts, now = world.deps.contacts, epoch_ms()
    first = contact_id_for(world.tenant_id, "phone", phone)
    second = contact_id_for(world.tenant_id, "bsuid", "BR.1")
    for contact_id in (first, second):
        contacts.upsert(world.tenant_id, contact_id, {"phone": phone, "name": "Ana"}, {}, frozenset({"all"}), now)
    campaign_id = begin(world)
    load_all(world, campaign_id)
    assert world.campaign(campaign_id).skipped == {"duplicate_identity": 1}
    people = [r for shard in range(SHARDS) for _, block, _ in records(world, campaign_id, shard) for r in block]
    assert [recipient.contact_id for recipient in people] == [first]


@pytest.mark.parametrize(("old", "new"), [("+541143210001", "+5491143210001"), ("+22508090099", "+2250708090099")])
@pytest.mark.parametrize("said_no", ["", "old", "new"])
def test_who_is_still_stored_under_an_old_form_too_is_written_to_once(
    world: World, old: str, new: str, said_no: str
) -> None:
    """Nobody has gone through the contacts since the plan was changed; a no under either form holds."""
    never_respelled(world)
    contacts, now = world.deps.contacts, epoch_ms()
    ids = {phone: contact_id_for(world.tenant_id, "phone", phone) for phone in (old, new)}
    for phone, contact_id in ids.items():
        contacts.upsert(world.tenant_id, contact_id, {"phone": phone, "name": "Ana"}, {}, frozenset({"all"}), now)
    if said_no:
        who = ids[old if said_no == "old" else new]
        contacts.consent.record(world.tenant_id, who, opted_out=True, source="keyword", at=now, event_id="e", now=now)
    campaign_id = begin(world)
    load_all(world, campaign_id)
    skipped = {"opted_out": 2} if said_no else {"duplicate_identity": 1}
    assert world.campaign(campaign_id).skipped == skipped
    people = [r for shard in range(SHARDS) for _, block, _ in records(world, campaign_id, shard) for r in block]
    assert [recipient.contact_id for recipient in people] == ([] if said_no else [ids[new]])


@pytest.mark.parametrize("said_no", [False, True])
def test_of_two_under_old_forms_of_one_number_one_is_written_to(world: World, said_no: bool) -> None:
    """Gabon's mobiles had a form with a zero and one without; nobody stands under today's."""
    never_respelled(world)
    contacts, now = world.deps.contacts, epoch_ms()
    ids = [contact_id_for(world.tenant_id, "phone", phone) for phone in ("+2412123456", "+24102123456")]
    for contact_id, phone in zip(ids, ("+2412123456", "+24102123456"), strict=True):
        contacts.upsert(world.tenant_id, contact_id, {"phone": phone, "name": "Ana"}, {}, frozenset({"all"}), now)
    if said_no:
        contacts.consent.record(
            world.tenant_id, ids[1], opted_out=True, source="keyword", at=now, event_id="e", now=now
        )
    campaign_id = begin(world)
    load_all(world, campaign_id)
    people = [r for shard in range(SHARDS) for _, block, _ in records(world, campaign_id, shard) for r in block]
    assert len(people) == (0 if said_no else 1)
    assert sum(world.campaign(campaign_id).skipped.values()) == (2 if said_no else 1)


def test_once_the_contacts_were_gone_through_nobody_is_looked_for_under_other_forms(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for i in range(3):
        phone = f"+55119876500{i:02}"
        contact_id = contact_id_for(world.tenant_id, "phone", phone)
        attributes = {"phone": phone, "name": "Ana"}
        world.deps.contacts.upsert(world.tenant_id, contact_id, attributes, {}, frozenset({"all"}), epoch_ms())
    monkeypatch.setattr(Contacts, "get_many", None)
    campaign_id = begin(world)
    load_all(world, campaign_id)
    assert world.campaign(campaign_id).planned == 3


def never_respelled(world: World) -> None:
    world.deps.accounts.change_tenant(world.tenant_id, lambda found: replace(found, number_plans=""))


def change(world: World, campaign_id: CampaignId, action: str, finished_at: EpochMs | None = None) -> None:
    world.deps.campaigns.change(
        world.tenant_id,
        campaign_id,
        lambda c: replace(c, state=after(c.state, action), finished_at=finished_at),
    )


@pytest.mark.parametrize("action", ["complete", "cancel"])
def test_a_worker_that_slept_since_before_the_end_sends_it_to_nobody_again(world: World, action: str) -> None:
    """It has read that the campaign is sending; meanwhile everybody got it and the sweep took it off its number."""
    add(world, range(10))
    campaign_id = begin(world)
    load_all(world, campaign_id)
    as_read = world.campaign(campaign_id)
    (run,) = world.deps.lanes.work(world.phone_number_id).runs
    change(world, campaign_id, action, finished_at=epoch_ms())
    world.deps.lanes.runs.close(run.phone_number_id, run.campaign_id, run.lanes, {}, EpochMs(1))
    world.lane_queue.take()
    world.deps.opening.put_before_lanes(world.tenant_id, as_read, epoch_ms())
    assert world.deps.lanes.work(world.phone_number_id).runs == ()
    assert world.lane_queue.messages == []


@pytest.mark.parametrize(("action", "state"), [("pause", State.PAUSED), ("cancel", State.CANCELLED)])
def test_a_campaign_that_was_stopped_before_its_run_was_open_is_not_sent(
    world: World, action: str, state: State
) -> None:
    add(world, range(10))
    campaign_id = begin(world)
    load_all(world, campaign_id)
    as_read = world.campaign(campaign_id)
    (run,) = world.deps.lanes.work(world.phone_number_id).runs
    world.deps.lanes.runs.close(run.phone_number_id, run.campaign_id, run.lanes, {}, EpochMs(1))
    change(world, campaign_id, action)
    world.lane_queue.take()
    world.deps.opening.put_before_lanes(world.tenant_id, as_read, epoch_ms())
    assert world.campaign(campaign_id).state is state
    assert not [r for r in world.deps.lanes.work(world.phone_number_id).runs if r.state == "running"]
    assert world.lane_queue.messages == []


def dry_run_parts(world: World, campaign_id: CampaignId, run_id: str) -> list[DryRunPart]:
    return [DryRunPart.from_json(part) for part in world.deps.sends.dry_run(world.tenant_id, campaign_id, run_id)]


def test_the_dry_run_counts_what_the_load_then_does(world: World) -> None:
    add(world, range(50))
    world.opt_out(person(7))
    campaign_id = world.launch()
    run_id = new_ulid()
    for shard in range(SHARDS):
        load_shard(
            world.deps.for_load(), LoadShard(world.tenant_id, campaign_id, shard, run_id), epoch_ms(), lambda: False
        )
    parts = dry_run_parts(world, campaign_id, run_id)
    assert len(parts) == SHARDS
    assert [(part.planned, part.sendable) for part in parts if part.planned] == [(50, 49)]
    assert records(world, campaign_id) == []
    assert world.campaign(campaign_id).state is State.SCHEDULED


def test_the_dry_run_tells_when_the_first_offer_ends(world: World) -> None:
    offer = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends!", "has_expiration": True}}
    code = {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE"}]}
    body = {"type": "BODY", "text": "Sale"}
    template = Template("78", world.waba_id, "o", "en", "MARKETING", "APPROVED", "POSITIONAL", [body, offer, code])
    world.deps.templates.put(world.tenant_id, template)
    world.deps.fields.create(world.tenant_id, ContactField("ends", "", "date"))
    for i, ends in enumerate(("2100-01-02", "2100-01-01")):
        attributes = {"phone": f"+55119{i:08}", "region": "BR"}
        world.deps.contacts.upsert(
            world.tenant_id, person(i), attributes, {"ends": ends}, frozenset({"all"}), EpochMs(1)
        )
    variables = {"limited_time_offer.expiration": Variable("field", "ends"), "button.0.code": Variable("constant", "A")}
    campaign_id, run_id = world.launch(template_id="78", variables=variables), new_ulid()
    for shard in range(SHARDS):
        load_shard(
            world.deps.for_load(),
            LoadShard(world.tenant_id, CampaignId(campaign_id), shard, run_id),
            epoch_ms(),
            lambda: False,
        )
    parts = dry_run_parts(world, CampaignId(campaign_id), run_id)
    assert [part.offer_ends for part in parts if part.planned] == [epoch_of("2100-01-01")]
    assert {part.offer_ends for part in parts if not part.planned} == {None}


def test_a_campaign_whose_offer_is_over_when_it_starts_is_sent_to_nobody(world: World) -> None:
    offer = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends!", "has_expiration": True}}
    template = Template("79", world.waba_id, "o", "en", "MARKETING", "APPROVED", "POSITIONAL", [offer])
    world.deps.templates.put(world.tenant_id, template)
    add(world, range(3))
    over = {"limited_time_offer.expiration": Variable("constant", "2020-01-01")}
    campaign_id = world.launch(template_id="79", variables=over)
    assert world.start(campaign_id) == "refused"
    assert world.campaign(campaign_id).state is State.CANCELLED
    assert "in the future" in world.campaign(campaign_id).reason
    assert world.load_queue.messages == []
