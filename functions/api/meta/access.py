"""Meta's API in a tenant's name: the stored token, opened."""

from functions.api.bootstrap import Deps
from shared.clients.graph import GraphAccess
from shared.clients.vault import META_TOKEN
from shared.domain.numbers.number import Waba
from shared.errors import Conflict, InvalidInput


def chosen_account(deps: Deps, tenant_id: str, waba_id: str | None) -> Waba:
    """The account named, or the only one. Raises NotFound, Conflict when none is connected, InvalidInput when it must
    be named."""
    if waba_id is not None:
        return deps.accounts.waba(tenant_id, waba_id)
    accounts = deps.accounts.wabas(tenant_id)
    if not accounts:
        raise Conflict("connect a WhatsApp Business account first", code="not_connected")
    if len(accounts) > 1:
        raise InvalidInput("several accounts are connected; name one", field="waba_id")
    return accounts[0]


def access_to(deps: Deps, tenant_id: str, waba: Waba, now: int) -> GraphAccess:
    """`now` in epoch ms."""
    token = deps.vault.open(tenant_id, META_TOKEN, waba.token)
    return GraphAccess.of(token, deps.secrets.read(now).meta_app_secret)
