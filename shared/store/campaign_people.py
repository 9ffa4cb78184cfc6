"""Who was in a campaign and what became of each, read from its blocks in order of contact_id."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

from shared.domain.blocks import BLOCK_SIZE, Recipient, block_number, position_of, split_block_number
from shared.domain.books import SKIP_PREFIX, StatusBlock
from shared.domain.campaign import Campaign, State
from shared.domain.identity import shard_of
from shared.store.campaign_books import claimed_slots, positions, slots_in_retry
from shared.store.lanes import Lanes
from shared.store.number_work import NumberWork
from shared.store.sends import Record, Sends

WRITTEN_TO = frozenset({"sent", "delivered", "read", "unknown"})
"""Outcomes of people whom a campaign has written to, or may have: what is on its way counts."""
_CODED = ("failed", "skipped")


@dataclass(frozen=True, slots=True)
class Fate:
    """`outcome`: read, delivered, sent, failed, skipped, unknown, waiting or cancelled; `code` says why. `to` is where
    the message goes, "" for those the load held back."""

    contact_id: str
    outcome: str
    code: str = ""
    to: str = ""


def fates(
    records: Iterable[Record],
    status: StatusBlock | None,
    claimed: int,
    retrying: frozenset[int],
    *,
    cancelled: bool,
) -> Iterator[Fate]:
    """Everybody of one block, those the load held back included, in order of contact_id: the records are the block and
    the spills that lead to it. The rules are those of the books.

    A recipient who was met before a spill stands in it, among those who were held back meanwhile, and in all records
    that follow; only there is the order kept. So each record is told with whom it met first.
    """
    told = 0
    for record in records:
        found = [Fate(contact_id, "skipped", reason) for contact_id, reason in record.skipped]
        for slot in range(told, len(record.recipients)):
            waits = slot in retrying or slot >= claimed
            found.append(_fate(record.recipients[slot], slot, status, waits=waits, cancelled=cancelled))
        told = len(record.recipients)
        yield from sorted(found, key=lambda fate: fate.contact_id)


def _fate(recipient: Recipient, slot: int, status: StatusBlock | None, *, waits: bool, cancelled: bool) -> Fate:
    outcome = status.outcome(slot) if status else None
    code = status.failed.get(slot, "").removeprefix(SKIP_PREFIX) if status and outcome in _CODED else ""
    if outcome is None:
        outcome = ("cancelled" if cancelled else "waiting") if waits else "unknown"
    return Fate(recipient.contact_id, outcome, code, recipient.to)


def people_of_shard(
    sends: Sends, tenant_id: str, campaign: Campaign, work: NumberWork, shard: int, start: int = 0
) -> Iterator[tuple[int, Iterator[Fate]]]:
    """(n, people) of a shard's blocks from block `start` on, in order of contact_id throughout. `work` is the number's.

    A block's people are read as they are asked for, and only until the next block is: there may be a million of them,
    where the load held everybody back.
    """
    cursors = positions(campaign, work)
    retrying = slots_in_retry(campaign.campaign_id, work)
    statuses = sends.status_blocks(tenant_id, campaign.campaign_id, shard, start)
    status = next(statuses, None)
    records = sends.records(tenant_id, campaign.campaign_id, shard, start)
    for n, block in groupby(records, key=lambda record: record.n):
        while status is not None and status[0] < n:
            status = next(statuses, None)
        yield (
            n,
            fates(
                block,
                status[1] if status is not None and status[0] == n else None,
                claimed_slots(campaign, cursors, shard, n),
                retrying.get(block_number(shard, n), frozenset()),
                cancelled=campaign.state is State.CANCELLED,
            ),
        )


def stream_shard(sends: Sends, lanes: Lanes, tenant_id: str, campaign: Campaign, shard: int) -> Iterator[Fate]:
    """One shard's people, one by one, in order of contact_id; nobody before the audience is frozen."""
    if not campaign.sizes:
        return
    work = lanes.work(campaign.phone_number_id)
    for _, people in people_of_shard(sends, tenant_id, campaign, work, shard):
        yield from people


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands in a campaign: block number, slot, and what was frozen for them."""

    block: int
    slot: int
    recipient: Recipient


ReadBlock = Callable[[str, str, int], Sequence[Recipient]]
"""(tenant id, campaign id, block number) → its recipients: `Sends.read_block`, or one that remembers."""


def place_in(read_block: ReadBlock, tenant_id: str, campaign: Campaign, contact_id: str) -> Place | None:
    """None when the person is not in the frozen audience, or was held back from it.

    Costs 1 RRU for each read of a binary search: none when the shard is empty, ten for a million recipients.
    """
    if not campaign.sizes:
        return None
    shard = shard_of(contact_id)
    found = position_of(
        contact_id,
        -(-campaign.sizes[shard] // BLOCK_SIZE),
        lambda n: read_block(tenant_id, campaign.campaign_id, block_number(shard, n)),
    )
    return Place(block_number(shard, found[0]), found[1], found[2]) if found is not None else None


def held_back_in(
    read_block: ReadBlock, sends: Sends, tenant_id: str, campaign: Campaign, contact_id: str
) -> Fate | None:
    """What the load said of somebody whom it held back. Dearer than `place_in`: up to 1 MB of records besides, 128 RRU,
    and more where it held back thousands between two blocks."""
    if not campaign.sizes:
        return None
    shard = shard_of(contact_id)
    # A full block ends with the last of its recipients; whoever comes after the last full one stands in the rest.
    full = range(campaign.sizes[shard] // BLOCK_SIZE)
    n = bisect_left(
        full,
        contact_id,
        key=lambda i: read_block(tenant_id, campaign.campaign_id, block_number(shard, i))[-1].contact_id,
    )
    records = sends.records(tenant_id, campaign.campaign_id, shard, n)
    for record in takewhile(lambda record: record.n == n, records):
        for skipped_id, reason in record.skipped:
            if skipped_id == contact_id:
                return Fate(contact_id, "skipped", reason)
    return None


def fate_in(sends: Sends, lanes: Lanes, tenant_id: str, campaign: Campaign, place: Place) -> tuple[Fate, bool]:
    """(what became of them, whether they answered). 1 RRU, and the number's work while nothing is stored of them."""
    status = sends.status_block(tenant_id, campaign.campaign_id, place.block)
    waits = False
    if status is None or status.outcome(place.slot) is None:
        work = lanes.work(campaign.phone_number_id)
        shard, n = split_block_number(place.block)
        retrying = slots_in_retry(campaign.campaign_id, work).get(place.block, frozenset())
        claimed = claimed_slots(campaign, positions(campaign, work), shard, n)
        waits = place.slot in retrying or place.slot >= claimed
    cancelled = campaign.state is State.CANCELLED
    fate = _fate(place.recipient, place.slot, status, waits=waits, cancelled=cancelled)
    return fate, status is not None and place.slot in status.replied
