"""The tenant's rate card: one document, replaced as a whole."""

from functions.api.campaigns.costs.logic.rate_card import RateCard
from shared.ids import TenantId
from shared.store.engine.directory import Directory

_KEY = "RATES"


def rate_card_of(directory: Directory, tenant_id: TenantId) -> RateCard | None:
    """None while the tenant has set none."""
    return directory.get(tenant_id, _KEY, RateCard, consistent=True)


def set_rate_card(directory: Directory, tenant_id: TenantId, card: RateCard) -> None:
    directory.put(tenant_id, _KEY, card)
