"""Finding tenants. What is asked for says by itself what it is: an id, an e-mail address, one of Meta's ids, or how a
name begins. The first three are one read each, the last is a range of the list of all (`tenant_list.py`)."""

import re
from typing import Final

from functions.api.accounts.operators.parts import OperatorParts
from functions.api.http.fields import META_ID, ULID
from shared.domain.accounts.account import PLATFORM, Tenant
from shared.errors import NotFound
from shared.ids import PhoneNumberId, TenantId, WabaId
from shared.store.accounts.tenant_list import TenantFilter
from shared.store.engine.cursor import Page

_ID: Final = re.compile(ULID)
_META_ID: Final = re.compile(META_ID)


def find_tenants(
    parts: OperatorParts, asked_for: str, chosen: TenantFilter, limit: int, cursor: str | None
) -> Page[Tenant]:
    """Tenants that are `chosen`, found by `asked_for`; the name in `chosen` is not looked at. Raises InvalidInput for a
    cursor of anything else."""
    text = asked_for.strip()
    if not _is_key(text):
        return parts.tenants.page(TenantFilter(chosen.plan, chosen.status, text), limit, cursor)
    found = _by_key(parts, text)
    if found is None:
        return Page([], None)
    try:
        tenant = parts.accounts.tenant(found)
    except NotFound:
        return Page([], None)
    return Page([tenant] if chosen.takes(tenant) else [], None)


def _is_key(text: str) -> bool:
    return "@" in text or bool(_ID.match(text.upper()) or _META_ID.match(text))


def _by_key(parts: OperatorParts, text: str) -> TenantId | None:
    if "@" in text:
        return _by_email(parts, text.lower())
    if _META_ID.match(text):
        accounts = parts.accounts
        return accounts.tenant_of_number(PhoneNumberId(text)) or accounts.tenant_of_waba(WabaId(text))
    return TenantId(text.upper())


def _by_email(parts: OperatorParts, email: str) -> TenantId | None:
    """The tenant of whoever logs in with this address: one call of the user pool, 120 of which it takes a second."""
    person = parts.entrance.doors.users.find(email)
    owner = parts.accounts.owner_of_subject(person.subject) if person is not None else None
    return owner.tenant_id if owner is not None and owner.tenant_id != PLATFORM else None
