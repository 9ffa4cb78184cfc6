"""Entries of the audit log, written in the same transaction as the change that they tell of.

Who does something opens an occasion (`on_occasion`), which says by whom, what and from where; whatever document of that
kind is changed first while it is open takes the entry along. So no store and no action passes it on, and none can
forget it: the engine writes it, for documents in `_KINDS`. What nobody asked for and shared.domain.audit.automatic
names is entered as the platform's. As the line of a log does, an occasion goes with the invocation (a context
variable), not with a thread that is started in it.

| access | cost |
|---|---|
| a change with its entry | 2 WRU per KB for the document and 2 for the entry, where the change alone took 1 |
| removing or replacing unseen (`delete`, `put`) with its entry | 1 RRU per 4 KB more: what was there is read |
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from pynamodb.exceptions import PutError, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from shared.domain.audit import automatic
from shared.domain.audit.difference import difference, join
from shared.domain.audit.entry import SYSTEM, Actor, ActorKind, Entry
from shared.domain.audit.kinds import Kind
from shared.ids import TenantId, new_ulid
from shared.store.engine.database import refusal_code
from shared.store.engine.directory_items import DirectoryItem
from shared.store.engine.documents import to_document
from shared.store.engine.own_writes import written

State = Mapping[str, object]
_KINDS: Mapping[str, Kind] = {
    "TENANT": Kind.TENANT,
    "MEMBER#": Kind.MEMBER,
    "INVITE#": Kind.INVITATION,
    "APIKEY#": Kind.API_KEY,
    "WABA#": Kind.ACCOUNT,
    "NUMBER#": Kind.NUMBER,
    "ONBOARDING#": Kind.ONBOARDING,
    "TPL#": Kind.TEMPLATE,
    "TPLD#": Kind.TEMPLATE_DRAFT,
    "FIELD#": Kind.FIELD,
    "IMP#": Kind.IMPORT,
    "SEG#": Kind.SEGMENT,
    "CMP#": Kind.CAMPAIGN,
    "RATES": Kind.RATE_CARD,
    "BOT#": Kind.BOT,
    "LABEL#": Kind.LABEL,
    "CANNED#": Kind.CANNED_REPLY,
    "FILE#": Kind.MEDIA,
    "WHE#": Kind.WEBHOOK_ENDPOINT,
    "SUPPORT#": Kind.SUPPORT_ACCESS,
}
"""The kind of a document, by the beginning of its key."""
CONDITION_FAILED = "ConditionalCheckFailed"
_CONFLICT = "TransactionConflict"
FIRST, FINAL = 0, 1
"""The two forms of an entry (shared.domain.audit.entry): before what is done elsewhere, and after it."""


@dataclass(slots=True)
class Occasion:
    """What is being done. `entry` is its entry as far as it is known before: with an object's id where only that one is
    meant, else it is about what is changed first; one without an actor gets the member that it is about. `tenant_id`
    None takes the tenant of whatever is changed: whoever joins has none before.

    `is_begun` says that the entry's first form stands: then no change takes the final one along, which says how all
    ended, but `entry` gathers what the changes were. `is_written`: the final form stands."""

    entry: Entry
    tenant_id: TenantId | None = None
    has_actor: bool = True
    is_begun: bool = False
    is_written: bool = False

    def is_about(self, tenant_id: TenantId, kind: Kind, object_id: str) -> bool:
        return (
            self.tenant_id in (None, tenant_id) and self.entry.kind is kind and self.entry.object_id in ("", object_id)
        )


_OPEN: ContextVar[Occasion | None] = ContextVar("audit occasion", default=None)


@contextmanager
def on_occasion(occasion: Occasion) -> Iterator[Occasion]:
    """What is changed inside takes the occasion's entry along. The innermost counts."""
    token = _OPEN.set(occasion)
    try:
        yield occasion
    finally:
        _OPEN.reset(token)


def open_occasion() -> Occasion | None:
    """The innermost that is open."""
    return _OPEN.get()


@contextmanager
def by_the_platform() -> Iterator[None]:
    """What is changed inside is the platform's own doing, whatever has led to it."""
    token = _OPEN.set(None)
    try:
        yield
    finally:
        _OPEN.reset(token)


def partition_of(tenant_id: TenantId, month: str) -> str:
    """A month of a tenant: one that is busy fills its own, and a list reads no more than the months it is asked for."""
    return f"T#{tenant_id}#AUDIT#{month}"


def entry_item(tenant_id: TenantId, entry: Entry, form: int = FINAL) -> DirectoryItem:
    """An entry as an item, not yet written."""
    return DirectoryItem(
        partition_of(tenant_id, entry.month),
        f"E#{entry.entry_id}#{form}",
        doc=to_document(entry),
        version=1,
        ttl=entry.at // 1000 + DirectoryItem.Meta.audit_retention_days * 86_400,
    )


@dataclass(frozen=True, slots=True)
class EntryBeside:
    """What is to be entered of a change; `item` is None where it is gathered first."""

    occasion: Occasion
    entry: Entry
    item: DirectoryItem | None


def add_entry(transaction: TransactWrite, entry: EntryBeside | None) -> None:
    """As the last part of a transaction."""
    if entry is not None and entry.item is not None:
        transaction.save(entry.item, condition=DirectoryItem.pk.does_not_exist())


def note_written(entry: EntryBeside | None) -> None:
    """The change was written, and its entry with it."""
    if entry is None:
        return
    if entry.item is not None:
        entry.occasion.is_written = True
    else:
        joined = join(entry.occasion.entry.difference, entry.entry.difference)
        entry.occasion.entry = replace(entry.entry, difference=joined)


def entry_of_change(tenant_id: TenantId, key: str, *, before: str | None, after: str | None) -> EntryBeside | None:
    """What the change of a document from one JSON text to another takes along; None where it takes nothing. What the
    occasion is not about is the platform's own doing."""
    kind, object_id = kind_of(key)
    if kind is None:
        return None
    object_id = object_id or tenant_id
    occasion = _OPEN.get()
    if occasion is None or not occasion.is_about(tenant_id, kind, object_id):
        return _automatic(tenant_id, kind, object_id, before=before, after=after)
    if occasion.is_written:
        return None
    shown = difference(kind, _parsed(before), _parsed(after))
    entry = replace(occasion.entry, object_id=object_id, difference=shown)
    if not occasion.has_actor:
        entry = replace(entry, actor=Actor(ActorKind.MEMBER, object_id))
    return EntryBeside(occasion, entry, None if occasion.is_begun else entry_item(tenant_id, entry))


def note_change(tenant_id: TenantId, kind: Kind, object_id: str, *, before: State | None, after: State | None) -> None:
    """What is no document of the Directory was changed, from one state to another, by field: the entry that has begun
    for it will show that. Nothing happens where none has."""
    occasion = _OPEN.get()
    if occasion is None or not occasion.is_begun or (occasion.tenant_id, occasion.entry.kind) != (tenant_id, kind):
        return
    shown = join(occasion.entry.difference, difference(kind, before, after))
    occasion.entry = replace(occasion.entry, object_id=occasion.entry.object_id or object_id, difference=shown)


def needed_entry(tenant_id: TenantId, key: str, *, before: str | None, after: str | None) -> EntryBeside:
    """The same of what is never done without an entry. Raises RuntimeError where no occasion is open for it."""
    entry = entry_of_change(tenant_id, key, before=before, after=after)
    if entry is None:
        raise RuntimeError(f"no occasion is open for a change of {key.partition('#')[0]}: see `on_occasion`")
    return entry


def _automatic(
    tenant_id: TenantId, kind: Kind, object_id: str, *, before: str | None, after: str | None
) -> EntryBeside | None:
    if kind not in automatic.KINDS or before is None or after is None:
        return None
    former, latter = json.loads(before), json.loads(after)
    found = automatic.automatic(kind, former, latter)
    if found is None:
        return None
    action, cause = found
    shown = difference(kind, former, latter)
    entry = Entry(new_ulid(), SYSTEM, action, kind, object_id, cause=cause, difference=shown)
    return EntryBeside(Occasion(entry, tenant_id), entry, entry_item(tenant_id, entry))


def entry_of_changes(tenant_id: TenantId, changes: Iterable[tuple[str, str | None, str]]) -> EntryBeside | None:
    """The same for documents that are written together, as (key, before, after): that of the first which has one."""
    entries = (entry_of_change(tenant_id, key, before=before, after=after) for key, before, after in changes)
    return next((entry for entry in entries if entry is not None), None)


def _parsed(document: str | None) -> Mapping[str, object] | None:
    return None if document is None else json.loads(document)


def kind_of(key: str) -> tuple[Kind | None, str]:
    """(kind, id) of the document with this key; the id is "" where a tenant has one document of the kind."""
    mark, sign, object_id = key.partition("#")
    return _KINDS.get(mark + sign), object_id


def awaits_entry(tenant_id: TenantId, key: str) -> bool:
    """Whether a change of this document would take one along, so that what was there must be known."""
    return entry_of_change(tenant_id, key, before=None, after=None) is not None


def is_entered(entry: EntryBeside | None, codes: list[str | None]) -> bool:
    """Whether a transaction, whose last part the entry was, failed for nothing but that its entry is there already: an
    earlier attempt at the same operation wrote it. It is to be written without one then."""
    if entry is None or entry.item is None or codes[-1:] != [CONDITION_FAILED]:
        return False
    if any(code not in (None, "None") for code in codes[:-1]):
        return False
    note_written(entry)
    return True


def codes_of(error: TransactWriteError) -> list[str | None]:
    """Why each part of a transaction was refused."""
    return [reason.code if reason is not None else None for reason in error.cancellation_reasons]


def save(item: DirectoryItem, condition: Condition | None, entry: EntryBeside | None) -> str:
    """Write an item on a condition, with its entry if there is one: "" when that was done, else why not, as DynamoDB
    calls it in a transaction: the condition failed, or others write at this moment."""
    if entry is None:
        return _save_alone(item, condition)
    try:
        with TransactWrite(connection=DirectoryItem.low_level()) as transaction:
            transaction.save(item, condition=condition)
            add_entry(transaction, entry)
    except TransactWriteError as exc:
        codes = codes_of(exc)
        if is_entered(entry, codes):
            return _save_alone(item, condition)
        return _why_not(codes, exc)
    note_written(entry)
    return ""


def remove(item: DirectoryItem, entry: EntryBeside) -> str:
    """Delete an item as it was read, with the entry of that; "" when it was done, else why not, as `save` says."""
    unchanged = DirectoryItem.version == item.version
    try:
        with TransactWrite(connection=DirectoryItem.low_level()) as transaction:
            transaction.delete(DirectoryItem(item.pk, item.sk), condition=unchanged)
            add_entry(transaction, entry)
    except TransactWriteError as exc:
        codes = codes_of(exc)
        if is_entered(entry, codes):
            DirectoryItem(item.pk, item.sk).delete()
            return ""
        return _why_not(codes, exc)
    note_written(entry)
    return ""


def _save_alone(item: DirectoryItem, condition: Condition | None) -> str:
    if condition is None:
        item.save()
        return ""
    try:
        return "" if written(item, condition) else CONDITION_FAILED
    except PutError as exc:
        if refusal_code(exc).removesuffix("Exception") != _CONFLICT:
            raise
        return _CONFLICT


def _why_not(codes: list[str | None], error: TransactWriteError) -> str:
    found = next((code for code in (CONDITION_FAILED, _CONFLICT) if code in codes), None)
    if found is None:
        raise error
    return found
