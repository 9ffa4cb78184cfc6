"""Which of Meta's endpoints a campaign's messages go to."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest

from functions.campaign_dispatch.lane.transmitter import GraphTransmitter
from shared.clients.graph import GraphAccess, GraphClient
from shared.domain.campaigns.outcome import Action, Kind, Outcome, from_error_code
from shared.ids import CampaignId, PhoneNumberId
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


def sent(meta: Meta, *campaigns: str, **categories: str) -> list[Outcome]:
    known = {CampaignId(name): category for name, category in categories.items()}
    transmit = GraphTransmitter(
        cast("GraphClient", meta),
        GraphAccess("t", "p"),
        PhoneNumberId("pn"),
        known,
    )

    async def one_by_one() -> list[Outcome]:
        body: dict[str, Any] = {}
        return [await transmit(run(CampaignId(campaign)), body) for campaign in campaigns]

    return asyncio.run(one_by_one())


def test_marketing_goes_to_its_own_endpoint_by_the_latest_category() -> None:
    meta = Meta({})
    assert sent(meta, "c1", "c2", "c3", c2="UTILITY", c3="MARKETING") == [ACCEPTED] * 3
    assert meta.asked == ["marketing_messages", "messages", "marketing_messages"]


@pytest.mark.parametrize("code", [131055, 134100, 134102])
def test_where_the_account_may_not_it_goes_to_messages_and_other_campaigns_do_not(code: int) -> None:
    meta = Meta({"marketing_messages": code})
    first, second, third, _ = sent(meta, "c1", "c1", "c1", "c2")
    assert (first.kind, first.action) == (Kind.THROTTLED, Action.OTHER_ENDPOINT)
    assert (second, third) == (ACCEPTED, ACCEPTED)
    assert meta.asked == ["marketing_messages", "messages", "messages", "marketing_messages"]


@pytest.mark.parametrize("code", [131063, 131061])
def test_a_template_that_neither_endpoint_takes_stops_its_campaign(code: int) -> None:
    meta = Meta({"messages": code, "marketing_messages": 134100})
    _, second = sent(meta, "c1", "c1")
    assert (second.kind, second.code, second.action) == (Kind.THROTTLED, str(code), Action.PAUSE_CAMPAIGN)
