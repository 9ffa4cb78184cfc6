"""What Meta says of a number's health, name and speed, in whatever order it comes; and when a token ends."""

from dataclasses import replace
from typing import Any

import pytest

from functions.api.numbers.facts import facts_from
from shared.clock import DAY_MS, EpochMs
from shared.domain.numbers.health import Health, HealthReason, health_from
from shared.domain.numbers.number import Number
from shared.domain.numbers.token_watch import TokenWatch, next_warning, warning_of
from shared.errors import Conflict
from shared.ids import PhoneNumberId, WabaId

NUMBER = Number(PhoneNumberId("7"), WabaId("5"), "+1", "x")
BLOCKED = {
    "can_send_message": "blocked",
    "entities": [
        {
            "entity_type": "PHONE_NUMBER",
            "id": "7",
            "can_send_message": "BLOCKED",
            "errors": [{"error_code": 141000, "error_description": "No name.", "possible_solution": "Wait."}],
        },
        {"entity_type": "WABA", "id": "5", "can_send_message": "LIMITED", "additional_info": ["Not verified."]},
        "nonsense",
    ],
}


def test_health_has_the_worst_state_and_every_reason() -> None:
    assert health_from(BLOCKED) == Health(
        "BLOCKED",
        (HealthReason("PHONE_NUMBER", "141000", "No name.", "Wait."), HealthReason("WABA", "", "Not verified.", "")),
    )


@pytest.mark.parametrize("stated", [None, "AVAILABLE", [], {}, {"can_send_message": "SOMETIMES"}])
def test_what_is_not_understood_says_nothing(stated: object) -> None:
    assert health_from(stated) is None


def test_health_has_a_bound() -> None:
    error = {"error_code": 1, "error_description": "x" * 1_000}
    found = health_from({"can_send_message": "LIMITED", "entities": [{"errors": [error] * 100}]})
    assert found is not None
    assert len(found.reasons) == 20
    assert len(found.reasons[0].words) == 300


@pytest.mark.parametrize(
    ("row", "throughput"),
    [
        ({"throughput": {"level": "HIGH"}}, 1000),
        ({"throughput": {"level": "STANDARD"}}, 80),
        ({"throughput": {"level": "HIGH"}, "is_on_biz_app": True}, 20),
        ({"throughput": {"level": "ENORMOUS"}}, None),
        ({}, None),
    ],
)
def test_the_speed_is_as_meta_says_or_stays(row: dict[str, Any], throughput: int | None) -> None:
    assert facts_from(row).throughput == throughput
    assert facts_from(row).applied_to(NUMBER, EpochMs(9)).throughput == (throughput or 80)


def test_what_is_known_of_later_stays() -> None:
    now, before = EpochMs(9), EpochMs(8)
    known = facts_from({"throughput": {"level": "HIGH"}, "name_status": "APPROVED", "health_status": BLOCKED})
    row = {
        "throughput": {"level": "STANDARD"},
        "name_status": "PENDING_REVIEW",
        "health_status": {"can_send_message": "AVAILABLE"},
    }
    number = facts_from(row).applied_to(known.applied_to(NUMBER, now), before)
    assert (number.throughput, number.name_status, number.can_send) == (1000, "APPROVED", "BLOCKED")
    number = facts_from(row).applied_to(number, EpochMs(10))
    assert (number.throughput, number.name_status, number.can_send, number.reasons) == (
        80,
        "PENDING_REVIEW",
        "AVAILABLE",
        (),
    )


def test_a_state_of_metas_is_lifted_by_meta_only_and_lifts_nothing_else() -> None:
    banned = facts_from({"status": "BANNED"}).applied_to(NUMBER, EpochMs(9))
    assert (banned.status, banned.reason) == ("restricted", "Meta says BANNED")
    assert facts_from({"status": "PENDING"}).applied_to(banned, EpochMs(10)) == banned
    assert facts_from({"status": "CONNECTED"}).applied_to(banned, EpochMs(10)).status == "active"
    for reason in ("account_restricted", "account_disabled"):
        told = Number(NUMBER.phone_number_id, NUMBER.waba_id, "+1", "x", status="restricted", reason=reason)
        assert facts_from({"status": "CONNECTED"}).applied_to(told, EpochMs(10)).status == "restricted"
    left = Number(NUMBER.phone_number_id, NUMBER.waba_id, "+1", "x", status="disconnected", reason="partner_removed")
    assert facts_from({"status": "BANNED"}).applied_to(left, EpochMs(10)) == left


def test_a_number_at_its_limit_begins_again_a_day_later_and_a_banned_one_does_not_even_answer() -> None:
    at = EpochMs(9)
    full = facts_from({"status": "RESTRICTED"}).applied_to(NUMBER, at)
    full.require_answers(at)
    assert [full.state_at(EpochMs(at + wait)) for wait in (DAY_MS - 1, DAY_MS)] == ["restricted", "active"]
    banned = facts_from({"status": "BANNED"}).applied_to(full, at)
    assert banned.state_at(EpochMs(at + 9 * DAY_MS)) == "restricted"
    with pytest.raises(Conflict, match="BANNED"):
        banned.require_answers(at)
    back = facts_from({"status": "CONNECTED"}).applied_to(banned, at)
    assert (back.status, back.reason, back.answers_restricted) == ("active", "", False)


def test_a_number_of_low_quality_is_warned_and_sends() -> None:
    flagged = facts_from({"status": "FLAGGED", "quality_rating": "RED"}).applied_to(NUMBER, EpochMs(9))
    assert (flagged.status, flagged.quality) == ("active", "RED")


def test_a_restriction_does_not_end_by_another_sign_up() -> None:
    known = replace(
        NUMBER, status="restricted", reason="account_restricted", restricted_until=EpochMs(20), username="x"
    )
    fresh = replace(NUMBER, connected_at=EpochMs(10), quality="GREEN")
    again = known.reconnected_as(fresh)
    assert (again.status, again.restricted_until, again.quality, again.username) == ("restricted", 20, "GREEN", "x")
    assert known.reconnected_as(replace(fresh, connected_at=EpochMs(20))).status == "active"
    assert replace(known, status="disconnected").reconnected_as(fresh).status == "active"


@pytest.mark.parametrize(
    ("throughput", "at_work", "rate"),
    [(80, [1], 72.0), (80, [], 72.0), (1000, [4], 225.0), (1000, [1], 225.0), (80, [4, 1], 18.0)],
)
def test_all_lanes_together_send_what_the_number_may(throughput: int, at_work: list[int], rate: float) -> None:
    """Campaigns that began when the number was faster have more of them than it has now."""
    number = Number(NUMBER.phone_number_id, NUMBER.waba_id, "+1", "x", throughput=throughput)
    assert number.rate_of_lane(at_work) == rate


def test_a_token_is_warned_of_three_times() -> None:
    ends = EpochMs(100 * DAY_MS)
    watch, moments = TokenWatch(WabaId("5"), ends), []
    while (at := next_warning(watch)) is not None:
        moments.append((ends - at) // DAY_MS)
        watch = TokenWatch(watch.waba_id, ends, looked_at=at)
    assert moments == [14, 3, 0]
    assert next_warning(TokenWatch(WabaId("5"), EpochMs(0))) is None
    assert warning_of(ends, EpochMs(ends - 3 * DAY_MS)) == (
        "warning",
        "Meta's access to the account ends in 3 day(s): sign up again before",
    )
    assert warning_of(ends, ends)[0] == "critical"
