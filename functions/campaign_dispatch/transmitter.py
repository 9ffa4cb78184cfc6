"""Handing a lane's messages to Meta, at the endpoint that the template's category calls for."""

from dataclasses import dataclass, field

from shared.clients.graph import GraphAccess, GraphClient
from shared.domain.outcome import Action, Outcome
from shared.store.lanes import Run


@dataclass(slots=True)
class GraphTransmitter:
    """Sends over /messages until Meta says that this account's marketing belongs to /marketing_messages (131063)."""

    graph: GraphClient
    access: GraphAccess
    phone_number_id: str
    _marketing_endpoint: set[str] = field(default_factory=set)

    async def __call__(self, run: Run, body: dict[str, object]) -> Outcome:
        endpoint = "marketing_messages" if run.campaign_id in self._marketing_endpoint else "messages"
        outcome = await self.graph.send(self.phone_number_id, self.access, body, endpoint)
        if outcome.action is Action.OTHER_ENDPOINT:
            self._marketing_endpoint.add(run.campaign_id)
        return outcome
