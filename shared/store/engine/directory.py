"""The Directory table: small, rarely written things, kept as versioned documents.

| access | cost |
|---|---|
| one document by tenant and key (`get`) | 0.5 RRU per 4 KB, 1 when consistent |
| a tenant's documents of a kind (`page`, `all`) | 0.5 RRU per 4 KB read, 1 when consistent |
| create, if absent | 1 WRU per KB |
| `update` (read, change, replace if the version is unchanged) | 1 RRU + 1 WRU per KB |
| who owns a global name (`owner_of`) | 0.5 RRU |
| claim a global name, if free | 1 WRU |
| what is due (`due`) | 0.5 RRU per 4 KB, and 0.5 for each of 17 keys |

A document belongs to a tenant: its partition is `T#<tenant>`. Names that must be unique over all tenants (a phone
number id, a WABA id, an API key's hash, a Cognito user) are claims: `<KIND>#<name>` points to the one tenant.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from pynamodb.exceptions import DeleteError, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from shared.clock import EpochMs
from shared.config import required_int
from shared.errors import Conflict, NotFound, RetryableError
from shared.ids import TenantId
from shared.store.engine import audited
from shared.store.engine.claims import OWNER, excluding
from shared.store.engine.cursor import Page, PageBytes, decode_cursor, encode_cursor
from shared.store.engine.database import ActivityIndex, Database, refusal_code
from shared.store.engine.directory_items import DirectoryItem as DirectoryItem
from shared.store.engine.directory_items import Due as Due
from shared.store.engine.directory_items import Place as Place
from shared.store.engine.directory_items import document_item as document_item
from shared.store.engine.directory_items import due_key as due_key
from shared.store.engine.directory_items import due_keys as due_keys
from shared.store.engine.directory_items import tenant_key as tenant_key
from shared.store.engine.documents import T, from_document, to_document

_ATTEMPTS = 8
_ID = r"[ -~]{1,100}"
"""What follows a kind in a key, as far as a cursor may say it."""


@dataclass(frozen=True, slots=True)
class DueDocument:
    """`place` is where it stands among all that are due; see `Directory.due`."""

    tenant_id: TenantId
    key: str
    place: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a global name is, and the details its readers need at once."""

    tenant_id: TenantId
    details: Mapping[str, str]


def cursor_behind(prefix: str, key: str) -> str:
    """The cursor with which `Directory.page` of this prefix goes on behind a key, whether there is one or not."""
    return encode_cursor(prefix, {"sk": key})


def take_names(transaction: TransactWrite, tenant_id: TenantId, names: Mapping[str, Mapping[str, str]]) -> int:
    """Has the tenant take global names that are nobody else's, nor another cell's. Returns how many reasons of the
    transaction tell of that; they come first, so nothing may be saved in it before."""
    excluded = [other for name in names if (other := excluding(name)) is not None]
    for other in excluded:
        transaction.condition_check(DirectoryItem, other, OWNER, condition=DirectoryItem.pk.does_not_exist())
    owned = f"OWNED#{tenant_id}"
    for name, details in names.items():
        document = to_document(Owner(tenant_id, dict(details)))
        item = DirectoryItem(name, OWNER, doc=document, gsi1pk=owned, gsi1sk=name, version=1)
        transaction.save(item, condition=DirectoryItem.pk.does_not_exist() | (DirectoryItem.gsi1pk == owned))
    return len(excluded) + len(names)


def already_claimed() -> Conflict:
    return Conflict("this already belongs to another account", code="already_claimed")


class Directory:
    """Documents and claims. Keys are `<KIND>#<id>`; the tenant id is part of every access. What is changed while an
    occasion is open takes its entry of the audit log along: see shared.store.engine.audited."""

    def __init__(self, database: Database) -> None:
        DirectoryItem.Meta.table_name = database.directory
        DirectoryItem.Meta.audit_retention_days = required_int(database.env, "AUDIT_RETENTION_DAYS")

    def create(
        self, tenant_id: TenantId, key: str, value: object, *, due: Due | None = None, ttl: int | None = None
    ) -> None:
        """Raises Conflict when the key is taken, and RetryableError when it is being written at this moment."""
        item = document_item(tenant_id, key, value, due, ttl)
        entry = audited.entry_of_change(tenant_id, key, before=None, after=item.doc)
        refusal = audited.save(item, DirectoryItem.pk.does_not_exist(), entry)
        if refusal == audited.CONDITION_FAILED:
            raise Conflict("this already exists")
        if refusal:
            raise _too_many_changes()

    def put(self, tenant_id: TenantId, key: str, value: object) -> None:
        """Create or overwrite: for documents whose whole content one event determines."""
        if not audited.awaits_entry(tenant_id, key):
            document_item(tenant_id, key, value).save()
            return
        for _ in range(_ATTEMPTS):
            found = _item(tenant_id, key)
            item = document_item(tenant_id, key, value)
            unchanged: Condition = DirectoryItem.pk.does_not_exist()
            if found is not None:
                unchanged, item.version = DirectoryItem.version == found.version, found.version + 1
            before = None if found is None else found.doc
            entry = audited.entry_of_change(tenant_id, key, before=before, after=item.doc)
            if not audited.save(item, unchanged, entry):
                return
        raise _too_many_changes()

    def get(self, tenant_id: TenantId, key: str, kind: type[T], *, consistent: bool = False) -> T | None:
        try:
            item = DirectoryItem.get(tenant_key(tenant_id), key, consistent_read=consistent)
        except DirectoryItem.DoesNotExist:
            return None
        return from_document(kind, item.doc)

    def need(self, tenant_id: TenantId, key: str, kind: type[T]) -> T:
        """Raises NotFound."""
        found = self.get(tenant_id, key, kind, consistent=True)
        if found is None:
            raise NotFound("there is no such thing here")
        return found

    def page(
        self,
        tenant_id: TenantId,
        prefix: str,
        kind: type[T],
        *,
        limit: int = 100,
        cursor: str | None = None,
        oldest_first: bool = False,
        consistent: bool = False,
    ) -> Page[T]:
        """In the order of keys, which is that of time when ids are ULIDs; newest first unless asked otherwise. A page
        ends before `limit` when it is full (see PageBytes). Raises InvalidInput for a cursor of anything else."""
        position = decode_cursor(prefix, cursor, sk=re.escape(prefix) + _ID)
        found = DirectoryItem.query(
            tenant_key(tenant_id),
            DirectoryItem.sk.startswith(prefix),
            scan_index_forward=oldest_first,
            consistent_read=consistent,
            limit=limit,
            last_evaluated_key={"pk": {"S": tenant_key(tenant_id)}, "sk": {"S": position["sk"]}} if position else None,
        )
        room, rows, full = PageBytes(), list[DirectoryItem](), False
        for row in found:
            if not room.takes(len(row.doc.encode())):
                full = True
                break
            rows.append(row)
        more = cursor_behind(prefix, rows[-1].sk) if rows and (full or found.last_evaluated_key) else None
        return Page([from_document(kind, row.doc) for row in rows], more)

    def all(self, tenant_id: TenantId, prefix: str, kind: type[T]) -> list[T]:
        """Everything of a kind, 0.5 RRU per 4 KB: for what has a bound of its own where it is made (a `GuardedList`,
        the plan, Meta)."""
        rows = DirectoryItem.query(tenant_key(tenant_id), DirectoryItem.sk.startswith(prefix))
        return [from_document(kind, row.doc) for row in rows]

    def update(
        self,
        tenant_id: TenantId,
        key: str,
        kind: type[T],
        change: Callable[[T], T],
        *,
        due: Callable[[T], Due | Place | None] | None = None,
        ttl: Callable[[T], int] | None = None,
    ) -> T:
        """Read, change, and replace if nobody else did meanwhile; repeated a few times. Without `due` and `ttl` (epoch
        seconds) those stay as they are.

        `change` must be pure: it may run more than once. Returns what is stored afterwards. Raises NotFound, whatever
        `change` raises, and RetryableError when others keep winning.
        """
        for _ in range(_ATTEMPTS):
            item = _item(tenant_id, key)
            if item is None:
                raise NotFound("there is no such thing here")
            before = from_document(kind, item.doc)
            after = change(before)
            if after == before:
                return before
            fresh = document_item(tenant_id, key, after, due(after) if due else None, ttl(after) if ttl else item.ttl)
            if due is None:
                fresh.gsi1pk, fresh.gsi1sk = item.gsi1pk, item.gsi1sk
            fresh.version = item.version + 1
            entry = audited.entry_of_change(tenant_id, key, before=item.doc, after=fresh.doc)
            if not audited.save(fresh, DirectoryItem.version == item.version, entry):
                return after
        raise _too_many_changes()

    def delete(self, tenant_id: TenantId, key: str) -> None:
        """Nothing happens when it is not there."""
        if not audited.awaits_entry(tenant_id, key):
            DirectoryItem(tenant_key(tenant_id), key).delete()
            return
        for _ in range(_ATTEMPTS):
            found = _item(tenant_id, key)
            if found is None:
                return
            entry = audited.entry_of_change(tenant_id, key, before=found.doc, after=None)
            if entry is None or not audited.remove(found, entry):
                return
        raise _too_many_changes()

    def due(self, kind: str, now: EpochMs, behind: str = "") -> Iterator[DueDocument]:
        """Documents whose time has come, each once and read as they are asked for, in an order in which each keeps its
        place until its moment changes. Begins behind a place and comes round to it: whoever goes on where it stopped
        passes by everybody before it passes by anybody twice."""
        first, _, after = behind.partition("|")
        keys, end = due_keys(kind), f"{now + 1:013d}"
        at = keys.index(first) if first in keys else 0
        for key in [*keys[at:], *keys[:at]]:
            if key != first:
                yield from _due_rows(key, above="0", below=end)
            elif after < end:
                yield from _due_rows(key, above=f"{after} ", below=end)
        if first in keys:
            yield from _due_rows(first, above="0", below=min(after, end))

    def claim(
        self, tenant_id: TenantId, names: Mapping[str, Mapping[str, str]], documents: Mapping[str, object],
        places: Mapping[str, Place] | None = None,
    ) -> None:  # fmt: skip
        """Take global names and write the tenant's documents, each in its place if it has one, in one transaction.

        A name the tenant already holds is refreshed. Raises Conflict when another tenant holds one of them; then
        nothing is written.
        """
        items = [document_item(tenant_id, key, value, (places or {}).get(key)) for key, value in documents.items()]
        entry = audited.entry_of_changes(tenant_id, [(item.sk, None, item.doc) for item in items])
        try:
            with TransactWrite(connection=DirectoryItem.low_level()) as transaction:
                take_names(transaction, tenant_id, names)
                for item in items:
                    transaction.save(item)
                audited.add_entry(transaction, entry)
        except TransactWriteError as exc:
            codes = audited.codes_of(exc)
            if audited.is_entered(entry, codes):
                self.claim(tenant_id, names, documents, places)
                return
            if audited.CONDITION_FAILED in codes:
                raise already_claimed() from exc
            if "TransactionConflict" in codes:
                raise RetryableError("the change met another one; try again") from exc
            raise
        audited.note_written(entry)

    def owner_of(self, name: str) -> Owner | None:
        """Whose a global name is; None when nobody's."""
        try:
            return from_document(Owner, DirectoryItem.get(name, OWNER).doc)
        except DirectoryItem.DoesNotExist:
            return None

    def release(self, tenant_id: TenantId, name: str) -> None:
        """Give up a global name; nothing happens when it is not this tenant's."""
        try:
            DirectoryItem(name, OWNER).delete(DirectoryItem.gsi1pk == f"OWNED#{tenant_id}")
        except DeleteError as exc:
            if refusal_code(exc) != "ConditionalCheckFailedException":
                raise


def _item(tenant_id: TenantId, key: str) -> DirectoryItem | None:
    try:
        return DirectoryItem.get(tenant_key(tenant_id), key, consistent_read=True)
    except DirectoryItem.DoesNotExist:
        return None


def _too_many_changes() -> RetryableError:
    return RetryableError("many changes at the same moment; try again")


def _due_rows(key: str, *, above: str, below: str) -> Iterator[DueDocument]:
    rows = DirectoryItem.index.query(
        key, ActivityIndex.gsi1sk.between(above, below), attributes_to_get=["pk", "sk", "gsi1sk"]
    )
    for row in rows:
        item = cast("DirectoryItem", row)
        yield DueDocument(TenantId(item.pk.removeprefix("T#")), item.sk, f"{key}|{item.gsi1sk}")
