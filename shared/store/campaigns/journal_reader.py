"""What statuses have told of a campaign and is not in its blocks yet."""

from shared.domain.campaigns.standing import Frozen
from shared.domain.campaigns.status_journal import JournalFold, part_of, parts_of
from shared.ids import TenantId
from shared.store.campaigns.sends import Sends


class JournalReader:
    """Each part is read once, as one of its shards is asked for. Who reads blocks asks first: what goes from the
    journal into a block in between is seen twice, and not missed."""

    def __init__(self, sends: Sends, tenant_id: TenantId, campaign: Frozen) -> None:
        self._sends = sends
        self._tenant_id = tenant_id
        self._campaign_id = campaign.campaign_id
        self._parts = parts_of(sum(campaign.sizes))
        self._folded: dict[int, JournalFold] = {}

    def of_shard(self, shard: int) -> JournalFold:
        """What waits in the part that the shard is in."""
        part = part_of(shard, self._parts)
        if part not in self._folded:
            self._folded[part] = self._sends.journal.fold(self._tenant_id, self._campaign_id, part)
        return self._folded[part]

    def forget(self) -> None:
        """What is asked for from now on is read as it stands then."""
        self._folded.clear()
