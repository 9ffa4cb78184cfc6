"""Which of the tenant's WhatsApp Business accounts a call is about."""

from shared.domain.numbers.number import Waba
from shared.errors import Conflict, InvalidInput
from shared.ids import TenantId, WabaId
from shared.store.accounts.tenants import Accounts


def chosen_account(accounts: Accounts, tenant_id: TenantId, waba_id: WabaId | None) -> Waba:
    """The account named, or the only one. Raises NotFound, Conflict when none is connected, InvalidInput when it must
    be named."""
    if waba_id is not None:
        return accounts.waba(tenant_id, waba_id)
    connected = [waba for waba in accounts.wabas(tenant_id) if waba.token]
    if not connected:
        raise Conflict("connect a WhatsApp Business account first", code="not_connected")
    if len(connected) > 1:
        raise InvalidInput("several accounts are connected; name one", field="waba_id")
    return connected[0]
