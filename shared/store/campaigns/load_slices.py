"""In the Sends table: how far a loader came in a contact shard when its time was up.

| access | key | cost |
|---|---|---|
| keep a slice's work | `T#<t>#C#<c>#LOAD` / `<run>#<shard>` | 1 WRU per KB, once in a minute at most |
| go on with it | same | 1 RRU per 4 KB |

It is no record of the load: what is kept is only what the next slice would find out again, so nothing is lost with it,
and two workers of one shard still seal the same records, or get in each other's way.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from shared.clock import EpochMs
from shared.ids import CampaignId, TenantId
from shared.store.engine.codec import Item, decode_item, encode_item, moment
from shared.store.engine.database import Database

_KEPT_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Slice:
    """`work` is what the worker kept for itself, `at` (epoch ms) when it did."""

    work: Mapping[str, Any]
    at: EpochMs


class LoadSlices:
    """`run` is the id of a dry run, "" for the load itself."""

    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.sends

    def keep(
        self,
        tenant_id: TenantId,
        campaign_id: CampaignId,
        run: str,
        shard: int,
        work: Mapping[str, object],
        now: EpochMs,
    ) -> None:
        """In place of what was kept before. `work` goes into JSON and comes back from it."""
        document = json.dumps(work, ensure_ascii=False, separators=(",", ":")).encode()
        item: Item = {
            **_key(tenant_id, campaign_id, run, shard),
            "d": zlib.compress(document, 6),
            "at": now,
            "ttl": now // 1000 + _KEPT_SECONDS,
        }
        self._client.put_item(TableName=self._table, Item=encode_item(item))

    def kept(self, tenant_id: TenantId, campaign_id: CampaignId, run: str, shard: int) -> Slice | None:
        answer = self._client.get_item(
            TableName=self._table, Key=encode_item(_key(tenant_id, campaign_id, run, shard)), ConsistentRead=True
        )
        if "Item" not in answer:
            return None
        item = decode_item(answer["Item"])
        return Slice(json.loads(zlib.decompress(cast("bytes", item["d"]))), moment(item, "at"))


def _key(tenant_id: TenantId, campaign_id: CampaignId, run: str, shard: int) -> Item:
    return {"pk": f"T#{tenant_id}#C#{campaign_id}#LOAD", "sk": f"{run}#{shard:x}"}
