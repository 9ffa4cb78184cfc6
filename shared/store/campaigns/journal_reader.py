"""What statuses have told of a campaign and is not in its blocks yet."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.campaigns.chunks import BooksNotReady
from shared.domain.campaigns.standing import Frozen
from shared.domain.campaigns.status_journal import JournalFold, journal_part_count, part_of
from shared.ids import TenantId
from shared.store.campaigns.recent_folds import RecentFold
from shared.store.campaigns.sends import Sends

PAGES_BETWEEN_LOOKS = 64
"""So many are read between two looks at the clock: some 100 ms, and a journal of fewer is always read."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """Whoever reads at `now` (epoch ms) takes what the same process read up to `ms` before, too."""

    now: EpochMs
    ms: int


class JournalReader:
    """Each part is read once, as one of its shards is asked for. Who reads blocks asks first: what goes from the
    journal into a block in between is seen twice, and not missed.

    A part costs 1 RRU for every 1,000 statuses, and 0.5 ms of CPU. With `sharing`, one that takes more than a moment
    to read is not read again for so long.
    """

    def __init__(
        self,
        sends: Sends,
        tenant_id: TenantId,
        campaign: Frozen,
        *,
        out_of_time: Callable[[], bool] = lambda: False,
        sharing: Sharing | None = None,
    ) -> None:
        self._sends = sends
        self._tenant_id = tenant_id
        self._campaign_id = campaign.campaign_id
        self._parts = journal_part_count(sum(campaign.sizes))
        self._out_of_time = out_of_time
        self._sharing = sharing
        shared: dict[int, RecentFold] = {}
        if sharing is not None:
            since = EpochMs(sharing.now - sharing.ms)
            shared = sends.journal.recent.of(tenant_id, self._campaign_id, since, sharing.now)
        self._folded = {part: one.folded for part, one in shared.items()}
        self.shared_since = min((one.at for one in shared.values()), default=None)
        """A moment before the oldest of what is shared was read; None when nothing is."""

    def of_shard(self, shard: int) -> JournalFold:
        """What waits in the part that the shard is in. Raises BooksNotReady when time runs out before all is read."""
        part = part_of(shard, self._parts)
        if part not in self._folded:
            self._folded[part] = self._read(part)
        return self._folded[part]

    def forget(self) -> None:
        """What is asked for from now on is read as it stands then."""
        self._folded.clear()

    def _read(self, part: int) -> JournalFold:
        folded, pages = JournalFold(), 0
        for _, page in self._sends.journal.pages(self._tenant_id, self._campaign_id, part):
            if pages and pages % PAGES_BETWEEN_LOOKS == 0 and self._out_of_time():
                raise BooksNotReady(self._parts - len(self._folded))
            folded.add(page)
            pages += 1
        if self._sharing is not None and pages > PAGES_BETWEEN_LOOKS:
            recent = RecentFold(self._sharing.now, folded)
            self._sends.journal.recent.keep(self._tenant_id, self._campaign_id, part, recent)
        return folded
