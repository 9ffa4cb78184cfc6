"""Which campaigns used a template, and what it said then."""

from collections.abc import Sequence

from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign
from shared.domain.templates.template import Template
from shared.domain.templates.versions import MOST_VERSIONS, TemplateVersion, current_version
from shared.ids import TenantId
from shared.store.campaigns.campaigns import Campaigns
from shared.store.engine.cursor import Page
from shared.store.templates.templates import Templates

MOST_LOOKED_AT = 500
"""Campaigns, for one page."""


def versions_page(
    templates: Templates, tenant_id: TenantId, template: Template, limit: int, cursor: str | None
) -> Page[TemplateVersion]:
    """Newest first: what it says now heads the first page."""
    first = [current_version(template)] if cursor is None else []
    if len(first) == limit:
        return Page(first, templates.versions_before(template))
    page = templates.versions(tenant_id, template.template_id, limit - len(first), cursor)
    return Page([*first, *page.items], page.cursor)


def all_versions(templates: Templates, tenant_id: TenantId, template: Template) -> Sequence[TemplateVersion]:
    """MOST_VERSIONS and the present one at most."""
    found = [current_version(template)]
    cursor: str | None = None
    while len(found) <= MOST_VERSIONS:
        page = templates.versions(tenant_id, template.template_id, MOST_VERSIONS, cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            break
    return found


def campaigns_with(
    campaigns: Campaigns, tenant_id: TenantId, template_id: str, limit: int, cursor: str | None
) -> Page[Campaign]:
    """Newest first. A page looks at MOST_LOOKED_AT campaigns at most: it may hold fewer than `limit`, even none, and
    still have a next one."""
    found: list[Campaign] = []
    looked = 0
    while True:
        page = campaigns.page(tenant_id, 100, cursor)
        for campaign in page.items:
            looked += 1
            cursor = campaigns.cursor_behind(campaign.campaign_id)
            if campaign.template_id == template_id:
                found.append(campaign)
                if len(found) == limit:
                    return Page(found, cursor)
        if page.cursor is None:
            return Page(found, None)
        if looked >= MOST_LOOKED_AT:
            return Page(found, cursor)


def moment_of_use(campaign: Campaign, now: EpochMs) -> EpochMs:
    """Whose words it was sent with, or would be."""
    return campaign.frozen_at or now
