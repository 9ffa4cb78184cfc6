"""What may be done with API keys by whom."""

from shared.domain.accounts.account import Principal
from shared.errors import Forbidden
from shared.store.accounts.tenants import Accounts


def revoke_api_key(accounts: Accounts, principal: Principal, key_id: str) -> None:
    """Raises NotFound, and Forbidden for a key of others with a scope that the caller has not: whoever holds one key
    could else put an end to all others."""
    key = accounts.api_key(principal.tenant_id, key_id)
    excess = sorted(scope for scope in key.scopes if scope not in principal.scopes)
    if excess and key_id != principal.member_id:
        raise Forbidden(
            f"this key has scopes that you have not: {', '.join(excess)}; ask an owner or an admin to revoke it",
            code="wider_key",
        )
    accounts.revoke_api_key(principal.tenant_id, key_id)
