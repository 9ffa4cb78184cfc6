"""Which of Meta's endpoints a campaign's messages go to."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest

from functions.campaign_dispatch.lane.transmitter import GraphTransmitter
from shared.clients.graph import GraphAccess, GraphClient
from shared.domain.campaigns.outcome import Action, Kind, Outcome, from_error_code
from tests.unit.campaigns.lane_samples import run

ACCEPTED = Outcome(Kind.ACCEPTED, message_id="wamid.1")


class Meta:
    """Refuses at an endpoint with a code; notes where each message went."""

    def __init__(self, refusals: Mapping[str, int]) -> None:
        self.refusals = refusals
        self.asked: list[str] = []

    async def send(self, number: str, access: GraphAccess, body: object, endpoint: str) -> Outcome:
        self.asked.append(endpoint)
        code = self.refusals.get(endpoint)
        return ACCEPTED if code is None else from_error_code(code, 400)


def sent(meta: Meta, *campaigns: str) -> list[Outcome]:
    transmit = GraphTransmitter(cast("GraphClient", meta), GraphAccess("t", "p"), "pn")

    async def one_by_one() -> list[Outcome]:
        body: dict[str, Any] = {}
        return [await transmit(run(campaign), body) for campaign in campaigns]

    return asyncio.run(one_by_one())


def test_messages_go_to_the_usual_endpoint() -> None:
    meta = Meta({})
    assert sent(meta, "c1", "c1") == [ACCEPTED, ACCEPTED]
    assert meta.asked == ["messages", "messages"]


@pytest.mark.parametrize("code", [131063, 131061])
def test_marketing_that_meta_wants_elsewhere_goes_there_and_other_campaigns_do_not(code: int) -> None:
    meta = Meta({"messages": code})
    first, second, third, _ = sent(meta, "c1", "c1", "c1", "c2")
    assert (first.kind, first.action) == (Kind.THROTTLED, Action.OTHER_ENDPOINT)
    assert (second, third) == (ACCEPTED, ACCEPTED)
    assert meta.asked == ["messages", "marketing_messages", "marketing_messages", "messages"]


@pytest.mark.parametrize("code", [131055, 134100, 134102])
def test_a_template_that_neither_endpoint_takes_stops_its_campaign(code: int) -> None:
    meta = Meta({"messages": 131063, "marketing_messages": code})
    _, second = sent(meta, "c1", "c1")
    assert (second.kind, second.code, second.action) == (Kind.THROTTLED, str(code), Action.PAUSE_CAMPAIGN)


def test_an_endpoint_that_asks_for_itself_stops_the_campaign() -> None:
    (outcome,) = sent(Meta({"messages": 131055}), "c1")
    assert outcome.action is Action.PAUSE_CAMPAIGN
