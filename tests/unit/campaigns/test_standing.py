"""Where a campaign's lanes stand: kept, live, or both."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from shared.domain.campaigns.number_work import NumberWork
from shared.domain.campaigns.standing import positions
from shared.ids import CampaignId
from tests.support.campaigns import a_campaign
from tests.unit.campaigns.lane_samples import lane

MINE, OTHER = CampaignId("c1"), CampaignId("c2")
TWO_LANES = a_campaign("c1", lanes=2)


@pytest.mark.parametrize(
    ("kept", "live", "expected"),
    [
        ((), {0: 72, 1: 10}, {0: 72, 1: 10}),
        ((72, 10), {}, {0: 72, 1: 10}),
        ((0, 10), {0: 72, 1: 10}, {0: 72, 1: 10}),  # claimed after it was kept
        ((72, 10), {0: 0, 1: 10}, {0: 72, 1: 10}),  # opened anew by somebody who was held up
        ((72,), {1: 5}, {0: 72, 1: 5}),
        ((72, 10), {0: 72}, {0: 72, 1: 10}),
        ((), {}, {0: 0, 1: 0}),
    ],
)
def test_a_lane_stands_where_it_got_furthest(
    kept: tuple[int, ...], live: Mapping[int, int], expected: Mapping[int, int]
) -> None:
    lanes = {i: lane({MINE: cursor, OTHER: 900}, i) for i, cursor in live.items()}
    assert positions(replace(TWO_LANES, cursors=kept), NumberWork((), lanes, ())) == expected


def test_a_lane_that_is_at_other_campaigns_stands_at_none_of_this() -> None:
    assert positions(a_campaign("c1"), NumberWork((), {0: lane({OTHER: 900})}, ())) == {0: 0}
