"""Pages of a campaign's people."""

import io
from collections.abc import Callable, Iterator, Sequence

from functions.api.http.csv_file import write_rows
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.chunks import JOURNAL_MS
from shared.domain.campaigns.fate import Fate
from shared.domain.contacts.identity import SHARDS
from shared.errors import InvalidInput
from shared.ids import TenantId
from shared.store.campaigns.journal_reader import JournalReader, Sharing
from shared.store.campaigns.people import people_of_shard
from shared.store.campaigns.sends import Sends
from shared.store.campaigns.standing import ReadStanding
from shared.store.engine.cursor import Page, decode_cursor, encode_cursor

_MOST_BLOCKS = 300
BOOKS_MS = 10_000
"""For how long a call may add up books: API Gateway waits for 29 s, a client may for less."""
_LIST = "recipients"


def _start(cursor: str | None) -> tuple[int, int, int]:
    position = decode_cursor(_LIST, cursor, shard="[0-9]{1,2}", n="[0-9]{1,5}", at="[0-9]{1,6}")
    if position is None:
        return 0, 0, 0
    shard, n, at = (int(position[name]) for name in ("shard", "n", "at"))
    if not (shard < SHARDS and n < 65_536):
        raise InvalidInput("cursor is not one this API returned; start without it", field="cursor")
    return shard, n, at


def as_csv(people: Sequence[Fate]) -> str:
    """With a header row."""
    out = io.StringIO(newline="")
    write_rows(out, [("contact_id", "to", "outcome", "code")])
    write_rows(out, ((fate.contact_id, fate.to, fate.outcome, fate.code) for fate in people))
    return out.getvalue()


class Recipients:
    """Each call reads the campaign's journal once, until `out_of_time`; with `sharing`, one that was just read is not
    read again."""

    def __init__(
        self,
        sends: Sends,
        read: ReadStanding,
        *,
        out_of_time: Callable[[], bool] = lambda: False,
        sharing: Sharing | None = None,
    ) -> None:
        self._sends = sends
        self._read = read
        self._out_of_time = out_of_time
        self._sharing = sharing

    @classmethod
    def as_shown(cls, sends: Sends, read: ReadStanding, now: EpochMs, out_of_time: Callable[[], bool]) -> "Recipients":
        """For whoever only looks: a journal may be as old as it is read for books that are shown."""
        return cls(sends, read, out_of_time=out_of_time, sharing=Sharing(now, JOURNAL_MS))

    def page(
        self, tenant_id: TenantId, campaign: Campaign, outcome: str | None, limit: int, cursor: str | None
    ) -> Page[Fate]:
        """In order of contact id, nobody before the audience is frozen. With an outcome a page may hold fewer than
        `limit`, even none, and still have a next one: at most 300 blocks are read for each. Raises BooksNotReady."""
        shard, n, at = _start(cursor)
        if not campaign.sizes:
            return Page([], None)
        found: list[Fate] = []
        read = 0
        for place, people in self._blocks(tenant_id, campaign, shard, n):
            if read == _MOST_BLOCKS:
                return Page(found, _cursor(*place, rank=0))
            read += 1
            for i, fate in enumerate(people):
                if place == (shard, n) and i < at:
                    continue
                if len(found) == limit:
                    return Page(found, _cursor(*place, rank=i))
                if outcome is None or fate.outcome == outcome:
                    found.append(fate)
        return Page(found, None)

    def _blocks(
        self, tenant_id: TenantId, campaign: Campaign, first_shard: int, first_n: int
    ) -> Iterator[tuple[tuple[int, int], Iterator[Fate]]]:
        campaign, work = self._read(tenant_id, campaign)
        journal = JournalReader(self._sends, tenant_id, campaign, out_of_time=self._out_of_time, sharing=self._sharing)
        for shard in range(first_shard, SHARDS):
            start = first_n if shard == first_shard else 0
            for n, people in people_of_shard(self._sends, tenant_id, campaign, work, journal, shard, start):
                yield (shard, n), people


def _cursor(shard: int, n: int, *, rank: int) -> str:
    return encode_cursor(_LIST, {"shard": str(shard), "n": str(n), "at": str(rank)})
