"""A campaign's blocks in chunks, and what is kept of each, so that its books need not be read from every block.

A summary is the tally of a whole chunk, never an increment, and only of one whose people are all claimed. Who reads a
chunk in full may put it down; the newer one stays. **Why an old one cannot mislead:** cursors only move on and the sets
of a block only grow, so a chunk that was once wholly claimed stays so, and whoever had an outcome keeps one. Of two
summaries the older counts as many who are unsettled or unknown as the newer, or more, and as many who are kept back
once nobody is unsettled. A chunk in which nobody is unsettled stays such. So an old summary may let a campaign end a
little later, never too early. All else it may be wrong about (who has it, has read it, was given up on and then heard
of) only moves people from one line of the books to another: they balance however old it is. Whoever writes to somebody
because of what he sees, or gives somebody up, reads the chunk first.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from shared.clock import EpochMs
from shared.domain.campaigns.blocks import BLOCK_SIZE, Segment, lane_of, split_block_number
from shared.domain.campaigns.books import Books
from shared.domain.campaigns.standing import Frozen
from shared.errors import RetryableError

_MOST_NAMES = 200
"""Codes, reasons, or countries and categories, of each kind in a summary; what is rarer is counted together."""
_REST = "other"


class BooksNotReady(RetryableError):
    """Too much of a campaign was never summed up to be read in one go. What was read is kept: the next one gets
    further."""

    code = "books_not_ready"

    def __init__(self, left: int, retry_after: int = 5) -> None:
        super().__init__(
            f"the books of this campaign are being added up ({left} parts are left): ask again in some seconds",
            extensions={"retry_after_seconds": retry_after},
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """How a campaign's books are read. One of up to `exact_blocks` blocks is read whole each time; of a larger one,
    chunks of `chunk_blocks` blocks are summed up, and read again when what is kept is older than `floor_ms` and than
    `share` of the time that the chunk has been claimed. What was read of a long journal `journal_ms` ago or less counts
    as read now."""

    floor_ms: int
    share: float
    chunk_blocks: int = 256
    exact_blocks: int = 1_024
    journal_ms: int = 0

    def is_stale(self, summary: "Summary", now: EpochMs) -> bool:
        return now - summary.at >= max(self.floor_ms, self.share * (now - summary.since))


JOURNAL_MS = 5_000
"""Who only looks at a campaign may see this much less of it: its statuses took longer to get here."""
FOR_REPORTS = Reading(floor_ms=60_000, share=0.1, journal_ms=JOURNAL_MS)
"""What somebody looks at: a chunk is read about a hundred times in its 90 days, if somebody looks all the time."""
FOR_SWEEP = Reading(floor_ms=60_000, share=0.5)
"""The sweep needs to hear that somebody has an outcome; how many have read it may be told half as old as it is."""


class ChunkId(NamedTuple):
    """The first block's `n` tells the chunk within its shard."""

    shard: int
    first: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """`blocks` of a shard from block `first` on, with `people` in them."""

    shard: int
    first: int
    blocks: int
    people: int

    @property
    def id(self) -> ChunkId:
        return ChunkId(self.shard, self.first)


@dataclass(frozen=True, slots=True)
class Summary:
    """What is stored of everybody in a chunk, retry lists left aside: whoever has no outcome counts as unsettled.

    `at` is a moment before it was read, `since` that of the chunk's first summary (epoch ms)."""

    at: EpochMs
    since: EpochMs
    stored: Books


@dataclass(frozen=True, slots=True)
class ChunkState:
    """How far a chunk is: `claimed` of its people are below the cursor of their lane, `retrying` on its retry lists;
    `recent` says whether messages of late are in it."""

    chunk: Chunk
    claimed: int
    retrying: int
    recent: bool
    summary: Summary | None

    @property
    def whole(self) -> bool:
        return self.claimed == self.chunk.people


def chunk_states(
    campaign: Frozen,
    cursors: Mapping[int, int],
    retrying: Mapping[int, frozenset[int]],
    recent: Mapping[int, int],
    summaries: Mapping[ChunkId, Summary],
    chunk_blocks: int,
) -> Iterator[ChunkState]:
    """All chunks of a frozen campaign. `retrying` has the slots on retry lists by block number; `recent` the position
    from which on a lane's messages are of late.

    A chunk with a summary was wholly claimed, whatever a cursor says that was looked at when its lane was just done
    with the campaign.
    """
    waiting: Counter[ChunkId] = Counter()
    for block, slots in retrying.items():
        shard, n = split_block_number(block)
        waiting[ChunkId(shard, n - n % chunk_blocks)] += len(slots)
    for shard, size in enumerate(campaign.sizes):
        lane = lane_of(shard, campaign.lanes)
        segment = Segment(campaign.sizes, lane, campaign.lanes)
        claimed = segment.claimed_in(shard, cursors.get(lane, 0))
        recent_from = recent[lane] - segment.start_of(shard) if lane in recent else size
        for chunk in chunks(shard, size, of_blocks=chunk_blocks):
            start = chunk.first * BLOCK_SIZE
            summary = summaries.get(chunk.id)
            if summary is not None and summary.stored.planned != chunk.people:
                summary = None
            yield ChunkState(
                chunk=chunk,
                claimed=chunk.people if summary else max(0, min(chunk.people, claimed - start)),
                retrying=waiting[chunk.id],
                recent=start < claimed and recent_from < min(claimed, start + chunk.people),
                summary=summary,
            )


def chunks(shard: int, size: int, *, of_blocks: int) -> Iterator[Chunk]:
    """The chunks of a shard with this many people."""
    for start in range(0, size, of_blocks * BLOCK_SIZE):
        people = min(size - start, of_blocks * BLOCK_SIZE)
        yield Chunk(shard, start // BLOCK_SIZE, -(-people // BLOCK_SIZE), people)


def with_retries(stored: Books, retrying: int, *, cancelled: bool) -> Books:
    """The books of a wholly claimed chunk, of whose people without an outcome so many wait for another try: they are
    waiting, or cancelled with their campaign."""
    moved = min(retrying, stored.unsettled)
    return replace(
        stored,
        unknown=stored.unknown - moved,
        unsettled=stored.unsettled - moved,
        waiting=0 if cancelled else moved,
        cancelled=stored.cancelled + moved if cancelled else stored.cancelled,
    )


def bounded(stored: Books) -> Books:
    """The same, in an item of a few KB whatever Meta tells."""
    return replace(
        stored,
        failed_by=_most_common(stored.failed_by),
        skipped_by=_most_common(stored.skipped_by),
        priced=_most_priced(stored.priced),
    )


def _most_common(counts: Counter[str]) -> Counter[str]:
    kept = Counter(dict(counts.most_common(_MOST_NAMES)))
    if len(counts) > len(kept):
        kept[_REST] += counts.total() - kept.total()
    return kept


def _most_priced(counts: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    kept = Counter(dict(counts.most_common(_MOST_NAMES)))
    if len(counts) > len(kept):
        kept["", _REST] += counts.total() - kept.total()
    return kept
