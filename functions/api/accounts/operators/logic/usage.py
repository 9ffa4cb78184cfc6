"""What a tenant makes of the platform, as an operator sees it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.accounts.account import Tenant
from shared.domain.campaigns.campaign import Campaign


@dataclass(frozen=True, slots=True)
class CampaignUsage:
    """Of the newest: how many, in which state, for how many people, and how many of those were gone through by
    campaigns that are closed."""

    counted: int
    complete: bool
    by_state: Mapping[str, int]
    planned: int
    gone_through: int


@dataclass(frozen=True, slots=True)
class ContactUsage:
    """Contacts that the newest imports made; those that came in other ways are not counted."""

    imports: int
    complete: bool
    created: int


@dataclass(frozen=True, slots=True)
class Usage:
    """`last_active_at` is epoch ms: the newest of campaigns, imports, conversations and uses of API keys; None for a
    tenant without any."""

    tenant: Tenant
    members: int
    numbers: int
    campaigns: CampaignUsage
    contacts: ContactUsage
    last_active_at: EpochMs | None


def of_campaigns(campaigns: Iterable[Campaign], *, complete: bool) -> CampaignUsage:
    counted = list(campaigns)
    return CampaignUsage(
        counted=len(counted),
        complete=complete,
        by_state=Counter(str(campaign.state) for campaign in counted),
        planned=sum(campaign.planned for campaign in counted),
        gone_through=sum(sum(campaign.cursors) for campaign in counted),
    )


def moments_of(campaigns: Iterable[Campaign]) -> Iterable[EpochMs]:
    for campaign in campaigns:
        yield from filter(None, (campaign.created_at, campaign.started_at, campaign.finished_at))
