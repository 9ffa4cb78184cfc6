"""Handing a lane's messages to Meta, at the endpoint that the template's category calls for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.clients.graph import GraphAccess, GraphClient
from shared.domain.campaigns.endpoint import Route, endpoint_of
from shared.domain.campaigns.number_work import Run
from shared.domain.campaigns.outcome import Outcome
from shared.errors import NotFound
from shared.ids import CampaignId, PhoneNumberId
from shared.store.campaigns.campaigns import Campaigns
from shared.store.templates.templates import Templates


@dataclass(slots=True)
class GraphTransmitter:
    """`categories` are the latest ones of the campaigns that were on the number when the slice began; one that came
    since was frozen with its own a moment ago.

    A campaign's messages turn to the other endpoint when Meta says so. When neither takes them, the campaign stops.
    """

    graph: GraphClient
    access: GraphAccess
    phone_number_id: PhoneNumberId
    categories: Mapping[CampaignId, str] = field(default_factory=dict)
    _routes: dict[str, Route] = field(default_factory=dict)

    async def __call__(self, run: Run, body: dict[str, object]) -> Outcome:
        route = self._routes.get(run.campaign_id)
        if route is None:
            category = self.categories.get(run.campaign_id, run.category)
            route = self._routes[run.campaign_id] = Route(endpoint_of(category))
        endpoint = route.endpoint
        return route.turn(await self.graph.send(self.phone_number_id, self.access, body, endpoint), endpoint)


def latest_category(campaigns: Campaigns, templates: Templates, run: Run) -> str:
    """Of the run's template, as Meta last told it: a campaign that was resumed keeps the one it was begun with."""
    try:
        campaign = campaigns.get(run.tenant_id, run.campaign_id)
        return templates.get(run.tenant_id, campaign.template_id).category
    except NotFound:
        return run.category
