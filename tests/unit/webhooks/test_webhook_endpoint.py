"""What an endpoint hears, with what it is signed, when it is given up."""

import pytest

from shared.clock import EpochMs
from shared.domain.webhooks.endpoint import FAILING, GIVE_UP_MS, OVERLAP_MS, SUBSCRIBABLE, SealedSecret, WebhookEndpoint
from shared.domain.webhooks.tenant_event import EventType

NOW = EpochMs(1_800_000_000_000)
ENDPOINT = WebhookEndpoint("e", "https://hooks.example.com/", ("*",), "", (SealedSecret("first", "1"),), NOW)


def test_an_endpoint_hears_what_it_asked_for() -> None:
    some = WebhookEndpoint("e", "u", ("message.received", "campaign.paused"), "", (), NOW)
    assert [kind for kind in EventType if some.wants(kind)] == [EventType.MESSAGE_RECEIVED, EventType.CAMPAIGN_PAUSED]
    assert [kind for kind in EventType if ENDPOINT.wants(kind)] == list(SUBSCRIBABLE)
    assert not any(ENDPOINT.switched(enabled=False, now=NOW).wants(kind) for kind in EventType)


def test_a_test_is_for_the_endpoint_that_is_tested() -> None:
    assert EventType.ENDPOINT_TEST not in SUBSCRIBABLE
    assert not WebhookEndpoint("e", "u", ("endpoint.test",), "", (), NOW).wants(EventType.ENDPOINT_TEST)


def test_a_replaced_secret_signs_for_a_day_beside_the_new_one() -> None:
    second = SealedSecret("second", "2")
    rotated = ENDPOINT.rotated(second, NOW)
    assert rotated.signing(NOW) == ("second", "first")
    assert rotated.signing(EpochMs(NOW + OVERLAP_MS - 1)) == ("second", "first")
    assert rotated.signing(EpochMs(NOW + OVERLAP_MS)) == ("second",)
    assert rotated.rotated(second, EpochMs(NOW + 5)) == rotated
    third = rotated.rotated(SealedSecret("third", "3"), EpochMs(NOW + 1))
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
