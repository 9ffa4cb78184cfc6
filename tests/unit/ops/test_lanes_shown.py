"""Where the operators' command says that a campaign's lanes stand."""

import pytest

from infra.ops.campaigns import lane_shown
from shared.domain.campaigns.campaign import State
from shared.ids import CampaignId
from tests.unit.campaigns.lane_samples import lane, work
from tests.unit.campaigns.test_sweep_step import NOW, campaign

ID = CampaignId("c1")


@pytest.mark.parametrize(
    ("kept", "live", "at"), [((), {ID: 40}, 40), ((70,), {}, 70), ((70,), {ID: 0}, 70), ((70,), {ID: 80}, 80)]
)
def test_a_lane_stands_where_it_got_furthest(kept: tuple[int, ...], live: dict[CampaignId, int], at: int) -> None:
    of = campaign(State.CANCELLED, cursors=kept)
    assert lane_shown(of, work([], lane(live)), 0, NOW)["at"] == at
