"""What the table does with calls, as a model, and workers that go by it."""

from dataclasses import dataclass, field

from functions.api.http.call_limits import Allowance, CallLimits
from shared.clock import EpochMs
from shared.domain.accounts.account import Principal
from shared.domain.accounts.call_limits import Known, Quota
from shared.ids import TenantId
from shared.store.accounts.call_buckets import CallBuckets, Taken


@dataclass
class ModelBuckets(CallBuckets):
    """Buckets in this process."""

    full_at_us: dict[tuple[TenantId, str], int] = field(default_factory=dict)
    writes: int = 0

    def take(self, tenant_id: TenantId, bucket: str, quota: Quota, known: Known | None, now: EpochMs) -> Taken:
        found, calls = self.full_at_us.get((tenant_id, bucket), 0), known.owed + 1 if known else 1
        after = max(found, now * 1000) + calls * quota.call_us
        if after > now * 1000 + (quota.calls - quota.reserved) * quota.call_us:
            return Taken(False, found)
        self.writes += 1
        self.full_at_us[tenant_id, bucket] = after
        return Taken(True, after)


def person(tenant_id: TenantId, member_id: str, plan: str = "free") -> Principal:
    return Principal(tenant_id, member_id, "owner", frozenset({"read"}), plan)


def api_key(tenant_id: TenantId, key_id: str, plan: str = "free") -> Principal:
    return Principal(tenant_id, key_id, "api_key", frozenset({"read"}), plan)


def passes(workers: CallLimits, caller: Principal, now: int) -> bool:
    return allowance(workers, caller, now).refusal is None


def allowance(worker: CallLimits, caller: Principal, now: int) -> Allowance:
    return worker.allow(caller, EpochMs(now))
