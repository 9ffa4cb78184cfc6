"""A campaign's states, and who is in an audience."""

from dataclasses import replace

import pytest

from shared.clock import EpochMs
from shared.domain.campaigns.campaign import (
    Audience,
    EarlierCampaign,
    FrequencyCap,
    State,
    after,
    resend_of,
    spared_people_rest,
)
from shared.errors import Conflict
from shared.ids import CampaignId, WabaId
from tests.support.campaigns import a_campaign

ALLOWED = {
    ("draft", "launch"): "scheduled",
    ("scheduled", "load"): "loading",
    ("loading", "send"): "sending",
    ("sending", "pause"): "paused",
    ("paused", "resume"): "sending",
    ("sending", "complete"): "completed",
    ("scheduled", "cancel"): "cancelled",
    ("loading", "cancel"): "cancelled",
    ("sending", "cancel"): "cancelled",
    ("paused", "cancel"): "cancelled",
}
ACTIONS = ["launch", "load", "send", "pause", "resume", "cancel", "complete"]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", list(State))
def test_every_action_in_every_state(state: State, action: str) -> None:
    expected = ALLOWED.get((state.value, action))
    if expected is not None:
        assert after(state, action) == expected
        return
    with pytest.raises(Conflict, match=f"the campaign is {state}") as caught:
        after(state, action)
    assert caught.value.code == "campaign_state"


def test_a_finished_campaign_never_sends_again() -> None:
    reached = {State.COMPLETED, State.CANCELLED}
    assert not any((state.value, action) in ALLOWED for state in reached for action in ACTIONS)


@pytest.mark.parametrize(
    ("audience", "tags", "expected"),
    [
        (Audience(), {"vip"}, False),
        (Audience(everyone=True), set(), True),
        (Audience(tags=("vip",)), {"vip", "new"}, True),
        (Audience(tags=("vip", "new")), {"new"}, True),
        (Audience(tags=("vip",)), {"new"}, False),
        (Audience(tags=("vip",)), set(), False),
        (Audience(tags=("vip",), exclude_tags=("bought",)), {"vip", "bought"}, False),
        (Audience(everyone=True, exclude_tags=("bought",)), {"bought"}, False),
        (Audience(everyone=True, exclude_tags=("bought",)), {"vip"}, True),
    ],
)
def test_who_is_in_an_audience(audience: Audience, tags: set[str], expected: bool) -> None:
    assert audience.includes(frozenset(tags)) is expected


CAMPAIGN = a_campaign("c", waba_id=WabaId("w"))


def test_planned_counts_the_skipped_too() -> None:
    campaign = replace(CAMPAIGN, sizes=(3, 4), skipped={"opted_out": 2, "too_long": 1})
    assert (campaign.recipients, campaign.planned) == (7, 10)


@pytest.mark.parametrize("state", list(State))
def test_a_campaign_is_closed_when_its_end_is_noted(state: State) -> None:
    assert not replace(CAMPAIGN, state=state).closed
    finished = replace(CAMPAIGN, state=state, finished_at=EpochMs(5))
    assert finished.closed is (state in (State.COMPLETED, State.CANCELLED))


DAY = 24 * 3600 * 1000


@pytest.mark.parametrize(
    ("finished_at", "second_try", "rest"),
    [
        (None, False, True),
        (10 * DAY, False, True),
        (9 * DAY + 1, False, True),
        (9 * DAY, False, False),
        (1, True, True),
    ],
)
def test_whom_meta_spared_rests_for_a_day_and_for_good_after_a_second_try(
    finished_at: EpochMs | None, second_try: bool, rest: bool
) -> None:
    source = EarlierCampaign(CampaignId("c0"), ("failed",)) if second_try else None
    earlier = a_campaign("c", audience=Audience(source=source), finished_at=finished_at)
    assert spared_people_rest(earlier, EpochMs(10 * DAY)) is rest


def test_what_is_sent_again_by_itself_has_the_gates_of_the_first() -> None:
    audience = Audience(tags=("all",), exclude_tags=("vip",), exclude_campaigns=(CampaignId("w"),))
    cap = FrequencyCap(1, 7)
    again = resend_of(
        replace(CAMPAIGN, campaign_id=CampaignId("0" * 26), audience=audience, frequency_cap=cap), EpochMs(5)
    )
    source = EarlierCampaign(CampaignId("0" * 26), ("unknown",))
    assert again.audience == Audience(source=source, exclude_tags=("vip",), exclude_campaigns=(CampaignId("w"),))
    assert again.frequency_cap == cap
