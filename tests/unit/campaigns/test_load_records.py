"""What a load writes down: which record follows, and what all shards come to."""

from dataclasses import replace

import pytest

from functions.campaign_dispatch.load.logic.records import NOTHING_SEALED, Totals, loaded, next_record, totals
from shared.clock import EpochMs
from shared.domain.campaigns.blocks import BLOCK_SIZE, Recipient
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.load_record import SealedBlock
from shared.domain.contacts.identity import SHARDS
from shared.errors import Conflict
from shared.ids import ContactId
from tests.support.campaigns import a_campaign

NOW = EpochMs(1_000_000)
CAMPAIGN = a_campaign("c1", state=State.LOADING)
FOUND = Totals(sizes=(2, 1), skipped={"opted_out": 4}, last_blocks=())


def people(count: int) -> list[Recipient]:
    return [Recipient(ContactId(f"{i:03d}"), f"+55119{i:08d}", ()) for i in range(count)]


def load(current: Campaign = CAMPAIGN, *, limit: int = 3, messaging_limit: int | None = None) -> Campaign:
    return loaded(current, FOUND, limit=limit, messaging_limit=messaging_limit, lanes=4, now=NOW)


def test_a_full_block_takes_its_people_and_counts_on() -> None:
    first = next_record(NOTHING_SEALED, people(BLOCK_SIZE), [("x", "opted_out")], "079", end=False)
    assert (first.n, first.spill, first.recipients, first.carried) == (0, 0, BLOCK_SIZE, ())
    second = next_record(first, people(BLOCK_SIZE), [("y", "opted_out"), ("z", "no_name")], "200", end=False)
    assert (second.n, second.recipients, second.scanned_to) == (1, 2 * BLOCK_SIZE, "200")
    assert second.skipped == {"opted_out": 2, "no_name": 1}


def test_what_is_not_full_spills_and_carries_its_people_on() -> None:
    first = next_record(NOTHING_SEALED, people(BLOCK_SIZE - 1), [], "078", end=False)
    assert (first.n, first.spill, first.recipients) == (-1, 1, 0)
    assert first.carried == tuple(people(BLOCK_SIZE - 1))
    assert next_record(first, people(3), [], "100", end=False).spill == 2


def test_the_last_block_of_a_shard_may_be_short_or_empty() -> None:
    last = next_record(replace(NOTHING_SEALED, spill=2), people(1), [], "000", end=True)
    assert (last.n, last.spill, last.recipients, last.end) == (0, 0, 1, True)
    assert next_record(NOTHING_SEALED, [], [], "", end=True).recipients == 0


def end_of(recipients: int) -> SealedBlock:
    return SealedBlock(recipients // BLOCK_SIZE, 0, recipients, {"opted_out": 1}, "z", end=True)


def test_totals_of_all_shards_and_the_last_blocks_that_hold_somebody() -> None:
    sizes = (BLOCK_SIZE + 1, BLOCK_SIZE, 0, 5) + (0,) * (SHARDS - 4)
    found = totals([end_of(size) for size in sizes])
    assert found == Totals(sizes, {"opted_out": SHARDS}, last_blocks=((0, 1), (3, 0)))


def test_a_loaded_campaign_is_sent_by_so_many_lanes() -> None:
    found = load()
    assert (found.state, found.sizes, found.skipped) == (State.SENDING, (2, 1), {"opted_out": 4})
    assert (found.lanes, found.started_at, found.reason) == (4, NOW, "")


def test_an_audience_larger_than_the_plan_is_written_to_by_nobody() -> None:
    found = load(limit=2)
    assert (found.state, found.sizes, found.finished_at) == (State.CANCELLED, (), NOW)
    assert found.reason == "beyond_plan: the audience has 3 recipients; the plan allows 2"


@pytest.mark.parametrize(("messaging_limit", "told"), [(None, False), (3, False), (2, True)])
def test_what_meta_will_not_deliver_in_one_day_is_told_from_the_start(messaging_limit: int | None, told: bool) -> None:
    assert load(messaging_limit=messaging_limit).reason.startswith("beyond_messaging_limit: ") is told


@pytest.mark.parametrize("state", [State.CANCELLED, State.SENDING])
@pytest.mark.parametrize("limit", [2, 3])
def test_one_that_is_not_being_loaded_any_more_is_left_alone(state: State, limit: int) -> None:
    with pytest.raises(Conflict):
        load(replace(CAMPAIGN, state=state), limit=limit)
