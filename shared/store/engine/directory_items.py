"""Documents of the Directory table as items."""

from dataclasses import dataclass

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.clock import EpochMs
from shared.domain.fairness import one_of
from shared.ids import TenantId
from shared.store.engine.database import ActivityIndex
from shared.store.engine.documents import to_document
from shared.store.engine.own_writes import OwnItem

_DUE_PARTITIONS = 16
"""A key of an index takes 1,000 writes/s (Amazon DynamoDB, quotas), and what is due is written by all tenants."""


class DirectoryItem(OwnItem):
    class Meta:
        table_name = ""
        audit_retention_days = 0

    index = ActivityIndex()
    gsi1pk = UnicodeAttribute(null=True)
    gsi1sk = UnicodeAttribute(null=True)
    version = NumberAttribute(default=0)
    doc = UnicodeAttribute()


@dataclass(frozen=True, slots=True)
class Due:
    """Makes a document appear in `Directory.due(kind)` once `at` (epoch ms) has come."""

    kind: str
    at: EpochMs


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands in a list over all tenants, which is read by the index: `partition` is the list, and its
    documents are in the order of `sort`."""

    partition: str
    sort: str


def tenant_key(tenant_id: TenantId) -> str:
    return f"T#{tenant_id}"


def due_key(kind: str, of: str) -> str:
    """The index's key for what is due, spread by whose it is."""
    return f"DUE#{kind}#{one_of(_DUE_PARTITIONS, of)}"


def due_keys(kind: str) -> list[str]:
    """All of them, in a fixed order. The first is from before there were several: what was written then stands there
    until it changes."""
    return [f"DUE#{kind}", *(f"DUE#{kind}#{partition}" for partition in range(_DUE_PARTITIONS))]


def document_item(
    tenant_id: TenantId, key: str, value: object, due: Due | Place | None = None, ttl: float | None = None
) -> DirectoryItem:
    """A new document, not yet written."""
    item = DirectoryItem(tenant_key(tenant_id), key, doc=to_document(value), version=1)
    item.ttl = ttl
    if isinstance(due, Place):
        item.gsi1pk, item.gsi1sk = due.partition, due.sort
    elif due is not None:
        item.gsi1pk = due_key(due.kind, f"{tenant_id}#{key}")
        item.gsi1sk = f"{due.at:013d}#{tenant_id}#{key}"
    return item
