"""Idempotency-Key: a repeated POST gets the first answer, and its effect happens once.

A record is taken before the effect and holds a lease and an operation id. Whoever repeats the request meanwhile gets
409. When the first attempt failed on our side or died, the next one continues under the same operation id, which is
also the id of what the request creates, so that a half-done attempt is completed and not repeated. Answers below 500
are final for a day.

An effect that needs chance (a key, a challenge) draws it from a seed of its operation, which is in the record before
the effect begins: the next attempt draws the same. The seed is stored encrypted, and goes when the answer is kept.
"""

import hashlib
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from shared.clock import DAY_MS, EpochMs
from shared.errors import Conflict, InvalidInput
from shared.ids import TenantId
from shared.store.engine.directory import Directory

HEADER = "Idempotency-Key"
KEEP_MS = DAY_MS
LEASE_MS = 35_000
"""Longer than the HTTP function may run (29 s)."""


@dataclass(frozen=True, slots=True)
class Record:
    """`status` 0 means that there is no answer yet; `leased_until` and `expires_at` are epoch ms. `seed` (hex) is what
    the effect draws from, encrypted where it is stored; "" for one that draws nothing."""

    fingerprint: str
    operation_id: str
    leased_until: EpochMs
    expires_at: EpochMs
    status: int = 0
    body: str = ""
    content_type: str = ""
    sealed: bool = False
    seed: str = field(default="", repr=False)


MOST_KEPT = 300_000
"""Bytes of an answer; a record is one item, and those are 400 KB at most (Amazon DynamoDB, quotas)."""


class Busy(Conflict):
    """The caller is told when the lease ends at the latest, in seconds."""

    code = "idempotency_in_progress"

    def __init__(self, wait_ms: int) -> None:
        super().__init__(
            "the first request with this Idempotency-Key is still at work; try again as Retry-After says",
            extensions={"retry_after_seconds": max(1, -(-wait_ms // 1000))},
        )


class Mismatch(InvalidInput):
    code = "idempotency_mismatch"


def fingerprint(method: str, path: str, *, query: str, body: str, caller: str = "") -> str:
    """What makes two requests the same. `caller` is named where the answer shows a secret, which is nobody else's."""
    parts = (method, path, query, body, *((caller,) if caller else ()))
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def decide(found: Record, fresh: Record, now: EpochMs) -> Record:
    """The record after another request with the same key, which would make a `fresh` one: itself when it holds an
    answer, else taken over, with the operation id and the seed of the first attempt.

    Raises Mismatch when the request differs from the first one, Busy while the first one is at work.
    """
    if found.expires_at <= now:
        return fresh
    if found.fingerprint != fresh.fingerprint:
        raise Mismatch("this Idempotency-Key was used for another request; use a new key", field="Idempotency-Key")
    if found.status:
        return found
    if found.leased_until > now:
        raise Busy(found.leased_until - now)
    # A record from before there were seeds has none.
    return replace(found, leased_until=fresh.leased_until, seed=found.seed or fresh.seed)


class Sealer(Protocol):
    def seal(self, tenant_id: TenantId, purpose: str, secret: str) -> str: ...
    def open(self, tenant_id: TenantId, purpose: str, sealed: str) -> str: ...


def _ttl(record: Record) -> int:
    """Epoch seconds: an hour after it is over."""
    return record.expires_at // 1000 + 3600


_PURPOSE = "idempotency"
_SEED = "idempotency_seed"


class IdempotencyStore:
    """Records in the Directory, one per tenant and key. Answers that show a secret are stored encrypted."""

    def __init__(self, directory: Directory, sealer: Sealer) -> None:
        self._directory = directory
        self._sealer = sealer

    @staticmethod
    def _key(key: str) -> str:
        return f"IDEM#{hashlib.sha256(key.encode()).hexdigest()}"

    def begin(
        self,
        tenant_id: TenantId,
        key: str,
        *,
        request_fingerprint: str,
        operation_id: str,
        now: EpochMs,
        seed: str = "",
    ) -> Record:
        """The record to go by: with an answer to repeat, or taken for this attempt. `seed` is for a first attempt.
        Raises Busy and Mismatch."""
        fresh = Record(
            fingerprint=request_fingerprint,
            operation_id=operation_id,
            leased_until=EpochMs(now + LEASE_MS),
            expires_at=EpochMs(now + KEEP_MS),
            seed=self._sealer.seal(tenant_id, _SEED, seed) if seed else "",
        )
        try:
            self._directory.create(tenant_id, self._key(key), fresh, ttl=_ttl(fresh))
        except Conflict:
            change = partial(decide, fresh=fresh, now=now)
            # One that is over may stand there for days yet (Amazon DynamoDB, time to live), and is taken for a new day.
            return self._directory.update(tenant_id, self._key(key), Record, change, ttl=_ttl)
        return fresh

    def body_of(self, tenant_id: TenantId, record: Record) -> str:
        """The answer to repeat."""
        return self._sealer.open(tenant_id, _PURPOSE, record.body) if record.sealed else record.body

    def seed_of(self, tenant_id: TenantId, record: Record) -> bytes:
        """What the effect of a record draws from; nothing for one that draws nothing."""
        return bytes.fromhex(self._sealer.open(tenant_id, _SEED, record.seed)) if record.seed else b""

    def finish(
        self, tenant_id: TenantId, key: str, record: Record, status: int, body: str, content_type: str, *, secret: bool
    ) -> None:
        """Keep the answer, unless somebody else took the record over meanwhile."""
        kept = self._sealer.seal(tenant_id, _PURPOSE, body) if secret else body
        answered = replace(record, status=status, body=kept, content_type=content_type, sealed=secret, seed="")
        self._directory.update(tenant_id, self._key(key), Record, lambda found: answered if found == record else found)

    def give_up(self, tenant_id: TenantId, key: str, record: Record) -> None:
        """Let the next attempt take over at once, under the same operation id."""
        self._directory.update(
            tenant_id,
            self._key(key),
            Record,
            lambda found: replace(found, leased_until=EpochMs(0)) if found == record else found,
        )
