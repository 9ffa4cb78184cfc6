"""Chunks of a campaign's blocks: everybody is in one, and a tally says of all at once what is said of each."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.clock import DAY_MS, EpochMs
from shared.domain.campaigns.blocks import BLOCK_SIZE, block_number
from shared.domain.campaigns.books import CANCELLED, COUNTS, SKIP_PREFIX, Books, StatusBlock, tally
from shared.domain.campaigns.chunks import (
    FOR_REPORTS,
    FOR_SWEEP,
    ChunkId,
    Reading,
    Summary,
    bounded,
    chunk_states,
    with_retries,
)
from shared.domain.contacts.identity import SHARDS
from tests.support.campaigns import a_campaign
from tests.unit.campaigns.test_books import slot_sets, status_blocks

NOW = EpochMs(1_800_000_000_000)
CAMPAIGN = a_campaign("c", category="UTILITY")
CHUNK = 2 * BLOCK_SIZE


@given(status_blocks(), st.integers(0, BLOCK_SIZE), slot_sets, st.booleans())
def test_a_tally_counts_each_slot_by_its_outcome(
    block: StatusBlock, claimed: int, retrying: frozenset[int], cancelled: bool
) -> None:
    books, failed, skipped, lines = Books(), Counter[str](), Counter[str](), Counter[str]()
    tally(books, block, claimed, retrying, cancelled=cancelled)
    for slot in range(block.size):
        outcome = block.outcome(slot)
        if outcome in ("read", "delivered", "sent"):
            lines["sent"] += 1
        elif outcome is not None:
            lines[outcome] += 1
            if outcome == "failed":
                failed[block.failed[slot]] += 1
            elif outcome == "skipped":
                skipped[block.failed[slot].removeprefix(SKIP_PREFIX)] += 1
        elif slot in retrying or slot >= claimed:
            lines[CANCELLED if cancelled else "waiting"] += 1
        else:
            lines["unknown"] += 1
            lines["unsettled"] += 1
    names = ("sent", "failed", "skipped", "cancelled", "unknown", "waiting", "unsettled")
    assert {name: getattr(books, name) for name in names} == {name: lines[name] for name in names}
    assert (books.failed_by, books.skipped_by) == (failed, skipped)
    assert books.held == len(block.kept_back())


@given(
    st.lists(st.integers(0, 700), min_size=SHARDS, max_size=SHARDS),
    st.sampled_from([1, 2, 4, 16]),
    st.integers(0, 12_000),
    st.integers(0, 12_000),
)
def test_everybody_is_in_one_chunk_and_claimed_as_the_cursors_say(
    sizes: list[int], lanes: int, cursor: int, recent: int
) -> None:
    campaign = replace(CAMPAIGN, sizes=tuple(sizes), lanes=lanes)
    parts = list(chunk_states(campaign, {0: cursor}, {}, {0: recent}, {}, 2))
    assert sum(part.chunk.people for part in parts) == campaign.recipients
    first_lane = sum(sizes[: SHARDS // lanes])
    assert sum(part.claimed for part in parts) == min(cursor, first_lane)
    assert sum(part.chunk.blocks for part in parts) == sum(-(-size // BLOCK_SIZE) for size in sizes)
    for part in parts:
        assert 0 <= part.claimed <= part.chunk.people <= CHUNK
        before = sum(sizes[: part.chunk.shard]) + part.chunk.first * BLOCK_SIZE
        late = set(range(before, before + part.chunk.people)) & set(range(recent, min(cursor, first_lane)))
        assert part.recent == bool(late)


def test_who_waits_for_another_try_is_counted_in_the_chunk() -> None:
    campaign = replace(CAMPAIGN, sizes=(500, 0, 500, *[0] * 13))
    retrying = {3: frozenset({1, 2}), 2: frozenset({0}), block_number(2, 6): frozenset({5})}
    parts = chunk_states(campaign, {0: 1_000}, retrying, {}, {}, 2)
    assert {part.chunk.id: part.retrying for part in parts if part.retrying} == {
        ChunkId(0, 2): 3,
        ChunkId(2, 6): 1,
    }


def test_a_chunk_that_was_summed_up_is_claimed_whatever_the_cursor_says_and_one_of_another_size_is_not() -> None:
    campaign = replace(CAMPAIGN, sizes=(400, *[0] * 15))
    kept = Summary(NOW, NOW, Books(planned=CHUNK, sent=CHUNK))
    other = Summary(NOW, NOW, Books(planned=2 * CHUNK, sent=2 * CHUNK))
    parts = list(chunk_states(campaign, {}, {}, {}, {ChunkId(0, 0): kept, ChunkId(0, 2): other}, 2))
    assert [(part.whole, part.summary) for part in parts] == [(True, kept), (False, None), (False, None)]


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_who_waits_again_is_not_unsettled_and_never_more_than_are(
    unsettled: int, given_up: int, retrying: int, cancelled: bool
) -> None:
    stored = Books(planned=30, sent=30 - unsettled - given_up, unknown=unsettled + given_up, unsettled=unsettled)
    books = with_retries(stored, retrying, cancelled=cancelled)
    assert books.balanced
    assert books.unsettled + books.waiting + books.cancelled == unsettled
    assert (books.cancelled if cancelled else books.waiting) == min(retrying, unsettled)


def test_a_summary_is_read_again_the_more_seldom_the_older_its_chunk_is() -> None:
    def times(reading: Reading) -> int:
        at, count = NOW, 0
        for minute in range(90 * 24 * 60):
            now = EpochMs(NOW + minute * 60_000)
            if reading.is_stale(Summary(at, NOW, Books()), now):
                at, count = now, count + 1
        return count

    assert times(FOR_REPORTS) in range(90, 120)
    assert times(FOR_SWEEP) in range(15, 25)
    assert not FOR_REPORTS.is_stale(Summary(EpochMs(NOW + 1), EpochMs(NOW + 1), Books()), NOW)
    assert FOR_REPORTS.is_stale(Summary(NOW, EpochMs(NOW - DAY_MS), Books()), EpochMs(NOW + DAY_MS))


def test_a_summary_stays_small_and_loses_nobody() -> None:
    codes = Counter({f"{130_000 + i}": i + 1 for i in range(900)})
    priced = Counter({("BR", f"new category {i}"): i + 1 for i in range(900)})
    books = bounded(Books(failed=codes.total(), failed_by=codes, skipped_by=codes, priced=priced))
    for kept, whole in ((books.failed_by, codes), (books.skipped_by, codes), (books.priced, priced)):
        assert kept.total() == whole.total()
        assert len(kept) <= 201


def test_books_of_parts_add_up() -> None:
    one = Books(failed_by=Counter(a=1), priced=Counter({("BR", "x"): 2}))
    for i, name in enumerate(COUNTS):
        setattr(one, name, i)
    total = Books(planned=7)
    total.add(one)
    total.add(one)
    assert total.planned == 7
    assert [getattr(total, name) for name in COUNTS[1:]] == [2 * i for i in range(1, len(COUNTS))]
    assert (total.failed_by, total.priced) == (Counter(a=2), Counter({("BR", "x"): 4}))
