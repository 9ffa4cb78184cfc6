"""A campaign's books from every block of it, and slot by slot: what any shorter way to them is held against."""

import copy
from collections.abc import Iterator

from shared.domain.campaigns.blocks import block_number
from shared.domain.campaigns.books import Books, add_skipped, tally
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.number_work import NumberWork
from shared.domain.campaigns.standing import BlockStanding, claimed_slots, positions, slots_in_retry
from shared.domain.contacts.identity import SHARDS
from shared.ids import TenantId
from shared.store.campaigns.journal_reader import JournalReader
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.sends import Sends
from shared.store.campaigns.summaries import Summaries


def standings(sends: Sends, tenant_id: TenantId, campaign: Campaign, work: NumberWork) -> Iterator[BlockStanding]:
    """Every block of a frozen campaign, in order, with what its journal knows of it."""
    cursors = positions(campaign, work)
    retrying = slots_in_retry(campaign.campaign_id, work)
    journal = JournalReader(sends, tenant_id, campaign)
    for shard in range(SHARDS):
        if campaign.sizes[shard] == 0:
            continue
        waiting = journal.of_shard(shard)
        for n, status in sends.status_blocks(tenant_id, campaign.campaign_id, shard):
            number = block_number(shard, n)
            claimed = claimed_slots(campaign, cursors, shard, n)
            yield BlockStanding(number, waiting.over(number, status), claimed, retrying.get(number, frozenset()))


def contradictions(books: Books, exact: Books) -> list[str]:
    """What books from summaries, however old, say of a campaign that they must not when the blocks say `exact`."""
    open_now = exact.unknown + exact.waiting
    wrong = {
        "they do not balance": not books.balanced,
        "somebody is missing": books.planned != exact.planned,
        "somebody has an outcome too early": books.unknown + books.waiting + books.cancelled < open_now,
        "nobody waits, too early": exact.waiting > 0 and books.waiting == 0,
        "all is settled, too early": books.settled and not exact.settled,
        "what Meta keeps back is overlooked": books.held < exact.held and books.settled,
        "more have it than do": books.delivered > exact.delivered,
    }
    return [what for what, is_so in wrong.items() if is_so]


def unkept(sends: Sends) -> Sends:
    """The same blocks, journal and summaries; what is summed up is not kept."""
    looking = copy.copy(sends)
    looking.summaries = _Unkept(sends.summaries)
    return looking


class _Unkept(Summaries):
    def __init__(self, kept: Summaries) -> None:
        self.__dict__.update(kept.__dict__)

    def put(self, *_: object) -> None:
        pass


def exact_books(sends: Sends, lanes: Lanes, tenant_id: TenantId, campaign: Campaign) -> Books:
    """As stored right now."""
    books = Books(planned=campaign.planned)
    if not campaign.sizes:
        return books
    add_skipped(books, campaign.skipped.items())
    cancelled = campaign.state is State.CANCELLED
    for block in standings(sends, tenant_id, campaign, lanes.work(campaign.phone_number_id)):
        tally(books, block.status, block.claimed, block.retrying, cancelled=cancelled)
    return books
