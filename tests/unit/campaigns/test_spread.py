"""When a scheduled campaign begins."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.api.campaigns.logic.spread import SPREAD_MS, begin_moment, spread_offset
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign, State
from shared.ids import CampaignId, derived_ulid
from tests.support.campaigns import a_campaign

NOW = EpochMs(1_800_000_000_000)
LATER = EpochMs(NOW + 3_600_000)
IDS = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=26, max_size=26).map(CampaignId)


def scheduled(campaign_id: CampaignId, start_at: EpochMs, begins_at: EpochMs | None) -> Campaign:
    made = a_campaign(campaign_id)
    return replace(made, state=State.SCHEDULED, start_at=start_at, begins_at=begins_at)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_the_starts_of_many_are_spread_evenly(seed: int) -> None:
    """Ids of one moment, as those that are made by a script have. Chance would let a twelfth of 6,000 be off by more
    than 140 (6.5 standard deviations) in fewer than one of ten billion looks."""
    chosen = [derived_ulid("01HZZZZZZZ0000000000000000", f"{seed}-{i}") for i in range(6000)]
    offsets = [spread_offset(CampaignId(one)) for one in chosen]
    assert min(offsets) >= 0
    assert max(offsets) <= SPREAD_MS
    parts = Counter(min(offset * 12 // SPREAD_MS, 11) for offset in offsets)
    assert all(abs(parts[part] - 500) < 140 for part in range(12))
    assert max(Counter(offset // 1000 for offset in offsets).values()) < 120, "50 a second on average"


@given(IDS)
def test_it_is_the_same_at_each_look_and_never_early(campaign_id: CampaignId) -> None:
    first = begin_moment(campaign_id, LATER, NOW, sharp=False)
    assert first == begin_moment(CampaignId(str(campaign_id)), LATER, EpochMs(NOW + 60_000), sharp=False)
    assert LATER <= first <= LATER + SPREAD_MS


def test_it_does_not_differ_between_processes() -> None:
    assert spread_offset(CampaignId("01HZZZZZZZZZZZZZZZZZZZZZZZ")) == 35_097


@given(IDS)
def test_what_is_sharp_or_launched_at_once_begins_when_it_is_to_start(campaign_id: CampaignId) -> None:
    assert begin_moment(campaign_id, LATER, NOW, sharp=True) == LATER
    assert begin_moment(campaign_id, NOW, NOW, sharp=False) == NOW


@given(IDS, IDS, st.integers(0, 200_000), st.booleans())
def test_who_names_an_earlier_campaign_begins_behind_it(
    first: CampaignId, second: CampaignId, gap: int, sharp: bool
) -> None:
    start = EpochMs(LATER + gap)
    earlier = scheduled(first, LATER, begin_moment(first, LATER, NOW, sharp=sharp))
    begins = begin_moment(second, start, NOW, sharp=False, named=[earlier])
    later = scheduled(second, start, begins)
    if (LATER, first) < (start, second):
        assert earlier.turn < later.turn
    assert start <= begins <= start + SPREAD_MS + 1


def test_one_that_was_scheduled_without_such_a_moment_begins_when_it_is_to_start() -> None:
    assert scheduled(CampaignId("c"), LATER, None).begins == LATER
