"""Why a campaign is not sending: the code of every thing that may be in its way."""

from dataclasses import replace

import pytest

from infra.ops.why import SENDING, Look, why_not_sending
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.number_work import Claim, LaneState, NumberWork
from shared.domain.numbers.number import Number
from shared.domain.templates.template import Template
from shared.ids import CampaignId, PhoneNumberId, WabaId
from tests.unit.campaigns.lane_samples import batch, lane, run, work
from tests.unit.campaigns.test_sweep_step import NOW, campaign

LATER = EpochMs(NOW + 10_000)
NUMBER = Number(PhoneNumberId("1"), WabaId("2"), "+15550001111", "Test")
TEMPLATE = Template("3", WabaId("2"), "sale", "en", "MARKETING", "APPROVED", "POSITIONAL", [])
NOTHING = NumberWork((), {}, ())


def codes(of: Campaign, at: NumberWork = NOTHING, *, waits: bool = False, **changes: object) -> list[str]:
    look = replace(Look(of, at, NUMBER, TEMPLATE, waits, NOW), **changes)  # type: ignore[arg-type]
    return [one.code for one in why_not_sending(look)]


def held(cursor: int, claimed_at: EpochMs) -> LaneState:
    claims = {CampaignId("c1"): Claim(0, cursor, claimed_at)}
    return replace(lane({CampaignId("c1"): cursor}), expires_at=LATER, claims=claims)


def sending(**changes: object) -> Campaign:
    return campaign(State.SENDING, started_at=EpochMs(1), **changes)


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (campaign(State.DRAFT, sizes=()), ["draft"]),
        (campaign(State.SCHEDULED, sizes=(), begins_at=LATER), ["scheduled"]),
        (campaign(State.SCHEDULED, sizes=(), begins_at=NOW), ["start_overdue"]),
        (campaign(State.LOADING, sizes=()), ["loading"]),
        (campaign(State.PAUSED, reason="meta_190", started_at=EpochMs(1)), ["paused"]),
        (campaign(State.COMPLETED), ["ending"]),
        (campaign(State.COMPLETED, finished_at=EpochMs(1)), ["ended"]),
        (campaign(State.CANCELLED, sizes=(), finished_at=EpochMs(1)), ["ended"]),
        (campaign(State.COMPLETED, finished_at=EpochMs(1), held_until=NOW), ["settling_held"]),
        (sending(), ["not_before_lanes"]),
    ],
)
def test_its_state_says_it(of: Campaign, said: list[str]) -> None:
    assert codes(of) == said


@pytest.mark.parametrize(("state", "word"), [(State.COMPLETED, "everybody"), (State.CANCELLED, "cancelled")])
def test_of_one_that_has_ended_it_says_how_and_why(state: State, word: str) -> None:
    of = campaign(state, finished_at=EpochMs(1))
    (plain,) = why_not_sending(Look(of, NOTHING, NUMBER, TEMPLATE, False, NOW))
    of = replace(of, reason="cancelled on request")
    (because,) = why_not_sending(Look(of, NOTHING, NUMBER, TEMPLATE, False, NOW))
    assert word in plain.what
    assert because.what == f"{plain.what}: cancelled on request"


def test_one_that_waits_for_another_names_that_and_not_its_load() -> None:
    assert codes(campaign(State.LOADING, sizes=()), waits=True) == ["waits_for_another"]


def test_a_lane_that_claimed_a_moment_ago_is_sending() -> None:
    assert codes(sending(), work([run()], held(5, EpochMs(NOW - 1000)))) == [SENDING]


def test_work_without_a_worker() -> None:
    assert codes(sending(), work([run()], lane({CampaignId("c1"): 5}))) == ["no_worker"]


def test_a_lane_that_is_held_and_claims_nobody() -> None:
    assert codes(sending(), work([run()], held(5, EpochMs(NOW - 100_000)))) == ["waits_for_worker"]


def test_everybody_was_claimed() -> None:
    assert codes(sending(), work([run()], lane({CampaignId("c1"): 100}))) == ["all_claimed"]


def test_those_who_are_left_wait_for_another_try() -> None:
    tries = [batch(3, due=LATER)]
    (why,) = why_not_sending(
        Look(sending(), work([run()], held(100, EpochMs(NOW - 100_000)), tries), NUMBER, TEMPLATE, False, NOW)
    )
    assert (why.code, why.what.startswith("3 wait")) == ("retries_wait", True)


def test_a_run_that_was_not_told_is_named_beside_what_follows() -> None:
    assert codes(campaign(State.PAUSED, started_at=EpochMs(1)), work([run()], lane({}))) == ["lanes_not_told", "paused"]


def test_a_number_that_may_not_send_is_named_with_its_reason() -> None:
    banned = replace(NUMBER, status="restricted", reason="account_restricted")
    (_, why) = why_not_sending(Look(sending(), NOTHING, banned, TEMPLATE, False, NOW))
    assert (why.code, bool(why.remedy)) == ("number_idle", True)
    assert codes(sending(), number=None) == ["not_before_lanes", "number_gone"]


def test_a_template_that_stops_a_start_is_named_before_it_begins_and_not_again_after() -> None:
    paused = replace(TEMPLATE, status="PAUSED")
    waiting = campaign(State.SCHEDULED, sizes=(), begins_at=LATER)
    assert codes(waiting, template=paused) == ["scheduled", "may_not_begin"]
    assert codes(sending(), template=paused) == ["not_before_lanes"]
    assert codes(sending(), template=None) == ["not_before_lanes", "template_gone"]
