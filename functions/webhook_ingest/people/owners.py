"""Whose a phone number is, remembered for a few minutes: statuses ask this thousands of times a minute."""

from shared.clock import EpochMs
from shared.ids import PhoneNumberId, TenantId, WabaId
from shared.observability import concerns
from shared.store.accounts.tenants import Accounts

_KEEP_MS = 180_000


class Owners:
    """Only what was found is remembered: a number that is connected right now must not stay unknown."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._kept: dict[PhoneNumberId, tuple[EpochMs, TenantId]] = {}

    def tenant_of(self, phone_number_id: PhoneNumberId, now: EpochMs) -> TenantId | None:
        """The tenant id, or None when the number is nobody's. `now` in epoch ms."""
        kept = self._kept.get(phone_number_id)
        if kept is not None and now - kept[0] < _KEEP_MS:
            return _noted(kept[1])
        tenant_id = self._accounts.tenant_of_number(phone_number_id)
        if tenant_id is not None:
            self._kept[phone_number_id] = (now, tenant_id)
        return _noted(tenant_id)

    def tenant_of_account(self, waba_id: WabaId) -> TenantId | None:
        """The tenant id, or None when the account is nobody's or not named."""
        return _noted(self._accounts.tenant_of_waba(waba_id) if waba_id else None)


def _noted(tenant_id: TenantId | None) -> TenantId | None:
    """It stands in the invocation's line."""
    concerns(tenant_id)
    return tenant_id
