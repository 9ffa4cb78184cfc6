"""A campaign of any size under way, of which only that is stored which its books are read from."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from shared.clock import DAY_MS, EpochMs, epoch_ms
from shared.domain.campaigns.blocks import BLOCK_SIZE, Segment, lane_of
from shared.domain.campaigns.books import Books
from shared.domain.campaigns.chunks import FOR_SWEEP, Chunk, Summary, chunks
from shared.domain.campaigns.dispatch_note import DispatchNote, pack_notes
from shared.domain.contacts.identity import SHARDS
from shared.ids import CampaignId, new_ulid
from shared.store.engine.codec import Item, encode_item
from shared.store.engine.database import Database
from tests.support.engine import World
from tests.support.frozen import frozen_campaign

LEASE_MS = 60_000
_DELIVERED = frozenset(range(BLOCK_SIZE - 6))
_READ = frozenset(range(BLOCK_SIZE // 2))


@dataclass(frozen=True)
class LargeCampaign:
    """`claimed` people were sent to, in all; so many `blocks` are stored. It is as of `at` (epoch ms)."""

    campaign_id: CampaignId
    at: EpochMs
    claimed: int
    blocks: int


def large_campaign(
    world: World,
    database: Database,
    recipients: int,
    *,
    cursor: int,
    rate: int,
    live: int | None = 2,
    aged: bool = False,
) -> LargeCampaign:
    """Each lane of it stands at `cursor` and sends at `rate` a second. Stored are the blocks of the chunk that it
    stands in and of `live` chunks before (of all when None), and summaries of all that are wholly claimed: as old as
    the sweep lets them become if `aged`, else of now."""
    now = epoch_ms()
    size = recipients // SHARDS
    campaign_id = frozen_campaign(world, 0, shards=(), opened=False)
    campaign = world.deps.campaigns.change(
        world.tenant_id, campaign_id, lambda one: replace(one, sizes=(size,) * SHARDS)
    )
    world.deps.opening.put_before_lanes(world.tenant_id, campaign, now)
    for lane in range(campaign.lanes):
        state = world.deps.lanes.acquire(world.phone_number_id, lane, new_ulid(), "", now, EpochMs(now + LEASE_MS))
        assert state is not None
        moves = {campaign_id: (0, cursor)}
        world.deps.lanes.claim(
            world.phone_number_id,
            lane,
            state.fence,
            moves,
            new_ulid(),
            now,
            EpochMs(now + LEASE_MS),
            rate * 1000,
        )
    stored = 0
    for shard in range(SHARDS):
        lane = lane_of(shard, campaign.lanes)
        claimed = Segment(campaign.sizes, lane, campaign.lanes).claimed_in(shard, cursor)
        everything = list(chunks(shard, size, of_blocks=FOR_SWEEP.chunk_blocks))
        touched = [chunk for chunk in everything if _start(chunk) < claimed]
        near = everything if live is None else touched[-live - 1 :] if claimed < size else []
        for chunk in near:
            stored += _put_blocks(database, f"T#{world.tenant_id}#C#{campaign_id}#{shard:x}", chunk, claimed, now)
        for chunk in touched:
            if _start(chunk) + chunk.people <= claimed:
                end = Segment(campaign.sizes, lane, campaign.lanes).start_of(shard) + _start(chunk) + chunk.people
                since = EpochMs(now - (cursor - end) * 1_000 // rate)
                summary = Summary(_last_read(since, now) if aged else now, since, _settled(chunk))
                expires_at = EpochMs(now + DAY_MS)
                world.deps.sends.summaries.put(world.tenant_id, campaign_id, chunk.id, summary, expires_at)
    return LargeCampaign(campaign_id, now, campaign.lanes * cursor, stored)


def _last_read(since: EpochMs, now: EpochMs) -> EpochMs:
    """When the sweep has read a chunk last that was claimed at `since`."""
    at = since
    for minute in range(since, now, 60_000):
        if FOR_SWEEP.is_stale(Summary(at, since, Books()), EpochMs(minute)):
            at = EpochMs(minute)
    return at


def _start(chunk: Chunk) -> int:
    return chunk.first * BLOCK_SIZE


def _settled(chunk: Chunk) -> Books:
    """The tally of such blocks."""
    full, rest = divmod(chunk.people, BLOCK_SIZE)
    delivered = full * len(_DELIVERED) + min(rest, len(_DELIVERED))
    read = full * len(_READ) + min(rest, len(_READ))
    priced = Counter({("BR", "marketing"): delivered})
    return Books(
        planned=chunk.people, sent=chunk.people, delivered=delivered, read=read, billable=delivered, priced=priced
    )


def _blocks_of(partition: str, chunk: Chunk, claimed: int, now: EpochMs) -> Iterator[Item]:
    for i in range(chunk.blocks):
        start = i * BLOCK_SIZE
        people = range(min(BLOCK_SIZE, chunk.people - start))
        there = frozenset(slot for slot in people if _start(chunk) + start + slot < claimed)
        sets = {"ok": there, "dl": there & _DELIVERED, "rd": there & _READ, "bl": there & _DELIVERED}
        yield {
            "pk": partition,
            "sk": f"S#{chunk.first + i:04x}",
            "n": len(people),
            "f": {},
            "mk": "BR",
            **pack_notes({slot: DispatchNote(EpochMs(now + 4 * slot), slot + 1) for slot in there}),
            **{name: slots for name, slots in sets.items() if slots},
        }


def _put_blocks(database: Database, partition: str, chunk: Chunk, claimed: int, now: EpochMs) -> int:
    puts = [{"PutRequest": {"Item": encode_item(item)}} for item in _blocks_of(partition, chunk, claimed, now)]
    for i in range(0, len(puts), 25):
        database.client.batch_write_item(RequestItems={database.sends: puts[i : i + 25]})  # type: ignore[dict-item]
    return len(puts)
