"""Idempotency-Key: a repeated POST gets the first answer, and its effect happens once.

A record is taken before the effect and holds a lease and an operation id. Whoever repeats the request meanwhile gets
409. When the first attempt failed on our side or died, the next one continues under the same operation id, which is
also the id of what the request creates, so that a half-done attempt is completed and not repeated. Answers below 500
are final for a day.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Protocol

from shared.clock import DAY_MS, EpochMs
from shared.errors import Conflict, InvalidInput
from shared.ids import TenantId
from shared.store.engine.directory import Directory

KEEP_MS = DAY_MS
LEASE_MS = 35_000
"""Longer than the HTTP function may run (29 s)."""


@dataclass(frozen=True, slots=True)
class Record:
    """`status` 0 means that there is no answer yet; `leased_until` and `expires_at` are epoch ms."""

    fingerprint: str
    operation_id: str
    leased_until: EpochMs
    expires_at: EpochMs
    status: int = 0
    body: str = ""
    content_type: str = ""
    sealed: bool = False


MOST_KEPT = 300_000
"""Bytes of an answer; a record is one item, and those are 400 KB at most (Amazon DynamoDB, quotas)."""


class Busy(Conflict):
    code = "idempotency_in_progress"


class Mismatch(InvalidInput):
    code = "idempotency_mismatch"


def fingerprint(method: str, path: str, *, query: str, body: str, caller: str = "") -> str:
    """What makes two requests the same. `caller` is named where the answer shows a secret, which is nobody else's."""
    parts = (method, path, query, body, *((caller,) if caller else ()))
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def decide(found: Record, request_fingerprint: str, operation_id: str, now: EpochMs) -> Record:
    """The record after another request with the same key: itself when it holds an answer, else taken over.

    Raises Mismatch when the request differs from the first one, Busy while the first one is at work.
    """
    if found.expires_at <= now:
        return Record(request_fingerprint, operation_id, EpochMs(now + LEASE_MS), EpochMs(now + KEEP_MS))
    if found.fingerprint != request_fingerprint:
        raise Mismatch("this Idempotency-Key was used for another request; use a new key", field="Idempotency-Key")
    if found.status:
        return found
    if found.leased_until > now:
        raise Busy("the first request with this Idempotency-Key is still at work; try again in a moment")
    return replace(found, leased_until=EpochMs(now + LEASE_MS))


class Sealer(Protocol):
    def seal(self, tenant_id: TenantId, purpose: str, secret: str) -> str: ...
    def open(self, tenant_id: TenantId, purpose: str, sealed: str) -> str: ...


_PURPOSE = "idempotency"


class IdempotencyStore:
    """Records in the Directory, one per tenant and key. Answers that show a secret are stored encrypted."""

    def __init__(self, directory: Directory, sealer: Sealer) -> None:
        self._directory = directory
        self._sealer = sealer

    @staticmethod
    def _key(key: str) -> str:
        return f"IDEM#{hashlib.sha256(key.encode()).hexdigest()}"

    def begin(
        self, tenant_id: TenantId, key: str, *, request_fingerprint: str, operation_id: str, now: EpochMs
    ) -> Record:
        """The record to go by: with an answer to repeat, or taken for this attempt. Raises Busy and Mismatch."""
        fresh = Record(request_fingerprint, operation_id, EpochMs(now + LEASE_MS), EpochMs(now + KEEP_MS))
        try:
            self._directory.create(tenant_id, self._key(key), fresh, ttl=(now + KEEP_MS) // 1000 + 3600)
        except Conflict:
            found = self._directory.update(
                tenant_id, self._key(key), Record, lambda record: decide(record, request_fingerprint, operation_id, now)
            )
            if not found.sealed:
                return found
            return replace(found, body=self._sealer.open(tenant_id, _PURPOSE, found.body))
        return fresh

    def finish(
        self, tenant_id: TenantId, key: str, record: Record, status: int, body: str, content_type: str, *, secret: bool
    ) -> None:
        """Keep the answer, unless somebody else took the record over meanwhile."""
        kept = self._sealer.seal(tenant_id, _PURPOSE, body) if secret else body
        answered = replace(record, status=status, body=kept, content_type=content_type, sealed=secret)
        self._directory.update(tenant_id, self._key(key), Record, lambda found: answered if found == record else found)

    def give_up(self, tenant_id: TenantId, key: str, record: Record) -> None:
        """Let the next attempt take over at once, under the same operation id."""
        self._directory.update(
            tenant_id,
            self._key(key),
            Record,
            lambda found: replace(found, leased_until=EpochMs(0)) if found == record else found,
        )
