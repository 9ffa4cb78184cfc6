"""Lists with a rule over the whole of them: how many there may be, which name is taken, how large all are together.

| access | cost |
|---|---|
| `change` | 1 RRU per 4 KB of the list, 1 for its guard, and 2 WRU per KB of what is written and for the guard |

The rule is looked at and kept in one conditional write. A list has a guard, a document that only counts the changes
(`GUARD#<prefix>`), and a change is written in one transaction with the guard's next number: of two changes that saw the
same list one is written, and the other looks again. What is stored is its own count, so there is nothing to initialise
for lists that are older than their guard, and nothing that could drift. Removing makes room and needs no guard. The
documents stay ordinary ones: `Directory.update` may change what no rule is about.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from shared.errors import RetryableError
from shared.ids import TenantId
from shared.store.engine import audited
from shared.store.engine.claims import OWNER
from shared.store.engine.directory import (
    DirectoryItem,
    Due,
    already_claimed,
    document_item,
    take_names,
    tenant_key,
)
from shared.store.engine.documents import from_document, to_document

T = TypeVar("T")
ATTEMPTS = 12
_LONGEST_PAUSE_SECONDS = 0.4
RACE = frozenset({"ConditionalCheckFailed", "TransactionConflict"})


@dataclass(frozen=True, slots=True)
class GuardedList(Generic[T]):
    """A tenant's documents of one kind: their keys begin with `prefix`."""

    prefix: str
    kind: type[T]

    @property
    def guard(self) -> str:
        return f"GUARD#{self.prefix}"


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is written in the same transaction."""

    names: Mapping[str, Mapping[str, str]]
    documents: Mapping[str, object]
    dues: Mapping[str, Due]
    freed: Sequence[str]


def change(
    tenant_id: TenantId,
    guarded: GuardedList[T],
    decide: Callable[[Mapping[str, T]], Mapping[str, T]],
    *,
    names: Mapping[str, Mapping[str, str]] | None = None,
    documents: Mapping[str, object] | None = None,
    dues: Mapping[str, Due] | None = None,
    freed: Sequence[str] = (),
) -> Mapping[str, T]:
    """Write what `decide` makes of the list: from all there is, by key, to what is to be stored, by key. Returns the
    latter.

    `decide` must be pure: it may run more than once. `names` are global names to take in the same transaction, as
    `Directory.claim` does, and `documents` further documents to write with them; `dues` says by key when those are due.
    `freed` are names of the tenant that it gives up. Raises whatever `decide` raises, Conflict when another tenant
    holds a name, RetryableError when others keep winning, and what the client raises.
    """
    beside = _Beside(names or {}, documents or {}, dues or {}, freed)
    for attempt in range(ATTEMPTS):
        written = _try(tenant_id, guarded, decide, beside)
        if written is not None:
            return written
        pause_after(attempt)
    raise RetryableError("many changes at the same moment; try again")


def _try(
    tenant_id: TenantId,
    guarded: GuardedList[T],
    decide: Callable[[Mapping[str, T]], Mapping[str, T]],
    beside: "_Beside",
) -> Mapping[str, T] | None:
    """None when somebody else changed the list meanwhile."""
    # The guard first: what is changed after it was read is seen in the list, or found out by the condition.
    seen = version_of(tenant_id, guarded.guard)
    rows = {
        row.sk: row
        for row in DirectoryItem.query(
            tenant_key(tenant_id), DirectoryItem.sk.startswith(guarded.prefix), consistent_read=True
        )
    }
    found = {key: from_document(guarded.kind, row.doc) for key, row in rows.items()}
    decided = decide(found)
    changed = {key: value for key, value in decided.items() if found.get(key) != value}
    if not changed and not beside.names and not beside.documents and not beside.freed:
        return decided
    items = {key: _replacing(tenant_id, key, value, rows.get(key)) for key, value in changed.items()}
    others = [document_item(tenant_id, key, value, beside.dues.get(key)) for key, value in beside.documents.items()]
    # What stood where the other documents go is not known here: an entry of one shows what it says now.
    written = [(key, rows[key].doc if key in rows else None, item.doc) for key, item in items.items()]
    entry = audited.entry_of_changes(tenant_id, [*written, *((item.sk, None, item.doc) for item in others)])
    try:
        with TransactWrite(connection=DirectoryItem.low_level()) as transaction:
            # Claims come first: their places in the list of reasons tell a taken name from a race.
            claims = take_names(transaction, tenant_id, beside.names)
            for key, item in items.items():
                transaction.save(item, condition=_is_unchanged(rows.get(key)))
            for item in others:
                transaction.save(item)
            give_up_names(transaction, tenant_id, beside.freed)
            count_one(transaction, tenant_id, guarded.guard, seen)
            audited.add_entry(transaction, entry)
    except TransactWriteError as exc:
        codes = audited.codes_of(exc)
        if audited.CONDITION_FAILED in codes[:claims]:
            raise already_claimed() from exc
        if audited.is_entered(entry, codes):
            return _try(tenant_id, guarded, decide, beside)
        if not RACE.intersection(codes):
            raise
        return None
    audited.note_written(entry)
    return decided


def _replacing(tenant_id: TenantId, key: str, value: object, row: DirectoryItem | None) -> DirectoryItem:
    """The document that takes the place of what was read, not yet written."""
    item = document_item(tenant_id, key, value)
    if row is not None:
        item.version, item.ttl = row.version + 1, row.ttl
        item.gsi1pk, item.gsi1sk = row.gsi1pk, row.gsi1sk
    return item


def _is_unchanged(row: DirectoryItem | None) -> Condition:
    return DirectoryItem.pk.does_not_exist() if row is None else DirectoryItem.version == row.version


def give_up_names(transaction: TransactWrite, tenant_id: TenantId, names: Sequence[str]) -> None:
    """Has the tenant give up global names; it must hold them, or nobody."""
    for name in names:
        is_ours = DirectoryItem.pk.does_not_exist() | (DirectoryItem.gsi1pk == f"OWNED#{tenant_id}")
        transaction.delete(DirectoryItem(name, OWNER), condition=is_ours)


def pause_after(attempt: int) -> None:
    """Those who met at a counter do not meet again at once."""
    time.sleep(random.uniform(0, min(_LONGEST_PAUSE_SECONDS, 0.01 * 2**attempt)))  # noqa: S311 - no secret


def count_one(transaction: TransactWrite, tenant_id: TenantId, counter: str, seen: int) -> None:
    """The counter's next number, if it still is where it was seen."""
    unchanged = DirectoryItem.version == seen if seen else DirectoryItem.pk.does_not_exist()
    transaction.save(
        DirectoryItem(tenant_key(tenant_id), counter, doc=to_document(""), version=seen + 1), condition=unchanged
    )


def version_of(tenant_id: TenantId, key: str) -> int:
    """0 while there is no such document."""
    try:
        return int(DirectoryItem.get(tenant_key(tenant_id), key, consistent_read=True).version)
    except DirectoryItem.DoesNotExist:
        return 0
