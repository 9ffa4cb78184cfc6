"""The Sends table, part three: when each message of a block was handed to Meta, and a few bits of its id.

They stand in the block's status block, and are stored with the outcomes of the same messages (part one). Before, those
of two blocks had an item of their own, which is still read for what was sent then, as long as blocks live:

| access | key | cost |
|---|---|---|
| read what was noted of two blocks, formerly | `T#<t>#C#<c>#<shard>` / `I#<n>`, n even | 1 RRU |

A note may be missing: a lane that dies had not stored its last ones. Nothing depends on them but whose answer it is.
"""

from typing import cast

from shared.domain.campaigns.blocks import split_block_number
from shared.domain.campaigns.books import StatusBlock
from shared.domain.campaigns.dispatch_note import DispatchNote, unpack_former_notes, unpack_notes
from shared.ids import CampaignId, TenantId
from shared.store.engine.codec import decode_item, encode_item
from shared.store.engine.database import Database

_SENT = frozenset({"sent", "delivered", "read"})


class DispatchNotes:
    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.sends

    def of_block(
        self, tenant_id: TenantId, campaign_id: CampaignId, block: int, status: StatusBlock | None, slot: int
    ) -> dict[int, DispatchNote]:
        """What was noted, by slot, where `status` is what is stored of the block. Costs a consistent read only where
        the one at `slot` may have been noted in the former place."""
        notes = unpack_notes(status.noted) if status is not None else {}
        if slot in notes or (notes and status is not None and status.outcome(slot) not in _SENT):
            return notes
        return {**self._former(tenant_id, campaign_id, block), **notes}

    def _former(self, tenant_id: TenantId, campaign_id: CampaignId, block: int) -> dict[int, DispatchNote]:
        shard, n = split_block_number(block)
        key = {"pk": f"T#{tenant_id}#C#{campaign_id}#{shard:x}", "sk": f"I#{n - n % 2:04x}"}
        answer = self._client.get_item(TableName=self._table, Key=encode_item(key), ConsistentRead=True)
        item = decode_item(answer.get("Item", {}))
        packed = {name: cast("bytes", value) for name, value in item.items() if "." in name}
        return unpack_former_notes(packed, second=n % 2 == 1)
