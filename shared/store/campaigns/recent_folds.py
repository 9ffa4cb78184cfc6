"""Parts of journals that this process has read just now, for whoever may look at what is some seconds old."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from shared.clock import EpochMs
from shared.domain.campaigns.status_journal import JournalFold
from shared.ids import CampaignId, TenantId

MOST = 4
"""A part is for two million people: 25,000 blocks, 8 MB."""


@dataclass(frozen=True, slots=True)
class RecentFold:
    """Nobody adds to it any more. `at` is a moment before it was read (epoch ms)."""

    at: EpochMs
    folded: JournalFold


class RecentFolds:
    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[TenantId, CampaignId, int], RecentFold] = OrderedDict()

    def keep(self, tenant_id: TenantId, campaign_id: CampaignId, part: int, one: RecentFold) -> None:
        """The MOST that were read last stay."""
        with self._lock:
            self._kept[tenant_id, campaign_id, part] = one
            self._kept.move_to_end((tenant_id, campaign_id, part))
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)

    def of(self, tenant_id: TenantId, campaign_id: CampaignId, since: EpochMs, until: EpochMs) -> dict[int, RecentFold]:
        """By part, those of a campaign that were read between two moments (epoch ms)."""
        with self._lock:
            kept = list(self._kept.items())
        return {key[2]: one for key, one in kept if key[:2] == (tenant_id, campaign_id) and since <= one.at <= until}
