"""WhatsApp Business accounts and their phone numbers, in the Directory table.

Global names: `WABA#<id>`, `PN#<phone number id>`; each belongs to at most one tenant.
"""

from collections.abc import Callable, Mapping

from shared.domain.accounts.plans import Entitlements, check_numbers
from shared.domain.numbers.number import Number, Waba
from shared.ids import TenantId
from shared.store.engine import guarded
from shared.store.engine.cursor import Page
from shared.store.engine.directory import Directory
from shared.store.engine.guarded import GuardedList

NUMBERS = GuardedList("NUMBER#", Number)


class Numbers:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def connect(
        self, tenant_id: TenantId, waba: Waba, numbers: list[Number], limits: Entitlements | None = None
    ) -> None:
        """Raises Conflict when another tenant holds the account or one of its numbers, and LimitExceeded when the plan
        of these limits has no room for them beside those that the tenant has."""
        names = {f"WABA#{waba.waba_id}": {"waba_id": waba.waba_id}}
        names |= {f"PN#{n.phone_number_id}": {"waba_id": n.waba_id, "display": n.display} for n in numbers}
        connected = {f"NUMBER#{n.phone_number_id}": n for n in numbers}

        def decide(found: Mapping[str, Number]) -> Mapping[str, Number]:
            if limits is not None:
                check_numbers(len(found.keys() | connected.keys()), limits)
            return connected

        guarded.change(tenant_id, NUMBERS, decide, names=names, documents={f"WABA#{waba.waba_id}": waba})

    def waba(self, tenant_id: TenantId, waba_id: str) -> Waba:
        """Raises NotFound."""
        return self._directory.need(tenant_id, f"WABA#{waba_id}", Waba)

    def wabas(self, tenant_id: TenantId) -> list[Waba]:
        return self._directory.all(tenant_id, "WABA#", Waba)

    def change_waba(self, tenant_id: TenantId, waba_id: str, change: Callable[[Waba], Waba]) -> Waba:
        return self._directory.update(tenant_id, f"WABA#{waba_id}", Waba, change)

    def get(self, tenant_id: TenantId, phone_number_id: str) -> Number:
        """Raises NotFound."""
        return self._directory.need(tenant_id, f"NUMBER#{phone_number_id}", Number)

    def all(self, tenant_id: TenantId) -> list[Number]:
        """All: the plan bounds them."""
        return self._directory.all(tenant_id, "NUMBER#", Number)

    def page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[Number]:
        """In the order of Meta's ids."""
        return self._directory.page(tenant_id, "NUMBER#", Number, limit=limit, cursor=cursor, oldest_first=True)

    def change(self, tenant_id: TenantId, phone_number_id: str, change: Callable[[Number], Number]) -> Number:
        return self._directory.update(tenant_id, f"NUMBER#{phone_number_id}", Number, change)

    def tenant_of(self, phone_number_id: str) -> TenantId | None:
        owner = self._directory.owner_of(f"PN#{phone_number_id}")
        return owner.tenant_id if owner else None

    def tenant_of_waba(self, waba_id: str) -> TenantId | None:
        owner = self._directory.owner_of(f"WABA#{waba_id}")
        return owner.tenant_id if owner else None
