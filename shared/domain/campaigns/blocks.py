"""Recipient blocks: the frozen audience of a campaign, 80 people to an item, in the order of contact_id.

A block's number is `shard * 65536 + n`: n counts the blocks of one contact shard. A lane owns a run of shards, and
its cursor is a position in the sequence of those shards' slots, so that one number claims work for many people.
"""

import bisect
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from shared.domain.contacts.identity import SHARDS
from shared.ids import ContactId

BLOCK_SIZE = 80
RETENTION_DAYS = 90
"""For so long blocks, and whatever is told of them, are kept."""
_BLOCKS_PER_SHARD = 65_536


@dataclass(frozen=True, slots=True)
class Recipient:
    """`to` is E.164 with plus, or a BSUID; `values` are the frozen variables in the order of the send plan."""

    contact_id: ContactId
    to: str
    values: tuple[str, ...]


def block_number(shard: int, n: int) -> int:
    """Raises ValueError past 65,536 blocks a shard (84 million recipients in a campaign)."""
    if not 0 <= n < _BLOCKS_PER_SHARD:
        raise ValueError("a campaign holds at most 65536 blocks per shard")
    return shard * _BLOCKS_PER_SHARD + n


def split_block_number(block: int) -> tuple[int, int]:
    """(shard, n) of a block number."""
    return divmod(block, _BLOCKS_PER_SHARD)


def pack(recipients: Sequence[Recipient]) -> bytes:
    """Compressed form of one block, the same bytes for the same recipients."""
    rows = [[r.contact_id, r.to, *r.values] for r in recipients]
    return zlib.compress(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def unpack(data: bytes) -> list[Recipient]:
    return [Recipient(row[0], row[1], tuple(row[2:])) for row in json.loads(zlib.decompress(data))]


def position_of(
    contact_id: ContactId, blocks: int, read: Callable[[int], Sequence[Recipient]]
) -> tuple[int, int, Recipient] | None:
    """(block of the shard, slot, recipient) by binary search; None when the person is not among them.

    `read(n)` gives block n of the shard's `blocks`: about ten reads for a million recipients.
    """
    low, high = 0, blocks - 1
    while low <= high:
        middle = (low + high) // 2
        people = read(middle)
        if not people or contact_id < people[0].contact_id:
            high = middle - 1
        elif contact_id > people[-1].contact_id:
            low = middle + 1
        else:
            slot = bisect.bisect_left(people, contact_id, key=lambda recipient: recipient.contact_id)
            return (middle, slot, people[slot]) if people[slot].contact_id == contact_id else None
    return None


@dataclass(frozen=True, slots=True)
class Segment:
    """The part of a campaign that one lane sends: whole shards, so that no two lanes share a block.

    `sizes[shard]` is the number of recipients in each of the campaign's 16 shards.
    """

    sizes: tuple[int, ...]
    lane: int
    lanes: int

    @property
    def shards(self) -> range:
        return range(self.lane * SHARDS // self.lanes, (self.lane + 1) * SHARDS // self.lanes)

    @property
    def length(self) -> int:
        """Recipients in this segment; the cursor runs from 0 to here."""
        return sum(self.sizes[s] for s in self.shards)

    def locate(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """(block, slot) of every position from start up to, not including, stop."""
        starts: list[int] = []
        at = 0
        for shard in self.shards:
            starts.append(at)
            at += self.sizes[shard]
        for position in range(start, min(stop, at)):
            index = bisect.bisect_right(starts, position) - 1
            n, slot = divmod(position - starts[index], BLOCK_SIZE)
            yield block_number(self.shards[index], n), slot

    def start_of(self, shard: int) -> int:
        """The position of this shard's first recipient."""
        return sum(self.sizes[s] for s in self.shards if s < shard)

    def place_of(self, block: int, slot: int) -> int:
        """The position of this recipient: where `locate` finds them."""
        shard, n = split_block_number(block)
        return self.start_of(shard) + n * BLOCK_SIZE + slot

    def claimed_in(self, shard: int, cursor: int) -> int:
        """How many recipients of this shard lie below the cursor."""
        return max(0, min(self.sizes[shard], cursor - self.start_of(shard)))


def lane_of(shard: int, lanes: int) -> int:
    """Which of a campaign's lanes owns this shard."""
    return next(lane for lane in range(lanes) if shard in Segment((0,) * SHARDS, lane, lanes).shards)
