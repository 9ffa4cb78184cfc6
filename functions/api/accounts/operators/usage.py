"""What a tenant makes of the platform, from what is counted anyway. At most 100 campaigns, 100 imports and the numbers
of a tenant are read, about 100 RRU; `complete` says whether those were all."""

from typing import Final

from functions.api.accounts.operators.logic.usage import ContactUsage, Usage, moments_of, of_campaigns
from functions.api.accounts.operators.parts import UsageParts
from shared.clock import EpochMs
from shared.ids import TenantId

_NEWEST: Final = 100


def read_usage(parts: UsageParts, tenant_id: TenantId, now: EpochMs) -> Usage:
    """Raises NotFound."""
    tenant = parts.accounts.tenant(tenant_id)
    campaigns = parts.campaigns.page(tenant_id, _NEWEST, None)
    imports = parts.imports.page(tenant_id, _NEWEST, None)
    conversations = parts.conversations.page(tenant_id, 1, None, now).items
    moments = [
        *moments_of(campaigns.items),
        *(job.created_at for job in imports.items),
        *(one.last_message_at or one.created_at for one in conversations),
        *parts.keys.uses(tenant_id).values(),
    ]
    return Usage(
        tenant=tenant,
        members=len(parts.accounts.members(tenant_id)),
        numbers=sum(not number.has_left for number in parts.accounts.numbers(tenant_id)),
        campaigns=of_campaigns(campaigns.items, complete=campaigns.cursor is None),
        contacts=ContactUsage(
            len(imports.items), imports.cursor is None, sum(job.counts.created for job in imports.items)
        ),
        last_active_at=max(moments, default=None),
    )
