"""Who was in a campaign and what became of each, read from its blocks in order of contact_id."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, takewhile

from shared.domain.campaigns.blocks import BLOCK_SIZE, Recipient, block_number, position_of, split_block_number
from shared.domain.campaigns.books import StatusBlock
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.fate import Fate, Place, fate_of, fates
from shared.domain.campaigns.number_work import NumberWork
from shared.domain.campaigns.standing import Frozen, claimed_slots, positions, slots_in_retry
from shared.domain.campaigns.status_journal import JournalFold
from shared.domain.contacts.identity import shard_of
from shared.ids import CampaignId, ContactId, TenantId
from shared.store.campaigns.journal_reader import JournalReader
from shared.store.campaigns.sends import Sends
from shared.store.campaigns.standing import ReadStanding, Standing


def people_of_shard(
    sends: Sends,
    tenant_id: TenantId,
    campaign: Campaign,
    work: NumberWork,
    journal: JournalReader,
    shard: int,
    start: int = 0,
) -> Iterator[tuple[int, Iterator[Fate]]]:
    """(n, people) of a shard's blocks from block `start` on, in order of contact_id throughout. `work` is the number's.

    What the journal knows of them counts: one reader does for all shards of a campaign. A block's people are read as
    they are asked for, and only until the next block is: there may be a million of them, where the load held everybody
    back.
    """
    cursors = positions(campaign, work)
    retrying = slots_in_retry(campaign.campaign_id, work)
    waiting = journal.of_shard(shard)
    statuses = sends.status_blocks(tenant_id, campaign.campaign_id, shard, start)
    status = next(statuses, None)
    records = sends.records(tenant_id, campaign.campaign_id, shard, start)
    for n, block in groupby(records, key=lambda record: record.n):
        while status is not None and status[0] < n:
            status = next(statuses, None)
        number = block_number(shard, n)
        yield (
            n,
            fates(
                block,
                waiting.over(number, status[1]) if status is not None and status[0] == n else None,
                claimed_slots(campaign, cursors, shard, n),
                retrying.get(number, frozenset()),
                cancelled=campaign.state is State.CANCELLED,
            ),
        )


def stream_shard(
    sends: Sends,
    read: ReadStanding,
    tenant_id: TenantId,
    campaign: Campaign,
    journal: JournalReader,
    shard: int,
    after: str = "",
) -> Iterator[Fate]:
    """One shard's people, one by one, in order of contact_id; nobody before the audience is frozen. With `after` some
    who come before that id may be left out, and nobody behind it: it begins with a block that ends behind it, which
    costs a binary search, ten reads for a million recipients."""
    if not campaign.sizes:
        return
    campaign, work = read(tenant_id, campaign)
    start = _block_behind(sends.read_block, tenant_id, campaign, shard, after) if after else 0
    for _, people in people_of_shard(sends, tenant_id, campaign, work, journal, shard, start):
        yield from people


ReadBlock = Callable[[TenantId, CampaignId, int], Sequence[Recipient]]
"""(tenant id, campaign id, block number) → its recipients: `Sends.read_block`, or one that remembers."""


def place_in(read_block: ReadBlock, tenant_id: TenantId, campaign: Frozen, contact_id: ContactId) -> Place | None:
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
    read_block: ReadBlock, sends: Sends, tenant_id: TenantId, campaign: Campaign, contact_id: ContactId
) -> Fate | None:
    """What the load said of somebody whom it held back. Dearer than `place_in`: up to 1 MB of records besides, 128 RRU,
    and more where it held back thousands between two blocks."""
    if not campaign.sizes:
        return None
    shard = shard_of(contact_id)
    n = _block_behind(read_block, tenant_id, campaign, shard, contact_id)
    records = sends.records(tenant_id, campaign.campaign_id, shard, n)
    for record in takewhile(lambda record: record.n == n, records):
        for skipped_id, reason in record.skipped:
            if skipped_id == contact_id:
                return Fate(contact_id, "skipped", reason)
    return None


def _block_behind(read_block: ReadBlock, tenant_id: TenantId, campaign: Campaign, shard: int, after: str) -> int:
    """The block of the shard in which the contact `after`, and whoever comes behind it, begins to be met."""
    # A full block ends with the last of its recipients; whoever comes after the last full one stands in the rest.
    return bisect_left(
        range(campaign.sizes[shard] // BLOCK_SIZE),
        after,
        key=lambda i: read_block(tenant_id, campaign.campaign_id, block_number(shard, i))[-1].contact_id,
    )


def fate_in(
    sends: Sends,
    read: ReadStanding,
    tenant_id: TenantId,
    campaign: Campaign,
    place: Place,
    journal: JournalFold | None = None,
) -> tuple[Fate, bool]:
    """(what became of them, whether they answered). 1 RRU, and what it costs to read where the campaign stands while
    nothing is stored of them.

    `journal` is that of their shard, read before. Without it their fate may be that of some minutes ago: it is
    known who was sent the message, and not yet who got or read it.
    """
    status = sends.status_block(tenant_id, campaign.campaign_id, place.block)
    if status is not None and journal is not None:
        status = journal.over(place.block, status)
    fate = fate_at(place, status, lambda: read(tenant_id, campaign))
    return fate, status is not None and place.slot in status.replied


def fate_at(place: Place, status: StatusBlock | None, read: Callable[[], Standing]) -> Fate:
    """What became of the person at this place, of whose block that is stored. Where their campaign stands is asked for
    only while nothing is stored of them."""
    waits = cancelled = False
    if status is None or status.outcome(place.slot) is None:
        campaign, work = read()
        shard, n = split_block_number(place.block)
        retrying = slots_in_retry(campaign.campaign_id, work).get(place.block, frozenset())
        claimed = claimed_slots(campaign, positions(campaign, work), shard, n)
        waits, cancelled = place.slot in retrying or place.slot >= claimed, campaign.state is State.CANCELLED
    return fate_of(place.recipient, place.slot, status, waits=waits, cancelled=cancelled)
