"""The Sends table: how many messages of a campaign were accepted in each minute, as `T#<t>#C#<c>#RATE`.

| access | key | cost |
|---|---|---|
| what a slice of a lane had accepted (`put`) | `<lane>#<fence>` | 1 WRU |
| all of it (`curve`) | range | 0.5 RRU per 4 KB |
"""

from collections import Counter
from collections.abc import Mapping
from typing import cast

from shared.clock import EpochMs
from shared.domain.campaigns.blocks import RETENTION_DAYS
from shared.ids import CampaignId, TenantId
from shared.store.engine.codec import encode_item
from shared.store.engine.database import Database
from shared.store.engine.paging import query_all


class Rates:
    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.sends

    def put(
        self,
        tenant_id: TenantId,
        campaign_id: CampaignId,
        lane: int,
        fence: int,
        minutes: Mapping[int, int],
        now: EpochMs,
    ) -> None:
        """How many messages one slice of a lane had accepted in each minute (since 1970); replaces what it said."""
        self._client.put_item(
            TableName=self._table,
            Item=encode_item(
                {
                    "pk": f"T#{tenant_id}#C#{campaign_id}#RATE",
                    "sk": f"{lane}#{fence:010d}",
                    "m": {str(minute): count for minute, count in minutes.items()},
                    "ttl": now // 1000 + RETENTION_DAYS * 24 * 3600,
                }
            ),
        )

    def curve(self, tenant_id: TenantId, campaign_id: CampaignId) -> dict[int, int]:
        """Messages accepted in each minute since 1970, all lanes together. A slice that crashed may be missing."""
        curve: Counter[int] = Counter()
        for item in query_all(
            self._client, self._table, "pk = :pk", {":pk": f"T#{tenant_id}#C#{campaign_id}#RATE"}, consistent=True
        ):
            for minute, count in cast("dict[str, int]", item["m"]).items():
                curve[int(minute)] += count
        return dict(sorted(curve.items()))
