"""The schedules that the send engine was made for, one by one, and one story that is cut off at every await."""

import os

import pytest

from shared.domain.campaigns.campaign import State
from shared.ids import CampaignId
from tests.chaos.model.process import Blow, freeze
from tests.chaos.model.stage import Ground, Make, Stage

pytestmark = pytest.mark.filterwarnings("ignore")
STRIDE = max(1, 24 * 40 // int(os.environ.get("MODEL_EXAMPLES", "40")))
"""Every so many awaits of the story are struck; with MODEL_EXAMPLES=960 or more, all."""


def written_to(stage: Stage) -> int:
    return sum(map(len, stage.meta.attempts.values()))


def test_a_claim_that_failed_sends_nothing(make: Make) -> None:
    stage = make()
    stage.machine.strike(Blow("fail"), left=3, kind="lane", call="UpdateItem LANE")
    stage.advance(30)
    assert written_to(stage) == 12


def test_a_claim_whose_answer_was_lost_is_known_as_ones_own(make: Make) -> None:
    stage = make()
    stage.machine.strike(Blow("repeat"), left=2, kind="lane", call="UpdateItem LANE")
    stage.advance(5)
    assert written_to(stage) > 6


def test_who_wakes_up_behind_its_claim_sends_nothing_when_another_has_begun(make: Make) -> None:
    stage = make(24)
    stage.machine.strike(freeze(17, after=True), left=3, kind="lane", call="UpdateItem LANE")
    stage.advance(16.5)
    stage.workers.wake(0)
    stage.advance(4)
    assert stage.promises.followed


def test_who_wakes_up_behind_its_look_claims_nothing_when_another_has_the_lane(make: Make) -> None:
    stage = make(24)
    stage.machine.strike(freeze(17), kind="lane", call="GetItem R")
    stage.advance(16.5)
    # The other one has not moved the cursor yet: the fence alone says whose the lane is.
    stage.machine.strike(Blow("slow", seconds=2), kind="lane", call="Query OPT")
    stage.workers.wake(0)
    stage.advance(1)
    assert {fence for fence, _ in stage.promises.owners.values()} == {2}
    assert written_to(stage) == 0
    stage.advance(6)


def test_a_list_of_retries_is_sent_by_one_of_two_whose_clocks_disagree(make: Make) -> None:
    stage = make(4)
    stage.meta.plan = ["throttle"]
    stage.machine.strike(freeze(11.5), kind="lane", call="DeleteItem Q")
    stage.advance(13.5)
    stage.workers.wake(0, skew=6)
    stage.advance(1)
    # The other one has claimed the list, and the first one's look is not too old yet.
    assert {fence for fence, _ in stage.promises.owners.values()} == {2}
    stage.advance(5)
    assert any(len(attempts) == 2 for attempts in stage.meta.attempts.values())


def _cancelled_behind_a_look(make: Make) -> Stage:
    """A lane that was awake for the second campaign has just seen that the first one goes on, after a minute in which
    it claimed nothing of it, and stands still before its claim. Then the first one is cancelled."""
    stage = make(6, campaigns=2)
    stage.advance(0.8)
    stage.steer(0, "pause")
    stage.advance(1.2)
    stage.meta.plan = ["pair"] * 12
    stage.advance(55)
    stage.meta.plan = ["lost_answer"] * 4
    stage.steer(0, "resume")
    stage.advance(0.1)
    stage.machine.strike(freeze(5), kind="lane", call="GetItem R")
    stage.advance(1.2)
    stage.steer(0, "cancel")
    stage.advance(0.5)
    return stage


def test_a_lane_that_stood_still_does_not_move_the_cursor_of_a_campaign_that_was_closed(make: Make) -> None:
    stage = _cancelled_behind_a_look(make)
    stage.sweep(0)
    stage.advance(0.5)
    assert stage.world.campaign(CampaignId(stage.campaigns[0])).closed
    stage.advance(6)


def test_a_campaign_is_not_closed_where_its_lane_no_longer_stands(make: Make) -> None:
    stage = _cancelled_behind_a_look(make)
    stage.machine.strike(freeze(5), kind="sweep", call="UpdateItem LANE")
    stage.sweep(0)
    stage.advance(6)


def test_who_stood_still_leaves_no_retries_behind_a_campaign_that_was_closed(make: Make) -> None:
    stage = make()
    stage.meta.plan = ["throttle"]
    stage.machine.strike(freeze(20), kind="lane", call="TransactWriteItems Q")
    stage.advance(2)
    stage.steer(0, "cancel")
    stage.advance(16)
    stage.sweep(0)
    stage.advance(1)
    assert stage.world.campaign(CampaignId(stage.campaigns[0])).closed


def test_a_cancelled_campaign_is_closed_when_its_lane_has_stopped(make: Make) -> None:
    stage = make()
    stage.advance(2)
    stage.steer(0, "cancel")
    stage.advance(0.05)
    stage.sweep(0)
    stage.advance(0.05)
    assert not stage.world.campaign(CampaignId(stage.campaigns[0])).closed


def test_a_campaign_that_was_cancelled_before_it_came_before_its_lanes_is_never_sent(make: Make) -> None:
    stage = make(opened=False)
    stage.steer(0, "cancel")
    stage.advance(4)
    stage.load_again(0)
    stage.advance(4)
    assert written_to(stage) == 0


def test_a_campaign_that_was_paused_while_it_came_before_its_lanes_is_sent_when_it_goes_on(make: Make) -> None:
    stage = make(opened=False)
    stage.machine.strike(Blow("kill", after=True), kind="load", call="TransactWriteItems RUN")
    stage.load_again(0)
    stage.advance(1)
    stage.steer(0, "pause")
    stage.advance(1)
    stage.steer(0, "resume")
    stage.advance(1)
    stage.sweep(0)
    stage.advance(12)
    assert written_to(stage) == 12


def test_a_load_that_comes_again_behind_the_end_leaves_nothing_on_the_number(make: Make) -> None:
    stage = make(4)
    stage.advance(8)
    stage.sweep(0)
    stage.advance(1)
    assert stage.world.campaign(CampaignId(stage.campaigns[0])).closed
    stage.load_again(0)
    stage.advance(1)


def test_who_says_no_and_yes_again_is_not_written_to_in_this_campaign(make: Make) -> None:
    stage = make()
    stage.advance(1)
    last = stage.not_yet_written_to()[-1]
    stage.webhooks.says(last, "STOP")
    stage.advance(1.2)
    stage.webhooks.says(last, "START")
    stage.advance(12)
    assert stage.world.books(CampaignId(stage.campaigns[0])).skipped_by == {"opted_out": 1}


def test_who_stops_marketing_at_whatsapp_is_not_written_to_by_the_next_campaign(make: Make) -> None:
    stage = make(4, campaigns=2)
    stage.steer(1, "pause")
    stage.advance(8)
    waiting = stage.not_yet_written_to()
    told = next(
        i for i, slot in enumerate(stage.meta.owed) if stage.promises.destinations[slot.block, slot.slot] in waiting
    )
    stage.webhooks.tell([(told, "failed", "131050"), (told, "sent", "")])
    stage.webhooks.take_statuses()
    stage.advance(2)
    stage.steer(1, "resume")
    stage.advance(8)
    assert stage.world.books(CampaignId(stage.campaigns[1])).skipped_by == {"opted_out": 1}


def test_a_no_that_was_half_stored_is_stored_when_it_comes_again(make: Make) -> None:
    stage = make()
    stage.machine.strike(Blow("kill", after=True), kind="inbound", call="UpdateItem C")
    stage.webhooks.says(stage.not_yet_written_to()[-1], "STOP")
    stage.advance(1)
    stage.webhooks.take_inbound()
    stage.advance(12)
    assert stage.world.books(CampaignId(stage.campaigns[0])).skipped == 1


def test_a_result_that_could_not_be_stored_is_stored_later(make: Make) -> None:
    stage = make(4)
    stage.machine.strike(Blow("fail"), kind="lane", call="UpdateItem S")
    stage.advance(10)
    assert stage.world.books(CampaignId(stage.campaigns[0])).sent == 4


def test_a_status_that_could_not_be_stored_is_taken_in_when_it_comes_again(make: Make) -> None:
    stage = make(4)
    stage.meta.plan = ["lost_answer"] * 4
    stage.advance(10)
    assert stage.world.books(CampaignId(stage.campaigns[0])).unknown == 4
    stage.webhooks.tell([(i, "delivered", "") for i in range(4)])
    stage.machine.strike(Blow("fail"), kind="statuses", call="UpdateItem S")
    stage.webhooks.take_statuses()
    stage.advance(1)
    stage.webhooks.take_statuses()
    stage.advance(1)
    assert stage.world.books(CampaignId(stage.campaigns[0])).delivered == 4


def test_a_pause_stands_although_a_sweep_had_looked_before_it(make: Make) -> None:
    stage = make()
    stage.advance(2)
    stage.machine.strike(freeze(3), kind="sweep", call="Query PN")
    stage.sweep(0)
    stage.advance(0.5)
    stage.steer(0, "pause")
    stage.advance(6)
    stage.workers.wake(0)
    stage.advance(6)
    assert stage.world.campaign(CampaignId(stage.campaigns[0])).state is State.PAUSED


def test_a_pause_stands_although_a_resumption_was_under_way(make: Make) -> None:
    stage = make()
    stage.advance(1)
    stage.steer(0, "pause")
    stage.advance(1)
    stage.machine.strike(freeze(3), kind="control", call="UpdateItem RUN")
    stage.steer(0, "resume")
    stage.advance(1)
    stage.steer(0, "pause")
    stage.advance(6)
    stage.workers.wake(0)
    stage.advance(6)
    assert stage.world.campaign(CampaignId(stage.campaigns[0])).state is State.PAUSED


def _with_a_journal(make: Make) -> Stage:
    """Everybody was written to, and a page in the journal tells of one delivery."""
    stage = make(6)
    stage.advance(8)
    stage.webhooks.tell([(0, "delivered", "")])
    stage.webhooks.take_statuses()
    stage.advance(0.5)
    return stage


def _delivered(stage: Stage) -> int:
    return stage.world.books(CampaignId(stage.campaigns[0])).delivered


def _told_of_a_second(stage: Stage) -> None:
    stage.webhooks.tell([(1, "delivered", "")])
    stage.webhooks.take_statuses()


@pytest.mark.parametrize("call", ["UpdateItem OPEN", "Query T", "UpdateItem S", "DeleteItem J", "DeleteItem OPEN"])
def test_a_page_that_is_kept_while_its_journal_is_compacted_is_not_forgotten(make: Make, call: str) -> None:
    stage = _with_a_journal(make)
    stage.machine.strike(freeze(3), kind="compaction", call=call)
    stage.compact(0)
    stage.advance(1)
    _told_of_a_second(stage)
    stage.advance(5)
    assert _delivered(stage) == 2


@pytest.mark.parametrize("call", ["PutItem J", "UpdateItem OPEN"])
def test_a_page_whose_keeper_stood_still_while_its_journal_was_closed_is_not_forgotten(make: Make, call: str) -> None:
    stage = _with_a_journal(make)
    stage.machine.strike(freeze(3), kind="statuses", call=call)
    _told_of_a_second(stage)
    stage.advance(1)
    stage.compact(0)
    stage.advance(5)
    assert _delivered(stage) == 2


@pytest.mark.parametrize("call", ["PutItem J", "UpdateItem OPEN"])
def test_statuses_of_a_page_that_could_not_be_kept_or_noted_come_again(make: Make, call: str) -> None:
    stage = make(6)
    stage.advance(8)
    stage.machine.strike(Blow("fail"), kind="statuses", call=call)
    _told_of_a_second(stage)
    stage.advance(1)
    stage.webhooks.take_statuses()
    stage.advance(1)
    assert _delivered(stage) == 1


def test_who_wakes_up_before_it_closes_a_journal_does_not_close_the_next_one(make: Make) -> None:
    stage = _with_a_journal(make)
    stage.machine.strike(freeze(5), kind="compaction", call="DeleteItem OPEN")
    stage.compact(0)
    stage.advance(1)
    stage.compact(0)
    stage.advance(1)
    _told_of_a_second(stage)
    stage.advance(6)
    assert _delivered(stage) == 2


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", ["UpdateItem OPEN", "UpdateItem S", "DeleteItem J", "DeleteItem OPEN"])
def test_a_compaction_that_is_cut_off_leaves_what_the_next_one_does(make: Make, call: str, *, after: bool) -> None:
    stage = _with_a_journal(make)
    stage.machine.strike(Blow("kill", after), kind="compaction", call=call)
    stage.compact(0)
    stage.advance(2)
    stage.compact(0)
    stage.advance(2)
    assert _delivered(stage) == 1


@pytest.mark.parametrize("reading", range(1, 9))
def test_who_is_told_of_is_not_given_up_on_wherever_a_compaction_meets_the_sweep(make: Make, reading: int) -> None:
    stage = make(6)
    stage.meta.plan = ["lost_answer"] * 6
    stage.advance(12)
    assert len(stage.meta.owed) == 6
    stage.webhooks.tell([(i, "delivered", "") for i in range(5)])
    stage.webhooks.take_statuses()
    stage.advance(300)
    stage.machine.strike(freeze(3), left=reading, kind="sweep", call="Query T")
    stage.sweep(0)
    stage.advance(1)
    stage.compact(0)
    stage.advance(5)
    assert _delivered(stage) == 5
    assert stage.world.books(CampaignId(stage.campaigns[0])).unknown == 1


def story(stage: Stage) -> None:
    """A little of everything that happens to a campaign."""
    stage.meta.plan = ["accept", "accept", "throttle", "accept", "lost_answer", "refuse", "accept"]
    stage.advance(0.9)
    stage.webhooks.says(stage.not_yet_written_to()[-1], "STOP")
    stage.advance(0.6)
    stage.steer(0, "pause")
    stage.advance(0.8)
    stage.load_again(0)
    if stage.meta.owed:
        stage.webhooks.tell([(0, "delivered", ""), (0, "sent", ""), (-1, "read", "")])
    stage.webhooks.take_statuses()
    stage.advance(0.4)
    stage.compact(0)
    stage.steer(0, "resume")
    stage.sweep(0)
    stage.advance(19)
    stage.sweeps.run()
    stage.report(0)
    stage.webhooks.take_inbound()
    stage.webhooks.take_statuses()
    stage.advance(1)
    stage.look()
    stage.come_to_rest(silent=2)


BLOWS = [
    Blow("kill"),
    Blow("kill", after=True),
    freeze(18),
    freeze(18, after=True),
    Blow("fail"),
    Blow("fail", after=True),
    Blow("repeat"),
]


@pytest.mark.parametrize("blow", BLOWS, ids=lambda blow: f"{blow.way}-{'after' if blow.after else 'before'}")
def test_the_story_may_be_struck_at_every_await(ground: Ground, blow: Blow) -> None:
    at, awaits, broken = 1 + BLOWS.index(blow) * 3 % STRIDE, STRIDE, []
    while at <= awaits:
        stage = Stage(ground, people=8)
        stage.machine.strike(blow, left=at)
        try:
            story(stage)
            struck = stage.machine.storm.awaits[at - 1] if at <= len(stage.machine.storm.awaits) else ("", "")
            broken += [f"{at}. await, {' '.join(struck)}: {what}" for what in stage.promises.broken]
        finally:
            stage.machine.close()
        awaits = max(awaits, len(stage.machine.storm.awaits))
        at += STRIDE
    assert broken == []
