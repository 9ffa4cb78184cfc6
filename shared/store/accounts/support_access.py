"""Operators who look at a tenant as its viewers, in the Directory table.

| access | key | cost |
|---|---|---|
| open | `SUPPORTKEY#<hash>`, `T#<t>` / `SUPPORT#<id>` and a notice, `T#platform` / `ACTING#<operator>`, the audit's entry | 4 RRU + 2 WRU each |
| end | all but the first | 2 RRU + 2 WRU each |
| whose token it is, and whether it is over | `SUPPORTKEY#<hash>`, `T#<t>` / `SUPPORT#<id>` | 1 RRU |
| who has looked at a tenant (`page`) | `T#<t>` / `SUPPORT#<id>` | 0.5 RRU per 4 KB |

Each is one conditional write, with what the tenant is told of it and the entry of the audit log: nobody looks at a tenant
without its knowing. An operator looks at one tenant at a time; of two accesses opened at once one is.
"""  # noqa: E501 - a table's row is a line

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from shared.clock import EpochMs
from shared.domain.accounts.account import PLATFORM, Tenant
from shared.domain.accounts.operator import Acting, Operator, SupportAccess, check_free, ended
from shared.domain.numbers.notice import Notice
from shared.errors import NotFound, RetryableError
from shared.ids import TenantId
from shared.store.accounts.operators import OPERATORS
from shared.store.accounts.tenant_list import TENANT
from shared.store.engine import audited
from shared.store.engine.claims import OWNER
from shared.store.engine.cursor import Page
from shared.store.engine.directory import Directory, DirectoryItem, Owner, document_item, tenant_key
from shared.store.engine.documents import from_document, to_document
from shared.store.engine.guarded import ATTEMPTS, RACE, pause_after
from shared.store.numbers.notices import notice_item

RETENTION_DAYS = 400
"""So long a tenant can see who has looked."""
_ACCESS, _ACTING = "SUPPORT#", "ACTING#"
_DAY_SECONDS = 86_400


class SupportAccesses:
    """To open or end one needs an occasion of the audit log that is open for it; RuntimeError is raised without."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def open(self, tenant_id: TenantId, access: SupportAccess, now: EpochMs, notice: Notice) -> SupportAccess:
        """As it is stored: where one of this id is there already, as that one is by now. `notice` is written with it.
        Raises NotFound without such a tenant or operator, Conflict (`already_looking`) and RetryableError."""
        for attempt in range(ATTEMPTS):
            known = self._directory.get(tenant_id, _ACCESS + access.access_id, SupportAccess, consistent=True)
            if known is not None:
                return known
            self._directory.need(tenant_id, TENANT, Tenant)
            self._directory.need(PLATFORM, OPERATORS.prefix + access.operator_id, Operator)
            pointer = _pointer(access.operator_id)
            check_free(_acting(pointer), access.access_id, now)
            if _opened(tenant_id, access, pointer, notice):
                return access
            pause_after(attempt)
        raise RetryableError("many changes at the same moment; try again")

    def end(self, tenant_id: TenantId, access_id: str, by: str, now: EpochMs, notice: Notice) -> SupportAccess:
        """As it is stored afterwards; one that is over already stays as it is. Raises NotFound and RetryableError."""
        key = _ACCESS + access_id
        for attempt in range(ATTEMPTS):
            try:
                item = DirectoryItem.get(tenant_key(tenant_id), key, consistent_read=True)
            except DirectoryItem.DoesNotExist as exc:
                raise NotFound("there is no such access") from exc
            before = from_document(SupportAccess, item.doc)
            after = ended(before, by, now)
            if after == before:
                return before
            fresh = document_item(tenant_id, key, after, ttl=item.ttl)
            fresh.version = item.version + 1
            if _ended(tenant_id, fresh, item, _pointer(before.operator_id), notice):
                return after
            pause_after(attempt)
        raise RetryableError("many changes at the same moment; try again")

    def page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[SupportAccess]:
        """Newest first."""
        return self._directory.page(tenant_id, _ACCESS, SupportAccess, limit=limit, cursor=cursor)

    def acting(self, operator_id: str) -> Acting | None:
        """Where an operator looks, or did last unless they ended it."""
        return self._directory.get(PLATFORM, _ACTING + operator_id, Acting, consistent=True)

    def of_token(self, token_hash: str) -> tuple[TenantId, SupportAccess] | None:
        """The tenant that the holder of this token may look at, or could."""
        owner = self._directory.owner_of(f"SUPPORTKEY#{token_hash}")
        if owner is None:
            return None
        # A moment ago it may have been ended.
        access = self._directory.get(
            owner.tenant_id, _ACCESS + owner.details["access_id"], SupportAccess, consistent=True
        )
        return None if access is None else (owner.tenant_id, access)


def _opened(tenant_id: TenantId, access: SupportAccess, pointer: DirectoryItem | None, notice: Notice) -> bool:
    """False when something of it was changed meanwhile."""
    absent = DirectoryItem.pk.does_not_exist()
    owner = Owner(tenant_id, {"access_id": access.access_id})
    name = DirectoryItem(f"SUPPORTKEY#{access.token_hash}", OWNER, doc=to_document(owner), version=1)
    name.ttl = access.expires_at // 1000 + _DAY_SECONDS
    acting = Acting(tenant_id, access.access_id, access.expires_at)
    here = document_item(PLATFORM, _ACTING + access.operator_id, acting, ttl=name.ttl)
    here.version = pointer.version + 1 if pointer is not None else 1
    kept = access.opened_at // 1000 + RETENTION_DAYS * _DAY_SECONDS
    fresh = document_item(tenant_id, _ACCESS + access.access_id, access, ttl=kept)
    entry = audited.needed_entry(tenant_id, fresh.sk, before=None, after=fresh.doc)
    try:
        with TransactWrite(connection=DirectoryItem.low_level()) as transaction:
            transaction.condition_check(
                DirectoryItem, tenant_key(tenant_id), TENANT, condition=DirectoryItem.pk.exists()
            )
            operator = OPERATORS.prefix + access.operator_id
            transaction.condition_check(
                DirectoryItem, tenant_key(PLATFORM), operator, condition=DirectoryItem.pk.exists()
            )
            transaction.save(name, condition=absent)
            transaction.save(fresh, condition=absent)
            transaction.save(here, condition=_unchanged(pointer))
            transaction.save(notice_item(tenant_id, notice), condition=absent)
            audited.add_entry(transaction, entry)
    except TransactWriteError as exc:
        _raise_unless_race(exc)
        return False
    audited.note_written(entry)
    return True


def _ended(
    tenant_id: TenantId, fresh: DirectoryItem, item: DirectoryItem, pointer: DirectoryItem | None, notice: Notice
) -> bool:
    """False when something of it was changed meanwhile."""
    acting, entry = _acting(pointer), audited.needed_entry(tenant_id, item.sk, before=item.doc, after=fresh.doc)
    try:
        with TransactWrite(connection=DirectoryItem.low_level()) as transaction:
            transaction.save(fresh, condition=DirectoryItem.version == item.version)
            if pointer is not None and acting is not None and _ACCESS + acting.access_id == item.sk:
                transaction.delete(DirectoryItem(pointer.pk, pointer.sk), condition=_unchanged(pointer))
            transaction.save(notice_item(tenant_id, notice), condition=DirectoryItem.pk.does_not_exist())
            audited.add_entry(transaction, entry)
    except TransactWriteError as exc:
        _raise_unless_race(exc)
        return False
    audited.note_written(entry)
    return True


def _pointer(operator_id: str) -> DirectoryItem | None:
    try:
        return DirectoryItem.get(tenant_key(PLATFORM), _ACTING + operator_id, consistent_read=True)
    except DirectoryItem.DoesNotExist:
        return None


def _acting(pointer: DirectoryItem | None) -> Acting | None:
    return None if pointer is None else from_document(Acting, pointer.doc)


def _unchanged(pointer: DirectoryItem | None) -> Condition:
    if pointer is None:
        return DirectoryItem.pk.does_not_exist()
    return DirectoryItem.version == pointer.version


def _raise_unless_race(error: TransactWriteError) -> None:
    if not RACE.intersection(audited.codes_of(error)):
        raise error
