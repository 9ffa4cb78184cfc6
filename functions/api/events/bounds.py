"""Whatever makes us knock at a tenant's server is bounded by the minute."""

from shared.clock import EpochMs, epoch_ms
from shared.domain.leases import Bound
from shared.ids import TenantId
from shared.store.accounts.leases import LeaseBook

_A_MINUTE_MS = 60_000


def limit_calls(leases: LeaseBook, tenant_id: TenantId, bound: Bound, lease_id: str, endpoint_id: str) -> None:
    """Takes a lease of a minute. Raises RateLimited when there are too many of the tenant, or of the endpoint."""
    now = epoch_ms()
    leases.take(tenant_id, bound, lease_id, endpoint_id, until=EpochMs(now + _A_MINUTE_MS), now=now)
