"""In the Sends table: a campaign's recipient blocks and what is known of each.

| access | key | cost |
|---|---|---|
| write a block, once | `T#<t>#C#<c>#<shard>` / `R#<n>` | 1 WRU per KB: about 0.02 per recipient |
| its status block | same / `S#<n>` | 1 WRU; 0.0125 per recipient |
| read a block | same / `R#<n>` | 0.5 RRU per 4 KB |
| the last block of a shard (`shard_end`) | same, backwards, 1 item | 0.5 RRU |
| fold statuses or results into a block, with notes of when messages left | same / `S#<n>` | 1 WRU however many slots |
| all status blocks (books) | same, range | 0.5 RRU per 4 KB: 10 MB for a million recipients |

A block is sealed by one write that also says who was skipped on the way and how far the scan came, so a load that
crashes resumes behind the last sealed block and writes the same blocks again. Blocks live RETENTION_DAYS.
"""

import json
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import cast

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.domain.campaigns.blocks import RETENTION_DAYS, Recipient, pack, split_block_number, unpack
from shared.domain.campaigns.books import StatusBlock, StatusChange
from shared.domain.campaigns.load_record import Record, SealedBlock, Skipped
from shared.domain.contacts.identity import SHARDS
from shared.domain.contacts.market import pack_markets
from shared.errors import Conflict
from shared.ids import CampaignId, TenantId
from shared.store.campaigns.dispatch_notes import DispatchNotes
from shared.store.campaigns.rates import Rates
from shared.store.campaigns.status_block_items import parse_status_block, update_of
from shared.store.campaigns.status_journal import StatusJournal
from shared.store.campaigns.summaries import Summaries
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Item, encode, encode_item, moment, number, text
from shared.store.engine.database import Database, put_if_absent
from shared.store.engine.paging import query_all


def _partition(tenant_id: TenantId, campaign_id: CampaignId, shard: int) -> str:
    return f"T#{tenant_id}#C#{campaign_id}#{shard:x}"


def _record_key(n: int, spill: int) -> str:
    """Spills sort behind the block they follow, and before `R#0000` when there is none yet."""
    block = f"{n:04x}" if n >= 0 else "+"
    return f"R#{block}.{spill:04d}" if spill else f"R#{block}"


def _n(item: Item) -> int:
    block = text(item, "sk")[2:].partition(".")[0]
    return -1 if block == "+" else int(block, 16)


def _skipped(record: Item) -> Skipped:
    rows = json.loads(zlib.decompress(cast("bytes", record["x"]))) if "x" in record else []
    return [(row[0], row[1]) for row in rows]


class Sends:
    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.sends
        self.notes = DispatchNotes(database)
        self.summaries = Summaries(database)
        self.journal = StatusJournal(database)
        self.rates = Rates(database)

    def shard_end(self, tenant_id: TenantId, campaign_id: CampaignId, shard: int) -> SealedBlock | None:
        """The last sealed block of a shard, or None when its load has not begun; consistent."""
        for item in self._last_record(tenant_id, campaign_id, shard):
            return SealedBlock(
                n=_n(item),
                spill=number(item, "spill"),
                recipients=number(item, "total"),
                skipped=cast("dict[str, int]", item.get("skipped") or {}),
                scanned_to=text(item, "to"),
                end=bool(item.get("end")),
                carried=tuple(unpack(cast("bytes", item["d"]))) if number(item, "spill") else (),
                at=moment(item, "at"),
            )
        return None

    def last_skipped(self, tenant_id: TenantId, campaign_id: CampaignId, shard: int) -> Skipped:
        """Whom the load held back as of the last record of a shard."""
        return next(map(_skipped, self._last_record(tenant_id, campaign_id, shard)), [])

    def _last_record(self, tenant_id: TenantId, campaign_id: CampaignId, shard: int) -> Iterator[Item]:
        bounds = {":pk": _partition(tenant_id, campaign_id, shard), ":r": "R#"}
        found = query_all(
            self._client,
            self._table,
            "pk = :pk AND begins_with(sk, :r)",
            {**bounds},
            consistent=True,
            reverse=True,
            page_size=1,
        )
        return islice(found, 1)

    def load_progress(self, tenant_id: TenantId, campaign_id: CampaignId) -> list[SealedBlock | None]:
        return [self.shard_end(tenant_id, campaign_id, shard) for shard in range(SHARDS)]

    def whole_load(self, tenant_id: TenantId, campaign_id: CampaignId, shard: int) -> list[SealedBlock] | None:
        """The last block of each shard; None while one is at work. Of those the next after `shard`, which has just
        been loaded, is the likeliest, so most workers read one item and not SHARDS."""
        ends: dict[int, SealedBlock] = {}
        for other in (*range(shard + 1, SHARDS), *range(shard + 1)):
            end = self.shard_end(tenant_id, campaign_id, other)
            if end is None or not end.end:
                return None
            ends[other] = end
        return [ends[shard] for shard in range(SHARDS)]

    def seal_block(
        self,
        tenant_id: TenantId,
        campaign_id: CampaignId,
        shard: int,
        block: SealedBlock,
        recipients: Sequence[Recipient],
        skipped: Skipped,
        now: EpochMs,
    ) -> None:
        """Write one record of the load, once. Raises Conflict when it is there: somebody else loads this shard."""
        partition = _partition(tenant_id, campaign_id, shard)
        ttl = now // 1000 + RETENTION_DAYS * 24 * 3600
        item: Item = {
            "pk": partition,
            "sk": _record_key(block.n, block.spill),
            "spill": block.spill,
            "d": pack(block.carried if block.spill else recipients),
            "total": block.recipients,
            "skipped": dict(block.skipped),
            "to": block.scanned_to,
            "end": block.end,
            "at": now,
            "ttl": ttl,
        }
        if skipped:
            item["x"] = zlib.compress(json.dumps([list(row) for row in skipped], separators=(",", ":")).encode(), 6)
        try:
            self._client.put_item(
                TableName=self._table, Item=encode_item(item), ConditionExpression="attribute_not_exists(pk)"
            )
        except ClientError as error:
            if condition_failed(error):
                raise Conflict("this block is sealed already") from error
            raise
        if recipients:
            self.open_status_block(tenant_id, campaign_id, shard, block.n, recipients, now)

    def open_status_block(
        self,
        tenant_id: TenantId,
        campaign_id: CampaignId,
        shard: int,
        n: int,
        recipients: Sequence[Recipient],
        now: EpochMs,
    ) -> None:
        """Make room for the outcomes of a block, unless there is some already."""
        item: Item = {
            "pk": _partition(tenant_id, campaign_id, shard),
            "sk": f"S#{n:04x}",
            "n": len(recipients),
            "f": {},
            "mk": pack_markets([recipient.to for recipient in recipients]),
            "ttl": now // 1000 + RETENTION_DAYS * 24 * 3600,
        }
        put_if_absent(self._client, self._table, item)

    def read_block(self, tenant_id: TenantId, campaign_id: CampaignId, block: int) -> list[Recipient]:
        """The recipients of a block; empty when it does not exist."""
        shard, n = split_block_number(block)
        answer = self._client.get_item(
            TableName=self._table,
            Key=encode_item({"pk": _partition(tenant_id, campaign_id, shard), "sk": f"R#{n:04x}"}),
            ConsistentRead=True,
            ProjectionExpression="d",
        )
        return unpack(answer["Item"]["d"]["B"]) if "Item" in answer else []

    def records(self, tenant_id: TenantId, campaign_id: CampaignId, shard: int, start: int = 0) -> Iterator[Record]:
        """Every record of a shard from block `start` on, the spills that lead to it included, in order."""
        for item in query_all(
            self._client,
            self._table,
            "pk = :pk AND sk BETWEEN :from AND :to",
            {
                ":pk": _partition(tenant_id, campaign_id, shard),
                ":from": f"R#{start - 1:04x}." if start > 0 else "R#",
                ":to": "R#~",
            },
        ):
            spill = number(item, "spill")
            recipients = unpack(cast("bytes", item["d"]))
            yield Record(_n(item) + 1 if spill else _n(item), spill, recipients, _skipped(item))

    def status_blocks(
        self, tenant_id: TenantId, campaign_id: CampaignId, shard: int, start: int = 0, *, stop: int | None = None
    ) -> Iterator[tuple[int, StatusBlock]]:
        """(n, status block) from block `start` up to, not including, `stop`, in order; consistent, so that the books
        hold at any moment. What waits in the journal is not in them."""
        if stop is not None and stop <= start:
            return
        last = f"S#{stop - 1:04x}" if stop is not None else "S#~"
        for item in query_all(
            self._client,
            self._table,
            "pk = :pk AND sk BETWEEN :from AND :to",
            {":pk": _partition(tenant_id, campaign_id, shard), ":from": f"S#{start:04x}", ":to": last},
            consistent=True,
        ):
            yield _n(item), parse_status_block(item)

    def status_block(self, tenant_id: TenantId, campaign_id: CampaignId, block: int) -> StatusBlock | None:
        shard, n = split_block_number(block)
        for item in query_all(
            self._client,
            self._table,
            "pk = :pk AND sk = :s",
            {":pk": _partition(tenant_id, campaign_id, shard), ":s": f"S#{n:04x}"},
            consistent=True,
        ):
            return parse_status_block(item)
        return None

    def record(self, tenant_id: TenantId, campaign_id: CampaignId, block: int, change: StatusChange) -> bool:
        """Fold outcomes into a block; repeating or reordering calls gives the same result.

        False when there is no such block: the callback data was not ours or its campaign is gone.
        """
        update = update_of(change)
        if update is None:
            return True
        shard, n = split_block_number(block)
        try:
            self._client.update_item(
                TableName=self._table,
                Key=encode_item({"pk": _partition(tenant_id, campaign_id, shard), "sk": f"S#{n:04x}"}),
                UpdateExpression=update.expression,
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeNames=update.names,
                ExpressionAttributeValues={name: encode(value) for name, value in update.values.items()},
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def put_dry_run(
        self, tenant_id: TenantId, campaign_id: CampaignId, run_id: str, shard: int, result: str, now: EpochMs
    ) -> None:
        """Store one shard's part of a dry run (JSON) for a day."""
        self._client.put_item(
            TableName=self._table,
            Item=encode_item(
                {
                    "pk": f"T#{tenant_id}#C#{campaign_id}#DRY",
                    "sk": f"{run_id}#{shard:x}",
                    "result": result,
                    "ttl": now // 1000 + 86_400,
                }
            ),
        )

    def dry_run(self, tenant_id: TenantId, campaign_id: CampaignId, run_id: str) -> list[str]:
        """The parts stored so far; the dry run is complete when there are 16."""
        found = query_all(
            self._client,
            self._table,
            "pk = :pk AND begins_with(sk, :run)",
            {":pk": f"T#{tenant_id}#C#{campaign_id}#DRY", ":run": f"{run_id}#"},
            consistent=True,
        )
        return [text(item, "result") for item in found]
