"""Changes that are numbered in the order in which they are written.

| access | cost |
|---|---|
| `change_in_order` | 2 RRU, and 2 WRU per KB of the document and for its counter |

A number that is taken before it is written says nothing: whoever has the smaller one may be the later to write it. So
the document and its counter (`ORDER#<prefix>`) are written in one transaction: whoever finds its own number written
finds all smaller ones written as well, by any consistent read. No clock has a part in it.
"""

from collections.abc import Callable

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from shared.errors import NotFound, RetryableError
from shared.ids import TenantId
from shared.store.engine import audited
from shared.store.engine.directory import DirectoryItem, Due, document_item, tenant_key
from shared.store.engine.documents import T, from_document
from shared.store.engine.guarded import ATTEMPTS, RACE, count_one, pause_after, version_of


def change_in_order(
    tenant_id: TenantId, prefix: str, name: str, kind: type[T],
    change: Callable[[T, int], T], due: Callable[[T], Due | None],
) -> T:  # fmt: skip
    """As `Directory.update`, of the document `<prefix><name>`; `change` is given the next number of the prefix, from 1
    on, which counts as taken if it changes anything.

    Raises NotFound, whatever `change` raises, RetryableError when others keep winning, and what the client raises.
    """
    key, counter = f"{prefix}{name}", f"ORDER#{prefix}"
    for attempt in range(ATTEMPTS):
        last = version_of(tenant_id, counter)
        try:
            item = DirectoryItem.get(tenant_key(tenant_id), key, consistent_read=True)
        except DirectoryItem.DoesNotExist as exc:
            raise NotFound("there is no such thing here") from exc
        before = from_document(kind, item.doc)
        after = change(before, last + 1)
        if after == before:
            return before
        fresh = document_item(tenant_id, key, after, due(after), item.ttl)
        fresh.version = item.version + 1
        entry = audited.entry_of_change(tenant_id, key, before=item.doc, after=fresh.doc)
        try:
            with TransactWrite(connection=DirectoryItem.low_level()) as transaction:
                count_one(transaction, tenant_id, counter, last)
                transaction.save(fresh, condition=DirectoryItem.version == item.version)
                audited.add_entry(transaction, entry)
        except TransactWriteError as exc:
            if audited.is_entered(entry, audited.codes_of(exc)):
                continue
            if not RACE.intersection(audited.codes_of(exc)):
                raise
            pause_after(attempt)
            continue
        audited.note_written(entry)
        return after
    raise RetryableError("many changes at the same moment; try again")
