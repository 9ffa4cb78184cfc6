"""A campaign that cannot be sent when it is to start is over, and says what somebody can do who still wants it sent."""

from dataclasses import replace

import pytest

from shared.domain.accounts import account
from shared.domain.accounts.plans import entitlements
from shared.domain.campaigns.campaign import Audience, EarlierCampaign, State
from shared.domain.campaigns.stop_reasons import next_action
from shared.ids import CampaignId
from tests.support.engine import World, open_test_database


@pytest.fixture
def world(dynoxide: str) -> World:
    return World(open_test_database(dynoxide))


def must_be_made_anew(world: World, campaign_id: CampaignId) -> str:
    """The campaign's reason, when the campaign is over and nobody is told to resume it."""
    campaign = world.campaign(campaign_id)
    assert campaign.state is State.CANCELLED
    assert "start" in (advice := next_action(campaign.reason))
    assert "campaign" in advice
    assert "resume" not in advice
    return campaign.reason


@pytest.mark.parametrize("status", ["PAUSED", "DISABLED", "REJECTED"])
def test_a_template_that_cannot_be_sent_at_the_start(world: World, status: str) -> None:
    campaign_id = world.launch()
    world.deps.templates.change(world.tenant_id, "77", lambda t: replace(t, status=status))
    assert world.start(campaign_id) == "refused"
    assert f"the template is {status}" in must_be_made_anew(world, campaign_id)


def test_a_template_that_is_gone_at_the_start(world: World) -> None:
    campaign_id = world.launch(template_id="78")
    assert world.start(campaign_id) == "refused"
    must_be_made_anew(world, campaign_id)


def test_an_audience_that_is_larger_than_the_plan_allows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = entitlements("free", "")
    monkeypatch.setattr(account, "entitlements", lambda *_: replace(allowed, campaign_recipients=2))
    world.add_contacts(3)
    assert "the plan allows 2" in must_be_made_anew(world, world.send_to_everybody())


def test_the_unknown_of_a_campaign_that_still_sends(world: World) -> None:
    world.add_contacts(10)
    first = world.send_to_everybody()
    again = world.launch(audience=Audience(source=EarlierCampaign(first, ("unknown",))))
    assert world.start(again) == "refused"
    assert "not finished" in must_be_made_anew(world, again)
    assert world.load_queue.take() == []
