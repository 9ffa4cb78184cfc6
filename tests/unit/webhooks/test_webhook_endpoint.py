"""What an endpoint hears, with what it is signed, when it is given up."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.clock import EpochMs
from shared.domain.webhooks.breaker import FAILURES_IN_A_ROW
from shared.domain.webhooks.endpoint import (
    FAILING,
    GIVE_UP_MS,
    OVERLAP_MS,
    SUBSCRIBABLE,
    SealedSecret,
    WebhookEndpoint,
)
from shared.domain.webhooks.tenant_event import OPT_IN, EventType
from shared.errors import Conflict

NOW = EpochMs(1_800_000_000_000)
ENDPOINT = WebhookEndpoint("e", "https://hooks.example.com/", ("*",), "", (SealedSecret("first", "1"),), NOW)


def test_an_endpoint_hears_what_it_asked_for() -> None:
    some = WebhookEndpoint("e", "u", ("message.received", "campaign.paused"), "", (), NOW)
    assert [kind for kind in EventType if some.wants(kind)] == [EventType.MESSAGE_RECEIVED, EventType.CAMPAIGN_PAUSED]
    assert [kind for kind in EventType if ENDPOINT.wants(kind)] == [kind for kind in SUBSCRIBABLE if kind not in OPT_IN]
    assert not any(ENDPOINT.switched(enabled=False, now=NOW).wants(kind) for kind in EventType)


def test_what_is_told_of_each_person_must_be_asked_for_by_name() -> None:
    for events in (("campaign.recipients",), ("*", "campaign.recipients")):
        assert WebhookEndpoint("e", "u", events, "", (), NOW).wants(EventType.CAMPAIGN_RECIPIENTS)
    assert EventType.CAMPAIGN_RECIPIENTS in SUBSCRIBABLE
    assert not ENDPOINT.wants(EventType.CAMPAIGN_RECIPIENTS)


def test_a_test_is_for_the_endpoint_that_is_tested() -> None:
    assert EventType.ENDPOINT_TEST not in SUBSCRIBABLE
    assert not WebhookEndpoint("e", "u", ("endpoint.test",), "", (), NOW).wants(EventType.ENDPOINT_TEST)


def test_a_replaced_secret_signs_for_a_day_beside_the_new_one() -> None:
    second = SealedSecret("second", "2", drawn_by="op2")
    rotated = ENDPOINT.rotated(second, NOW)
    assert rotated.signing(NOW) == ("second", "first")
    assert rotated.signing(EpochMs(NOW + OVERLAP_MS - 1)) == ("second", "first")
    assert rotated.signing(EpochMs(NOW + OVERLAP_MS)) == ("second",)
    again = replace(second, sealed="the second, sealed again")
    assert rotated.rotated(again, EpochMs(NOW + 5)) == rotated
    third = rotated.rotated(SealedSecret("third", "3", drawn_by="op3"), EpochMs(NOW + 1))
    assert third.signing(EpochMs(NOW + 1)) == ("third", "second")


def test_it_is_given_up_after_five_days_without_a_success() -> None:
    failing = ENDPOINT.failed(NOW)
    assert failing.failed(EpochMs(NOW + 5)).failing_since == NOW
    assert not failing.gives_up(EpochMs(NOW + GIVE_UP_MS - 1))
    assert failing.gives_up(EpochMs(NOW + GIVE_UP_MS))
    assert not failing.succeeded().gives_up(EpochMs(NOW + GIVE_UP_MS))
    assert not ENDPOINT.gives_up(EpochMs(NOW + GIVE_UP_MS))


def test_somebody_ends_the_disabling() -> None:
    disabled = ENDPOINT.failed(NOW).disabled(FAILING, EpochMs(NOW + GIVE_UP_MS))
    assert (disabled.enabled, disabled.disabled_reason, disabled.disabled_at) == (False, FAILING, NOW + GIVE_UP_MS)
    assert disabled.disabled("gone", EpochMs(NOW + GIVE_UP_MS + 1)) == disabled
    again = disabled.switched(enabled=True, now=EpochMs(NOW + GIVE_UP_MS + 2))
    assert again == ENDPOINT


@pytest.mark.parametrize("enabled", [True, False])
def test_switching_twice_is_switching_once(enabled: bool) -> None:
    once = ENDPOINT.switched(enabled=enabled, now=NOW)
    assert once.switched(enabled=enabled, now=EpochMs(NOW + 1)) == once


def failed_so_often(times: int, at: int = 1_000) -> WebhookEndpoint:
    endpoint = ENDPOINT
    for _ in range(times):
        endpoint = endpoint.failed(EpochMs(at))
    return endpoint


def test_after_failures_in_a_row_it_is_left_alone_for_longer_and_longer() -> None:
    assert not failed_so_often(FAILURES_IN_A_ROW - 1).left_alone
    endpoint = failed_so_often(FAILURES_IN_A_ROW)
    assert endpoint.left_alone
    now, pauses = 1_000, []
    for _ in range(12):
        pauses.append(endpoint.paused_until - now)
        now = endpoint.paused_until
        endpoint = endpoint.tried(EpochMs(now)).failed(EpochMs(now), trial=True)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (30_000, 900_000)


def test_of_all_who_find_its_pause_over_one_tries_it() -> None:
    endpoint = failed_so_often(FAILURES_IN_A_ROW)
    with pytest.raises(Conflict):
        endpoint.tried(EpochMs(endpoint.paused_until - 1))
    taken = endpoint.tried(endpoint.paused_until)
    with pytest.raises(Conflict):
        taken.tried(endpoint.paused_until)


def test_being_left_alone_is_no_failure_of_its_own() -> None:
    assert ENDPOINT.paused(NOW).failing_since == 0
    assert not ENDPOINT.paused(NOW).failed(EpochMs(NOW + GIVE_UP_MS), trial=True).gives_up(EpochMs(NOW + GIVE_UP_MS))


def test_failures_that_were_under_way_when_it_was_left_alone_make_its_pauses_no_longer() -> None:
    assert failed_so_often(FAILURES_IN_A_ROW + 50) == failed_so_often(FAILURES_IN_A_ROW)


@pytest.mark.parametrize(
    "back",
    [
        lambda found: found.succeeded(),
        lambda found: found.switched(enabled=False, now=EpochMs(2)).switched(enabled=True, now=EpochMs(3)),
        lambda found: found.moved("https://b.example/", "proof").verified("proof"),
    ],
    ids=["a success", "switched on", "elsewhere"],
)
def test_it_is_left_alone_no_more_after(back: Callable[[WebhookEndpoint], WebhookEndpoint]) -> None:
    after = back(failed_so_often(FAILURES_IN_A_ROW))
    assert (after.left_alone, after.paused_until, after.failing_since) == (False, 0, 0)
