"""What Meta says of a number right now: its quality, and how many people its business may write to."""

from dataclasses import dataclass

from functions.api.meta.calls import Graph
from shared.clients.graph import GraphAccess
from shared.clock import EpochMs
from shared.domain.numbers.number import Number, Waba, messaging_limit
from shared.errors import ProviderRejected, RetryableError
from shared.ids import PhoneNumberId, TenantId
from shared.store.accounts.tenants import Accounts

# Meta, messaging limits: the field of a number in which its portfolio's limit is read (v24 and later).
_LIMIT = "whatsapp_business_manager_messaging_limit"


@dataclass(frozen=True, slots=True)
class Facts:
    """Blank quality and no limit: Meta did not say."""

    quality: str = ""
    messaging_limit: int | None = None


def look_up(graph: Graph, access: GraphAccess, phone_number_id: PhoneNumberId) -> Facts:
    """What Meta does not show, or cannot just now, stays unknown: nothing waits for this."""
    try:
        row = graph.call("GET", phone_number_id, access, params={"fields": f"quality_rating,{_LIMIT}"})
    except (ProviderRejected, RetryableError):
        return Facts()
    return Facts(str(row.get("quality_rating") or ""), messaging_limit(row.get(_LIMIT)))


def bring_up_to_date(
    accounts: Accounts, tenant_id: TenantId, number: Number, facts: Facts, now: EpochMs
) -> tuple[Number, Waba]:
    """Store what Meta said at `now` (epoch ms), the moment before it was asked; what it did not say stays as it is.

    Stored even when it is what was known: an event of before, which comes late, must not change it.
    """
    if facts.quality:
        number = accounts.change_number(tenant_id, number.phone_number_id, lambda n: n.with_quality(facts.quality, now))
    if facts.messaging_limit is None:
        return number, accounts.waba(tenant_id, number.waba_id)
    limit = facts.messaging_limit
    return number, accounts.change_waba(tenant_id, number.waba_id, lambda w: w.with_limit(limit, now))
