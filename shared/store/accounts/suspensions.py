"""Suspending a tenant, and lifting that, in the Directory table.

| access | key | cost |
|---|---|---|
| suspend, lift | `T#<t>` / `TENANT`, `STOP#suspension`, a notice, an entry of the audit | 1 RRU + 2 WRU each |

The tenant's document says it to the API, `STOP#suspension` to whatever sends (`campaigns/sending_stops.py`): both, what
the tenant is told of it and the entry of the audit log are one conditional write. Of a suspension and a lift at the
same moment each sees the other: a lift names the suspension that it is about. The notice is the deed's own, so a second
attempt at the same deed finds it, and changes nothing.
"""

from collections.abc import Callable

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from shared.domain.accounts.account import Suspension, Tenant
from shared.domain.accounts.operator import lifted, suspended
from shared.domain.numbers.notice import Notice
from shared.errors import Conflict, NotFound, RetryableError
from shared.ids import TenantId
from shared.store.accounts.tenant_list import TENANT, place_of
from shared.store.campaigns.sending_stops import SUSPENSION
from shared.store.engine import audited
from shared.store.engine.directory import Directory, DirectoryItem, document_item, tenant_key
from shared.store.engine.documents import from_document
from shared.store.engine.guarded import ATTEMPTS, RACE, pause_after
from shared.store.numbers.notices import notice_item


class Suspensions:
    """Each needs an occasion of the audit log that is open for the tenant, and raises RuntimeError without one."""

    def __init__(self, directory: Directory) -> None:
        """`directory` names the table."""
        self._directory = directory

    def suspend(self, tenant_id: TenantId, suspension: Suspension, notice: Notice) -> Tenant:
        """As it is stored afterwards; `notice` is written with it. The same again changes nothing. Raises NotFound,
        Conflict (`already_suspended`) and RetryableError."""
        return _change(
            tenant_id,
            lambda found: suspended(found, suspension),
            lambda transaction: transaction.save(document_item(tenant_id, SUSPENSION, suspension)),
            notice,
        )

    def lift(self, tenant_id: TenantId, suspension_id: str, notice: Notice) -> Tenant:
        """As it is stored afterwards; `notice` is written with it. The same again changes nothing. Raises NotFound,
        Conflict (`not_suspended`, `changed_meanwhile`) and RetryableError."""
        return _change(
            tenant_id,
            lambda found: lifted(found, suspension_id),
            lambda transaction: transaction.delete(DirectoryItem(tenant_key(tenant_id), SUSPENSION)),
            notice,
        )


def _change(
    tenant_id: TenantId, change: Callable[[Tenant], Tenant], stop: Callable[[TransactWrite], None], notice: Notice
) -> Tenant:
    marker = notice_item(tenant_id, notice)
    for attempt in range(ATTEMPTS):
        item = _item(tenant_key(tenant_id), TENANT)
        if item is None:
            raise NotFound("there is no such tenant")
        before = from_document(Tenant, item.doc)
        try:
            after = change(before)
        except Conflict:
            if _item(marker.pk, marker.sk) is None:
                raise
            return before
        if after == before:
            return before
        fresh = document_item(tenant_id, TENANT, after, place_of(after))
        fresh.version = item.version + 1
        entry = audited.needed_entry(tenant_id, TENANT, before=item.doc, after=fresh.doc)
        try:
            with TransactWrite(connection=DirectoryItem.low_level()) as transaction:
                transaction.save(fresh, condition=DirectoryItem.version == item.version)
                stop(transaction)
                transaction.save(marker, condition=DirectoryItem.pk.does_not_exist())
                audited.add_entry(transaction, entry)
        except TransactWriteError as exc:
            if not RACE.intersection(audited.codes_of(exc)):
                raise
            if _item(marker.pk, marker.sk) is not None:
                # An earlier attempt did it, and somebody else has undone it since.
                return before
            pause_after(attempt)
            continue
        audited.note_written(entry)
        return after
    raise RetryableError("many changes at the same moment; try again")


def _item(pk: str, sk: str) -> DirectoryItem | None:
    try:
        return DirectoryItem.get(pk, sk, consistent_read=True)
    except DirectoryItem.DoesNotExist:
        return None
