"""Blocks of recipients, and where in them a cursor points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.campaigns.blocks import (
    BLOCK_SIZE,
    Recipient,
    Segment,
    block_number,
    lane_of,
    pack,
    split_block_number,
    unpack,
)
from shared.domain.contacts.identity import SHARDS

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
recipients = st.builds(Recipient, texts, texts, st.lists(texts, max_size=4).map(tuple))
sizes = st.lists(st.one_of(st.just(0), st.integers(0, 300)), min_size=SHARDS, max_size=SHARDS).map(tuple)
lane_counts = st.sampled_from([1, 2, 4])


def naive(sizes: tuple[int, ...], shards: range) -> list[tuple[int, int]]:
    """Every (block, slot) of these shards, counted out one by one."""
    return [
        (shard * 65_536 + position // BLOCK_SIZE, position % BLOCK_SIZE)
        for shard in shards
        for position in range(sizes[shard])
    ]


@given(st.lists(recipients, max_size=BLOCK_SIZE))
def test_what_is_packed_comes_out_again(people: list[Recipient]) -> None:
    assert unpack(pack(people)) == people
    assert pack(people) == pack(list(people))


@given(st.integers(0, SHARDS - 1), st.integers(0, 65_535))
def test_a_block_number_names_shard_and_block(shard: int, n: int) -> None:
    assert split_block_number(block_number(shard, n)) == (shard, n)


@pytest.mark.parametrize("n", [-1, 65_536])
def test_a_shard_has_no_more_blocks_than_the_number_holds(n: int) -> None:
    with pytest.raises(ValueError, match="65536"):
        block_number(0, n)


@given(sizes, lane_counts)
def test_lanes_share_a_campaign_without_gap_or_overlap(sizes: tuple[int, ...], lanes: int) -> None:
    segments = [Segment(sizes, lane, lanes) for lane in range(lanes)]
    assert [shard for segment in segments for shard in segment.shards] == list(range(SHARDS))
    assert sum(segment.length for segment in segments) == sum(sizes)
    slots = [slot for segment in segments for slot in segment.locate(0, segment.length)]
    assert slots == naive(sizes, range(SHARDS))
    for shard in range(SHARDS):
        assert shard in segments[lane_of(shard, lanes)].shards


@given(sizes, lane_counts, st.data())
def test_a_part_of_a_segment_is_that_part_of_all_its_slots(
    sizes: tuple[int, ...], lanes: int, data: st.DataObject
) -> None:
    segment = Segment(sizes, data.draw(st.integers(0, lanes - 1)), lanes)
    start = data.draw(st.integers(0, segment.length + 5))
    stop = data.draw(st.integers(0, segment.length + 200))
    assert list(segment.locate(start, stop)) == naive(sizes, segment.shards)[start:stop]


@given(sizes, lane_counts, st.data())
def test_what_lies_below_the_cursor_is_what_was_located(
    sizes: tuple[int, ...], lanes: int, data: st.DataObject
) -> None:
    segment = Segment(sizes, data.draw(st.integers(0, lanes - 1)), lanes)
    cursor = data.draw(st.integers(0, segment.length))
    located = list(segment.locate(0, cursor))
    for shard in segment.shards:
        assert segment.claimed_in(shard, cursor) == sum(split_block_number(block)[0] == shard for block, _ in located)
