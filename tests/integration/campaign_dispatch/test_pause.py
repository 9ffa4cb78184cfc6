"""Campaigns that stop by themselves: the campaign and its run, with a reason, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from functions.campaign_dispatch.lane.pause import AutoPause, pause_idle_number
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import State, after
from shared.domain.campaigns.number_work import Run
from shared.domain.campaigns.stop_reasons import Scope
from shared.domain.numbers.number import Number
from shared.ids import CampaignId, PhoneNumberId, new_ulid
from tests.support.engine import World


@pytest.fixture
def pause(world: World) -> AutoPause:
    return AutoPause(world.deps.campaigns, world.deps.lanes)


def runs(world: World) -> dict[str, Run]:
    return {run.campaign_id: run for run in world.deps.lanes.work(world.phone_number_id).runs}


def two_campaigns(world: World) -> tuple[str, str]:
    world.add_contacts(2)
    return world.send_to_everybody(), world.send_to_everybody()


def test_one_campaign_is_paused_and_the_other_goes_on(world: World, pause: AutoPause) -> None:
    first, second = two_campaigns(world)
    pause(runs(world)[first], Scope.CAMPAIGN, "132015")
    assert world.campaign(CampaignId(first)).state is State.PAUSED
    assert "132015" in world.campaign(CampaignId(first)).reason
    assert {c: run.state for c, run in runs(world).items()} == {first: "paused", second: "running"}
    assert runs(world)[first].reason == world.campaign(CampaignId(first)).reason


def test_every_campaign_of_a_number_is_paused(world: World, pause: AutoPause) -> None:
    first, second = two_campaigns(world)
    pause(runs(world)[first], Scope.NUMBER, "131048")
    assert {world.campaign(CampaignId(c)).state for c in (first, second)} == {State.PAUSED}
    assert {run.state for run in runs(world).values()} == {"paused"}


@pytest.mark.parametrize(
    ("change", "idle"),
    [
        ({}, False),
        ({"status": "restricted", "reason": "account_restricted"}, True),
        ({"status": "restricted", "reason": "account_restricted", "restricted_until": 2_000}, True),
        ({"status": "restricted", "reason": "account_restricted", "restricted_until": 1_000}, False),
        ({"status": "disconnected", "reason": "partner_removed"}, True),
    ],
)
def test_a_number_that_may_not_send_stops_what_began_on_it(world: World, change: dict[str, Any], idle: bool) -> None:
    first, second = two_campaigns(world)
    number = replace(world.deps.accounts.number(world.tenant_id, world.phone_number_id), **change)
    deps = world.deps
    assert pause_idle_number(deps.campaigns, deps.lanes, world.tenant_id, number, EpochMs(1_500)) is idle
    for campaign_id in (first, second):
        assert world.campaign(CampaignId(campaign_id)).state is (State.PAUSED if idle else State.SENDING)
        assert world.campaign(CampaignId(campaign_id)).reason == (change["reason"] if idle else "")
        assert runs(world)[campaign_id].state == ("paused" if idle else "running")


def test_pausing_again_changes_nothing(world: World, pause: AutoPause) -> None:
    first, _ = two_campaigns(world)
    run = runs(world)[first]
    pause(run, Scope.CAMPAIGN, "132015")
    before = world.campaign(CampaignId(first))
    pause(run, Scope.CAMPAIGN, "132016")
    assert world.campaign(CampaignId(first)) == before
    assert runs(world)[first].state == "paused"


def test_a_cancelled_campaign_stays_cancelled(world: World, pause: AutoPause) -> None:
    first, _ = two_campaigns(world)
    run = runs(world)[first]
    world.deps.campaigns.change(
        world.tenant_id, CampaignId(first), lambda c: replace(c, state=after(c.state, "cancel"))
    )
    world.deps.lanes.runs.set_state(world.phone_number_id, CampaignId(first), "cancelled")
    pause(run, Scope.NUMBER, "131048")
    assert world.campaign(CampaignId(first)).state is State.CANCELLED
    assert runs(world)[first].state == "cancelled"


def test_a_crash_between_campaign_and_run_is_made_good_by_the_repetition(world: World, pause: AutoPause) -> None:
    first, _ = two_campaigns(world)
    run = runs(world)[first]
    world.deps.campaigns.change(
        world.tenant_id, CampaignId(first), lambda c: replace(c, state=after(c.state, "pause"), reason="132015: …")
    )
    pause(run, Scope.CAMPAIGN, "132015")
    assert runs(world)[first].state == "paused"


def test_every_campaign_of_an_account_is_paused_whatever_its_number(world: World, pause: AutoPause) -> None:
    first, _ = two_campaigns(world)
    other = Number(PhoneNumberId(f"{world.phone_number_id}7"), world.waba_id, "+15550002222", "Test")
    world.deps.accounts.connect(world.tenant_id, world.deps.accounts.waba(world.tenant_id, world.waba_id), [other])
    elsewhere = world.send_to_everybody(phone_number_id=other.phone_number_id)
    foreign = world.launch(waba_id="999")
    world.deps.campaigns.change(world.tenant_id, foreign, lambda c: replace(c, state=State.SENDING))
    pause(runs(world)[first], Scope.ACCOUNT, "131042")
    assert world.campaign(elsewhere).state is State.PAUSED
    assert [run.state for run in world.deps.lanes.work(other.phone_number_id).runs] == ["paused"]
    assert world.campaign(foreign).state is State.SENDING


def test_a_campaign_that_is_gone_holds_nothing_up(world: World, pause: AutoPause) -> None:
    first, second = two_campaigns(world)
    gone = replace(runs(world)[first], campaign_id=CampaignId(new_ulid()))
    pause(gone, Scope.NUMBER, "131048")
    assert world.campaign(CampaignId(second)).state is State.SENDING
