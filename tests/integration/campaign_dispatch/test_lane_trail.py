"""A slice's line: by campaign and place it is told which slice sent to somebody, and which invocation that was."""

import pytest

from functions.campaign_dispatch import lane_handler
from functions.campaign_dispatch.lane.lane import LaneEnd
from shared.domain.campaigns.blocks import Segment
from shared.observability import logger, one_line
from tests.support.engine import FakeMeta, World
from tests.support.fake_aws import Context
from tests.support.log_lines import StandardOutput, lines_of

PEOPLE = 170


@pytest.fixture
def ends(world: World) -> list[LaneEnd]:
    """Slices that send a campaign, two of them with claims: where the machine is slow a short one may come to none."""
    world.add_contacts(PEOPLE)
    world.send_to_everybody()
    meta = FakeMeta()
    found = list[LaneEnd]()
    for _ in range(100):
        found += filter(None, [world.run_lane(meta, rate=100.0, seconds=0.2)])
        if any(claim.first is not None for end in found for claim in end.trail.campaigns.values()):
            break
    found += filter(None, [world.run_lane(meta)])
    return found


def test_slices_claim_every_place_once(world: World, ends: list[LaneEnd]) -> None:
    claims = [claim for end in ends for claim in end.trail.campaigns.items()]
    (campaign_id,) = {campaign_id for campaign_id, _ in claims}
    edges = [(claim.first, claim.end) for _, claim in claims if claim.first is not None]
    assert len(edges) == 2
    assert (edges[0][0], edges[0][1], edges[1][1]) == (0, edges[1][0], PEOPLE)
    campaign = world.campaign(campaign_id)
    segment = Segment(campaign.sizes, 0, campaign.lanes)
    assert [segment.place_of(block, slot) for block, slot in segment.locate(0, PEOPLE)] == list(range(PEOPLE))


def test_its_line_names_them(
    world: World, ends: list[LaneEnd], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logger.registered_handler, "stream", StandardOutput())
    end = ends[-1]
    one_line(lambda _event, _context: lane_handler.say_of(end))({}, Context())
    (line,) = lines_of(capsys.readouterr().out)
    (campaign_id,) = end.trail.campaigns
    claimed = end.trail.campaigns[campaign_id]
    assert line["claimed"] == [
        {"campaign_id": campaign_id, "first": claimed.first, "end": PEOPLE, "retries": claimed.retries}
    ]
    assert line.items() >= {"message": "slice ended", "campaign_id": campaign_id, "fence": end.fence}.items()
    assert line["token"] == world.deps.lanes._last_token(world.phone_number_id, 0)[0]
    assert 0 < line["first_claim_at"] <= line["last_claim_at"]
