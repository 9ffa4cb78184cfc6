"""What Meta tells while a campaign loads or stands still: nobody else stops it then, and Meta refuses none of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from functions.api.campaigns.control import CampaignControl
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.campaign import State
from shared.domain.campaigns.stop_reasons import Scope
from shared.errors import Conflict
from shared.ids import CampaignId
from shared.services.campaign_stop import CampaignStop
from shared.store.campaigns.runs import Runs
from tests.support.engine import FakeMeta, World

Tell = Callable[[World], None]
PEOPLE = 20


def template(**changes: Any) -> Tell:
    def tell(world: World) -> None:
        world.deps.templates.change(world.tenant_id, "77", lambda known: replace(known, **changes))

    return tell


def number(**changes: Any) -> Tell:
    def tell(world: World) -> None:
        change = lambda known: replace(known, **changes)  # noqa: E731
        world.deps.accounts.change_number(world.tenant_id, world.phone_number_id, change)

    return tell


@pytest.fixture
def control(world: World) -> CampaignControl:
    deps = world.deps
    return CampaignControl(
        deps.accounts,
        deps.campaigns,
        deps.fields,
        deps.templates,
        deps.lanes,
        cast("Any", None),
        world.start_queue,
        cast("Any", world.lane_queue),
        lambda _id, _error: None,
    )


def standing(world: World, campaign_id: CampaignId) -> tuple[str, str, list[str]]:
    campaign = world.campaign(campaign_id)
    runs = world.deps.lanes.work(world.phone_number_id).runs
    return campaign.state, campaign.reason, [run.state for run in runs]


def stop(world: World, campaign_id: CampaignId, reason: str, said_at: EpochMs | None = None) -> None:
    CampaignStop(world.deps.campaigns, world.deps.lanes)(world.tenant_id, campaign_id, Scope.CAMPAIGN, reason, said_at)


def accepted(world: World) -> int:
    meta = FakeMeta()
    world.run_lane(meta)
    return len(meta.accepted)


STOPS = [
    (template(category="UTILITY"), "template_recategorised"),
    (template(status="PAUSED"), "template_paused"),
    (template(quality="RED"), "template_quality_red"),
    (number(quality="RED"), "number_quality_red"),
    (number(status="restricted", reason="account_restricted"), "account_restricted"),
]


@pytest.mark.parametrize(("tell", "reason"), STOPS)
def test_what_is_told_while_it_loads_stops_it_before_anybody_is_written_to(
    world: World, tell: Tell, reason: str
) -> None:
    world.add_contacts(PEOPLE)
    campaign_id = world.launch()
    world.start(campaign_id)
    tell(world)
    world.load()
    assert standing(world, campaign_id) == ("paused", reason, ["paused"])
    assert world.lane_queue.take() == []
    assert accepted(world) == 0


@pytest.mark.parametrize("index", [0, 2, 3])
def test_who_resumes_it_has_decided(world: World, control: CampaignControl, index: int) -> None:
    tell, _ = STOPS[index]
    world.add_contacts(PEOPLE)
    campaign_id = world.launch()
    world.start(campaign_id)
    tell(world)
    world.load()
    control.resume(world.tenant_id, campaign_id, epoch_ms())
    assert world.sweep(campaign_id, epoch_ms()) == "sending"
    assert standing(world, campaign_id) == ("sending", "", ["running"])
    assert accepted(world) == PEOPLE


def test_the_sweep_looks_too_when_the_loader_died_at_the_last_step(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise ConnectionError

    world.add_contacts(PEOPLE)
    campaign_id = world.launch()
    world.start(campaign_id)
    with monkeypatch.context() as patch:
        patch.setattr(Runs, "open", die)
        with pytest.raises(ConnectionError):
            world.load()
    assert standing(world, campaign_id) == ("sending", "", [])
    template(category="UTILITY")(world)
    world.sweep(campaign_id, epoch_ms())
    assert standing(world, campaign_id) == ("paused", "template_recategorised", ["paused"])


def test_whoever_resumed_it_meanwhile_is_not_overruled(world: World, control: CampaignControl) -> None:
    """The sweep sees a run that is still opening, of a campaign that was stopped and resumed since."""
    world.add_contacts(PEOPLE)
    campaign_id = world.launch()
    world.start(campaign_id)
    template(quality="RED")(world)
    world.load()
    control.resume(world.tenant_id, campaign_id, epoch_ms())
    world.deps.lanes.runs.set_state(world.phone_number_id, campaign_id, "opening")
    world.sweep(campaign_id, epoch_ms())
    assert standing(world, campaign_id) == ("sending", "", ["running"])


def test_a_stop_is_shown_of_what_was_paused_on_request(world: World, control: CampaignControl) -> None:
    world.add_contacts(PEOPLE)
    campaign_id = world.send_to_everybody()
    control.pause(world.tenant_id, campaign_id)
    for told, shown in [
        ("meta_131048", "meta_131048"),
        ("template_quality_red", "template_quality_red"),
        ("meta_131048", "template_quality_red"),
        ("template_recategorised", "template_recategorised"),
        ("template_quality_red", "template_recategorised"),
    ]:
        stop(world, campaign_id, told)
        assert standing(world, campaign_id) == ("paused", shown, ["paused"])


def test_what_was_said_before_it_was_resumed_is_not_shown_either(world: World, control: CampaignControl) -> None:
    world.add_contacts(PEOPLE)
    campaign_id = world.send_to_everybody()
    control.pause(world.tenant_id, campaign_id)
    resumed = control.resume(world.tenant_id, campaign_id, epoch_ms())
    control.pause(world.tenant_id, campaign_id)
    stop(world, campaign_id, "template_quality_red", EpochMs((resumed.resumed_at or 0) - 1))
    assert standing(world, campaign_id) == ("paused", "paused on request", ["paused"])


@pytest.mark.parametrize("told", [False, True])
def test_what_was_made_for_utility_never_goes_out_as_marketing(
    world: World, control: CampaignControl, told: bool
) -> None:
    world.add_contacts(PEOPLE)
    template(category="UTILITY")(world)
    campaign_id = world.send_to_everybody()
    control.pause(world.tenant_id, campaign_id)
    template(category="MARKETING")(world)
    if told:
        stop(world, campaign_id, "template_recategorised")
    for _ in range(2):
        with pytest.raises(Conflict, match="start a new one") as refused:
            control.resume(world.tenant_id, campaign_id, epoch_ms())
        assert refused.value.code == "template"
    assert standing(world, campaign_id) == ("paused", "template_recategorised", ["paused"])
    assert accepted(world) == 0
    template(category="UTILITY")(world)
    control.resume(world.tenant_id, campaign_id, epoch_ms())
    assert accepted(world) == PEOPLE


def test_a_milder_category_has_to_be_known_to_who_resumes_it(world: World, control: CampaignControl) -> None:
    world.add_contacts(PEOPLE)
    campaign_id = world.send_to_everybody()
    control.pause(world.tenant_id, campaign_id)
    template(category="UTILITY", category_at=epoch_ms())(world)
    with pytest.raises(Conflict, match="once more"):
        control.resume(world.tenant_id, campaign_id, epoch_ms())
    assert standing(world, campaign_id) == ("paused", "template_recategorised", ["paused"])
    for _ in range(2):
        resumed = control.resume(world.tenant_id, campaign_id, EpochMs(epoch_ms() + 1))
        assert (resumed.state, resumed.category) == (State.SENDING, "MARKETING")
        control.pause(world.tenant_id, campaign_id)
