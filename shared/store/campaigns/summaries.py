"""In the Sends table: what is kept of each chunk of a campaign's blocks (see shared.domain.campaigns.chunks).

| access | key | cost |
|---|---|---|
| all of a campaign's summaries | `T#<t>#C#<c>#SUM` | 1 RRU per 4 KB: about 20 for a million recipients in many shards |
| put one, unless a newer is there | same / `<shard>#<first block>` | 1 WRU |
"""

from collections import Counter
from typing import cast

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.domain.campaigns.books import COUNTS, Books
from shared.domain.campaigns.chunks import ChunkId, Summary, bounded
from shared.ids import CampaignId, TenantId
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Item, Value, encode, encode_item, moment, text
from shared.store.engine.database import Database
from shared.store.engine.paging import query_all

_SEPARATOR = "|"


def _partition(tenant_id: TenantId, campaign_id: CampaignId) -> str:
    return f"T#{tenant_id}#C#{campaign_id}#SUM"


class Summaries:
    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.sends

    def of(self, tenant_id: TenantId, campaign_id: CampaignId) -> dict[ChunkId, Summary]:
        """By chunk; consistent, so that who has just put one finds it."""
        found: dict[ChunkId, Summary] = {}
        pk = _partition(tenant_id, campaign_id)
        for item in query_all(self._client, self._table, "pk = :pk", {":pk": pk}, consistent=True):
            shard, _, first = text(item, "sk").partition("#")
            found[ChunkId(int(shard, 16), int(first, 16))] = Summary(
                moment(item, "at"), moment(item, "since"), _books_of(item)
            )
        return found

    def put(
        self, tenant_id: TenantId, campaign_id: CampaignId, chunk: ChunkId, summary: Summary, expires_at: EpochMs
    ) -> None:
        """Nothing happens when a newer one is there."""
        item: Item = {
            "pk": _partition(tenant_id, campaign_id),
            "sk": f"{chunk.shard:x}#{chunk.first:04x}",
            "at": summary.at,
            "since": summary.since,
            "ttl": expires_at // 1000,
            **_fields_of(bounded(summary.stored)),
        }
        try:
            self._client.put_item(
                TableName=self._table,
                Item=encode_item(item),
                ConditionExpression="attribute_not_exists(pk) OR #at <= :at",
                ExpressionAttributeNames={"#at": "at"},
                ExpressionAttributeValues={":at": encode(summary.at)},
            )
        except ClientError as error:
            if not condition_failed(error):
                raise


def _fields_of(books: Books) -> Item:
    """Only what is not zero: most chunks have few kinds of outcomes."""
    maps: dict[str, dict[str, Value]] = {
        "c": {name: getattr(books, name) for name in COUNTS if getattr(books, name)},
        "f": dict(books.failed_by),
        "s": dict(books.skipped_by),
        "p": {_SEPARATOR.join(market): count for market, count in books.priced.items()},
    }
    return {name: counts for name, counts in maps.items() if counts}


def _books_of(item: Item) -> Books:
    counts = cast("dict[str, int]", item.get("c") or {})
    priced: Counter[tuple[str, str]] = Counter()
    for market, count in cast("dict[str, int]", item.get("p") or {}).items():
        country, _, category = market.partition(_SEPARATOR)
        priced[country, category] = count
    return Books(
        **{name: count for name, count in counts.items() if name in COUNTS},
        failed_by=Counter(cast("dict[str, int]", item.get("f") or {})),
        skipped_by=Counter(cast("dict[str, int]", item.get("s") or {})),
        priced=priced,
    )
