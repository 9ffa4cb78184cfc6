"""The schedules that the sweep's turns were made for. What must hold in each: tests/chaos/model/turn_promises.py."""

import pytest

from shared.domain.campaigns.campaign import State
from shared.ids import CampaignId
from tests.chaos.model.process import Blow, freeze
from tests.chaos.model.stage import Make, Stage
from tests.chaos.model.sweeps import TURN_MS

pytestmark = pytest.mark.filterwarnings("ignore")
TURN_SECONDS = TURN_MS / 1000


def begun(stage: Stage) -> list[int]:
    """How many turns of each campaign were begun."""
    return [stage.sweeps.promises.begun[campaign_id] for campaign_id in stage.campaigns]


def test_a_message_that_comes_when_its_turn_has_ended_is_not_worked_on(make: Make) -> None:
    stage = make()
    stage.sweeps.run(late=True)
    stage.advance(0.5)
    stage.machine.strike(freeze(3), kind="sweep", call="UpdateItem TURN")
    stage.sweeps.deliver()
    stage.advance(0.5)
    stage.sweeps.deliver(again=True)
    stage.advance(5)
    assert begun(stage) == [1]


def test_who_ends_a_turn_that_had_ended_does_not_end_the_next_one(make: Make) -> None:
    stage = make()
    stage.machine.strike(freeze(5), kind="sweep", call="DeleteItem TURN")
    stage.sweeps.run()
    stage.advance(0.5)
    stage.sweeps.deliver(again=True)
    stage.advance(0.5)
    stage.sweeps.run(late=True)
    stage.advance(5)
    assert begun(stage) == [2]
    stage.sweeps.run()
    stage.advance(1)
    stage.sweeps.deliver()
    stage.advance(1)
    assert begun(stage) == [3]


def test_who_is_at_work_keeps_the_turn_although_its_message_waited_long(make: Make) -> None:
    stage = make()
    stage.sweeps.run(late=True)
    stage.advance(TURN_SECONDS - 10)
    stage.machine.strike(freeze(40), kind="sweep", call="Query PN")
    stage.sweeps.deliver()
    stage.advance(20)
    stage.sweeps.run()
    stage.advance(1)
    assert begun(stage) == [1]


def test_a_message_that_is_lost_is_sent_again_when_its_time_is_over(make: Make) -> None:
    stage = make()
    stage.sweeps.run(late=True)
    stage.advance(1)
    stage.sweeps.lose()
    stage.sweeps.run()
    stage.advance(1)
    assert begun(stage) == [0]
    stage.advance(TURN_SECONDS)
    stage.sweeps.run()
    stage.advance(1)
    assert begun(stage) == [1]


def test_of_two_messages_for_a_turn_the_first_to_come_takes_it(make: Make) -> None:
    stage = make()
    stage.sweeps.run(late=True)
    stage.advance(TURN_SECONDS + 1)
    stage.sweeps.run(late=True)
    stage.advance(1)
    stage.sweeps.deliver()
    stage.advance(1)
    assert begun(stage)[0] >= 1


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", ["UpdateItem TURN", "Query PN", "DeleteItem TURN"])
def test_whoever_dies_leaves_the_turn_to_its_next_message(make: Make, call: str, *, after: bool) -> None:
    stage = make()
    stage.machine.strike(Blow("kill", after), kind="sweep", call=call)
    stage.sweeps.run()
    stage.advance(1)
    stage.sweeps.deliver()
    stage.advance(1)
    ended, never_begun = call == "DeleteItem TURN" and after, call == "UpdateItem TURN" and not after
    assert begun(stage) == [1 if ended or never_begun else 2]


def test_what_the_queue_does_not_take_has_its_turn_the_next_minute(make: Make) -> None:
    stage = make()
    stage.sweeps.refusals = 1
    stage.sweeps.run()
    stage.advance(1)
    assert begun(stage) == [0]
    stage.sweeps.run()
    stage.advance(1)
    assert begun(stage) == [1]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", ["UpdateItem TURN", "PutItem PLACE"])
def test_a_run_that_dies_holds_nobody_up_for_longer_than_a_turn(make: Make, call: str, *, after: bool) -> None:
    stage = make(campaigns=2)
    stage.machine.strike(Blow("kill", after), kind="due", call=call)
    stage.sweeps.run(1)
    stage.advance(TURN_SECONDS + 1)
    stage.sweeps.run()
    stage.advance(1)
    assert min(begun(stage)) >= 1


def test_runs_that_have_time_for_one_of_two_come_to_both(make: Make) -> None:
    """Nobody ever hears what became of anybody, so both campaigns have many turns before they end."""
    stage = make(6, campaigns=2)
    stage.meta.plan = ["lost_answer"] * 12
    stage.advance(10)
    for _ in range(6):
        stage.sweeps.minute(1, 30)
    assert begun(stage) == [3, 3]


def test_of_two_sweeps_that_close_a_cancelled_campaign_the_later_leaves_its_lanes_where_they_stood(make: Make) -> None:
    stage = make()
    stage.advance(2)
    stage.steer(0, "cancel")
    stage.advance(16)
    stage.machine.strike(freeze(5), kind="sweep", call="Query PN")
    stage.sweeps.run()
    stage.advance(0.5)
    stage.sweep(0)
    stage.advance(6)
    campaign = stage.world.campaign(CampaignId(stage.campaigns[0]))
    assert (campaign.state, campaign.closed) == (State.CANCELLED, True)
    assert sum(campaign.cursors) > 0
