"""Campaigns and what happened to them, in the Directory table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.campaigns.campaign import LATEST_START_MS, Campaign, State, in_order, wake_on_state_change
from shared.domain.campaigns.incident import Incident
from shared.ids import CampaignId, TenantId, last_ulid, time_part
from shared.store.engine.cursor import Page
from shared.store.engine.directory import Directory, Due, cursor_behind
from shared.store.engine.ordered import change_in_order

START_GRACE_MS = 60_000
LOAD_GRACE_MS = 60_000


def campaign_due(campaign: Campaign) -> Due | None:
    """From when on the sweep looks at a campaign every minute: until it is closed, or stands still.

    A minute after a scheduled one is to begin, so that the schedule comes first; a minute after freezing began for one
    that loads. Once more when it is closed, if Meta keeps messages of it back, or has told of none yet.
    """
    if campaign.state is State.DRAFT:
        return None
    if campaign.closed:
        return Due("CAMPAIGN", campaign.held_until) if campaign.held_until is not None else None
    if campaign.state is State.SCHEDULED:
        return Due("CAMPAIGN", EpochMs((campaign.begins or campaign.created_at) + START_GRACE_MS))
    if campaign.state is State.LOADING:
        return Due("CAMPAIGN", EpochMs(campaign.frozen_at + LOAD_GRACE_MS))
    if campaign.state is State.PAUSED and campaign.rests_until is not None:
        return Due("CAMPAIGN", campaign.rests_until)
    return Due("CAMPAIGN", campaign.frozen_at or campaign.created_at)


@dataclass(frozen=True, slots=True)
class DueCampaign:
    """`place` is where it stands among all that are due."""

    tenant_id: TenantId
    campaign_id: CampaignId
    place: str


class Campaigns:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def create(self, tenant_id: TenantId, campaign: Campaign) -> None:
        """Raises Conflict when the id is taken. One that is made scheduled is the sweep's from here on, like any."""
        self._directory.create(tenant_id, f"CMP#{campaign.campaign_id}", campaign, due=campaign_due(campaign))

    def get(self, tenant_id: TenantId, campaign_id: CampaignId) -> Campaign:
        """Raises NotFound."""
        return self._directory.need(tenant_id, f"CMP#{campaign_id}", Campaign)

    def page(self, tenant_id: TenantId, limit: int, cursor: str | None, *, consistent: bool = False) -> Page[Campaign]:
        """Newest first."""
        return self._directory.page(tenant_id, "CMP#", Campaign, limit=limit, cursor=cursor, consistent=consistent)

    @staticmethod
    def cursor_from(moment: EpochMs) -> str:
        """With it `page` begins at those that were made by then (epoch ms)."""
        return cursor_behind("CMP#", f"CMP#{last_ulid(moment)}")

    @staticmethod
    def cursor_behind(campaign_id: CampaignId) -> str:
        """With it `page` goes on behind this one."""
        return cursor_behind("CMP#", f"CMP#{campaign_id}")

    def created_since(self, tenant_id: TenantId, campaign_id: CampaignId) -> list[Campaign]:
        """The campaign and those made later, newest first; ids are ULIDs, so their order is that of the making. One
        made for another by itself has the other's moment, whence the comparison of moments only. Read consistently."""
        moment = time_part(campaign_id)
        found: list[Campaign] = []
        cursor: str | None = None
        while True:
            page = self.page(tenant_id, 100, cursor, consistent=True)
            found += [c for c in page.items if time_part(c.campaign_id) >= moment]
            cursor = page.cursor
            if cursor is None or time_part(page.items[-1].campaign_id) < moment:
                return found

    def frozen_since(
        self, tenant_id: TenantId, since: EpochMs, most: int | None = None, *, consistent: bool = False
    ) -> list[Campaign]:
        """Campaigns whose audience was frozen, or began to be, at `since` (epoch ms) or later. Reads the tenant's
        campaigns newest first, and as much further back as a schedule may reach, because they are in the order in
        which they were made; whoever waits for the answer says how many are read at `most` (to the next hundred)."""
        found: list[Campaign] = []
        cursor: str | None = None
        read = 0
        while True:
            page = self.page(tenant_id, 100, cursor, consistent=consistent)
            found += [c for c in page.items if c.frozen_at and c.frozen_at >= since]
            cursor, read = page.cursor, read + len(page.items)
            if most is not None and read >= most:
                return found
            if cursor is None or page.items[-1].created_at < since - LATEST_START_MS:
                return found

    def change(self, tenant_id: TenantId, campaign_id: CampaignId, change: Callable[[Campaign], Campaign]) -> Campaign:
        """Raises NotFound and whatever `change` raises."""

        def changed(current: Campaign) -> Campaign:
            return wake_on_state_change(current, change(current))

        return self._directory.update(tenant_id, f"CMP#{campaign_id}", Campaign, changed, due=campaign_due)

    def put_in_order(self, tenant_id: TenantId, campaign_id: CampaignId) -> Campaign:
        """Give a campaign that is being loaded the next number in the order of the tenant's loads, once. From then on
        every campaign with a smaller number is found to have it. Raises Conflict when it is not being loaded, and
        NotFound."""
        return change_in_order(tenant_id, "CMP#", campaign_id, Campaign, in_order, campaign_due)

    def to_sweep(self, now: EpochMs, behind: str = "") -> Iterator[DueCampaign]:
        """Every campaign that is under way or should be, beginning behind a place and coming round to it."""
        for due in self._directory.due("CAMPAIGN", now, behind):
            yield DueCampaign(due.tenant_id, CampaignId(due.key.removeprefix("CMP#")), due.place)

    def put_incident(self, tenant_id: TenantId, incident: Incident) -> None:
        """The last sighting of each kind per campaign."""
        self._directory.put(tenant_id, f"INCIDENT#{incident.campaign_id}#{incident.kind}", incident)

    def incidents(self, tenant_id: TenantId) -> list[Incident]:
        return self._directory.all(tenant_id, "INCIDENT#", Incident)
