"""Leases of a tenant, in the Sends table, which nothing listens to: `T#<t>#LEASES` / kind, one item for each kind.

Taking one, and giving it back, is 1 RRU + 1 WRU each, and the same again for each other caller who was faster.
"""

import random
import time
from collections.abc import Callable

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.domain.leases import Bound, Lease, Leases, with_lease, without_lease
from shared.errors import RetryableError
from shared.ids import TenantId
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Item, decode_item, encode, encode_item, number, text
from shared.store.engine.database import Database
from shared.store.engine.documents import from_document, to_document

_ATTEMPTS = 20
_PAUSE_SECONDS = 0.02


class LeaseBook:
    def __init__(self, database: Database, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = database.client
        self._table = database.sends
        self._sleep = sleep

    def take(
        self, tenant_id: TenantId, bound: Bound, lease_id: str, holder: str, *, until: EpochMs, now: EpochMs
    ) -> None:
        """Until then (epoch ms), or until it is given back. Raises RateLimited."""
        lease = Lease(holder, until)
        if not self._change(tenant_id, bound, lambda found: with_lease(found, lease_id, lease, now, bound)):
            raise RetryableError("many calls at the same moment; try again")

    def give_back(self, tenant_id: TenantId, bound: Bound, lease_id: str) -> None:
        """What cannot be given back ends by itself."""
        self._change(tenant_id, bound, lambda found: without_lease(found, lease_id))

    def read(self, tenant_id: TenantId, bound: Bound) -> Leases:
        """Also those that have ended, until the next one is taken."""
        return self._read(tenant_id, bound)[0]

    def _read(self, tenant_id: TenantId, bound: Bound) -> tuple[Leases, int]:
        """With its version."""
        key = encode_item({"pk": _partition(tenant_id), "sk": bound.kind})
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item = decode_item(answer["Item"]) if "Item" in answer else {}
        return from_document(Leases, text(item, "doc")) if item else Leases(), number(item, "v")

    def _change(self, tenant_id: TenantId, bound: Bound, change: Callable[[Leases], Leases]) -> bool:
        """False when others keep winning."""
        for attempt in range(_ATTEMPTS):
            before, version = self._read(tenant_id, bound)
            after = change(before)
            if after == before:
                return True
            last = max((lease.until for lease in (*before.held.values(), *after.held.values())), default=0)
            changed: Item = {
                "pk": _partition(tenant_id),
                "sk": bound.kind,
                "v": version + 1,
                "doc": to_document(after),
                "ttl": last // 1000 + 60,
            }
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=encode_item(changed),
                    ConditionExpression="v = :v OR attribute_not_exists(pk)",
                    ExpressionAttributeValues={":v": encode(version)},
                )
            except ClientError as error:
                if not condition_failed(error):
                    raise
                self._sleep(_PAUSE_SECONDS * (1 + attempt) * random.random())  # noqa: S311 - no secret
                continue
            return True
        return False


def _partition(tenant_id: TenantId) -> str:
    return f"T#{tenant_id}#LEASES"
