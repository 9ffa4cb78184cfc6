"""A paused campaign is watched for as long as somebody may still wake its lanes, and looked at once an hour then."""

from dataclasses import replace
from itertools import pairwise

import pytest

from functions.campaign_dispatch.sweep.logic.rest import REST_MS, WATCHED_MS, put_to_rest
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Audience, State, wake_on_state_change
from tests.support.campaigns import a_campaign

NOW = EpochMs(1_000_000_000)
PAUSED = a_campaign("c", audience=Audience(everyone=True), state=State.PAUSED)


def test_it_is_looked_at_every_minute_before_it_is_once_an_hour() -> None:
    campaign = PAUSED
    looks = [NOW]
    while looks[-1] < NOW + WATCHED_MS + 3 * REST_MS:
        campaign = put_to_rest(campaign, looks[-1], corrected=False)
        looks.append(EpochMs(max(campaign.rests_until or 0, looks[-1] + 60_000)))
    watched = [at for at in looks if at <= NOW + WATCHED_MS]
    assert len(watched) == WATCHED_MS // 60_000 + 1
    rest = looks[len(watched) - 1 :]
    assert [later - at for at, later in pairwise(rest)] == [REST_MS] * (len(rest) - 1)


def test_one_whose_lanes_had_not_been_told_is_watched_anew() -> None:
    resting = replace(PAUSED, stands_since=EpochMs(1), rests_until=NOW)
    again = put_to_rest(resting, NOW, corrected=True)
    assert (again.stands_since, again.rests_until) == (NOW, None)


@pytest.mark.parametrize("state", [state for state in State if state is not State.PAUSED])
def test_only_who_is_paused_rests(state: State) -> None:
    other = replace(PAUSED, state=state)
    assert put_to_rest(other, NOW, corrected=False) == other


@pytest.mark.parametrize("state", [State.SENDING, State.CANCELLED])
def test_with_its_state_its_rest_ends(state: State) -> None:
    resting = replace(PAUSED, stands_since=EpochMs(1), rests_until=EpochMs(2))
    woken = wake_on_state_change(resting, replace(resting, state=state))
    assert (woken.state, woken.stands_since, woken.rests_until) == (state, None, None)
    assert wake_on_state_change(resting, replace(resting, reason="other")).rests_until == 2
