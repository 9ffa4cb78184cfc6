"""Handing a lane's messages to Meta, at the endpoint that the template's category calls for."""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from shared.clients.graph import GraphAccess, GraphClient
from shared.domain.campaigns.number_work import Run
from shared.domain.campaigns.outcome import USUAL_ENDPOINT, Action, Outcome, other_endpoint


@dataclass(slots=True)
class GraphTransmitter:
    """Sends over /messages until Meta says that this account's marketing belongs to /marketing_messages (131063), and
    back when it says that this template does not. When neither takes it, the campaign stops."""

    graph: GraphClient
    access: GraphAccess
    phone_number_id: str
    _endpoints: dict[str, str] = field(default_factory=dict)
    _refused_by: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    async def __call__(self, run: Run, body: dict[str, object]) -> Outcome:
        endpoint = self._endpoints.get(run.campaign_id, USUAL_ENDPOINT)
        outcome = await self.graph.send(self.phone_number_id, self.access, body, endpoint)
        if outcome.action is not Action.OTHER_ENDPOINT:
            return outcome
        refused_by = self._refused_by[run.campaign_id]
        refused_by.add(endpoint)
        wanted = other_endpoint(outcome, refused_by)
        if wanted is None:
            return replace(outcome, action=Action.PAUSE_CAMPAIGN)
        self._endpoints[run.campaign_id] = wanted
        return outcome
