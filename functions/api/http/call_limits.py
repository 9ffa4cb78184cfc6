"""Whether a caller may make one more call, and what each answer says of that: the fields of
draft-ietf-httpapi-ratelimit-headers-11 (23 May 2026), `RateLimit-Policy` and `RateLimit`.

When the table does not answer, calls are let through and `CallLimitUnchecked` is counted: a limit protects what works,
and is no reason for it to stop.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from shared.clock import EpochMs
from shared.domain.accounts.account import Principal
from shared.domain.accounts.call_limits import WINDOW_MS, Known, Quota, Step, next_step, quotas_of
from shared.domain.accounts.plans import LARGEST, limits_of_plan
from shared.errors import RateLimited, RetryableError
from shared.failures import failure
from shared.ids import TenantId
from shared.observability import count, logger
from shared.store.accounts.call_buckets import OF_TENANT, CallBuckets

_MOST_KNOWN = 2_000
"""Buckets that a worker remembers."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """`headers` are for the answer, whatever it is. `refusal` says why there is to be none but that."""

    headers: Mapping[str, str]
    refusal: RateLimited | None = None


@dataclass(frozen=True, slots=True)
class _Bucket:
    quota: Quota
    key: tuple[TenantId, str]


class CallLimits:
    """One for each worker."""

    def __init__(self, buckets: CallBuckets, factor: int) -> None:
        """`factor` is what the plans' limits are multiplied by."""
        self._buckets = buckets
        self._factor = factor
        self._known: OrderedDict[tuple[TenantId, str], Known] = OrderedDict()

    def allow(self, caller: Principal, now: EpochMs) -> Allowance:
        """One more call; `now` is epoch ms. What the caller is refused takes nothing from its tenant. The other way
        round a call is taken from the caller that its tenant has no room for, once each time that a worker learns so.
        """
        # Without a plan, as the authorizer of an older release or one that could not read it leaves it, nobody who
        # pays for more is held to less.
        limits = limits_of_plan(caller.plan) if caller.plan else LARGEST
        own, all_calls = quotas_of(limits, self._factor, by_key=caller.is_key or bool(caller.support_access_id))
        tenant_id = caller.tenant_id
        buckets = _Bucket(own, (tenant_id, caller.member_id)), _Bucket(all_calls, (tenant_id, OF_TENANT))
        for bucket in buckets:
            if bucket.key in self._known:
                self._known[bucket.key] = self._known[bucket.key].at(now)
        steps = [next_step(self._known.get(bucket.key), bucket.quota, now) for bucket in buckets]
        full = next((bucket for bucket, step in zip(buckets, steps, strict=True) if step is Step.REFUSE), None)
        if full is None:
            full = next((b for b, step in zip(buckets, steps, strict=True) if not self._charged(b, step, now)), None)
        headers = self._headers(buckets, now)
        if full is None:
            return Allowance(headers)
        count("CallOverLimit")
        full_at_us = self._known[full.key].with_owed_us(full.quota, now)
        return Allowance(headers, _refusal(full.quota, full.quota.wait_ms(full_at_us, now)))

    def _charged(self, bucket: _Bucket, step: Step, now: EpochMs) -> bool:
        """False when the table has no room for it."""
        known = self._known.get(bucket.key)
        if step is Step.PASS and known is not None:
            self._remember(bucket, Known(known.full_at_us, known.read_at, known.owed + 1))
            return True
        try:
            taken = self._buckets.take(*bucket.key, bucket.quota, known, now)
        except (ClientError, BotoCoreError, RetryableError) as error:
            count("CallLimitUnchecked")
            logger.warning("calls are let through uncounted", extra=failure(error))
            # What is owed is let off, and the table is left alone for a while.
            self._remember(bucket, Known(known.full_at_us if known else 0, now))
            return True
        self._remember(bucket, Known(taken.full_at_us, now, 0 if taken.room or known is None else known.owed))
        return taken.room

    def _remember(self, bucket: _Bucket, known: Known) -> None:
        self._known[bucket.key] = known
        self._known.move_to_end(bucket.key)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)

    def _headers(self, buckets: Iterable[_Bucket], now: EpochMs) -> dict[str, str]:
        policies, states = [], []
        for bucket in buckets:
            quota, known = bucket.quota, self._known.get(bucket.key)
            full_at_us = known.with_owed_us(quota, now) if known else 0
            full_in = -(-max(0, full_at_us - now * 1000) // 1_000_000)
            policies.append(f'"{quota.name}";q={quota.calls};w={WINDOW_MS // 1000}')
            states.append(f'"{quota.name}";r={quota.left(full_at_us, now)};t={full_in}')
        return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(states)}


def _refusal(quota: Quota, wait_ms: int) -> RateLimited:
    who = "the caller" if quota.name == "caller" else "all callers of the tenant together"
    seconds = WINDOW_MS // 1000
    words = f"too many calls: {who} may make {quota.calls} in {seconds} s; wait as long as Retry-After says"
    return RateLimited(words, wait_ms=wait_ms)
