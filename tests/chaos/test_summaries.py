"""The schedules that the summaries of books were made for. What must hold in each: tests/chaos/model/promises.py."""

import pytest

from shared.domain.campaigns.campaign import State
from shared.domain.campaigns.chunks import ChunkId, Summary
from shared.ids import CampaignId
from tests.chaos.model.process import Blow, freeze
from tests.chaos.model.stage import Make, Stage

pytestmark = pytest.mark.filterwarnings("ignore")


def summaries(stage: Stage) -> dict[ChunkId, Summary]:
    return stage.world.deps.sends.summaries.of(stage.world.tenant_id, CampaignId(stage.campaigns[0]))


def told(stage: Stage, *messages: int, status: str = "delivered") -> None:
    """A status of each of these messages is taken in."""
    stage.webhooks.tell([(i, status, "") for i in messages])
    stage.webhooks.take_statuses()
    stage.advance(0.5)


def unheard_of(make: Make, people: int = 6) -> Stage:
    """Everybody was written to, Meta answered nobody, and that is summed up."""
    stage = make(people)
    stage.meta.plan = ["lost_answer"] * people
    stage.advance(12)
    stage.report(0)
    stage.advance(0.5)
    assert sum(summary.stored.unsettled for summary in summaries(stage).values()) == people
    return stage


def test_books_are_looked_at_while_lanes_send(make: Make) -> None:
    stage = make(14, lanes=4)
    for _ in range(8):
        stage.report(0)
        stage.advance(0.4)
        stage.look()
    stage.advance(8)
    stage.report(0)
    stage.advance(1)
    assert len(summaries(stage)) == 2


def test_who_waits_for_another_try_is_not_settled_by_what_is_summed_up(make: Make) -> None:
    stage = make(4)
    stage.meta.plan = ["pair"] * 9
    for _ in range(12):
        stage.report(0)
        stage.sweep(0)
        stage.advance(0.7)
        stage.look()


def test_who_waits_for_another_try_when_it_is_cancelled_is_not_counted_twice(make: Make) -> None:
    stage = make(4)
    stage.meta.plan = ["pair"] * 4
    stage.advance(4)
    stage.report(0)
    stage.advance(0.5)
    stage.steer(0, "cancel")
    stage.advance(0.5)
    stage.look()
    assert summaries(stage)
    assert stage.world.campaign(CampaignId(stage.campaigns[0])).state is State.CANCELLED


def test_of_whom_no_chunk_was_reached_before_it_was_cancelled_is_cancelled(make: Make) -> None:
    stage = make(14)
    stage.advance(1)
    stage.steer(0, "cancel")
    stage.advance(2)
    stage.report(0)
    stage.advance(1)
    stage.look()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", ["Query SUM", "Query T", "PutItem SUM"])
def test_who_read_earlier_and_stores_later_takes_no_summary_back(make: Make, call: str, *, after: bool) -> None:
    stage = unheard_of(make)
    stage.advance(61)
    stage.machine.strike(freeze(5, after=after), kind="reader", call=call)
    stage.report(0)
    stage.advance(1)
    told(stage, 0, 1, 2)
    stage.sweep(0)
    stage.advance(1)
    stage.look()
    stage.advance(6)
    stage.look()
    assert sum(summary.stored.delivered for summary in summaries(stage).values()) == 3


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("left", [1, 2])
def test_who_dies_between_the_chunks_leaves_what_the_next_one_reads(make: Make, left: int, *, after: bool) -> None:
    stage = make(6)
    stage.advance(8)
    stage.machine.strike(Blow("kill", after), left=left, kind="reader", call="PutItem SUM")
    stage.report(0)
    stage.advance(1)
    assert len(summaries(stage)) == left - (0 if after else 1)
    stage.look()
    stage.sweep(0)
    stage.advance(1)
    assert len(summaries(stage)) == 2


def test_a_summary_is_made_anew_when_more_is_known_and_says_the_same_of_each(make: Make) -> None:
    stage = unheard_of(make)
    for minute in range(3):
        told(stage, *range(2 * minute + 1))
        stage.advance(120)
        stage.compact(0)
        stage.report(0)
        stage.advance(1)
        stage.look()
        assert sum(summary.stored.delivered for summary in summaries(stage).values()) == 2 * minute + 1


def test_nobody_is_given_up_on_because_of_an_old_summary(make: Make) -> None:
    stage = unheard_of(make)
    told(stage, *range(5))
    stage.advance(300)
    stage.sweep(0)
    stage.advance(1)
    books = stage.world.books(CampaignId(stage.campaigns[0]))
    assert (books.delivered, books.unknown) == (5, 1)


@pytest.mark.parametrize("call", ["Query SUM", "Query T"])
def test_a_campaign_does_not_end_where_its_lanes_stood_before_they_sent_the_rest(make: Make, call: str) -> None:
    """The sweep has looked at the lanes, and reads the blocks when all others have an outcome, too."""
    stage = make(12)
    stage.advance(4.5)
    work = stage.world.deps.lanes.work(stage.world.phone_number_id)
    assert 6 < work.lanes[0].cursors[CampaignId(stage.campaigns[0])] < 12
    stage.machine.strike(freeze(10), kind="sweep", call=call)
    stage.sweep(0)
    stage.advance(15)
    stage.look()


def test_whom_meta_keeps_back_is_come_back_to_when_the_campaign_has_ended(make: Make) -> None:
    stage = make(2)
    stage.meta.plan = ["held", "accept"]
    stage.advance(6)
    stage.come_to_rest(silent=1)
    campaign = stage.world.campaign(CampaignId(stage.campaigns[0]))
    assert campaign.closed
    assert campaign.held_until
