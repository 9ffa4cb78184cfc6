"""The caller's profile and the tenant's. Whoever decides by an older revision is told; the same again is no change."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from functions.api.http.revisions import revised
from shared.domain.accounts.account import Member, Principal, Tenant
from shared.errors import InvalidInput, NotFound
from shared.store.accounts.tenants import Accounts
from shared.store.media.library import MediaLibrary


@dataclass(frozen=True, slots=True)
class ProfileParts:
    accounts: Accounts
    library: MediaLibrary


def update_member(parts: ProfileParts, principal: Principal, changes: Mapping[str, Any], revision: int) -> Member:
    """`changes` are fields of a Member. Raises NotFound and Conflict (`changed_meanwhile`)."""

    def change(found: Member) -> Member:
        return revised(found, replace(found, **changes), revision)

    return parts.accounts.change_member(principal.tenant_id, principal.member_id, change)


def update_tenant(parts: ProfileParts, principal: Principal, changes: Mapping[str, Any], revision: int) -> Tenant:
    """`changes` are fields of a Tenant. Raises Conflict (`changed_meanwhile`), and InvalidInput for a logo that is no
    picture of the library."""
    if changes.get("logo_file_id"):
        _check_logo(parts.library, principal, changes["logo_file_id"])

    def change(found: Tenant) -> Tenant:
        return revised(found, replace(found, **changes), revision)

    return parts.accounts.change_tenant(principal.tenant_id, change)


def _check_logo(library: MediaLibrary, principal: Principal, file_id: str) -> None:
    try:
        file = library.get(principal.tenant_id, file_id)
    except NotFound:
        raise InvalidInput("there is no such file in the library", field="logo_file_id") from None
    if not file.mime_type.startswith("image/"):
        raise InvalidInput("a logo is a picture; this file is none", field="logo_file_id")
