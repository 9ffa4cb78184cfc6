"""Reading a campaign's books: from the summaries of its chunks, and in full where only that will do."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from shared.clock import DAY_MS, EpochMs
from shared.domain.campaigns.blocks import BLOCK_SIZE, RETENTION_DAYS, block_number
from shared.domain.campaigns.books import Books, StatusChange, add_skipped, tally
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.chunks import (
    FOR_REPORTS,
    BooksNotReady,
    Chunk,
    ChunkState,
    Reading,
    Summary,
    chunk_states,
    with_retries,
)
from shared.domain.campaigns.number_work import NumberWork
from shared.domain.campaigns.standing import BlockStanding, positions, slots_in_retry
from shared.ids import TenantId
from shared.store.campaigns.journal_reader import JournalReader, Sharing
from shared.store.campaigns.sends import Sends

Note = Callable[[BlockStanding], None]
OutOfTime = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class _Tallied:
    """What a chunk adds to the books, as of `at`."""

    part: ChunkState
    at: EpochMs
    books: Books


class CampaignBooks:
    """One look at the books of a frozen campaign, `work` being its number's at `now` or a little later.

    Chunks beyond their lane's cursor are not read: all in them wait. Those that a cursor stands in are read in full up
    to it; so is what was never summed up, whose summary is then stored, and, while there is time, what messages of late
    are in. Of all others the summary does. What is read adds up to the chunk's size, or else the books do not balance,
    and it is not kept.

    What the journal knows is read before any block is, and counts as if it was in them: what is folded into a block in
    between is seen twice, and not missed. While a long one is read time may run out as well: what is only read where
    there is time is left then, for all else BooksNotReady is raised.

    Costs 1 RRU per 4 KB: 50 for each chunk of 20,480 people that is read, one for every ten summaries, one for every
    1,000 statuses in the journal.
    """

    def __init__(
        self,
        sends: Sends,
        tenant_id: TenantId,
        campaign: Campaign,
        work: NumberWork,
        now: EpochMs,
        reading: Reading,
        out_of_time: OutOfTime,
    ) -> None:
        self._sends = sends
        self._tenant_id = tenant_id
        self._campaign = campaign
        self._cancelled = campaign.state is State.CANCELLED
        self._cursors = positions(campaign, work)
        self._retrying = slots_in_retry(campaign.campaign_id, work)
        sharing = Sharing(now, reading.journal_ms) if reading.journal_ms else None
        self._journal = JournalReader(sends, tenant_id, campaign, out_of_time=out_of_time, sharing=sharing)
        # All is read after this: what is kept of it must not count as newer than it is.
        self._now = self._journal.shared_since or now
        self._reading = reading
        self._out_of_time = out_of_time
        blocks = sum(-(-size // BLOCK_SIZE) for size in campaign.sizes)
        self._exact = blocks <= reading.exact_blocks
        self._tallied: dict[Chunk, _Tallied] = {}

    def look(self, recent: Mapping[int, int] | None = None, note: Note | None = None) -> None:
        """`recent` is the position in each lane from which on messages are of late; the blocks that are read are
        handed to `note`. Raises BooksNotReady."""
        parts = self._parts(recent or {})
        never_read = [part for part in parts if part.whole and part.summary is None]
        for i, part in enumerate([] if self._exact else never_read):
            if i and self._out_of_time():
                raise BooksNotReady(len(never_read) - i)
            self._read(part, note)
        for part in parts:
            if part.chunk in self._tallied:
                continue
            if part.summary is not None:
                books = with_retries(part.summary.stored, part.retrying, cancelled=self._cancelled)
                self._tallied[part.chunk] = _Tallied(part, part.summary.at, books)
            elif part.claimed or self._exact:
                self._read(part, note)
            else:
                self._tallied[part.chunk] = _Tallied(part, self._now, self._untouched(part.chunk.people))
        with suppress(BooksNotReady):
            for part in parts:
                if part.recent and self._tallied[part.chunk].at < self._now and not self._out_of_time():
                    self._read(part, note)

    def catch_up(self) -> None:
        """After a look: make stale summaries anew, and those of chunks where somebody waits for another try, the oldest
        first and while there is time."""
        known = [(one.at, one.part, one.part.summary) for one in self._tallied.values() if one.at < self._now]
        for _, part, summary in sorted(known, key=lambda one: one[0]):
            if part.retrying or (summary is not None and self._reading.is_stale(summary, self._now)):
                if self._out_of_time():
                    return
                with suppress(BooksNotReady):
                    self._read(part)

    @property
    def books(self) -> Books:
        """As of the last look, and of what was changed since. They balance however old a summary is."""
        total = Books(planned=self._campaign.planned)
        if self._campaign.sizes:
            add_skipped(total, self._campaign.skipped.items())
        for tallied in self._tallied.values():
            total.add(tallied.books)
        return total

    @property
    def as_of(self) -> EpochMs:
        """When the oldest part of it was read."""
        return min((tallied.at for tallied in self._tallied.values()), default=self._now)

    def give_up(self, matters: Callable[[Books], bool], whom: Callable[[BlockStanding], set[int]]) -> bool:
        """Read the chunks that matter by what is known of them, and record those slots of their blocks as given up on.
        False when time ran out: the next one goes on with the chunks that are left."""
        self._journal.forget()
        concerned = [tallied.part for tallied in self._tallied.values() if matters(tallied.books)]
        for i, part in enumerate(concerned):
            if i and self._out_of_time():
                return False
            self._read(part, give_up_on=whom)
        return True

    def refresh(self, matters: Callable[[Books], bool], since: EpochMs) -> None:
        """Read the chunks again that matter by what is known of them and were last read before `since`. Raises
        BooksNotReady."""
        self._journal.forget()
        concerned = [one.part for one in self._tallied.values() if one.at < since and matters(one.books)]
        for i, part in enumerate(concerned):
            if i and self._out_of_time():
                raise BooksNotReady(len(concerned) - i)
            self._read(part, None)

    def has_unknown(self) -> bool:
        """Whether there is anybody of whom nobody knows whether they got it. A summary that says so is not believed
        before its chunk was read; where time runs out it is."""
        self._journal.forget()
        for tallied in list(self._tallied.values()):
            if tallied.books.unknown and tallied.at < self._now and not self._out_of_time():
                self._read(tallied.part, None)
            if self._tallied[tallied.part.chunk].books.unknown:
                return True
        return False

    def _parts(self, recent: Mapping[int, int]) -> list[ChunkState]:
        campaign = self._campaign
        summaries = {} if self._exact else self._sends.summaries.of(self._tenant_id, campaign.campaign_id)
        return list(
            chunk_states(campaign, self._cursors, self._retrying, recent, summaries, self._reading.chunk_blocks)
        )

    def _untouched(self, people: int) -> Books:
        return Books(cancelled=people) if self._cancelled else Books(waiting=people)

    def _read(
        self, part: ChunkState, note: Note | None = None, give_up_on: Callable[[BlockStanding], set[int]] | None = None
    ) -> None:
        """Tally a chunk from its blocks, and keep that when all in it were claimed."""
        books, stored = Books(planned=part.chunk.people), Books(planned=part.chunk.people)
        for block in self._standings(part):
            if note is not None:
                note(block)
            status = block.status
            if give_up_on is not None and (slots := give_up_on(block)):
                change = StatusChange(unconfirmed=slots)
                self._sends.record(self._tenant_id, self._campaign.campaign_id, block.number, change)
                status = replace(status, unconfirmed=status.unconfirmed | slots)
            tally(books, status, block.claimed, block.retrying, cancelled=self._cancelled)
            if part.retrying:
                tally(stored, status, block.claimed, frozenset(), cancelled=False)
        books.add(self._untouched(max(0, part.chunk.people - self._blocks_to_read(part) * BLOCK_SIZE)))
        self._tallied[part.chunk] = _Tallied(part, self._now, books)
        if part.whole and not self._exact:
            self._keep(part, stored if part.retrying else books)

    def _keep(self, part: ChunkState, stored: Books) -> None:
        if stored.balanced:
            since = part.summary.since if part.summary else self._now
            expires_at = EpochMs(self._campaign.frozen_at + RETENTION_DAYS * DAY_MS)
            summary = Summary(self._now, since, stored)
            campaign_id, chunk = self._campaign.campaign_id, part.chunk.id
            self._sends.summaries.put(self._tenant_id, campaign_id, chunk, summary, expires_at)

    def _standings(self, part: ChunkState) -> Iterator[BlockStanding]:
        shard, first = part.chunk.shard, part.chunk.first
        waiting = self._journal.of_shard(shard)
        blocks = self._sends.status_blocks(
            self._tenant_id, self._campaign.campaign_id, shard, first, stop=first + self._blocks_to_read(part)
        )
        for n, status in blocks:
            number = block_number(shard, n)
            claimed = max(0, part.claimed - (n - first) * BLOCK_SIZE)
            yield BlockStanding(number, waiting.over(number, status), claimed, self._retrying.get(number, frozenset()))

    def _blocks_to_read(self, part: ChunkState) -> int:
        return part.chunk.blocks if self._exact else -(-part.claimed // BLOCK_SIZE)


def read_books(
    sends: Sends, tenant_id: TenantId, campaign: Campaign, work: NumberWork, now: EpochMs, out_of_time: OutOfTime
) -> tuple[Books, EpochMs]:
    """The books for somebody who looks at them, and as of when. Raises BooksNotReady."""
    books = CampaignBooks(sends, tenant_id, campaign, work, now, FOR_REPORTS, out_of_time)
    books.look()
    books.catch_up()
    return books.books, books.as_of
