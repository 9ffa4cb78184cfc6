"""What waits in a journal counts as much as what is in the blocks: for the books, the sweep, and who is written to."""

import pytest

from functions.api.campaigns.recipients import Recipients
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.campaign import Audience, EarlierCampaign
from shared.domain.campaigns.outcome import Kind, Outcome
from shared.ids import CampaignId
from shared.queue_messages import StartCampaign
from shared.store.engine.database import Database
from tests.support.engine import FakeMeta, World
from tests.support.exact_books import standings
from tests.support.journals import Told, compact_all, tell

PEOPLE = 120
LATER = 60_000


LOST = Outcome(Kind.UNKNOWN, "no_answer")
REFUSED = Outcome(Kind.REFUSED, "131049")


def written_to(world: World, outcome: Outcome | None, *endings: str, **changes: str) -> CampaignId:
    """A campaign that has written to everybody, with this answer from those whose phone ends so, or from all."""
    world.add_contacts(PEOPLE)
    campaign_id = world.send_to_everybody(**changes)
    meta = FakeMeta(latency=0.001, answer=lambda to, _n: outcome if to.endswith(endings or ("",)) else None)
    while world.books(campaign_id).waiting:
        world.run_lane(meta, rate=2_000.0)
    return campaign_id


def people_of(world: World, campaign_id: CampaignId) -> list[tuple[int, int]]:
    """(block, slot) of everybody."""
    campaign, work = world.campaign(campaign_id), world.deps.lanes.work(world.phone_number_id)
    blocks = standings(world.deps.sends, world.tenant_id, campaign, work)
    return [(block.number, slot) for block in blocks for slot in range(block.status.size)]


def told(world: World, campaign_id: CampaignId, status: str) -> list[Told]:
    return [(status, *place) for place in people_of(world, campaign_id)]


def known(world: World, campaign_id: CampaignId, place: tuple[int, int]) -> str | None:
    """The outcome that the block itself knows."""
    status = world.deps.sends.status_block(world.tenant_id, campaign_id, place[0])
    return status.outcome(place[1]) if status is not None else None


def stored(world: World, campaign_id: CampaignId) -> set[str | None]:
    return {known(world, campaign_id, place) for place in people_of(world, campaign_id)}


def test_nobody_is_given_up_on_or_written_to_again_whose_delivery_waits_in_the_journal(
    world: World, database: Database
) -> None:
    campaign_id = written_to(world, LOST, unknown_policy="resend")
    tell(world, database, campaign_id, told(world, campaign_id, "delivered"), epoch_ms())
    assert stored(world, campaign_id) == {None}
    world.start_queue.take()
    assert world.sweep(campaign_id, EpochMs(epoch_ms() + LATER)) == "closed"
    assert [message for message in world.start_queue.take() if isinstance(message, StartCampaign)] == []
    assert stored(world, campaign_id) == {None}
    assert world.books(campaign_id).delivered == PEOPLE
    assert compact_all(database, world.tenant_id, epoch_ms() + LATER) == ["closed"]
    assert stored(world, campaign_id) == {"delivered"}
    assert world.books(campaign_id).delivered == PEOPLE


@pytest.mark.parametrize(("answer", "outcome"), [(LOST, None), (REFUSED, "failed")])
def test_another_try_leaves_out_whose_delivery_waits_in_the_journal(
    world: World, database: Database, answer: Outcome, outcome: str | None
) -> None:
    first = written_to(world, answer, "3", "4")
    missed = [place for place in people_of(world, first) if known(world, first, place) == outcome]
    assert len(missed) == PEOPLE // 5
    tell(world, database, first, [("delivered", *place) for place in missed[2:]], epoch_ms())
    assert world.sweep(first, EpochMs(epoch_ms() + LATER)) == "closed"
    second = world.send_to_everybody(audience=Audience(source=EarlierCampaign(first, (outcome or "unknown",))))
    assert world.books(second).planned == 2


def test_a_later_campaign_leaves_out_or_writes_to_people_by_what_the_journal_knows(
    world: World, database: Database
) -> None:
    first = written_to(world, None)
    tell(world, database, first, told(world, first, "failed:131026")[:20], epoch_ms())
    rest = Audience(tags=("all",), exclude_campaigns=(first,))
    second = world.send_to_everybody(audience=rest)
    assert world.books(second).planned == 20


def test_the_list_of_recipients_knows_what_the_journal_does(world: World, database: Database) -> None:
    campaign_id = written_to(world, None)
    rows = told(world, campaign_id, "read")
    tell(world, database, campaign_id, rows[:7] + told(world, campaign_id, "delivered")[7:], epoch_ms())
    page = Recipients(world.deps.sends, world.read_standing).page(
        world.tenant_id, world.campaign(campaign_id), "read", 100, None
    )
    assert len(page.items) == 7


def test_a_campaign_whose_failures_wait_in_the_journal_stops_by_itself(world: World, database: Database) -> None:
    world.add_contacts(2 * PEOPLE)
    campaign_id = world.send_to_everybody()
    now, until, lanes = epoch_ms(), EpochMs(epoch_ms() + LATER), world.deps.lanes
    held = lanes.acquire(world.phone_number_id, 0, "worker", "", now, until)
    assert held is not None
    lanes.claim(world.phone_number_id, 0, held.fence, {campaign_id: (0, PEOPLE)}, "token", now, until, 0)
    tell(world, database, campaign_id, told(world, campaign_id, "failed:131026")[:PEOPLE], now)
    assert stored(world, campaign_id) == {None}
    assert world.sweep(campaign_id, now) == "tripped"
