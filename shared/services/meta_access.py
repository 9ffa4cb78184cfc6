"""Meta's API in a tenant's name: the stored token, opened."""

from collections.abc import Callable

from shared.clients.graph import GraphAccess
from shared.clients.platform_secret import MetaSecrets, SecretReader
from shared.clients.vault import META_TOKEN, OpenedSecrets, Vault
from shared.clock import EpochMs, epoch_ms
from shared.domain.numbers.number import Waba
from shared.ids import PhoneNumberId, TenantId
from shared.store.accounts.tenants import Accounts


class MetaAccess:
    """What it gives reads the app's secret anew once Meta has refused the one that was kept."""

    def __init__(
        self,
        accounts: Accounts,
        vault: Vault,
        secrets: SecretReader[MetaSecrets],
        clock: Callable[[], EpochMs] = epoch_ms,
    ) -> None:
        self._accounts = accounts
        self._tokens = OpenedSecrets(vault)
        self._secrets = secrets
        self._clock = clock

    def of_number(self, tenant_id: TenantId, phone_number_id: PhoneNumberId, now: EpochMs) -> GraphAccess:
        """`now` in epoch ms. Raises NotFound for a number that is not the tenant's."""
        number = self._accounts.number(tenant_id, phone_number_id)
        return self.of_account(tenant_id, self._accounts.waba(tenant_id, number.waba_id), now)

    def of_account(self, tenant_id: TenantId, waba: Waba, now: EpochMs) -> GraphAccess:
        """`now` in epoch ms. Raises Conflict for an account that has left."""
        token = self._tokens.open(tenant_id, META_TOKEN, waba.token)
        return GraphAccess.of(token, self._secrets.read(now).meta_app_secret, self._secret_anew)

    def _secret_anew(self) -> str:
        return self._secrets.read_anew(self._clock()).meta_app_secret
