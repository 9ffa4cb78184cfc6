"""A journal of statuses is another way to write down the same sets."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.webhook_ingest.statuses.logic.fold import BlockKey, CampaignKey, Folded
from functions.webhook_ingest.statuses.logic.journalling import FEW_BLOCKS, divide, latest_due
from shared.clock import EpochMs
from shared.domain.campaigns.blocks import BLOCK_SIZE, block_number
from shared.domain.campaigns.books import StatusBlock, StatusChange
from shared.domain.campaigns.status_journal import (
    PAGE_STATUSES,
    PART_PEOPLE,
    JournalFold,
    journal_part_count,
    pack,
    part_of,
    with_change,
)
from shared.domain.contacts.identity import SHARDS
from shared.ids import CampaignId, TenantId

slots = st.sets(st.integers(0, BLOCK_SIZE - 1), max_size=12)
changes = st.builds(
    StatusChange,
    sent=slots,
    delivered=slots,
    read=slots,
    failed=st.dictionaries(
        st.integers(0, BLOCK_SIZE - 1), st.sampled_from(["131026", "131049", "unknown"]), max_size=5
    ),
    priced=st.dictionaries(st.sampled_from(["marketing", "utility", "free_x"]), slots.filter(bool), max_size=3),
)
blocks = st.dictionaries(
    st.builds(block_number, st.integers(0, SHARDS - 1), st.sampled_from([0, 1, 65_535])), changes, max_size=8
)


def folded(*batches: dict[int, StatusChange]) -> JournalFold:
    fold = JournalFold()
    for batch in batches:
        for page in pack(batch):
            fold.add(page)
    return fold


@given(blocks)
def test_what_is_packed_is_unpacked(batch: dict[int, StatusChange]) -> None:
    told = {block: change for block, change in batch.items() if change != StatusChange()}
    assert dict(folded(batch).changes()) == told
    assert pack(batch) == pack(dict(reversed(batch.items())))


@given(blocks, blocks, st.lists(st.booleans(), max_size=5))
def test_pages_may_come_in_any_order_and_any_number_of_times(
    one: dict[int, StatusChange], other: dict[int, StatusChange], again: list[bool]
) -> None:
    repeated = [one if first else other for first in again]
    assert dict(folded(one, other).changes()) == dict(folded(other, *repeated, one, other).changes())


@given(changes, changes)
def test_a_block_with_a_change_has_what_either_knows(stored: StatusChange, change: StatusChange) -> None:
    block = with_change(StatusBlock(BLOCK_SIZE, unconfirmed=frozenset({1, 2})), stored)
    both = with_change(block, change)
    assert both.sent == stored.sent | change.sent
    assert both.arrived() == stored.delivered | stored.read | change.delivered | change.read
    assert both.failed == {**change.failed, **stored.failed}
    assert both == with_change(both, change)
    assert both.unconfirmed == {1, 2}
    assert replace(with_change(block, StatusChange()), priced=block.priced) == block


def test_a_campaign_message_takes_four_bytes_whatever_was_told_of_it() -> None:
    everybody = set(range(BLOCK_SIZE))
    batch = {n: StatusChange(sent=everybody, delivered=everybody, priced={"utility": everybody}) for n in range(10)}
    (page,) = pack(batch)
    assert (len(page.words), page.priced) == (4 * 800, {})


def test_a_page_is_bounded_whatever_is_told() -> None:
    batch = {
        n: StatusChange(failed={slot: f"{n:08d}{slot:08d}" for slot in range(BLOCK_SIZE)})
        for n in range(2 * PAGE_STATUSES // BLOCK_SIZE)
    }
    pages = pack(batch)
    assert len(pages) > 1
    assert max(sum(len(code) + len(places) for code, places in page.failed.items()) for page in pages) < 200_000


@pytest.mark.parametrize(
    ("people", "parts"), [(0, 1), (PART_PEOPLE, 1), (PART_PEOPLE + 1, 2), (5_000_000, 4), (84_000_000, SHARDS)]
)
def test_large_campaigns_have_parts_of_whole_shards(people: int, parts: int) -> None:
    assert journal_part_count(people) == parts
    assert [part_of(shard, parts) for shard in range(SHARDS)] == sorted(list(range(parts)) * (SHARDS // parts))


def test_few_blocks_are_written_at_once_and_many_are_journalled() -> None:
    batch = Folded()
    tenant, few, many = TenantId("t"), CampaignId("few"), CampaignId("many")
    for campaign_id, count in ((few, FEW_BLOCKS), (many, FEW_BLOCKS + 1)):
        for n in range(count):
            key = BlockKey(tenant, campaign_id, block_number(n, 0))
            batch.blocks[key] = StatusChange(sent={n})
            batch.sources[key] = {f"{campaign_id}{n}"}
    direct, (journalled,) = divide(batch, {CampaignKey(tenant, few): 9, CampaignKey(tenant, many): 9})
    assert {key.campaign_id for key in direct} == {few}
    assert len(direct) == FEW_BLOCKS
    assert journalled.campaign.campaign_id == many
    assert journalled.sources == {f"many{n}" for n in range(FEW_BLOCKS + 1)}
    assert {block: change.sent for block, change in journalled.changes.items()} == {
        block_number(n, 0): {n} for n in range(FEW_BLOCKS + 1)
    }


def test_small_campaigns_are_compacted_each_minute_and_large_ones_as_the_setting_says() -> None:
    now = EpochMs(10_000_000)
    assert latest_due(10_000, 900_000, now) == now - 60_000
    assert latest_due(10_001, 900_000, now) == now - 900_000
    assert latest_due(1, 1_000, now) == now - 1_000
