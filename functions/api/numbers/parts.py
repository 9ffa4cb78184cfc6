"""What connecting WhatsApp accounts takes."""

from dataclasses import dataclass

from functions.api.numbers.connect import Connector
from functions.api.numbers.logic.requests import SignupSettings
from functions.api.numbers.meta_app import App
from functions.api.numbers.onboarding import Caller, Onboarder
from shared.clients.platform_secret import MetaSecrets, SecretReader
from shared.clock import EpochMs
from shared.ids import TenantId
from shared.store.accounts.tenants import Accounts
from shared.store.numbers.onboardings import Onboardings


@dataclass(frozen=True, slots=True)
class NumberParts:
    accounts: Accounts
    secrets: SecretReader[MetaSecrets]
    connector: Connector
    onboarder: Onboarder
    onboardings: Onboardings
    signup: SignupSettings

    def caller(self, tenant_id: TenantId, member_id: str, now: EpochMs) -> Caller:
        """Who connects, for which app, and what the plan allows. Raises NotFound."""
        secrets, tenant = self.secrets.read(now), self.accounts.tenant(tenant_id)
        app = App(self.signup.app_id, secrets.meta_app_secret, secrets.meta_verify_token)
        return Caller(tenant_id, member_id, app, tenant.entitlements)
