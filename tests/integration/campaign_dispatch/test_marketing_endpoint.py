"""Whole campaigns against the Meta simulator: which endpoint takes their messages, and what when none may."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest

from functions.campaign_dispatch.lane.transmitter import GraphTransmitter, latest_category
from shared.clients.graph import GraphAccess, GraphClient
from shared.domain.campaigns.books import Books
from shared.domain.campaigns.campaign import State, after
from shared.domain.campaigns.stop_reasons import next_action
from shared.ids import CampaignId
from shared.services.campaign_resumption import let_lanes_go_on
from tests.support.engine import World, open_test_database
from tests.support.meta_simulator import APP_SECRET, Json, Sim, receiving, simulating, until

PEOPLE = 8


@pytest.fixture
def sim() -> Iterator[Sim]:
    with receiving() as receiver, simulating(receiver) as running:
        yield running


def body_of(category: str) -> Json:
    component: Json = {"type": "BODY", "text": "Hi {{1}}, it is sale time", "example": {"body_text": [["Ana"]]}}
    return {"name": "sale", "language": "en", "category": category, "components": [component]}


class Business:
    """The same account here and at the simulator; its template is `category` there."""

    def __init__(self, dynoxide: str, sim: Sim, category: str = "MARKETING", **account: object) -> None:
        self.world, self.sim = World(open_test_database(dynoxide)), sim
        number = {"id": self.world.phone_number_id}
        made = sim.script(create_waba={"waba_id": self.world.waba_id, "connected": True, "phone_numbers": [number]})
        token = str(made["create_waba"]["access_token"])
        self.access = GraphAccess.of(token, APP_SECRET)
        sim.script(templates={"review_seconds": 0})
        answer = sim.post(f"{self.world.waba_id}/message_templates", body_of(category), token)
        template_id = str(answer.json()["id"])
        until(lambda: bool(sim.get(template_id, token, fields="status").json()["status"] == "APPROVED"))
        if account:
            sim.script(waba={"id": self.world.waba_id, **account})
        self.world.add_contacts(PEOPLE)

    def campaign(self, *, now_category: str = "MARKETING", slices: int = 1) -> CampaignId:
        """Begun as marketing; the template is of `now_category` by the time it is sent."""
        world = self.world
        campaign_id = world.send_to_everybody()
        world.deps.templates.put(world.tenant_id, replace(world.template, category=now_category))
        for _ in range(slices):
            asyncio.run(self._slice())
        return campaign_id

    async def _slice(self) -> None:
        world = self.world
        graph = GraphClient(str(self.sim.http.base_url), "v26.0")
        runs = world.deps.lanes.work(world.phone_number_id).runs
        categories = {run.campaign_id: latest_category(world.deps.campaigns, world.deps.templates, run) for run in runs}
        transmit: Any = GraphTransmitter(graph, self.access, world.phone_number_id, categories)
        try:
            await world.lane(cast("Any", transmit), rate=20.0).run()
        finally:
            await graph.aclose()

    def accepted(self) -> Counter[str]:
        """Messages that were accepted, by endpoint; nobody twice."""
        entries = [entry for entry in self.sim.journal() if entry["accepted"]]
        assert len({entry["to"] for entry in entries}) == len(entries)
        return Counter(entry["path"].rpartition("/")[2] for entry in entries)

    def refused(self) -> set[tuple[str, int]]:
        return {
            (entry["path"].rpartition("/")[2], entry["answer"]["error"]["code"])
            for entry in self.sim.journal()
            if entry["callback"] and not entry["accepted"]
        }

    def books(self, campaign_id: CampaignId) -> Books:
        books = self.world.books(campaign_id)
        assert books.balanced
        return books


@pytest.mark.parametrize("onboarded", [True, False])
def test_marketing_goes_out_by_marketing_messages_whether_or_not_the_account_is_onboarded(
    dynoxide: str, sim: Sim, onboarded: bool
) -> None:
    business = Business(dynoxide, sim, mm_onboarded=onboarded)
    campaign = business.campaign()
    assert business.accepted() == {"marketing_messages": PEOPLE}
    assert business.refused() == set()
    assert business.books(campaign).sent == PEOPLE


@pytest.mark.parametrize("code", [134100, 134101, 134102, 10, 200])
def test_where_the_account_may_not_messages_takes_everybody_once(dynoxide: str, sim: Sim, code: int) -> None:
    business = Business(dynoxide, sim, marketing_messages_refusal=code)
    campaign = business.campaign()
    assert business.accepted() == {"messages": PEOPLE}
    assert business.refused() == {("marketing_messages", code)}
    assert business.books(campaign).sent == PEOPLE
    assert business.world.campaign(campaign).state is State.SENDING


def test_the_latest_category_decides_and_not_the_one_at_the_start(dynoxide: str, sim: Sim) -> None:
    business = Business(dynoxide, sim, "UTILITY")
    campaign = business.campaign(now_category="UTILITY")
    assert business.accepted() == {"messages": PEOPLE}
    assert business.refused() == set()
    assert business.books(campaign).sent == PEOPLE


def test_a_category_that_meta_did_not_tell_of_costs_a_refusal_and_nobody_their_message(dynoxide: str, sim: Sim) -> None:
    business = Business(dynoxide, sim, "UTILITY")
    campaign = business.campaign()
    assert business.accepted() == {"messages": PEOPLE}
    assert business.refused() == {("marketing_messages", 131055)}
    assert business.books(campaign).sent == PEOPLE


def test_where_neither_endpoint_takes_it_the_campaign_stops_with_everybody_waiting(dynoxide: str, sim: Sim) -> None:
    business = Business(dynoxide, sim, marketing_messages_refusal=134102, disable_marketing_messages_on_cloud_api=True)
    campaign = business.campaign()
    assert business.accepted() == {}
    assert business.world.campaign(campaign).state is State.PAUSED
    assert business.books(campaign).waiting == PEOPLE


def test_an_app_secret_that_is_not_metas_stops_the_account_and_fails_nobody(dynoxide: str, sim: Sim) -> None:
    business = Business(dynoxide, sim)
    right = business.access
    business.access = GraphAccess.of(right.token, "mistyped")
    campaign, world = business.campaign(slices=2), business.world
    assert business.accepted() == {}
    stopped = world.campaign(campaign)
    assert (stopped.state, stopped.reason) == (State.PAUSED, "meta_appsecret_proof")
    assert "nobody was failed" in next_action(stopped.reason)
    assert business.books(campaign).waiting == PEOPLE
    business.access = right
    resumed = world.deps.campaigns.change(
        world.tenant_id, campaign, lambda known: replace(known, state=after(known.state, "resume"))
    )
    let_lanes_go_on(world.deps.campaigns, world.deps.lanes, world.tenant_id, resumed)
    asyncio.run(business._slice())
    assert business.accepted() == {"marketing_messages": PEOPLE}
    assert business.books(campaign).sent == PEOPLE
