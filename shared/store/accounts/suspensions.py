"""Suspending a tenant, and lifting that, in the Directory table.

| access | key | cost |
|---|---|---|
| suspend, lift | `T#<t>` / `TENANT`, `STOP#suspension`, a notice, an entry of the audit | 1 RRU + 2 WRU each |

The tenant's document says it to the API, `STOP#suspension` to whatever sends (`campaigns/sending_stops.py`): both, what
the tenant is told of it and the entry of the audit log are one conditional write. Of a suspension and a lift at the
same moment each sees the other: a lift names the suspension that it is about.
"""

from collections.abc import Callable, Sequence

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from shared.domain.accounts.account import Suspension, Tenant
from shared.domain.accounts.operator import lifted, suspended
from shared.errors import NotFound, RetryableError
from shared.ids import TenantId
from shared.store.accounts.deed_records import DeedRecord, add_items, items_of
from shared.store.accounts.tenant_list import TENANT, place_of
from shared.store.engine.directory import Directory, DirectoryItem, document_item, tenant_key
from shared.store.engine.documents import from_document
from shared.store.engine.guarded import ATTEMPTS, RACE, pause_after

STOP = "STOP#suspension"


class Suspensions:
    def __init__(self, directory: Directory) -> None:
        """`directory` names the table."""
        self._directory = directory

    def suspend(self, tenant_id: TenantId, suspension: Suspension, record: DeedRecord) -> Tenant:
        """As it is stored afterwards. `record` is what is kept of it, written with it. The same again changes nothing.
        Raises NotFound, Conflict (`already_suspended`) and RetryableError."""
        return _change(
            tenant_id,
            lambda found: suspended(found, suspension),
            lambda transaction: transaction.save(document_item(tenant_id, STOP, suspension)),
            items_of(tenant_id, record),
        )

    def lift(self, tenant_id: TenantId, suspension_id: str, record: DeedRecord) -> Tenant:
        """As it is stored afterwards. Raises NotFound, Conflict (`not_suspended`, `changed_meanwhile`) and
        RetryableError."""
        return _change(
            tenant_id,
            lambda found: lifted(found, suspension_id),
            lambda transaction: transaction.delete(DirectoryItem(tenant_key(tenant_id), STOP)),
            items_of(tenant_id, record),
        )


def _change(
    tenant_id: TenantId,
    change: Callable[[Tenant], Tenant],
    stop: Callable[[TransactWrite], None],
    beside: Sequence[DirectoryItem],
) -> Tenant:
    for attempt in range(ATTEMPTS):
        try:
            item = DirectoryItem.get(tenant_key(tenant_id), TENANT, consistent_read=True)
        except DirectoryItem.DoesNotExist as exc:
            raise NotFound("there is no such tenant") from exc
        before = from_document(Tenant, item.doc)
        after = change(before)
        if after == before:
            return before
        fresh = document_item(tenant_id, TENANT, after, place_of(after))
        fresh.version = item.version + 1
        try:
            with TransactWrite(connection=DirectoryItem.low_level()) as transaction:
                transaction.save(fresh, condition=DirectoryItem.version == item.version)
                stop(transaction)
                add_items(transaction, beside)
        except TransactWriteError as exc:
            if not RACE.intersection(one.code for one in exc.cancellation_reasons if one is not None):
                raise
            pause_after(attempt)
            continue
        return after
    raise RetryableError("many changes at the same moment; try again")
