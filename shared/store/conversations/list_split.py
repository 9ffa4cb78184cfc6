"""Into how many parts a tenant's lists of conversations are split, in the Conversations table.

| access | key | cost |
|---|---|---|
| read it | `T#<t>#CONV` / `PARTS` | 1 RRU |
| raise it | same | 1 WRU |

It only grows: whoever lists looks into as many parts as anybody has ever written to, so it is raised before.
"""

from pynamodb.attributes import NumberAttribute
from pynamodb.exceptions import UpdateError

from shared.ids import TenantId
from shared.store.engine.database import Database, TableItem, refusal_code

_PARTS = "PARTS"


class PartsItem(TableItem):
    class Meta:
        table_name = ""

    parts = NumberAttribute()


class ListSplit:
    def __init__(self, database: Database) -> None:
        PartsItem.Meta.table_name = database.conversations

    def parts(self, tenant_id: TenantId) -> int:
        """1 unless it was raised; consistent."""
        return parts_of(tenant_id)

    def raise_to(self, tenant_id: TenantId, parts: int) -> int:
        """At least so many from now on; how many there are then."""
        known = self.parts(tenant_id)
        if parts <= known:
            return known
        item = PartsItem(_key(tenant_id), _PARTS)
        try:
            item.update(
                actions=[PartsItem.parts.set(parts)],
                condition=PartsItem.parts.does_not_exist() | (PartsItem.parts < parts),
            )
        except UpdateError as exc:
            if refusal_code(exc) != "ConditionalCheckFailedException":
                raise
            return self.parts(tenant_id)
        return parts


def parts_of(tenant_id: TenantId) -> int:
    try:
        return int(PartsItem.get(_key(tenant_id), _PARTS, consistent_read=True).parts)
    except PartsItem.DoesNotExist:
        return 1


def _key(tenant_id: TenantId) -> str:
    return f"T#{tenant_id}#CONV"
