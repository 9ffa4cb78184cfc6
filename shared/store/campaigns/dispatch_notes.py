"""The Sends table, part three: when each message of two blocks was handed to Meta, and a few bytes of its id.

| access | key | cost |
|---|---|---|
| note messages of two blocks | `T#<t>#C#<c>#<shard>` / `I#<n>`, n even | 1 WRU; 0.00625 per recipient and more |
| read a block's notes | same | 1 RRU |
| and its status block in the same call | same and `S#<n>` | 2 RRU |

A note may be missing: a lane that dies had not stored its last ones. Nothing depends on them but whose answer it is.
"""

from collections.abc import Mapping
from typing import cast

from shared.clock import EpochMs
from shared.domain.campaigns.blocks import BLOCK_SIZE, split_block_number
from shared.domain.campaigns.books import StatusBlock
from shared.domain.campaigns.dispatch_note import DispatchNote, first_of_two, pack_notes, place_of, unpack_notes
from shared.ids import CampaignId, TenantId
from shared.store.campaigns.status_block_items import parse_status_block
from shared.store.engine.batch_read import read_items
from shared.store.engine.codec import Item, decode_item, encode, encode_item, text
from shared.store.engine.database import Database

_RETENTION_SECONDS = 90 * 24 * 3600
"""As long as the blocks live."""


class DispatchNotes:
    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.sends

    def add(
        self, tenant_id: TenantId, campaign_id: CampaignId, block: int, notes: Mapping[int, DispatchNote], now: EpochMs
    ) -> None:
        """Store these notes of an even block and the next one, by place (`now` in epoch ms); repeating it changes
        nothing, a later note replaces one."""
        if not notes:
            return
        packed = sorted(pack_notes(notes).items())
        self._client.update_item(
            TableName=self._table,
            Key=encode_item(_key(tenant_id, campaign_id, block)),
            UpdateExpression=f"SET {', '.join(f'#n{i} = :n{i}' for i in range(len(packed)))}, "
            "#ttl = if_not_exists(#ttl, :ttl)",
            ExpressionAttributeNames={**{f"#n{i}": name for i, (name, _) in enumerate(packed)}, "#ttl": "ttl"},
            ExpressionAttributeValues={
                **{f":n{i}": encode(data) for i, (_, data) in enumerate(packed)},
                ":ttl": encode(now // 1000 + _RETENTION_SECONDS),
            },
        )

    def of_block(self, tenant_id: TenantId, campaign_id: CampaignId, block: int) -> dict[int, DispatchNote]:
        """What was noted, by slot; consistent."""
        answer = self._client.get_item(
            TableName=self._table, Key=encode_item(_key(tenant_id, campaign_id, block)), ConsistentRead=True
        )
        return _notes(decode_item(answer.get("Item", {})), block)

    def with_status(
        self, tenant_id: TenantId, campaign_id: CampaignId, block: int
    ) -> tuple[StatusBlock | None, dict[int, DispatchNote]]:
        """A block's status block, if there is one, and what was noted, by slot; consistent. Raises RetryableError."""
        notes = _key(tenant_id, campaign_id, block)
        keys = [notes, {**notes, "sk": f"S#{split_block_number(block)[1]:04x}"}]
        items = [decode_item(row) for row in read_items(self._client, {self._table: keys})[self._table]]
        by_kind = {text(item, "sk")[0]: item for item in items}
        return parse_status_block(by_kind["S"]) if "S" in by_kind else None, _notes(by_kind.get("I", {}), block)


def _key(tenant_id: TenantId, campaign_id: CampaignId, block: int) -> Item:
    shard, n = split_block_number(first_of_two(block))
    return {"pk": f"T#{tenant_id}#C#{campaign_id}#{shard:x}", "sk": f"I#{n:04x}"}


def _notes(item: Item, block: int) -> dict[int, DispatchNote]:
    """Of this block, by slot."""
    notes = unpack_notes({name: cast("bytes", value) for name, value in item.items() if "." in name})
    first = place_of(block, 0)
    return {place - first: note for place, note in notes.items() if first <= place < first + BLOCK_SIZE}
