"""What callback data may name: messages that a lane had claimed, by attempts that it was admitted to."""

import pytest

from functions.webhook_ingest.statuses.logic.reach import Reach
from shared.domain.campaigns.blocks import block_number
from shared.domain.campaigns.callback import CampaignSlot
from shared.domain.contacts.identity import SHARDS
from shared.ids import CampaignId, PhoneNumberId, TenantId
from tests.support.campaigns import a_campaign

SIZES = (100, 50, *(0,) * (SHARDS - 3), 90)


def reach(cursors: dict[int, int], lanes: int = 1, sizes: tuple[int, ...] = SIZES) -> Reach:
    campaign = a_campaign("c", phone_number_id=PhoneNumberId("pn"), sizes=sizes, lanes=lanes)
    return Reach(campaign, cursors, {block_number(0, 0): {7: 3}})


def slot(shard: int, n: int, of: int, attempt: int = 1) -> CampaignSlot:
    return CampaignSlot(TenantId("t"), CampaignId("c"), block_number(shard, n), of, attempt)


@pytest.mark.parametrize(
    ("sent", "believed"),
    [
        (slot(0, 0, 0), True),
        (slot(0, 0, 79), True),
        (slot(0, 1, 19), True),
        (slot(0, 1, 20), False),  # behind the end of its shard
        (slot(1, 0, 9), True),
        (slot(1, 0, 10), False),  # nobody has claimed it yet
        (slot(15, 0, 0), False),
        (slot(2, 0, 0), False),  # an empty shard
        (slot(0, 0, 80), False),
        (slot(0, 9, 0), False),
        (CampaignSlot(TenantId("t"), CampaignId("c"), SHARDS * 65_536, 0, 1), False),
        (slot(0, 0, 0, 0), False),  # attempts count from one
        (slot(0, 0, 0, 2), False),
        (slot(0, 0, 7, 1), True),
        (slot(0, 0, 7, 3), True),
        (slot(0, 0, 7, 4), False),
        (slot(0, 1, 7, 2), False),  # the same slot of another block
    ],
)
def test_only_what_was_claimed_and_tried_can_have_been_sent(sent: CampaignSlot, believed: bool) -> None:
    assert reach({0: 110}).covers(PhoneNumberId("pn"), sent) is believed
    assert not reach({0: 110}).covers(PhoneNumberId("another"), sent)


def test_each_lane_has_a_position_of_its_own() -> None:
    four = reach({0: 5, 3: 90}, lanes=4)
    told = [slot(0, 0, 4), slot(0, 0, 5), slot(15, 1, 9), slot(15, 1, 10)]
    assert [four.covers(PhoneNumberId("pn"), one) for one in told] == [True, False, True, False]


def test_nothing_was_sent_before_the_audience_was_frozen() -> None:
    assert not reach({0: 110}, sizes=()).covers(PhoneNumberId("pn"), slot(0, 0, 0))
