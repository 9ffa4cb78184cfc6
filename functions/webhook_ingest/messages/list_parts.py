"""Into how many parts a tenant's lists of conversations are split, remembered for minutes: numbers rarely change."""

from shared.clock import EpochMs
from shared.domain.conversations.list_parts import parts_for
from shared.ids import TenantId
from shared.store.accounts.tenants import Accounts
from shared.store.conversations.list_split import ListSplit

_KEEP_MS = 600_000


class ListParts:
    def __init__(self, accounts: Accounts, split: ListSplit) -> None:
        self._accounts = accounts
        self._split = split
        self._kept: dict[TenantId, tuple[EpochMs, int]] = {}

    def of(self, tenant_id: TenantId, now: EpochMs) -> int:
        """As many as the tenant's numbers need, and no fewer than there were. `now` in epoch ms."""
        kept = self._kept.get(tenant_id)
        if kept is None or now - kept[0] >= _KEEP_MS:
            throughput = sum(number.throughput for number in self._accounts.numbers(tenant_id))
            # Before anybody writes to one: whoever lists looks into those that are stored.
            kept = self._kept[tenant_id] = (now, self._split.raise_to(tenant_id, parts_for(throughput)))
        return kept[1]
