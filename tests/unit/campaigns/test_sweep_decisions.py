"""What the books call for, whose loader died, and how a campaign ends."""

from dataclasses import replace

import pytest

from functions.campaign_dispatch.sweep.logic.alarming import UNHEARD_MS, is_unheard
from functions.campaign_dispatch.sweep.logic.books import Finding, judge, last_claim
from functions.campaign_dispatch.sweep.logic.ending import (
    HELD_GRACE_MS,
    asks_for_a_resend,
    completed,
    ended,
    given_back,
    still_held_until,
)
from functions.campaign_dispatch.sweep.logic.loading import LOADER_SILENT_MS, silent_shards
from shared.clock import EpochMs
from shared.domain.campaigns.blocks import block_number
from shared.domain.campaigns.books import CANCELLED, Books
from shared.domain.campaigns.campaign import State
from shared.domain.campaigns.load_record import SealedBlock
from shared.domain.campaigns.number_work import Claim, NumberWork, RetryBatch
from shared.errors import Conflict
from shared.ids import CampaignId
from tests.support.campaigns import a_campaign
from tests.unit.campaigns.lane_samples import lane, run, work

NOW = EpochMs(10_000_000)
GRACE_MS = 2_000
CAMPAIGN = a_campaign("c1", state=State.SENDING)


def look(books: Books, failure: str = "", since: int = GRACE_MS + 1) -> Finding:
    return judge(books, failure, last_claim=EpochMs(NOW - since), grace_ms=GRACE_MS, now=NOW)


def test_books_that_leave_somebody_out_come_before_everything() -> None:
    assert look(Books(planned=3, sent=1, waiting=1), "131049") is Finding.UNBALANCED


def test_too_many_failures_stop_a_campaign_that_has_people_left() -> None:
    assert look(Books(planned=2, failed=1, waiting=1), "131049") is Finding.FAILING
    assert look(Books(planned=1, failed=1), "131049") is Finding.SETTLED


@pytest.mark.parametrize(
    ("since", "found"), [(GRACE_MS + 1, Finding.LOST), (GRACE_MS, Finding.SENDING), (0, Finding.SENDING)]
)
def test_what_is_unknown_is_given_up_on_after_the_grace(since: int, found: Finding) -> None:
    assert look(Books(planned=2, sent=1, unknown=1, unsettled=1), since=since) is found


def test_nothing_is_given_up_on_while_somebody_waits() -> None:
    assert look(Books(planned=2, unknown=1, unsettled=1, waiting=1)) is Finding.SENDING


def test_a_campaign_whose_people_all_have_an_outcome_is_settled() -> None:
    assert look(Books(planned=3, sent=1, failed=1, unknown=1)) is Finding.SETTLED


def test_the_grace_counts_from_the_last_claim_of_any_lane() -> None:
    lanes = [
        replace(
            lane({CampaignId("c1"): 5}),
            lane=i,
            claims={CampaignId("c1"): Claim(0, 5, EpochMs(at)), CampaignId("other"): Claim(0, 1, NOW)},
        )
        for i, at in enumerate((7, 9, 8))
    ]
    found = replace(work([run()]), lanes={one.lane: one for one in lanes})
    assert last_claim(CAMPAIGN, found) == 9
    assert last_claim(CAMPAIGN, work([run()])) == 0


def sealed(at: EpochMs, *, end: bool = False) -> SealedBlock:
    return SealedBlock(n=0, spill=0, recipients=1, skipped={}, scanned_to="a", end=end, at=at)


@pytest.mark.parametrize(("silent_for", "found"), [(LOADER_SILENT_MS, []), (LOADER_SILENT_MS + 1, [0])])
def test_a_shard_is_loaded_again_once_its_worker_said_nothing_for_long(silent_for: int, found: list[int]) -> None:
    then, done = EpochMs(NOW - silent_for), sealed(EpochMs(0), end=True)
    assert silent_shards([sealed(then), done], {}, EpochMs(0), NOW) == found
    assert silent_shards([None, done], {}, then, NOW) == found
    assert silent_shards([sealed(EpochMs(0)), done], {0: then}, EpochMs(0), NOW) == found


def test_when_all_is_loaded_any_shard_does_the_last_step_again() -> None:
    assert silent_shards([sealed(NOW, end=True)] * 16, {}, NOW, NOW) == [0]


def test_a_campaign_is_complete_only_while_it_sends() -> None:
    lanes = {i: lane({CampaignId("c1"): at}, i) for i, at in ((1, 7), (0, 5), (2, 0))}
    done = completed(replace(CAMPAIGN, lanes=2), NumberWork((), lanes, ()))
    assert (done.state, done.cursors) == (State.COMPLETED, (5, 7))
    with pytest.raises(Conflict):
        completed(replace(CAMPAIGN, state=State.CANCELLED), work([]))


@pytest.mark.parametrize(
    ("state", "policy", "unknown", "asks"),
    [
        (State.COMPLETED, "resend", 1, True),
        (State.COMPLETED, "resend", 0, False),
        (State.COMPLETED, "hold", 1, False),
        (State.CANCELLED, "resend", 1, False),
    ],
)
def test_only_a_complete_campaign_whose_policy_says_so_is_sent_again(
    state: State, policy: str, unknown: int, asks: bool
) -> None:
    campaign = replace(CAMPAIGN, state=state, unknown_policy=policy)  # type: ignore[arg-type]
    assert asks_for_a_resend(campaign, Books(unknown=unknown)) is asks


def test_the_end_is_noted_once_with_a_day_for_what_meta_keeps_back() -> None:
    assert ended(CAMPAIGN, Books(), NOW) == replace(CAMPAIGN, finished_at=NOW)
    kept = ended(CAMPAIGN, Books(held=2), NOW)
    assert kept.held_until == NOW + HELD_GRACE_MS
    assert ended(kept, Books(), EpochMs(NOW + 1)) == kept


def test_one_of_which_nothing_was_heard_yet_is_looked_at_once_more() -> None:
    begun = replace(CAMPAIGN, started_at=NOW)
    silent = Books(sent=50)
    closed = ended(begun, silent, EpochMs(NOW + 5))
    assert closed.held_until == NOW + 5 + UNHEARD_MS + 1
    assert is_unheard(closed, silent, EpochMs(closed.held_until or 0))
    assert ended(begun, replace(silent, delivered=1), NOW).held_until is None


@pytest.mark.parametrize("books", [Books(held=1), Books(unsettled=1)])
def test_such_a_look_gives_up_on_nothing_that_meta_may_still_let_go(books: Books) -> None:
    closed = replace(CAMPAIGN, finished_at=NOW)
    ends = EpochMs(NOW + HELD_GRACE_MS)
    assert still_held_until(closed, books, EpochMs(ends - 1)) == ends
    assert still_held_until(closed, books, ends) is None
    assert still_held_until(closed, Books(), NOW) is None


def test_everybody_on_a_retry_list_is_given_back_in_their_block() -> None:
    first, second = block_number(0, 0), block_number(3, 1)
    lists = RetryBatch("Q#1", CampaignId("c1"), 0, NOW, ((second, 4, 1), (first, 0, 2), (second, 5, 1)))
    found = given_back(lists)
    assert {block: change.failed for block, change in found.items()} == {
        first: {0: CANCELLED},
        second: {4: CANCELLED, 5: CANCELLED},
    }
