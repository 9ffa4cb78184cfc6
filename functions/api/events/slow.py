"""Who held up a stream's shard a moment ago: whoever is slow once is slow in the next batch, too, as a rule."""

from collections.abc import Callable
from dataclasses import dataclass, field

from shared.clock import EpochMs
from shared.ids import TenantId

FOR_MS = 60_000
"""So long nobody waits for them; then it is seen again whether they come through."""
_MOST = 1_000


@dataclass(slots=True)
class SlowTenants:
    """What one process remembers: the latest thousand of them, for a minute. Any other finds it out by itself."""

    clock: Callable[[], EpochMs]
    _until: dict[TenantId, EpochMs] = field(default_factory=dict)

    def note(self, tenant_id: TenantId) -> None:
        self._until.pop(tenant_id, None)
        if len(self._until) >= _MOST:
            # The first is who was noted longest ago.
            del self._until[next(iter(self._until))]
        self._until[tenant_id] = EpochMs(self.clock() + FOR_MS)

    def __contains__(self, tenant_id: TenantId) -> bool:
        return self._until.get(tenant_id, 0) > self.clock()
