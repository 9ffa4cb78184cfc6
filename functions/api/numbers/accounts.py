"""Which of the tenant's WhatsApp Business accounts a call is about."""

from shared.domain.numbers.number import Waba
from shared.errors import Conflict, InvalidInput, NotFound
from shared.ids import TenantId, WabaId
from shared.store.accounts.tenants import Accounts


def connected_accounts(accounts: Accounts, tenant_id: TenantId) -> list[Waba]:
    """Those whose access is not given up: what was disconnected stays known, and is asked for nothing. Raises Conflict
    (`account_disconnected`) when there are such only."""
    known = accounts.wabas(tenant_id)
    connected = [waba for waba in known if waba.token]
    if known and not connected:
        raise Conflict("no account is connected any more: connect one again", code="account_disconnected")
    return connected


def chosen_account(accounts: Accounts, tenant_id: TenantId, waba_id: WabaId | None) -> Waba:
    """The account named, or the only one that is connected. Raises NotFound, Conflict when none is connected,
    InvalidInput when it must be named."""
    if waba_id is not None:
        try:
            return accounts.waba(tenant_id, waba_id)
        except NotFound as exc:
            raise NotFound("there is no such account", field="waba_id") from exc
    connected = connected_accounts(accounts, tenant_id)
    if not connected:
        raise Conflict("connect a WhatsApp Business account first", code="not_connected")
    if len(connected) > 1:
        raise InvalidInput("several accounts are connected; name one", field="waba_id")
    return connected[0]
