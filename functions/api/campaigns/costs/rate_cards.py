"""The tenant's rate card: one document, replaced as a whole."""

from collections.abc import Callable, Mapping

from functions.api.campaigns.costs.logic.rate_card import RateCard
from shared.ids import TenantId
from shared.store.engine import guarded
from shared.store.engine.directory import Directory
from shared.store.engine.guarded import GuardedList

_KEY = "RATES"
_NONE = RateCard("", ())


def rate_card_of(directory: Directory, tenant_id: TenantId) -> RateCard | None:
    """None while the tenant has set none."""
    return directory.get(tenant_id, _KEY, RateCard, consistent=True)


def change_rate_card(tenant_id: TenantId, change: Callable[[RateCard], RateCard]) -> RateCard:
    """Also the first one. Raises whatever `change` raises."""

    def decide(found: Mapping[str, RateCard]) -> Mapping[str, RateCard]:
        return {_KEY: change(found.get(_KEY, _NONE))}

    return guarded.change(tenant_id, GuardedList(_KEY, RateCard), decide)[_KEY]
