"""What Meta tells long after it has taken a message, or never: most of them fail, or they are kept back for good."""

from dataclasses import replace

import pytest

import functions.campaign_dispatch.sweep.campaign as campaign_of_the_sweep
from functions.campaign_dispatch.lane.logic.trip import WINDOW
from functions.campaign_dispatch.sweep.logic.ending import HELD_GRACE_MS
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.books import StatusChange
from shared.domain.campaigns.campaign import State, after
from shared.domain.campaigns.chunks import Reading
from shared.domain.campaigns.outcome import Kind, Outcome
from shared.domain.campaigns.standing import positions
from shared.ids import CampaignId
from tests.support.engine import FakeMeta, World
from tests.support.exact_books import standings

PEOPLE = 400
HELD = FakeMeta(lambda _to, _n: Outcome(Kind.HELD, message_id="wamid.held"))


@pytest.fixture(autouse=True, params=["from every block", "from summaries"])
def way_to_the_books(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A summary for each block, and none ever too old, is the hardest that may be."""
    if request.param == "from summaries":
        hardest = Reading(floor_ms=10**12, share=0.0, chunk_blocks=1, exact_blocks=0)
        monkeypatch.setattr(campaign_of_the_sweep, "FOR_SWEEP", hardest)


def sweep(world: World, campaign_id: CampaignId, later: int = 0) -> str:
    return world.sweep(campaign_id, EpochMs(epoch_ms() + later))


def claim(world: World, campaign_id: CampaignId, start: int, stop: int) -> None:
    """Claim as a worker would that is not heard of again."""
    now, lanes = epoch_ms(), world.deps.lanes
    state = lanes.acquire(
        world.phone_number_id,
        0,
        f"worker-{start}",
        "",
        EpochMs(now + start * 100_000),
        EpochMs(now + start * 100_000),
    )
    assert state is not None
    lanes.claim(
        world.phone_number_id,
        0,
        state.fence,
        {campaign_id: (start, stop)},
        f"token-{start}",
        now,
        now,
        0,
    )


def tell(world: World, campaign_id: CampaignId, start: int, stop: int, *, failed: int, code: str = "131026") -> None:
    """Statuses of the recipients at positions [start, stop): the last `failed` of them failed, the others arrived."""
    campaign = world.campaign(campaign_id)
    work = world.deps.lanes.work(world.phone_number_id)
    position = 0
    for block in standings(world.deps.sends, world.tenant_id, campaign, work):
        change = StatusChange()
        for slot in range(block.status.size):
            if stop - failed <= position < stop:
                change.failed[slot] = code
            elif start <= position < stop:
                change.sent.add(slot)
            position += 1
        world.deps.sends.record(world.tenant_id, campaign_id, block.number, change)


def resume(world: World, campaign_id: CampaignId) -> None:
    campaign = world.campaign(campaign_id)
    at = positions(campaign, world.deps.lanes.work(world.phone_number_id))
    world.deps.campaigns.change(
        world.tenant_id,
        campaign_id,
        lambda c: replace(c, state=after(c.state, "resume"), reason="", resumed_from=(at[0],)),
    )


@pytest.fixture
def campaign_id(world: World) -> str:
    world.add_contacts(PEOPLE)
    return world.send_to_everybody()


def test_a_campaign_most_of_whose_messages_fail_later_stops_with_the_reason(
    world: World, campaign_id: CampaignId
) -> None:
    claim(world, campaign_id, 0, 200)
    tell(world, campaign_id, 0, 200, failed=110)
    assert sweep(world, campaign_id) == "tripped"
    campaign = world.campaign(campaign_id)
    assert (campaign.state, campaign.reason) == (State.PAUSED, "meta_131026")
    assert [run.state for run in world.deps.lanes.work(world.phone_number_id).runs] == ["paused"]


@pytest.mark.parametrize(("stop", "failed"), [(200, 40), (WINDOW - 1, WINDOW - 1)])
def test_some_failures_or_few_messages_stop_nothing(
    world: World, campaign_id: CampaignId, stop: int, failed: int
) -> None:
    claim(world, campaign_id, 0, stop)
    tell(world, campaign_id, 0, stop, failed=failed)
    assert sweep(world, campaign_id) == "sending"


def test_it_is_the_messages_of_late_that_count(world: World, campaign_id: CampaignId) -> None:
    claim(world, campaign_id, 0, 300)
    tell(world, campaign_id, 0, 200, failed=200)
    tell(world, campaign_id, 200, 300, failed=0)
    assert sweep(world, campaign_id) == "sending"


def test_who_resumes_it_is_not_stopped_by_what_failed_before(world: World, campaign_id: CampaignId) -> None:
    claim(world, campaign_id, 0, 150)
    tell(world, campaign_id, 0, 150, failed=150)
    assert sweep(world, campaign_id) == "tripped"
    resume(world, campaign_id)
    assert sweep(world, campaign_id) == "sending"
    claim(world, campaign_id, 150, 300)
    tell(world, campaign_id, 150, 300, failed=150)
    assert sweep(world, campaign_id) == "tripped"


def test_a_campaign_with_nobody_left_to_spare_is_finished_and_not_stopped(
    world: World, campaign_id: CampaignId
) -> None:
    claim(world, campaign_id, 0, PEOPLE)
    tell(world, campaign_id, 0, PEOPLE, failed=PEOPLE)
    assert sweep(world, campaign_id) == "closed"
    assert world.campaign(campaign_id).state is State.COMPLETED


def test_what_meta_keeps_back_for_a_day_is_unknown(world: World, campaign_id: CampaignId) -> None:
    world.run_lane(HELD)
    assert sweep(world, campaign_id) == "closed"
    books = world.books(campaign_id)
    assert (books.sent, books.held, books.unknown) == (PEOPLE, PEOPLE, 0)
    tell(world, campaign_id, 0, 100, failed=10, code="132015")
    assert not world.is_due(campaign_id, EpochMs(epoch_ms() + HELD_GRACE_MS - 60_000))
    assert sweep(world, campaign_id, HELD_GRACE_MS - 60_000) == "closed"
    assert world.books(campaign_id).held == PEOPLE - 100
    assert world.is_due(campaign_id, EpochMs(epoch_ms() + HELD_GRACE_MS + 1))
    assert sweep(world, campaign_id, HELD_GRACE_MS + 60_000) == "held settled"
    books = world.books(campaign_id)
    assert books.balanced
    assert (books.sent, books.failed, books.held, books.unknown) == (90, 10, 0, PEOPLE - 100)
    assert not world.is_due(campaign_id, EpochMs(epoch_ms() + 10**10))


def test_what_is_kept_back_still_when_a_closed_campaign_is_looked_at_is_not_said_to_be_settled(
    world: World, campaign_id: CampaignId
) -> None:
    world.run_lane(HELD)
    assert sweep(world, campaign_id) == "closed"
    look_at = EpochMs(epoch_ms() + 60_000)
    world.deps.campaigns.change(world.tenant_id, campaign_id, lambda current: replace(current, held_until=look_at))
    assert sweep(world, campaign_id, 120_000) == "held still"
    assert (world.campaign(campaign_id).held_until or 0) > look_at
    assert world.books(campaign_id).held == PEOPLE


def test_what_is_let_go_after_all_is_sent(world: World, campaign_id: CampaignId) -> None:
    world.run_lane(HELD)
    sweep(world, campaign_id)
    sweep(world, campaign_id, HELD_GRACE_MS + 60_000)
    tell(world, campaign_id, 0, PEOPLE, failed=0)
    books = world.books(campaign_id)
    assert (books.sent, books.unknown) == (PEOPLE, 0)
