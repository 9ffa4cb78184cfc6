"""Blocks are sealed once; outcomes join in any order."""

import random

import pytest

from shared.clock import EpochMs
from shared.domain.campaigns.blocks import Recipient, block_number
from shared.domain.campaigns.books import StatusBlock, StatusChange
from shared.domain.campaigns.load_record import Record, SealedBlock
from shared.domain.contacts.identity import SHARDS
from shared.errors import Conflict
from shared.ids import CampaignId, ContactId, TenantId, new_ulid
from shared.store.campaigns.sends import Sends
from shared.store.engine.database import Database
from tests.support.capacity import Meter
from tests.support.engine import new_test_database
from tests.support.faults import at_once

SHARD = 5
BLOCK = block_number(SHARD, 0)
MARKETS = "BR"
PEOPLE = [Recipient(ContactId(f"5{i:031x}"), f"+55119{i:08}", (f"Ana {i}", "x")) for i in range(80)]


@pytest.fixture
def sends(database: Database) -> Sends:
    return Sends(database)


def sealed(n: int, *, spill: int = 0, end: bool = False, carried: tuple[Recipient, ...] = ()) -> SealedBlock:
    return SealedBlock(n, spill, 80 * (n + 1), {"opted_out": n}, f"5{n}", end, carried, at=EpochMs(1_000_000))


def seal(sends: Sends, tenant: TenantId, block: SealedBlock, people: list[Recipient] | None = None) -> None:
    chosen = PEOPLE if people is None else people
    sends.seal_block(tenant, CampaignId("c"), SHARD, block, chosen, [(f"s{block.n}", "opted_out")], EpochMs(1_000_000))


def test_a_block_comes_back_with_its_people_and_who_was_skipped(sends: Sends, tenant: TenantId) -> None:
    seal(sends, tenant, sealed(0))
    assert sends.read_block(tenant, CampaignId("c"), BLOCK) == PEOPLE
    assert list(sends.records(tenant, CampaignId("c"), SHARD)) == [Record(0, 0, PEOPLE, [("s0", "opted_out")])]
    assert sends.status_block(tenant, CampaignId("c"), BLOCK) == StatusBlock(80, markets=MARKETS)
    assert sends.shard_end(tenant, CampaignId("c"), SHARD) == sealed(0)


def test_a_block_is_sealed_once(sends: Sends, tenant: TenantId) -> None:
    seal(sends, tenant, sealed(0))
    with pytest.raises(Conflict):
        seal(sends, tenant, sealed(0), PEOPLE[:3])
    assert sends.read_block(tenant, CampaignId("c"), BLOCK) == PEOPLE


def test_of_many_who_seal_one_block_one_succeeds(sends: Sends, tenant: TenantId) -> None:
    def attempt(i: int) -> int | None:
        try:
            seal(sends, tenant, sealed(0), PEOPLE[: i + 1])
        except Conflict:
            return None
        return i

    winners = [i for i in at_once(6, attempt) if i is not None]
    assert len(winners) == 1
    assert len(sends.read_block(tenant, CampaignId("c"), BLOCK)) == winners[0] + 1
    assert sends.status_block(tenant, CampaignId("c"), BLOCK) == StatusBlock(winners[0] + 1, markets=MARKETS)


def test_the_end_of_a_shard_is_its_last_record_spills_included(sends: Sends, tenant: TenantId) -> None:
    assert sends.shard_end(tenant, CampaignId("c"), SHARD) is None
    early = SealedBlock(-1, 1, 0, {"opted_out": 9}, "51", False, tuple(PEOPLE[:2]), at=EpochMs(1_000_000))
    steps: list[tuple[SealedBlock, list[Recipient] | None]] = [
        (early, []),
        (sealed(0), None),
        (SealedBlock(0, 1, 80, {}, "55", False, tuple(PEOPLE[:1]), at=EpochMs(1_000_000)), []),
        (SealedBlock(0, 2, 80, {}, "56", False, tuple(PEOPLE[:3]), at=EpochMs(1_000_000)), []),
        (sealed(1), None),
        (sealed(15), None),
        (sealed(16, end=True), []),
    ]
    for record, people in steps:
        seal(sends, tenant, record, people)
        assert sends.shard_end(tenant, CampaignId("c"), SHARD) == record
    places = [(0, 1), (0, 0), (1, 1), (1, 2), (1, 0), (15, 0), (16, 0)]
    assert [(record.n, record.spill) for record in sends.records(tenant, CampaignId("c"), SHARD)] == places
    for start, first in ((1, 2), (2, 5), (15, 5), (16, 6), (17, 7)):
        found = [(record.n, record.spill) for record in sends.records(tenant, CampaignId("c"), SHARD, start)]
        assert found == places[first:]
    assert [n for n, _ in sends.status_blocks(tenant, CampaignId("c"), SHARD)] == [0, 1, 15]
    assert sends.load_progress(tenant, CampaignId("c"))[SHARD] == sealed(16, end=True)
    assert [end for i, end in enumerate(sends.load_progress(tenant, CampaignId("c"))) if i != SHARD] == [None] * 15


@pytest.mark.parametrize("last", [0, 7, SHARDS - 1])
def test_a_load_is_whole_once_every_shard_has_ended(sends: Sends, tenant: TenantId, last: int) -> None:
    for shard in range(SHARDS):
        if shard != last:
            sends.seal_block(tenant, CampaignId("c"), shard, sealed(shard, end=True), [], [], EpochMs(1_000_000))
    assert [sends.whole_load(tenant, CampaignId("c"), shard) for shard in range(SHARDS)] == [None] * SHARDS
    sends.seal_block(tenant, CampaignId("c"), last, sealed(0), [], [], EpochMs(1_000_000))
    assert sends.whole_load(tenant, CampaignId("c"), last) is None
    sends.seal_block(tenant, CampaignId("c"), last, sealed(1, end=True), [], [], EpochMs(1_000_000))
    ends = [sends.whole_load(tenant, CampaignId("c"), shard) for shard in range(SHARDS)]
    assert ends == [[sealed(1 if shard == last else shard, end=True) for shard in range(SHARDS)]] * SHARDS


def test_another_tenants_blocks_are_not_there(sends: Sends, tenant: TenantId) -> None:
    seal(sends, tenant, sealed(0))
    other = TenantId(new_ulid())
    assert sends.read_block(other, CampaignId("c"), BLOCK) == []
    assert list(sends.records(other, CampaignId("c"), SHARD)) == []
    assert list(sends.status_blocks(other, CampaignId("c"), SHARD)) == []
    assert sends.status_block(other, CampaignId("c"), BLOCK) is None
    assert not sends.record(other, CampaignId("c"), BLOCK, StatusChange(sent={1}))
    assert sends.status_block(tenant, CampaignId("c"), BLOCK) == StatusBlock(80, markets=MARKETS)


@pytest.mark.parametrize("block", [BLOCK + 1, block_number(6, 0), 99 * 65_536])
def test_outcomes_of_a_block_that_is_not_there_are_refused_and_make_none(
    sends: Sends, tenant: TenantId, block: int
) -> None:
    seal(sends, tenant, sealed(0))
    assert not sends.record(tenant, CampaignId("c"), block, StatusChange(sent={1}, failed={2: "1"}))
    assert sends.status_block(tenant, CampaignId("c"), block) is None


def test_room_for_outcomes_is_never_emptied(sends: Sends, tenant: TenantId) -> None:
    seal(sends, tenant, sealed(0))
    sends.record(tenant, CampaignId("c"), BLOCK, StatusChange(sent={1}, failed={2: "131026"}))
    sends.open_status_block(tenant, CampaignId("c"), SHARD, 0, [], EpochMs(1_000_000))
    assert sends.status_block(tenant, CampaignId("c"), BLOCK) == StatusBlock(
        80, sent=frozenset({1}), failed={2: "131026"}, markets=MARKETS
    )


def test_the_first_failure_stays(sends: Sends, tenant: TenantId) -> None:
    seal(sends, tenant, sealed(0))
    for code in ("131026", "131049"):
        assert sends.record(tenant, CampaignId("c"), BLOCK, StatusChange(failed={7: code}))
    found = sends.status_block(tenant, CampaignId("c"), BLOCK)
    assert found is not None
    assert found.failed == {7: "131026"}


def test_nothing_to_record_is_recorded_as_well_as_anything(sends: Sends, tenant: TenantId) -> None:
    assert sends.record(tenant, CampaignId("c"), BLOCK, StatusChange())


def changes(rng: random.Random) -> list[StatusChange]:
    """Each slot has one failure code at most, as Meta gives it."""
    codes = {slot: rng.choice(["131026", "131049"]) for slot in range(80)}
    found = []
    for _ in range(24):
        change = StatusChange(failed={slot: codes[slot] for slot in rng.sample(range(80), rng.randrange(5))})
        change.priced.update({"marketing": set(), "utility": set(), "authentication-international": set()})
        sets = (change.sent, change.delivered, change.read, change.replied, change.unconfirmed, change.held)
        for slots in (*sets, *change.priced.values()):
            slots.update(rng.sample(range(80), rng.randrange(6)))
        found.append(change)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_any_order_repetition_and_concurrency_gives_one_result(sends: Sends, tenant: TenantId, seed: int) -> None:
    rng = random.Random(seed)
    all_changes = changes(rng)
    expected = StatusBlock(
        80,
        sent=frozenset().union(*(change.sent for change in all_changes)),
        delivered=frozenset().union(*(change.delivered for change in all_changes)),
        read=frozenset().union(*(change.read for change in all_changes)),
        replied=frozenset().union(*(change.replied for change in all_changes)),
        unconfirmed=frozenset().union(*(change.unconfirmed for change in all_changes)),
        failed={slot: code for change in all_changes for slot, code in change.failed.items()},
        priced={
            category: frozenset().union(*(change.priced[category] for change in all_changes))
            for category in all_changes[0].priced
        },
        held=frozenset().union(*(change.held for change in all_changes)),
        markets=MARKETS,
    )
    seal(sends, tenant, sealed(0))
    orders = [rng.sample(all_changes, len(all_changes)) for _ in range(4)]

    def fold(i: int) -> bool:
        return all(sends.record(tenant, CampaignId("c"), BLOCK, change) for change in orders[i])

    assert at_once(4, fold) == [True] * 4
    assert sends.status_block(tenant, CampaignId("c"), BLOCK) == expected


def test_every_slot_of_a_block_can_fail_at_once(sends: Sends, tenant: TenantId) -> None:
    seal(sends, tenant, sealed(0))
    failed = dict.fromkeys(range(80), "131026")
    assert sends.record(tenant, CampaignId("c"), BLOCK, StatusChange(sent=set(range(80)), failed=failed))
    assert sends.status_block(tenant, CampaignId("c"), BLOCK) == StatusBlock(
        80, sent=frozenset(range(80)), failed=failed, markets=MARKETS
    )


def test_all_that_can_be_told_of_a_block_fits_into_one_write_unit(dynoxide: str, tenant: TenantId) -> None:
    """DynamoDB charges by the kilobyte of the item: a second one would double what statuses cost."""
    database = new_test_database(dynoxide)
    sends, campaign, places = Sends(database), new_ulid(), ("+5511", "+3461", "US.1", "+5255")
    people = [Recipient(ContactId(f"5{i:031x}"), f"{places[i % 4]}{i:08}", ()) for i in range(80)]
    sends.seal_block(tenant, CampaignId(campaign), SHARD, sealed(0), people, [], EpochMs(1_000_000))
    everybody = set(range(80))
    change = StatusChange(sent=everybody, delivered=everybody, read=everybody, priced={"marketing_lite": everybody})
    assert sends.record(tenant, CampaignId(campaign), BLOCK, change)
    meter = Meter(database.client)
    assert sends.record(tenant, CampaignId(campaign), BLOCK, StatusChange(read={1}, replied={1, 2, 3}))
    assert meter.writes.total() == 1


def test_the_parts_of_a_dry_run_are_kept_apart_from_other_runs(sends: Sends, tenant: TenantId) -> None:
    for run_id, shard in (("r1", 0), ("r1", 1), ("r2", 0), ("r1", 1)):
        sends.put_dry_run(tenant, CampaignId("c"), run_id, shard, f"{run_id}-{shard}", EpochMs(1_000))
    assert sends.dry_run(tenant, CampaignId("c"), "r1") == ["r1-0", "r1-1"]
    assert sends.dry_run(tenant, CampaignId("c"), "r3") == []
