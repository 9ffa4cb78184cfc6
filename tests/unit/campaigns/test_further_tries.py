"""Which campaigns try again, when they may, and what else belongs to their family."""

from dataclasses import replace
from typing import Any

import pytest

from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Audience, Campaign, EarlierCampaign, State
from shared.domain.campaigns.further_tries import (
    family_beside,
    is_further_try,
    not_settled,
    reaches_nobody_before,
)
from shared.ids import CampaignId
from tests.support.campaigns import a_campaign


def campaign(campaign_id: CampaignId, source: CampaignId = CampaignId(""), *outcomes: str) -> Campaign:
    audience = Audience(source=EarlierCampaign(source, outcomes)) if source else Audience(everyone=True)
    return a_campaign(campaign_id, audience=audience)


@pytest.mark.parametrize(
    ("outcomes", "further"),
    [
        (("failed",), True),
        (("unknown",), True),
        (("read", "failed"), True),
        (("skipped",), True),
        (("read",), False),
        (("sent", "delivered", "read"), False),
    ],
)
def test_what_is_for_people_who_surely_got_the_first_follows_it_up_and_tries_nothing_again(
    outcomes: tuple[str, ...], further: bool
) -> None:
    assert is_further_try(campaign(CampaignId("b"), CampaignId("a"), *outcomes)) is further
    assert not is_further_try(campaign(CampaignId("a")))


@pytest.mark.parametrize(
    ("state", "finished_at", "settled"),
    [
        (State.DRAFT, None, False),
        (State.LOADING, None, False),
        (State.SENDING, None, False),
        (State.PAUSED, None, False),
        (State.CANCELLED, None, False),
        (State.CANCELLED, 5, True),
        (State.COMPLETED, None, True),
        (State.COMPLETED, 5, True),
    ],
)
def test_who_is_unknown_may_get_it_at_this_moment_until_the_campaign_is_over(
    state: State, finished_at: EpochMs | None, settled: bool
) -> None:
    earlier = replace(campaign(CampaignId("a")), state=state, finished_at=finished_at)
    for open_outcome in ("unknown", "waiting", "cancelled"):
        assert (not_settled(earlier, EarlierCampaign(CampaignId("a"), ("failed", open_outcome))) == "") is settled
    assert not_settled(earlier, EarlierCampaign(CampaignId("a"), ("failed", "skipped", "read"))) == ""


def test_a_family_is_whatever_leads_back_to_the_same_first_try() -> None:
    first, b, c = (
        campaign(CampaignId("a")),
        campaign(CampaignId("b"), CampaignId("a"), "failed"),
        campaign(CampaignId("c"), CampaignId("a"), "unknown"),
    )
    of_b, of_c = (
        campaign(CampaignId("d"), CampaignId("b"), "failed"),
        campaign(CampaignId("e"), CampaignId("c"), "failed"),
    )
    follow_up, of_follow_up = (
        campaign(CampaignId("f"), CampaignId("a"), "read"),
        campaign(CampaignId("g"), CampaignId("f"), "failed"),
    )
    known = [
        of_follow_up,
        follow_up,
        of_c,
        of_b,
        c,
        b,
        first,
        campaign(CampaignId("x")),
        campaign(CampaignId("y"), CampaignId("x"), "failed"),
    ]

    def beside(one: Campaign, *line: Campaign) -> set[str]:
        return {other.campaign_id for other in family_beside(one, line, known)}

    assert beside(c, first) == {"b", "d", "e"}
    assert beside(of_b, b, first) == {"c", "e"}
    assert beside(of_follow_up, follow_up) == set()
    assert beside(follow_up) == set()


FROZEN = (1,) * 16


@pytest.mark.parametrize(
    ("state", "more", "known"),
    [
        (State.DRAFT, {}, False),
        (State.SCHEDULED, {"start_at": 99}, True),
        (State.SCHEDULED, {"start_at": 100}, True),  # made before it, so its turn is first
        (State.SCHEDULED, {"start_at": 101}, False),
        (State.LOADING, {"start_at": 90}, True),
        (State.SENDING, {"sizes": FROZEN}, True),
        (State.PAUSED, {"sizes": FROZEN}, True),
        (State.COMPLETED, {"sizes": FROZEN}, True),
        (State.CANCELLED, {"sizes": FROZEN}, True),
        (State.CANCELLED, {}, False),
    ],
)
def test_who_is_in_a_campaign_is_known_once_it_began_or_when_its_turn_is_first(
    state: State, more: dict[str, Any], known: bool
) -> None:
    earlier = replace(campaign(CampaignId("a")), state=state, **more)
    assert (reaches_nobody_before(earlier, (EpochMs(100), "b")) == "") is known


def test_of_two_for_one_moment_the_one_that_was_made_first_has_the_first_turn() -> None:
    first, second = (replace(campaign(CampaignId(one)), state=State.SCHEDULED, start_at=EpochMs(100)) for one in "ab")
    assert reaches_nobody_before(first, second.turn) == ""
    assert reaches_nobody_before(second, first.turn)
